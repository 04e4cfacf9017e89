"""The store of what people make keeps every version and loses none."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clickhouse_schema.client import Warehouse
from clickhouse_schema.errors import InvalidThing, NameTaken, SaveConflict, UnknownThing
from clickhouse_schema.made.differences import difference, what_was_done
from clickhouse_schema.made.reading import current, history, listed, main_line, version_of
from clickhouse_schema.made.store import (
    adopt,
    archive,
    create,
    duplicate,
    restore,
    save,
    undo,
)
from clickhouse_schema.made.things import Author, Body, Kind, Made

ANNA, BEN = Author("Anna"), Author("Ben")


def _spend_only(body: Body) -> None:
    if set(body) != {"spend"}:
        raise ValueError("only spend can be asked for.")


SEGMENT = Kind(
    "segment",
    "segment",
    check=_spend_only,
    differences=lambda old, new: (
        [] if old == new else [f"Spend at least {old['spend']} → spend at least {new['spend']}."]
    ),
)
OTHER = Kind("rfm_map", "map")


def lapsed(warehouse: Warehouse, name: str = "Lapsed", spend: int = 100) -> Made:
    """Save a segment to change in a test."""
    return create(
        warehouse, SEGMENT, name=name, body={"spend": spend}, author=ANNA, description="Gone"
    )


def test_a_save_makes_the_next_version(empty_warehouse):
    """What is not given stays; the newest version is the current state."""
    first = lapsed(empty_warehouse)
    second = save(empty_warehouse, SEGMENT, first.id, made_from=1, author=BEN, body={"spend": 250})

    assert (second.version, second.made_from, second.author) == (2, 1, "Ben")
    assert (second.name, second.description, second.owner) == ("Lapsed", "Gone", "Anna")
    assert current(empty_warehouse, SEGMENT, first.id) == second
    assert version_of(empty_warehouse, SEGMENT, first.id, 1) == first
    assert [row.action for row in history(empty_warehouse, SEGMENT, first.id)] == [
        "create",
        "edit",
    ]


def test_nothing_changed_makes_no_version(empty_warehouse):
    """Saving what is already there answers with it."""
    first = lapsed(empty_warehouse)

    again = save(empty_warehouse, SEGMENT, first.id, made_from=1, author=BEN, body={"spend": 100})

    assert again == first


def test_a_later_save_from_the_same_version_is_kept_and_told(empty_warehouse):
    """The first to be written is in use; the other stands beside it, and its author hears whose."""
    first = lapsed(empty_warehouse)
    save(empty_warehouse, SEGMENT, first.id, made_from=1, author=ANNA, body={"spend": 200})

    with pytest.raises(SaveConflict, match=r"Anna saved version 2 .* while you worked") as told:
        save(empty_warehouse, SEGMENT, first.id, made_from=1, author=BEN, body={"spend": 300})

    assert told.value.kept.body == {"spend": 300}
    assert told.value.winner.body == {"spend": 200}
    assert current(empty_warehouse, SEGMENT, first.id).body == {"spend": 200}
    assert [(row.version, row.author, row.held) for row in
            history(empty_warehouse, SEGMENT, first.id)] == [
        (1, "Anna", True), (2, "Anna", True), (2, "Ben", False)]  # fmt: skip

    mine = adopt(
        empty_warehouse, SEGMENT, first.id, told.value.kept.revision, made_from=2, author=BEN
    )
    assert (mine.version, mine.body) == (3, {"spend": 300})


def test_who_came_first_stays_first_when_the_engine_merges(empty_warehouse):
    """A conflict is decided once: merging parts must not turn it round."""
    first = lapsed(empty_warehouse)
    for spend in range(2, 12):
        try:
            save(empty_warehouse, SEGMENT, first.id, made_from=1, author=BEN, body={"spend": spend})
        except SaveConflict:
            continue
    before = history(empty_warehouse, SEGMENT, first.id)

    empty_warehouse.command("OPTIMIZE TABLE made FINAL")

    assert history(empty_warehouse, SEGMENT, first.id) == before
    assert current(empty_warehouse, SEGMENT, first.id).body == {"spend": 2}


def test_of_savers_at_once_exactly_one_wins(empty_warehouse):
    """Eight threads save the same version: one holds it, seven are kept and told."""
    first = lapsed(empty_warehouse)
    together = threading.Barrier(8)

    def attempt(number: int) -> Made | SaveConflict:
        together.wait()
        try:
            return save(
                empty_warehouse, SEGMENT, first.id,
                made_from=1, author=Author(f"Saver {number}"), body={"spend": number},
            )  # fmt: skip
        except SaveConflict as conflict:
            return conflict

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(8)))

    winners = [answer for answer in answers if isinstance(answer, Made)]
    lost = [answer for answer in answers if isinstance(answer, SaveConflict)]
    assert len(winners) == 1
    assert {each.winner.revision for each in lost} == {winners[0].revision}
    assert current(empty_warehouse, SEGMENT, first.id) == winners[0]
    assert len(history(empty_warehouse, SEGMENT, first.id)) == 9


def test_names_are_unique_among_the_living_of_a_kind(empty_warehouse):
    """Case and width do not make a name another; the archive and other kinds do."""
    first = lapsed(empty_warehouse)

    for name in ("lapsed", " LAPSED ", "Ｌapsed"):
        with pytest.raises(NameTaken, match="already a segment called “Lapsed”"):
            lapsed(empty_warehouse, name)
    create(empty_warehouse, OTHER, name="Lapsed", body={}, author=ANNA)

    archive(empty_warehouse, SEGMENT, first.id, made_from=1, author=ANNA)
    second = lapsed(empty_warehouse)
    with pytest.raises(NameTaken):
        restore(empty_warehouse, SEGMENT, first.id, made_from=2, author=ANNA)
    with pytest.raises(NameTaken):
        undo(empty_warehouse, SEGMENT, first.id, made_from=2, author=ANNA)
    back = restore(
        empty_warehouse, SEGMENT, first.id, made_from=2, author=ANNA, name="Lapsed of old"
    )

    assert {row.id for row in listed(empty_warehouse, SEGMENT)} == {back.id, second.id}
    with pytest.raises(NameTaken):
        save(empty_warehouse, SEGMENT, second.id, made_from=1, author=BEN, name="Lapsed of old")


def test_of_equal_names_at_once_one_is_living(empty_warehouse):
    """Threads that take one name together: one keeps it, the others go to the archive, told."""
    together = threading.Barrier(6)

    def attempt(number: int) -> Made | NameTaken:
        together.wait()
        try:
            return lapsed(empty_warehouse, "Lapsed", number)
        except NameTaken as taken:
            return taken

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, range(6)))

    assert len([answer for answer in answers if isinstance(answer, Made)]) == 1
    assert [row.name for row in listed(empty_warehouse, SEGMENT)] == ["Lapsed"]


def test_the_archive_hides_and_gives_back(empty_warehouse):
    """An archived thing is listed only when asked for and cannot be edited."""
    first = lapsed(empty_warehouse)
    away = archive(empty_warehouse, SEGMENT, first.id, made_from=1, author=BEN)

    assert listed(empty_warehouse, SEGMENT) == []
    assert listed(empty_warehouse, SEGMENT, archived=True) == [away]
    assert listed(empty_warehouse, SEGMENT, archived=None) == [away]
    assert archive(empty_warehouse, SEGMENT, first.id, made_from=2, author=BEN) == away
    with pytest.raises(InvalidThing, match="in the archive"):
        save(empty_warehouse, SEGMENT, first.id, made_from=2, author=BEN, name="New")
    with pytest.raises(SaveConflict, match="Ben archived it"):
        save(empty_warehouse, SEGMENT, first.id, made_from=1, author=ANNA, name="New")

    back = restore(empty_warehouse, SEGMENT, first.id, made_from=2, author=ANNA)
    assert (back.version, back.archived, back.body) == (3, False, {"spend": 100})


def test_undo_goes_back_step_by_step(empty_warehouse):
    """Undo twice undoes two changes; an undo can itself be taken back by naming a version."""
    first = lapsed(empty_warehouse)
    save(empty_warehouse, SEGMENT, first.id, made_from=1, author=ANNA, body={"spend": 200})
    save(empty_warehouse, SEGMENT, first.id, made_from=2, author=ANNA, name="Renamed")

    once = undo(empty_warehouse, SEGMENT, first.id, made_from=3, author=BEN)
    assert (once.version, once.name, once.body, once.copied_version) == (
        4, "Lapsed", {"spend": 200}, 2)  # fmt: skip
    twice = undo(empty_warehouse, SEGMENT, first.id, made_from=4, author=BEN)
    assert (twice.version, twice.body) == (5, {"spend": 100})
    with pytest.raises(InvalidThing, match="nothing left to undo"):
        undo(empty_warehouse, SEGMENT, first.id, made_from=5, author=BEN)

    again = undo(empty_warehouse, SEGMENT, first.id, made_from=5, author=BEN, to=3)
    assert (again.name, again.body) == ("Renamed", {"spend": 200})
    assert what_was_done(again) == "Ben went back to version 3"


def test_a_copy_is_a_new_thing_that_knows_its_source(empty_warehouse):
    """Copies get free names of their own; the source does not change."""
    first = lapsed(empty_warehouse)
    save(empty_warehouse, SEGMENT, first.id, made_from=1, author=ANNA, body={"spend": 200})

    copies = [duplicate(empty_warehouse, SEGMENT, first.id, author=BEN) for _ in range(2)]
    older = duplicate(
        empty_warehouse, SEGMENT, first.id, author=BEN, version=1, name="Lapsed as it was"
    )

    assert [copy.name for copy in copies] == ["Copy of Lapsed", "Copy of Lapsed (2)"]
    assert [(copy.version, copy.owner, copy.copied_version) for copy in copies] == [
        (1, "Ben", 2), (1, "Ben", 2)]  # fmt: skip
    assert (older.body, older.copied_id, older.copied_version) == ({"spend": 100}, first.id, 1)
    assert len({first.id, older.id, *(copy.id for copy in copies)}) == 4
    with pytest.raises(NameTaken):
        duplicate(empty_warehouse, SEGMENT, first.id, author=BEN, name="lapsed")


def test_lists_narrow_by_owner_and_text(empty_warehouse):
    """Text is found in name and description in any case; what is special to LIKE is not here."""
    first = lapsed(empty_warehouse, "Große Käufer 100%")
    second = create(
        empty_warehouse, SEGMENT, name="New", body={"spend": 1}, author=BEN, owner="Carla",
        description="First order in June",
    )  # fmt: skip

    assert listed(empty_warehouse, SEGMENT) == [second, first]
    assert listed(empty_warehouse, SEGMENT, owner="Carla") == [second]
    assert listed(empty_warehouse, SEGMENT, text="KÄUFER") == [first]
    assert listed(empty_warehouse, SEGMENT, text="june") == [second]
    assert listed(empty_warehouse, SEGMENT, text="0%") == [first]
    assert listed(empty_warehouse, SEGMENT, text="%") == [first]
    assert listed(empty_warehouse, OTHER) == []


def test_differences_are_sentences(empty_warehouse):
    """Names and texts are told old to new; bodies in the words of their owner."""
    first = lapsed(empty_warehouse)
    changed = save(
        empty_warehouse, SEGMENT, first.id, made_from=1, author=BEN, name="Gone quiet",
        description="", owner="Ben", body={"spend": 250},
    )  # fmt: skip

    assert difference(SEGMENT, first, changed) == [
        "Name: “Lapsed” → “Gone quiet”.",
        "Description: “Gone” → none.",
        "Owner: Anna → Ben.",
        "Spend at least 100 → spend at least 250.",
    ]
    assert difference(SEGMENT, first, first) == []
    assert difference(SEGMENT, first, replace(first, archived=True)) == ["Put into the archive."]


@pytest.mark.parametrize(
    ("given_", "advice"),
    [
        ({"name": "  \n "}, "Give it a name"),
        ({"name": "x" * 121}, "121 characters"),
        ({"description": "x" * 4001}, "4001 characters"),
        ({"body": {"age": 3}}, "only spend can be asked for"),
        ({"body": {"spend": float("nan")}}, "cannot be saved"),
        ({"body": {"spend": {1, 2}}}, "cannot be saved"),
        ({"body": {"spend": "x" * 200_001}}, "too large"),
    ],
)
def test_what_cannot_be_kept_is_refused(empty_warehouse, given_, advice):
    """Sizes are bounded and the kind's owner has its say; nothing is written."""
    whole = {"name": "Lapsed", "description": "", "body": {"spend": 1}, **given_}

    with pytest.raises(InvalidThing, match=advice):
        create(empty_warehouse, SEGMENT, author=ANNA, **whole)

    assert listed(empty_warehouse, SEGMENT, archived=None) == []


def test_unknown_things_and_versions_are_told(empty_warehouse):
    """An id or version that is not there is an error of ours, also a hostile one."""
    first = lapsed(empty_warehouse)

    for id_ in ("", "nothing", "x' OR 1=1 --"):
        with pytest.raises(UnknownThing):
            current(empty_warehouse, SEGMENT, id_)
    for version in (0, 2, -1):
        with pytest.raises(UnknownThing):
            save(empty_warehouse, SEGMENT, first.id, made_from=version, author=BEN, name="Other")


def test_an_author_without_a_name_is_somebody():
    """Names are one bounded line of text, whatever a browser sends."""
    assert Author.of(None) == Author.of(" \t\x00 ") == Author("Somebody")
    assert Author.of(" Anna\n Lee ").name == "Anna Lee"
    assert len(Author.of("x" * 500).name) == 80
    assert Author.of("Zo\ud800e").name == "Zoe"


def test_a_given_id_is_taken_once(empty_warehouse):
    """Two who make the thing of one id at once get one first version, and one is told."""
    create(empty_warehouse, OTHER, id_="champions", name="Champions", body={"a": 1}, author=ANNA)

    with pytest.raises(SaveConflict, match="Anna made this map at the same moment"):
        create(empty_warehouse, OTHER, id_="champions", name="Champions", body={"a": 2}, author=BEN)

    assert current(empty_warehouse, OTHER, "champions").body == {"a": 1}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["edit", "undo", "archive", "restore"]), st.integers(0, 4)),
        max_size=8,
    )
)
def test_any_history_is_a_line_of_whole_states(warehouse, steps):
    """Whatever is done, versions count up by one, each made from the one before; undo is equal."""
    thing = create(warehouse, OTHER, name="Line", body={"n": -1}, author=ANNA, id_=None)
    for step, number in steps:
        at = current(warehouse, OTHER, thing.id).version
        try:
            if step == "edit":
                save(warehouse, OTHER, thing.id, made_from=at, author=BEN, body={"n": number})
            elif step == "undo":
                undo(warehouse, OTHER, thing.id, made_from=at, author=BEN)
            else:
                act = archive if step == "archive" else restore
                act(warehouse, OTHER, thing.id, made_from=at, author=BEN)
        except InvalidThing:
            continue
    line = main_line(warehouse, OTHER, thing.id)

    assert [row.version for row in line] == list(range(1, len(line) + 1))
    assert [row.made_from for row in line] == list(range(len(line)))
    for row in line:
        if row.action == "undo":
            target = line[row.copied_version - 1]
            assert (row.body, row.archived) == (target.body, target.archived)
    warehouse.command("TRUNCATE TABLE made")
