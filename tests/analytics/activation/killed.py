"""
A process to be killed: serves one activation until told to stop by force.

    python -m tests.analytics.activation.killed FOLDER PORT begin|file|take-up

To begin, it stores an activation of 200 members in batches of 10 and carries a
run out; with `file`, one of 200,000 to a folder, and it kills itself when the first
rows are written. To take up, its clock goes on with what another process left. It
says "done" when nothing is left.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from analytics.activation.clock import take_up
from analytics.activation.delivery import Delivery, begin_run
from analytics.activation.settings import DeliverySettings
from clickhouse_schema.client import Warehouse
from clickhouse_schema.home import Home
from clickhouse_schema.migrate import migrate
from tests.analytics.activation.helpers import Heard, activation, add_customers, everybody


class Deadly(Heard):
    """A listener that ends its process by force at the first rows written."""

    def told(self, percent: float, message: str) -> None:
        """Die, unless only the members are being found."""
        if "written" in message:
            os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, port: int, what: str) -> None:
    """Do what the arguments say."""
    warehouse = Warehouse.open(Home.of(None, folder))
    migrate(warehouse)
    settings = DeliverySettings(
        folder / "deliveries", secret="s" * 40, private_hosts=("127.0.0.1",)
    )
    delivery = Delivery(warehouse, settings, everybody)
    if what == "file":
        add_customers(warehouse, 200_000)
        run = begin_run(warehouse, activation(warehouse))
        delivery.carry_out(run.run_id, Deadly())
    elif what == "begin":
        add_customers(warehouse, 200)
        made = activation(warehouse, to="webhook", url=f"http://127.0.0.1:{port}/", batch_size=10)
        run = begin_run(warehouse, made, now=datetime.now(UTC))
        delivery.carry_out(run.run_id, Heard())
    else:
        now = datetime.now(UTC)
        take_up(warehouse, lambda run_id: delivery.carry_out(run_id, Heard()), now, at_start=True)
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
