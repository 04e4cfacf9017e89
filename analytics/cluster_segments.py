"""A group becomes a saved segment: by its rule, or as the customers that are in it today."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from analytics.cluster_models import members_now
from analytics.reports._warehouse import warehouse
from analytics.reports.shell import ShellFacts
from analytics.saved_segments import SEGMENT, segment_body
from clickhouse_schema.errors import NameTaken
from clickhouse_schema.made.reading import with_name
from clickhouse_schema.made.store import create
from clickhouse_schema.made.things import Author, Made
from clickhouse_schema.members.lists import write_list
from clickhouse_schema.rules.tree import Condition, Group


def save_rule(grouping: Made, cluster: int, tree: Group, author: Author, name: str = "") -> Made:
    """
    Save a group's rule as a segment that can be edited and grows with the data.

    Args:
        grouping: Of which it is a group.
        cluster: Its number, from 1.
        tree: Its rule.
        author: Who saves it; owns it too.
        name: Of the segment; empty for one after the group, which is free.

    Raises:
        NameTaken: That name is another segment's.
        MadeError, WarehouseError: It could not be saved.
    """
    one = grouping.body["clusters"][cluster - 1]
    about = (
        f"The rule of a group of “{grouping.name}”; right for "
        f"{one['rule']['fidelity']:.1%} of customers."
    )
    name = name or _free_name(f"{one['name']} (rule)")
    return create(
        warehouse(), SEGMENT, name=name, body=segment_body(tree), author=author, description=about
    )


def save_members(
    grouping: Made, cluster: int, facts: ShellFacts, author: Author, name: str = ""
) -> Made:
    """
    Save the customers that are in a group today as a segment that stays as it is.

    Args:
        grouping: Of which it is a group.
        cluster: Its number, from 1.
        facts: Of the data.
        author: Who saves it; owns it too.
        name: Of the segment; empty for one after the group and the day, which is free.

    Raises:
        NameTaken: That name is another segment's.
        MadeError, WarehouseError: It could not be saved.
    """
    group = str(grouping.body["clusters"][cluster - 1]["name"])
    taker = with_name(warehouse(), SEGMENT, name) if name else None
    if taker is not None:  # told before many rows are written
        raise NameTaken(
            f"There is already a segment called “{taker.name}” (by {taker.owner}). "
            "Choose another name.",
            taker,
        )
    now = datetime.now(UTC)
    # Conditions name a list by its id, so the id is what people read.
    list_id = f"{group} · {now:%-d %b %Y %H:%M} · {secrets.token_hex(3)}"
    many = write_list(warehouse(), members_now(grouping.body, cluster, facts), list_id)
    tree = Group("all", (Condition("kept_list", "is_any_of", (list_id,)),))
    about = f"The {many:,} customers who were in a group of “{grouping.name}” then."
    return create(
        warehouse(), SEGMENT, name=name or _free_name(f"{group}, {now:%-d %b %Y}"),
        body=segment_body(tree), author=author, description=about,
    )  # fmt: skip


def _free_name(name: str) -> str:
    for number in range(1, 1000):
        chosen = name if number == 1 else f"{name} ({number})"
        if with_name(warehouse(), SEGMENT, chosen) is None:
            return chosen
    return name
