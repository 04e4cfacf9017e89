"""Views of kept segments: the list, a history, an overlap, growth and movement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pandas as pd

from analytics.activation.plan import ACTIVATION
from analytics.reports._warehouse import warehouse
from analytics.reports.segments import Basis, preview
from analytics.reports.segments_members import growth, joiners_leavers, overlap
from analytics.reports.shell import ShellFacts
from analytics.saved_segments import SEGMENT, kept_tree, rule_differences
from callbacks._segments_preview import condition_phrase, sentence
from callbacks._segments_rule import Saved, saved_segments
from clickhouse_schema.errors import UnknownThing
from clickhouse_schema.made.differences import difference, what_was_done
from clickhouse_schema.made.reading import history, listed
from clickhouse_schema.made.things import Made
from clickhouse_schema.recording import Statement, recording
from clickhouse_schema.rules.tree import Group, RuleError
from layouts.figures.segments_saved import growth_figure, overlap_figure, overlap_words
from layouts.format import count, day, money
from layouts.segments_saved import Card, Version
from layouts.views import ChartView, Trust

_MOST = 100
_MOST_NAMED = 5


def cards_of(text: str, *, archived: bool, saved: Saved, basis: Basis, currency: str) -> list[Card]:
    """
    Return kept segments with what they find now, the last changed first.

    Raises:
        NotEnoughData, WarehouseError: As `preview`.
    """
    found = listed(warehouse(), SEGMENT, archived=archived, text=text[:120])
    return [_card(made, saved, basis, currency) for made in found[:_MOST]]


def _card(made: Made, saved: Saved, basis: Basis, currency: str) -> Card:
    try:
        tree = kept_tree(made)
        said = sentence(tree, saved, currency)
        customers = "" if made.archived else count(preview(tree, saved.trees, basis).customers)
    except RuleError as error:
        said, customers = str(error), ""
    return Card(
        id=made.id,
        name=made.name,
        about=made.description,
        sentence=said,
        state=f"Version {made.version} · {made.author}, {day(made.at.date())} {made.at:%H:%M} UTC"
        f" · owned by {made.owner}",
        version=made.version,
        archived=made.archived,
        customers=customers,
    )


def needed_by(id_: str) -> str:
    """Return, as a sentence, which segments and deliveries cannot do without a segment."""
    saved = saved_segments()
    names = [
        f"the segment “{saved.names[other]}”"
        for other, tree in saved.trees.items()
        if any(one.field == "saved_segment" and id_ in one.names for one in tree.conditions())
    ]
    names += [
        f"the delivery “{made.name}”"
        for made in listed(warehouse(), ACTIVATION)
        if made.body.get("segment") == id_
    ]
    if not names:
        return ""
    told = ", ".join(names[:_MOST_NAMED]) + (" and others" if len(names) > _MOST_NAMED else "")
    return f" Until then this cannot be computed or sent: {told}."


def versions_of(id_: str, saved: Saved, currency: str) -> tuple[str, list[Version]]:
    """
    Return the name and history of a segment, the newest first, products by their names.

    Raises:
        UnknownThing: There is none.
    """
    rows = history(warehouse(), SEGMENT, id_)
    line = {row.version: row for row in rows if row.held}
    newest = max(line)
    differences = partial(
        rule_differences,
        condition=lambda one: condition_phrase(one, saved, currency),
        whole=lambda tree: sentence(tree, saved, currency),
    )
    kind = replace(SEGMENT, differences=differences)
    found = []
    for row in rows:
        before = line.get(row.made_from)
        found.append(
            Version(
                version=row.version,
                done=what_was_done(row),
                at=f"{day(row.at.date())}, {row.at:%H:%M} UTC",
                differences=tuple(difference(kind, before, row)) if before else (),
                can_return=row.held and row.version != newest,
                aside="" if row.held else row.revision,
            )
        )
    return line[newest].name, found[::-1]


def tree_named(saved: Saved, id_: str) -> Group:
    """
    Return the tree of a kept segment.

    Raises:
        UnknownThing: There is none, or it is archived.
    """
    if id_ not in saved.trees:
        raise UnknownThing("That segment is not here any more. Choose another.")
    return saved.trees[id_]


def overlap_view(ids: tuple[str, str], saved: Saved, basis: Basis, facts: ShellFacts) -> ChartView:
    """
    Return how two kept segments overlap.

    Raises:
        UnknownThing, RuleError, NotEnoughData, WarehouseError: As the report.
    """
    trees = [tree_named(saved, id_) for id_ in ids]
    names = (saved.names[ids[0]], saved.names[ids[1]])
    with recording() as statements:
        parts = {part.inside: part for part in overlap(trees, saved.trees, basis)}
    only = (parts[(0,)].customers, parts[(1,)].customers)
    both = parts[(0, 1)].customers
    table = pd.DataFrame(
        {
            "Who": [f"Only in {names[0]}", "In both", f"Only in {names[1]}"],
            "Customers": [only[0], both, only[1]],
            "Revenue of 12 months": [
                money(parts[key].year_revenue, facts.data.currency) for key in ((0,), (0, 1), (1,))
            ],
        }
    )
    said = overlap_words(names, only, both)
    return ChartView(
        figure=overlap_figure(names, only, both) if any((*only, both)) else None,
        answer=f"{said}: {count(both)} customers.",
        table=table,
        trust=_trust(facts, statements),
        title=said,
        empty="" if any((*only, both)) else "Nobody is in either of them now.",
    )


def growth_view(
    id_: str,
    saved: Saved,
    basis: Basis,
    facts: ShellFacts,
    told: Callable[[int, int], None] | None = None,
) -> ChartView:
    """
    Return a kept segment through time; `told` hears of months done and months in all.

    Raises:
        UnknownThing, RuleError, NotEnoughData, WarehouseError: As the report.
    """
    with recording() as statements:
        sizes = growth(tree_named(saved, id_), saved.trees, basis, told)
    # A month's end is shown as its last day.
    days = [(size.at - timedelta(seconds=1)).date() for size in sizes]
    customers = [size.customers for size in sizes]
    name = saved.names[id_]
    table = pd.DataFrame(
        {
            "At the end of": [day(at) for at in days],
            "Customers": customers,
            "Revenue of the 12 months before": [
                money(size.year_revenue, facts.data.currency) for size in sizes
            ],
        }
    )
    year = customers[-13] if len(customers) > 12 else None
    title = f"“{name}” has {count(customers[-1])} members"
    if year:
        title += f", {count(year)} a year before"
    return ChartView(
        figure=growth_figure(days, customers), answer=f"{title}.", table=table,
        trust=_trust(facts, statements), title=title,
    )  # fmt: skip


def moved_words(id_: str, since: date, saved: Saved, basis: Basis, currency: str) -> list[str]:
    """
    Return who joined and left a segment since a day, in words.

    Raises:
        UnknownThing, RuleError, NotEnoughData, WarehouseError: As the report.
    """
    found = joiners_leavers(tree_named(saved, id_), saved.trees, basis, since)
    return [
        f"{count(found.joined)} joined ({money(found.joined_revenue, currency)} in 12 months)",
        f"{count(found.left)} left ({money(found.left_revenue, currency)} in the 12 before)",
        f"{count(found.stayed)} stayed",
    ]


def _trust(facts: ShellFacts, statements: Sequence[Statement]) -> Trust:
    newest = facts.data.newest_at
    return Trust(
        metric="segment_size",
        period=f"{day(facts.data.first_day)} to {day(newest.date())}",
        compared="",
        used=(),
        left_out=(),
        data_as_of=f"Data to {day(newest.date())}, {newest:%H:%M}",
        statements=tuple((one.name, one.text) for one in statements),
    )
