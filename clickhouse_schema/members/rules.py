"""The members of a tree of rules, as a selection that can be counted, exported and frozen."""

from __future__ import annotations

from clickhouse_schema.members.facts import Members
from clickhouse_schema.rules.compile import Builder, Judgement, tree_sql
from clickhouse_schema.rules.tree import Group


def members_of_tree(tree: Group, judgement: Judgement, name: str = "") -> Members:
    """
    Return who fits a tree.

    Args:
        tree: Expanded: without references to saved segments.
        judgement: Which orders count, and when.
        name: What the selection is called.
    """
    builder = Builder(judgement)
    fits = tree_sql(builder, tree)
    text = f"SELECT customer_key\nFROM\n(\n{builder.customers()}\n)\nWHERE {fits}"
    return Members(text, builder.params, name)
