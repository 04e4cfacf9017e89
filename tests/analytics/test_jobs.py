"""Long work: progress, stopping, errors in words, and what a dead process leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from analytics import jobs
from analytics.errors import NotEnoughData
from analytics.jobs import JobQueue, Work, kind
from clickhouse_schema import client as client_module
from clickhouse_schema.client import run_query
from clickhouse_schema.errors import WarehouseUnavailable
from tests.conftest import ROOT, wait_for


@kind("test-count")
def count(work: Work) -> dict[str, int]:
    """Count, telling each step."""
    for step in range(int(work.parameters["steps"])):
        work.told(10.0 * step, f"Step {step}")
        time.sleep(float(work.parameters.get("pause", 0)))
    return {"counted": int(work.parameters["steps"])}


@kind("test-fail")
def fail(work: Work) -> None:
    """Fail as told."""
    raise (
        NotEnoughData("Too few customers.") if work.parameters["known"] else RuntimeError("secret")
    )


@pytest.fixture
def queue(warehouse, tmp_path):
    """A queue of its own, with a thread that works on it."""
    opened = JobQueue(tmp_path)
    opened.start_threads()
    yield opened
    opened.stop_threads()


def state_of(queue: JobQueue, job_id: str) -> str:
    """Return the state of a job."""
    job = queue.find(job_id)
    assert job is not None
    return job.state


def test_a_job_is_done_and_keeps_its_answer(queue):
    """What was asked comes back, with times and 100 per cent."""
    job_id = queue.submit("test-count", "ann", {"steps": 3})
    wait_for(lambda: state_of(queue, job_id) == "done")
    job = queue.find(job_id)

    assert (job.answer, job.percent, job.error) == ({"counted": 3}, 100.0, "")
    assert 0 < job.queued_at <= job.started_at <= job.ended_at
    assert [mine.id for mine in queue.of("ann")] == [job_id]
    assert queue.of("bob") == []


def test_progress_is_told_and_the_job_can_be_stopped(queue):
    """A running job says what it does; asked to stop, it does so at its next step."""
    job_id = queue.submit("test-count", "ann", {"steps": 10, "pause": 0.2})
    wait_for(lambda: "Step" in queue.find(job_id).message)
    queue.cancel(job_id)
    wait_for(lambda: state_of(queue, job_id) == "cancelled")

    assert queue.find(job_id).percent < 90


def test_stopping_ends_the_running_statement(queue, monkeypatch):
    """The engine does not go on for a job nobody wants."""
    sql = "SELECT sum(sleepEachRow(0.1)) AS n FROM numbers(600) SETTINGS max_block_size = 1"
    monkeypatch.setattr(client_module, "load_sql", lambda name: sql)
    monkeypatch.setitem(
        jobs.KINDS,
        "test-query",
        lambda work: run_query(jobs.warehouse(), "slow", {}, {"n": "int64"}).to_dict(),
    )
    job_id = queue.submit("test-query", "ann", {})
    tag = f"slow job={job_id}"
    wait_for(
        lambda: (
            jobs.warehouse().rows(
                "SELECT count() FROM system.processes WHERE Settings['log_comment'] = {tag:String}",
                {"tag": tag},
            )
            == [(1,)]
        )
    )
    queue.cancel(job_id)
    wait_for(lambda: state_of(queue, job_id) == "cancelled", seconds=10)


def test_what_a_killed_statement_leaves_is_no_failure(queue, monkeypatch):
    """An answer that broke off because the job was stopped is told as stopped."""

    def broken_off(work: Work) -> None:
        wait_for(lambda: queue.cancelled(work.job.id))
        raise WarehouseUnavailable("The warehouse cannot be reached.")

    monkeypatch.setitem(jobs.KINDS, "test-broken", broken_off)
    job_id = queue.submit("test-broken", "ann", {})
    wait_for(lambda: state_of(queue, job_id) == "running")
    queue.cancel(job_id)
    wait_for(lambda: state_of(queue, job_id) == "cancelled", seconds=10)


@pytest.mark.parametrize("known", [True, False])
def test_errors_are_words(queue, known):
    """A known error is told as it is, an unknown one by a reference."""
    job_id = queue.submit("test-fail", "ann", {"known": known})
    wait_for(lambda: state_of(queue, job_id) == "failed")
    error = queue.find(job_id).error

    assert error == "Too few customers." if known else "Reference" in error
    assert "secret" not in error


def test_an_unknown_kind_is_refused(queue):
    """Only registered functions run."""
    with pytest.raises(KeyError):
        queue.submit("os.system", "ann", {})


def test_each_of_many_jobs_runs_once(warehouse, tmp_path, monkeypatch):
    """Two threads share the queue without doing anything twice."""
    done: list[int] = []
    monkeypatch.setitem(jobs.KINDS, "test-once", lambda work: done.append(work.parameters["n"]))
    queue = JobQueue(tmp_path)
    queue.start_threads(2)
    ids = [queue.submit("test-once", "ann", {"n": n}) for n in range(40)]
    wait_for(lambda: all(state_of(queue, job_id) == "done" for job_id in ids))
    queue.stop_threads()

    assert sorted(done) == list(range(40))


def test_a_job_whose_process_died_is_told_as_such(warehouse, tmp_path, monkeypatch):
    """Killed in the middle: no longer "running" for ever."""
    monkeypatch.setattr(jobs, "LOST_SECONDS", 0.5)
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, '.');"
        "import tests.analytics.test_jobs as t; q = t.JobQueue(Path(sys.argv[1]));"
        "q.start_threads(); asked = {'steps': 9, 'pause': 5};"
        "print(q.submit('test-count', 'ann', asked), flush=True);"
        "sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path],
        cwd=ROOT,
        env={**os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    job_id = process.stdout.readline().strip()
    queue = JobQueue(tmp_path)
    wait_for(lambda: queue.find(job_id).message == "Step 0")
    process.kill()
    process.communicate()
    wait_for(lambda: state_of(queue, job_id) == "failed")

    assert "has stopped" in queue.find(job_id).error


@pytest.mark.parametrize("store", ["file", "redis"])
def test_records_are_kept_for_thirty_days(warehouse, tmp_path, request, store):
    """What ended longer ago is forgotten, with all that points to it; the rest stays."""
    url = request.getfixturevalue("redis_url") if store == "redis" else ""
    queue = JobQueue(tmp_path, url)
    asked = {"steps": 1}
    old, late, new = (queue.submit("test-count", "ann", asked, name) for name in ("a", "b", "c"))
    begun = time.time() - 31 * 86_400
    queue.write(replace(queue.find(old), state="done", queued_at=begun, ended_at=begun + 60))
    queue.write(replace(queue.find(late), state="done", queued_at=begun, ended_at=time.time() - 9))
    queue.huey.storage.put_data(f"cancel:{old}", b"1")

    assert queue.clear_old() == 1
    assert [queue.find(one) is None for one in (old, late, new)] == [True, False, False]
    assert [queue.latest(about) is None for about in "abc"] == [True, False, False]
    assert not queue.cancelled(old)
    assert queue.clear_old() == 0
