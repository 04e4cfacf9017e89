"""A process killed while it delivers: nothing is lost, and no half file stays."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.analytics.activation.receiver import receiver

ROOT = Path(__file__).parents[3]


def _start(folder: Path, port: int, what: str) -> subprocess.Popen[str]:
    words = ["-m", "tests.analytics.activation.killed", str(folder), str(port), what]
    return subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("after", [1, 4, 9, 20])
def test_a_process_killed_in_the_middle_loses_nothing(tmp_path, after):
    """Killed with -9 after some batches, the next process sends the rest; keys make it exact."""
    with receiver() as there:
        child = _start(tmp_path, there.port, "begin")
        there.wait_for(after)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        killed_at = len(there.posts)
        resumed = _start(tmp_path, there.port, "take-up")
        assert resumed.communicate(timeout=60)[0] == "done\n"

    bodies: dict[str, set[bytes]] = {}
    for (_, _, body), key in zip(there.posts, there.keys, strict=True):
        bodies.setdefault(key, set()).add(body)
    assert len(bodies) == 20 and all(len(each) == 1 for each in bodies.values())
    ids = [
        member["customer_id"]
        for each in bodies.values()
        for body in each
        for member in json.loads(body)["members"]
    ]
    assert sorted(ids) == [f"{n:06d}" for n in range(200)]
    # At most the batch whose note was lost came twice.
    assert len(there.posts) <= 21
    assert killed_at >= after


def test_a_process_killed_while_it_writes_leaves_no_half_file(tmp_path):
    """Nothing is under the file's name until it is whole; the next process writes it anew."""
    child = _start(tmp_path, 0, "file")
    child.communicate(timeout=60)
    out = tmp_path / "deliveries"
    assert child.returncode == -signal.SIGKILL
    assert [path.suffix for path in out.iterdir()] == [".part"]

    resumed = _start(tmp_path, 0, "take-up")
    assert resumed.communicate(timeout=60)[0] == "done\n"
    (file,) = out.iterdir()
    assert file.suffix == ".csv"
    assert file.read_bytes().count(b"\r\n") == 200_001
