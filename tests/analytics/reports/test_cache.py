"""Answers are remembered, and computed once however many ask."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import pytest
from flask import Flask
from redis.exceptions import ConnectionError as RedisConnectionError

from analytics.reports import _cache
from analytics.reports._cache import already, answer_key, cache, remembered
from clickhouse_schema.asking import Asking, asking, current_asking
from clickhouse_schema.errors import QueryCancelled


@pytest.fixture(autouse=True)
def fresh_cache(empty_warehouse, monkeypatch):
    """An empty cache of this process, bound to no request, at data version 1."""
    server = Flask(__name__)
    cache.init_app(server, config={"CACHE_TYPE": "SimpleCache"})
    monkeypatch.setattr(cache, "app", server)
    monkeypatch.setattr(_cache, "current_version", lambda: 1)
    with server.app_context():
        cache.clear()


@dataclass(frozen=True)
class Asked:
    """Something to ask about."""

    a: int = 1
    b: tuple[str, ...] = ("x",)


def test_one_computation_for_many_readers():
    """Sixteen threads with one cold question compute once and all get the answer."""
    computed: list[int] = []
    answers: list[str] = []
    together = threading.Barrier(16)

    def compute() -> str:
        computed.append(1)
        time.sleep(0.2)
        return "answer"

    def ask() -> None:
        together.wait()
        answers.append(remembered("one", {"asked": Asked()}, compute))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)

    assert len(computed) == 1
    assert answers == ["answer"] * 16


def test_a_cancelled_computation_is_done_again_for_who_still_waits():
    """One reader leaving does not take the answer from another."""
    started, first_error, answers = threading.Event(), [], []

    def compute() -> str:
        question = current_asking()
        if question is not None and question.reader == "ann":
            started.set()
            time.sleep(0.2)
            raise QueryCancelled("gone")
        return "answer"

    def ask(reader: str) -> None:
        try:
            with asking(Asking(reader, "view", 1)):
                answers.append(remembered("shared", {"asked": 1}, compute))
        except QueryCancelled as error:
            first_error.append(str(error))

    ann = threading.Thread(target=ask, args=("ann",))
    ann.start()
    assert started.wait(5)
    bob = threading.Thread(target=ask, args=("bob",))
    bob.start()
    for thread in (ann, bob):
        thread.join(timeout=20)

    assert first_error == ["gone"]
    assert answers == ["answer"]


def test_a_failure_is_not_remembered():
    """The next reader tries again."""

    def fail() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError):
        remembered("failing", {}, fail)

    assert remembered("failing", {}, lambda: "now") == "now"


def test_new_data_makes_new_answers(monkeypatch):
    """A finished load leaves no older answer reachable."""
    assert remembered("v", {}, lambda: "old") == "old"
    assert remembered("v", {}, lambda: "new") == "old"
    monkeypatch.setattr(_cache, "current_version", lambda: 2)

    assert remembered("v", {}, lambda: "new") == "new"


def test_the_key_is_the_question():
    """Order and kind of container do not matter; name, version and every value do."""
    key = answer_key("n", {"a": Asked(), "b": 2}, 1)

    assert key == answer_key("n", {"b": 2, "a": Asked()}, 1)
    others = [("m", {"a": Asked(), "b": 2}, 1), ("n", {"a": Asked(a=2), "b": 2}, 1)]
    others += [("n", {"a": Asked(), "b": 2}, 2), ("n", {"a": Asked(b=("y",)), "b": 2}, 1)]
    assert key not in {answer_key(*other) for other in others}


def test_a_cache_that_is_away_only_costs_time(monkeypatch):
    """Without Redis every answer is computed, and none is refused."""

    def away(*_: object) -> None:
        raise RedisConnectionError("refused")

    monkeypatch.setattr(cache, "get", away)
    monkeypatch.setattr(cache, "set", away)

    assert remembered("v", {}, lambda: "answer") == "answer"


def test_bulky_answers_are_held_as_they_are_and_only_the_newest():
    """The same object is given again; beyond a few the oldest is made anew; clearing forgets."""
    made = [object() for _ in range(20)]
    for number, one in enumerate(made):
        assert remembered("bulky", {"n": number}, lambda one=one: one, bulky=True) is one

    assert remembered("bulky", {"n": 19}, object, bulky=True) is made[19]
    assert remembered("bulky", {"n": 0}, object, bulky=True) is not made[0]
    assert already("bulky", {"n": 19}) is made[19] and already("bulky", {"n": 99}) is None
    cache.clear()
    assert already("bulky", {"n": 19}) is None
