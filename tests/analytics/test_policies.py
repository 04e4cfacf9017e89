"""Policies: ours for every cell, a shop's own over them, back to ours."""

from __future__ import annotations

import pytest

from analytics.models.abc_xyz import CELLS
from analytics.policies import PARTS, POLICIES, policies, reset_policy, save_policy
from clickhouse_schema.errors import InvalidThing, SaveConflict
from clickhouse_schema.made.things import Author

OWN = {part: f"Own {part}" for part in PARTS}
ANA = Author("Ana")


def test_every_cell_has_a_policy_of_ours(empty_warehouse):
    """Ten cells, each with all its parts, none saved."""
    found = policies(empty_warehouse)

    assert tuple(found) == CELLS == tuple(POLICIES)
    assert all(text for policy in found.values() for text in policy.body.values())
    assert {policy.version for policy in found.values()} == {0}


def test_a_shop_writes_its_own_and_goes_back(empty_warehouse):
    """The own text shows for its cell alone; back to ours, and to an own one again."""
    saved = save_policy(empty_warehouse, "AZ", OWN, made_from=0, author=ANA)
    found = policies(empty_warehouse)
    assert (found["AZ"].body, found["AZ"].author) == (OWN, "Ana")
    assert found["AX"] == POLICIES["AX"]

    reset_policy(empty_warehouse, "AZ", made_from=saved.version, author=ANA)
    assert policies(empty_warehouse)["AZ"] == POLICIES["AZ"]

    save_policy(empty_warehouse, "AZ", {**OWN, "stock": "None"}, made_from=0, author=ANA)
    assert policies(empty_warehouse)["AZ"].stock == "None"


def test_two_who_save_at_once_are_told(empty_warehouse):
    """The second save from the same version does not overwrite the first."""
    first = save_policy(empty_warehouse, "new", OWN, made_from=0, author=ANA)
    theirs = {**OWN, "stock": "Theirs"}
    save_policy(empty_warehouse, "new", theirs, made_from=first.version, author=ANA)

    with pytest.raises(SaveConflict):
        bens = {**OWN, "stock": "Ben's"}
        save_policy(empty_warehouse, "new", bens, made_from=first.version, author=Author("Ben"))
    assert policies(empty_warehouse)["new"].stock == "Theirs"


@pytest.mark.parametrize(
    "body", [{**OWN, "price": " "}, {**OWN, "headline": "x" * 41}, {"headline": "only"}]
)
def test_texts_that_cannot_be_are_refused(empty_warehouse, body):
    """An empty, too long or missing part is told in a sentence."""
    with pytest.raises(InvalidThing):
        save_policy(empty_warehouse, "AX", body, made_from=0, author=ANA)
