"""
Long work: a queue, and beside each job a record of how it stands.

Embedded, the queue is a file and threads of the server work on it; with Redis,
worker processes do. A job outlives the page that asked for it, tells how far it
is, can be stopped, and says in words what went wrong, even when its process died.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from huey import RedisHuey, SqliteHuey
from huey.constants import EmptyData
from huey.consumer import Consumer
from huey.serializer import Serializer, SignedSerializer

from analytics.errors import AnalysisError
from analytics.reports._warehouse import warehouse
from clickhouse_schema.asking import working
from clickhouse_schema.ending import cancel_job
from clickhouse_schema.errors import QueryCancelled, WarehouseError

State = Literal["queued", "running", "done", "failed", "cancelled"]
HEARTBEAT_SECONDS = 2.0
LOST_SECONDS = 15.0  # without a sign of life, its process is taken for dead
KEPT_SECONDS = 30 * 86_400.0  # so long a record can be looked at
_CLEARED_EVERY = 3600.0  # all records are read for it
log = logging.getLogger("clientele.jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """
    How a job stands.

    Attributes:
        kind: Name of the registered function that does it.
        owner: Who asked for it.
        parameters: What it was asked, as JSON.
        percent: 0 to 100.
        message: What it is doing.
        error: What went wrong, in a sentence; empty when nothing did.
        answer: What it returned, as JSON.
        queued_at, started_at, ended_at, heartbeat: Seconds since 1970; 0 for not yet.
    """

    id: str
    kind: str
    owner: str
    parameters: Mapping[str, Any]
    state: State = "queued"
    percent: float = 0.0
    message: str = "Waiting"
    error: str = ""
    answer: Any = None
    queued_at: float = 0.0
    started_at: float = 0.0
    ended_at: float = 0.0
    heartbeat: float = 0.0


class JobCancelled(Exception):
    """Somebody asked for the job to be stopped."""


@dataclass(slots=True)
class Work:
    """What the function of a kind is given: its parameters, and ways to tell and to stop."""

    queue: JobQueue
    job: Job
    guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What was asked."""
        return self.job.parameters

    def told(self, percent: float, message: str) -> None:
        """Tell how far it is; stops here when it was cancelled."""
        self.check()
        self.keep(percent=max(0.0, min(100.0, percent)), message=message)

    def check(self) -> None:
        """
        Stop here if the job was cancelled.

        Raises:
            JobCancelled: It was.
        """
        if self.queue.cancelled(self.job.id):
            raise JobCancelled

    def keep(self, **changes: Any) -> None:
        """Write the record with these changes and a new sign of life."""
        with self.guard:
            self.job = replace(self.job, heartbeat=time.time(), **changes)
            self.queue.write(self.job)


Kind = Callable[[Work], Any]
KINDS: dict[str, Kind] = {}


def kind(name: str) -> Callable[[Kind], Kind]:
    """Register the function that does jobs of this kind; it returns JSON-able data."""

    def register(function: Kind) -> Kind:
        KINDS[name] = function
        return function

    return register


class _Threads(Consumer):  # type: ignore[misc]
    """Huey's consumer without its signal handlers, which would replace Gunicorn's."""

    def _set_signal_handlers(self) -> None:
        pass


class JobQueue:
    """
    Jobs waiting, running and done.

    Args:
        folder: Where the queue's file goes when there is no Redis.
        redis_url: Of the Redis that processes share; empty for the file.
        secret: Signs what goes through Redis; empty for the file.
    """

    def __init__(self, folder: Path, redis_url: str = "", secret: str = "") -> None:
        serializer = SignedSerializer(secret, salt="clientele") if secret else Serializer()
        if redis_url:
            self.huey = RedisHuey("clientele", url=redis_url, serializer=serializer)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            path = str(folder / "jobs.db")
            self.huey = SqliteHuey("clientele", filename=path, serializer=serializer)
        self._task = self.huey.task(name="job")(self.run)
        self._threads: _Threads | None = None
        self._clear_at = 0.0

    def submit(self, kind: str, owner: str, parameters: Mapping[str, Any], about: str = "") -> str:
        """
        Queue a job and return its id.

        Args:
            about: What it is done for, to find it by with `latest`; empty for nothing.

        Raises:
            KeyError: No function does this kind.
        """
        if kind not in KINDS:
            raise KeyError(kind)
        job = Job(secrets.token_hex(8), kind, owner, dict(parameters), queued_at=time.time())
        self.write(job)
        if about:
            self.huey.storage.put_data(f"about:{about}", job.id.encode())
        self._task(job.id)
        return job.id

    def submit_once(self, job_id: str, kind: str, owner: str, parameters: Mapping[str, Any]) -> str:
        """
        Queue a job under an id that says what it does, unless it is waiting or running already.

        Whoever asks for the same meanwhile is given the same job. Two who ask at the very same
        moment may both queue it: its function looks whether it was done before.

        Raises:
            KeyError: No function does this kind.
        """
        if kind not in KINDS:
            raise KeyError(kind)
        held = self.find(job_id)
        waits = held is not None and held.state in ("queued", "running")
        if waits and not self.cancelled(job_id):
            return job_id
        self.huey.storage.pop_data(f"cancel:{job_id}")
        self.write(Job(job_id, kind, owner, dict(parameters), queued_at=time.time()))
        self._task(job_id)
        return job_id

    def find(self, job_id: str) -> Job | None:
        """Return how a job stands; None when there is none."""
        data = self.huey.storage.peek_data(f"job:{job_id}")
        return None if data is EmptyData else self._judged(Job(**json.loads(data)))

    def note(self, kind: str, owner: str, parameters: Mapping[str, Any]) -> str:
        """Enter a job that is not queued: a request does it, with `attended`. Return its id."""
        job = Job(secrets.token_hex(8), kind, owner, dict(parameters), queued_at=time.time())
        self.write(job)
        return job.id

    @contextmanager
    def attended(self, job: Job) -> Iterator[Work]:
        """
        Keep the record of a noted job while the block does it; what goes wrong in it is told.

        A block that is left before its end was stopped.
        """
        work = Work(self, job)
        work.keep(state="running", started_at=time.time(), message="Starting")
        ended = threading.Event()
        threading.Thread(target=_beat, args=(work, ended), daemon=True).start()
        outcome: dict[str, Any] = {"state": "cancelled", "message": "Stopped"}
        try:
            yield work
            outcome = {"state": "done", "percent": 100.0, "message": "Done"}
        except (AnalysisError, WarehouseError) as error:
            if not isinstance(error, QueryCancelled):
                outcome = {"state": "failed", "error": str(error)}
            raise
        except (JobCancelled, ConnectionError):
            raise
        except Exception:
            outcome = {"state": "failed", "error": "Something went wrong. Try again."}
            raise
        finally:
            ended.set()
            work.keep(ended_at=time.time(), **outcome)

    def latest(self, about: str) -> Job | None:
        """Return the last job that was queued for something; None when there is none."""
        data = self.huey.storage.peek_data(f"about:{about}")
        return None if data is EmptyData else self.find(data.decode())

    def of(self, owner: str) -> list[Job]:
        """Return the jobs of an owner, newest first."""
        held = self.huey.storage.result_items()
        names = [_text(key) for key in held]
        found = [self.find(name[4:]) for name in names if name.startswith("job:")]
        mine = [job for job in found if job is not None and job.owner == owner]
        return sorted(mine, key=lambda job: job.queued_at, reverse=True)

    def clear_old(self) -> int:
        """Forget the jobs last heard of 30 days ago, looking once an hour; return how many."""
        if time.monotonic() < self._clear_at:
            return 0
        self._clear_at = time.monotonic() + _CLEARED_EVERY
        storage, oldest = self.huey.storage, time.time() - KEPT_SECONDS
        held = {_text(key): value for key, value in storage.result_items().items()}
        jobs = {name[4:]: json.loads(value) for name, value in held.items() if name[:4] == "job:"}
        old = {
            id_
            for id_, job in jobs.items()
            if max(job["queued_at"], job["ended_at"], job["heartbeat"]) < oldest
        }
        for id_ in old:
            storage.pop_data(f"cancel:{id_}")
            storage.pop_data(f"job:{id_}")
        for name, value in held.items():
            if name.startswith("about:") and _text(value) in old:
                storage.pop_data(name)
        return len(old)

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop, and end the statement it runs."""
        self.huey.storage.put_data(f"cancel:{job_id}", b"1")
        cancel_job(warehouse(), job_id)

    def cancelled(self, job_id: str) -> bool:
        """Return whether it was asked to stop."""
        return self.huey.storage.peek_data(f"cancel:{job_id}") is not EmptyData

    def write(self, job: Job) -> None:
        """Keep a record."""
        self.huey.storage.put_data(f"job:{job.id}", json.dumps(asdict(job)).encode())

    def run(self, job_id: str) -> None:
        """Do a job now, on this thread; its record tells the outcome."""
        job = self.find(job_id)
        if job is None:
            return
        work = Work(self, job)
        work.keep(state="running", started_at=time.time(), message="Starting")
        ended = threading.Event()
        threading.Thread(target=_beat, args=(work, ended), daemon=True).start()
        try:
            with working(job_id):
                outcome = _outcome(work)
        finally:
            ended.set()
        work.keep(ended_at=time.time(), **outcome)
        fields = {"tag": job.kind, "job": job_id, "outcome": outcome["state"]}
        log.info("job", extra={"fields": fields})

    def start_threads(self, count: int = 1) -> None:
        """Work on the queue beside this process's other threads."""
        self._threads = _Threads(self.huey, workers=count, periodic=False, worker_type="thread")
        self._threads.start()

    def stop_threads(self) -> None:
        """Stop working; what runs is waited for."""
        if self._threads is not None:
            self._threads.stop(graceful=True)
            self._threads = None

    def work_forever(self, count: int = 1) -> None:
        """Work on the queue until this process is told to stop; blocks."""
        Consumer(self.huey, workers=count, periodic=False, worker_type="thread").run()

    def _judged(self, job: Job) -> Job:
        if job.state != "running" or time.time() - job.heartbeat < LOST_SECONDS:
            return job
        error = "The process that did this has stopped. Start it again."
        return replace(job, state="failed", error=error, ended_at=job.heartbeat)


_held: list[JobQueue] = []


def use_queue(queue: JobQueue | None) -> None:
    """Make `queue` the one that takes work; None takes it away."""
    _held[:] = [] if queue is None else [queue]


def queue() -> JobQueue:
    """
    Return the queue in use.

    Raises:
        AnalysisError: None has been handed over yet.
    """
    if not _held:
        raise AnalysisError("Long work cannot be done here. Try again in a moment.")
    return _held[0]


def _text(held: bytes | str) -> str:
    """Return a key or an id as text: each store gives them back in its own way."""
    return held if isinstance(held, str) else bytes(held).decode()


def _beat(work: Work, ended: threading.Event) -> None:
    while not ended.wait(HEARTBEAT_SECONDS):
        work.keep()


def _outcome(work: Work) -> dict[str, Any]:
    """Do the work and return how its record ends."""
    try:
        work.check()
        answer = KINDS[work.job.kind](work)
        return {"state": "done", "percent": 100.0, "message": "Done", "answer": answer}
    except (JobCancelled, QueryCancelled):
        return {"state": "cancelled", "message": "Stopped"}
    except (AnalysisError, WarehouseError) as error:
        if work.queue.cancelled(work.job.id):  # what a killed statement leaves may look otherwise
            return {"state": "cancelled", "message": "Stopped"}
        return {"state": "failed", "error": str(error)}
    except Exception:
        reference = secrets.token_hex(4)
        fields = {"job": work.job.id, "reference": reference}
        log.exception("job failed", extra={"fields": fields})
        return {"state": "failed", "error": f"Something went wrong. Reference {reference}."}
