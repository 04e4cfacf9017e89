"""The one way to ask the warehouse anything, in both of its homes."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from uuid import uuid4

import pytest
from clickhouse_connect.driver.exceptions import (
    DatabaseError,
    OperationalError,
    StreamFailureError,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clickhouse_schema import client as client_module
from clickhouse_schema.asking import Asking, asking
from clickhouse_schema.client import (
    Limits,
    Warehouse,
    run_query,
    translate,
)
from clickhouse_schema.ending import cancel_job, cancel_older
from clickhouse_schema.errors import (
    QueryCancelled,
    QueryTooHeavy,
    WarehouseError,
    WarehouseNotMigrated,
    WarehouseUnavailable,
)

HEAVY = "SELECT sum(sleepEachRow(0.1)) AS n FROM numbers({rows:UInt64}) SETTINGS max_block_size = 1"
TYPED = """SELECT
    {text:String} AS text, {texts:Array(String)} AS texts, {number:Int64} AS number,
    {empty:Array(String)} AS empty"""
TYPES = {"text": "object", "texts": "object", "number": "int64", "empty": "object"}
HOSTILE = [
    "",
    "'",
    "\\",
    "\\'",
    "\t",
    "\n",
    "\r\n",
    "x' OR 1 --",
    "{a:String}",
    "ü€😀",
    "\\N",
    "%s",
]


@pytest.fixture
def statement(monkeypatch):
    """Let `run_query` run a text given here, under any name."""

    def use(sql: str) -> None:
        monkeypatch.setattr(client_module, "load_sql", lambda name: sql)

    return use


def wait_until_running(warehouse: Warehouse, comment: str) -> None:
    """Wait until a statement with this comment runs."""
    for _ in range(600):
        rows = warehouse.rows(
            "SELECT count() FROM system.processes"
            " WHERE startsWith(Settings['log_comment'], {comment:String})",
            {"comment": comment},
        )
        if rows[0][0]:
            return
        time.sleep(0.02)
    pytest.fail(f"no statement tagged {comment!r} is running")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_a_value(either_warehouse, statement, text):
    """Whatever a reader typed comes back as it was, and alone."""
    statement(TYPED)
    params = {"text": text, "texts": [text, "b"], "number": -3, "empty": []}

    frame = run_query(either_warehouse, "typed", params, TYPES)

    assert len(frame) == 1
    assert frame["text"][0] == text
    assert list(frame["texts"][0]) == [text, "b"]
    assert frame["number"][0] == -3
    assert list(frame["empty"][0]) == []


@given(
    text=st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40)
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_comes_back(warehouse, text):
    """No text can leave its slot."""
    rows = warehouse.rows("SELECT {x:String}, {y:Array(String)}", {"x": text, "y": [text]})

    assert rows == [(text, [text])]


def test_an_empty_answer_keeps_its_columns(either_warehouse, statement):
    """No row still means these columns with these dtypes, in this order."""
    statement("SELECT toInt64(1) AS b, 'x' AS a, toFloat64(2) AS c WHERE 0")

    frame = run_query(either_warehouse, "none", {}, {"c": "float64", "b": "int64", "a": "object"})

    assert frame.dtypes.astype(str).to_dict() == {"c": "float64", "b": "int64", "a": "object"}
    assert len(frame) == 0


@pytest.mark.parametrize(
    ("limits", "sql"),
    [
        (Limits(seconds=1), "SELECT sum(sleepEachRow(0.2)) AS n FROM numbers(50)"),
        (Limits(memory_mb=5), "SELECT length(groupArray(number)) AS n FROM numbers(10000000)"),
        (Limits(result_rows=10), "SELECT number AS n FROM numbers(100)"),
    ],
    ids=["time", "memory", "rows"],
)
def test_limits_are_obeyed_and_do_not_leak(either_warehouse, statement, limits, sql):
    """A query over a limit is refused in words; the next one has its own limits."""
    statement(sql)
    with pytest.raises(QueryTooHeavy, match="shorter period"):
        run_query(either_warehouse, "heavy", {}, {"n": "int64"}, limits=limits)

    statement("SELECT number AS n FROM numbers(1000)")
    for _ in range(4):
        assert len(run_query(either_warehouse, "light", {}, {"n": "int64"})) == 1000
    changed = either_warehouse.rows(
        "SELECT name FROM system.settings WHERE changed AND name IN"
        " ('max_execution_time', 'max_result_rows', 'max_memory_usage', 'log_comment')"
    )
    assert changed == []


def test_a_running_query_is_named(either_warehouse, statement):
    """system.processes says which query runs, and for whom."""
    statement(HEAVY)
    question = Asking("r1", "overview-revenue", 7)

    def ask() -> None:
        with suppress(QueryCancelled), asking(question):
            run_query(either_warehouse, "named", {"rows": 100}, {"n": "int64"})

    thread = threading.Thread(target=ask)
    thread.start()
    wait_until_running(either_warehouse, "named reader=r1 view=overview-revenue number=7")
    cancel_older(either_warehouse, Asking("r1", "overview-revenue", 8))
    thread.join(timeout=10)

    assert not thread.is_alive()


def test_only_a_first_question_has_nothing_to_end(warehouse, monkeypatch):
    """The embedded engine is not searched for older statements where there can be none."""
    reader = f"eve-{uuid4().hex}"
    sent: list[str] = []
    monkeypatch.setattr(warehouse, "command", lambda text, *_: sent.append(text))
    for number in (1, 2):
        question = Asking(reader, "revenue", number)
        with asking(question):
            cancel_older(warehouse, question)

    assert len(sent) == 1


def test_an_answer_that_breaks_off_is_asked_for_once_more(server_warehouse, statement, monkeypatch):
    """What a KILL for another process leaves of an answer is no server that is away."""
    statement("SELECT toInt64(7) AS n")
    broken = _breaking(monkeypatch, times=1)
    with asking(Asking(f"ann-{uuid4().hex}", "revenue", 1)):
        assert run_query(server_warehouse, "seven", {}, {"n": "int64"})["n"].tolist() == [7]
    assert broken == ["seven"]

    broken = _breaking(monkeypatch, times=2)
    with asking(Asking("ann", "revenue", 1)), pytest.raises(WarehouseUnavailable):
        run_query(server_warehouse, "seven", {}, {"n": "int64"})
    broken = _breaking(monkeypatch, times=1)
    with pytest.raises(WarehouseUnavailable):  # no reader: whoever asks tries again by themselves
        run_query(server_warehouse, "seven", {}, {"n": "int64"})


def test_a_question_replaced_in_another_process_is_told_as_such(
    server_warehouse, statement, monkeypatch
):
    """A newer statement of the same reader runs: the broken answer is nobody's."""
    ann = f"ann-{uuid4().hex}"
    statement(HEAVY)

    def newer() -> None:
        sql = HEAVY.replace("SETTINGS", f"SETTINGS log_comment = 'n {Asking(ann, 'a', 2).tag}',")
        with suppress(QueryCancelled):
            server_warehouse.rows(sql, {"rows": 300})

    thread = threading.Thread(target=newer)
    thread.start()
    wait_until_running(server_warehouse, f"n reader={ann}")
    _breaking(monkeypatch, times=1)
    with asking(Asking(ann, "a", 1)), pytest.raises(QueryCancelled):
        run_query(server_warehouse, "slow", {"rows": 1}, {"n": "int64"})
    cancel_older(server_warehouse, Asking(ann, "a", 3))
    thread.join(timeout=20)


def _breaking(monkeypatch, times: int) -> list[str]:
    """Let the next answers of named statements break off; return the names as they do."""
    broken: list[str] = []
    whole = client_module._asked

    def asked(warehouse, sql, params):
        if len(broken) < times:
            broken.append(sql.rpartition("log_comment = '")[2].split()[0])
            raise WarehouseUnavailable("The warehouse cannot be reached. Try again in a moment.")
        return whole(warehouse, sql, params)

    monkeypatch.setattr(client_module, "_asked", asked)
    return broken


def test_only_older_questions_of_the_same_reader_end(either_warehouse, statement):
    """A newer question ends that reader's older one, and no one else's."""
    statement(HEAVY)
    ended: dict[str, str] = {}
    ann, bob = (f"{name}-{uuid4().hex}" for name in ("ann", "bob"))  # unknown to earlier tests

    def ask(reader: str, view: str, number: int) -> None:
        key = f"{reader}/{view}/{number}"
        try:
            with asking(Asking(reader, view, number)):
                run_query(either_warehouse, "slow", {"rows": 1000}, {"n": "int64"})
        except WarehouseError as error:
            ended[key] = type(error).__name__

    asked = [
        (ann, "revenue", 1),
        (bob, "revenue", 1),
        (ann, "orders", 1),
        (ann, "revenue", 3),
    ]
    threads = [threading.Thread(target=ask, args=one) for one in asked]
    for thread, (reader, view, number) in zip(threads, asked, strict=True):
        thread.start()  # one by one: a newer question would keep an older one from starting
        wait_until_running(either_warehouse, f"slow reader={reader} view={view} number={number}")
    cancel_older(either_warehouse, Asking(ann, "revenue", 2))
    threads[0].join(timeout=20)
    ended_first = dict(ended)
    for reader, view, _ in asked[1:]:
        cancel_older(either_warehouse, Asking(reader, view, 100))
    for thread in threads:
        thread.join(timeout=20)

    assert ended_first == {f"{ann}/revenue/1": "QueryCancelled"}
    assert set(ended.values()) == {"QueryCancelled"}
    assert len(ended) == 4


def test_a_job_can_be_stopped(either_warehouse):
    """Statements tagged with a job's id end, others do not."""
    errors: list[WarehouseError] = []

    def work() -> None:
        try:
            either_warehouse.command(
                "SELECT sum(sleepEachRow(0.1)) FROM numbers(100)"
                " SETTINGS max_block_size = 1, log_comment = 'fit job=abc'"
            )
        except WarehouseError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    wait_until_running(either_warehouse, "fit job=abc")
    cancel_job(either_warehouse, "other")
    cancel_job(either_warehouse, "abc")
    thread.join(timeout=10)

    assert [type(error) for error in errors] == [QueryCancelled]


def test_a_dropped_question_is_not_asked(warehouse, statement):
    """A reader who has moved on costs no query."""
    statement("SELECT 1 AS n")
    question = Asking("r1", "view", 1)
    question.dropped = True

    with asking(question), pytest.raises(QueryCancelled):
        run_query(warehouse, "never", {}, {"n": "int64"})


@pytest.mark.parametrize(
    ("code", "expected"),
    [(158, QueryTooHeavy), (159, QueryTooHeavy), (160, QueryTooHeavy), (241, QueryTooHeavy)]
    + [(307, QueryTooHeavy), (396, QueryTooHeavy), (394, QueryCancelled)]
    + [(202, WarehouseUnavailable), (203, WarehouseUnavailable), (439, WarehouseUnavailable)]
    + [(209, WarehouseUnavailable), (210, WarehouseUnavailable), (279, WarehouseUnavailable)]
    + [(516, WarehouseUnavailable), (193, WarehouseUnavailable), (194, WarehouseUnavailable)]
    + [(47, WarehouseNotMigrated), (60, WarehouseNotMigrated), (81, WarehouseNotMigrated)]
    + [(62, WarehouseError), (1002, WarehouseError)],
)
def test_each_code_has_its_error(code, expected):
    """ClickHouse's codes become ours, and its words never reach a reader."""
    error = translate(DatabaseError(f"secret table, code {code}", code=code))

    assert type(error) is expected
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Code: 394. DB::Exception: Query was cancelled. (QUERY_WAS_CANCELLED)", QueryCancelled),
        ("Code: 241. DB::Exception: Memory limit exceeded", QueryTooHeavy),
        ("Stream ended unexpectedly (connection closed by server)", WarehouseUnavailable),
    ],
)
def test_an_answer_that_breaks_off_is_told_by_its_text(text, expected):
    """The driver gives no number to an error that came after the answer had begun."""
    assert type(translate(StreamFailureError(text))) is expected


def test_an_answer_that_breaks_off_for_nobody_is_a_stopped_one(warehouse):
    """Once the reader has moved on, whatever the killed statement left is no failure."""
    question = Asking("r1", "broken-off", 1)
    broken = StreamFailureError("Stream ended unexpectedly (connection closed by server)")
    with asking(question):
        with pytest.raises(WarehouseUnavailable), warehouse.client():
            raise broken
        with asking(Asking("r1", "broken-off", 2)):
            pass
        with pytest.raises(QueryCancelled), warehouse.client():
            raise broken


def test_no_connection_is_told_as_such():
    """Without a code it is the network."""
    assert type(translate(OperationalError("refused"))) is WarehouseUnavailable


def test_a_query_leaves_one_log_line(warehouse, statement, caplog):
    """Tag, milliseconds and rows; a failure also says its cause."""
    caplog.set_level(logging.INFO, logger="clientele.query")
    statement("SELECT number AS n FROM numbers(3)")
    run_query(warehouse, "counted", {}, {"n": "int64"})
    statement("SELECT nothing AS n")
    with pytest.raises(WarehouseError):
        run_query(warehouse, "broken", {}, {"n": "int64"})

    lines = [record.fields for record in caplog.records if record.message == "query"]
    assert [(line["tag"], line["rows"], line["outcome"]) for line in lines] == [
        ("counted", 3, "ok"),
        ("broken", -1, "WarehouseNotMigrated"),
    ]
    assert all(line["ms"] >= 0 for line in lines)


def test_many_threads_share_the_warehouse(either_warehouse, statement):
    """Connections are lent one to a thread, as many as are needed at once."""
    statement("SELECT {number:Int64} AS n")
    seen: list[int] = []

    def ask(number: int) -> None:
        frame = run_query(either_warehouse, "mine", {"number": number}, {"n": "int64"})
        seen.append(int(frame["n"][0]))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(seen) == list(range(16))
