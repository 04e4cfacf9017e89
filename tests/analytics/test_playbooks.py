"""Advice for each segment: ours to begin with, the shop's own over it."""

from __future__ import annotations

import pytest

from analytics.playbooks import PLAYBOOKS, playbook, playbooks, reset_playbook, save_playbook
from clickhouse_schema.errors import InvalidThing, SaveConflict
from clickhouse_schema.made.things import Author

ANNA = Author("Anna")
OWN = {"what": "Our regulars.", "do": ["Say hello."], "whom": "Everyone."}


def test_each_of_the_ten_segments_has_advice(empty_warehouse):
    """Ten segments, each with who they are, at least three steps and whom to contact."""
    found = playbooks(empty_warehouse)

    assert len(found) == 10
    assert found == PLAYBOOKS
    assert all(book.what and len(book.do) >= 3 and book.whom for book in found.values())
    assert "Welcome, step 3" in found["new_customers"].do[2]


def test_own_words_stand_over_ours_until_taken_back(empty_warehouse):
    """Saved text is shown, a second save needs its version, resetting shows ours again."""
    own = save_playbook(empty_warehouse, "champions", **OWN, made_from=0, author=ANNA)
    assert (own.version, own.author, own.do) == (1, "Anna", ("Say hello.",))
    assert playbook(empty_warehouse, "champions") == own
    with pytest.raises(SaveConflict):
        save_playbook(
            empty_warehouse, "champions", **{**OWN, "whom": "Nobody."}, made_from=0, author=ANNA
        )

    assert reset_playbook(empty_warehouse, "champions", made_from=1, author=ANNA).version == 0
    assert playbook(empty_warehouse, "champions") == PLAYBOOKS["champions"]

    again = save_playbook(
        empty_warehouse, "champions", **{**OWN, "whom": "Nobody."}, made_from=0, author=ANNA
    )
    assert (again.version, playbook(empty_warehouse, "champions").whom) == (4, "Nobody.")


@pytest.mark.parametrize(
    "wrong", [{"what": " "}, {"do": []}, {"do": ["x"] * 13}, {"whom": "x" * 1001}, {"do": [3]}]
)
def test_texts_are_bounded(empty_warehouse, wrong):
    """Empty and endless texts are refused."""
    with pytest.raises(InvalidThing):
        save_playbook(empty_warehouse, "champions", **{**OWN, **wrong}, made_from=0, author=ANNA)
    assert playbook(empty_warehouse, "champions").version == 0
