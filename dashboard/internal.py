"""
Takes work from the command line into the process that holds the embedded warehouse.

Only for programs of the same user on the same machine: every request needs the
secret of the lock file, and must come from a loopback address. The contract is
in `dashboard/handover.py`.
"""

from __future__ import annotations

import ipaddress
import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import WarehouseError
from clickhouse_schema.loading.load import Progress
from dashboard.handover import TASKS_PATH, TOKEN_HEADER
from dashboard.operations import OPERATIONS, perform

log = logging.getLogger("clientele.internal")


@dataclass(slots=True)
class Task:
    """One piece of work in this process, and how far it is."""

    operation: str
    state: str = "running"
    progress: Progress = field(default_factory=lambda: Progress("Starting"))
    answer: dict[str, Any] | None = None
    error: str = ""
    kind: str = ""
    cancel: threading.Event = field(default_factory=threading.Event)

    def to_dict(self) -> dict[str, Any]:
        """Return it as the contract tells it."""
        return {
            "state": self.state,
            "stage": self.progress.stage,
            "rows": self.progress.rows,
            "expected": self.progress.expected,
            "answer": self.answer,
            "error": self.error,
            "kind": self.kind,
        }


class Tasks:
    """Work handed over, one piece at a time; framework-free."""

    def __init__(self, warehouse: Callable[[], Warehouse]) -> None:
        self._warehouse = warehouse
        self._tasks: dict[str, Task] = {}
        self._one_at_a_time = threading.Lock()

    def begin(self, operation: str, arguments: dict[str, Any]) -> str:
        """Begin an operation on a thread of its own and return its id."""
        task_id = secrets.token_hex(8)
        task = Task(operation)
        self._tasks[task_id] = task
        threading.Thread(
            target=self._run, args=(task, arguments), name=f"task-{operation}", daemon=True
        ).start()
        return task_id

    def get(self, task_id: str) -> Task | None:
        """Return a task; None when there is none of that id."""
        return self._tasks.get(task_id)

    def _run(self, task: Task, arguments: dict[str, Any]) -> None:
        def told(progress: Progress) -> None:
            task.progress = progress

        try:
            with self._one_at_a_time:
                task.answer = perform(
                    self._warehouse(), task.operation, arguments, told, task.cancel
                )
            task.state = "done"
        except WarehouseError as error:
            task.error, task.kind = str(error), type(error).__name__
            task.state = "failed"
        except Exception as error:
            log.exception("task failed", extra={"fields": {"operation": task.operation}})
            task.error, task.kind = f"The server failed: {type(error).__name__}.", "WarehouseError"
            task.state = "failed"


def internal_blueprint(tasks: Tasks, token: str) -> Blueprint:
    """
    Return the routes of the contract.

    Args:
        tasks: Runs the work.
        token: The secret announced in the lock file.
    """
    blueprint = Blueprint("internal", __name__)

    @blueprint.before_request
    def only_ours() -> None:
        given = request.headers.get(TOKEN_HEADER, "")
        if not _is_loopback(request.remote_addr) or not secrets.compare_digest(
            given.encode(), token.encode()
        ):
            abort(404)

    @blueprint.post(TASKS_PATH)
    def begin() -> tuple[Response, int]:
        asked = request.get_json(silent=True) or {}
        operation, arguments = asked.get("operation"), asked.get("arguments")
        if operation not in OPERATIONS or not isinstance(arguments, dict):
            abort(400)
        return jsonify(id=tasks.begin(operation, arguments)), 202

    @blueprint.get(f"{TASKS_PATH}/<task_id>")
    def state(task_id: str) -> Response:
        task = tasks.get(task_id)
        if task is None:
            abort(404)
        return jsonify(task.to_dict())

    @blueprint.delete(f"{TASKS_PATH}/<task_id>")
    def stop(task_id: str) -> Response:
        task = tasks.get(task_id)
        if task is None:
            abort(404)
        task.cancel.set()
        return jsonify(task.to_dict())

    return blueprint


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
