"""Cards of kept segments: what one can do with each."""

from __future__ import annotations

import json

from callbacks._experiments_read import plan_of_link
from layouts.segments_saved import Card, cards

KEPT = Card(
    id="ab12cd34ef56ab78", name="Lapsed", about="", sentence="Customers who left.", state="",
    version=2, archived=False, customers="12",
)  # fmt: skip


def links(card: Card) -> list[str]:
    """Return where a card leads."""
    drawn = cards([card], archive=False, searched=False)
    held = json.dumps(drawn, default=lambda part: part.to_plotly_json())
    return [part.split('"')[0] for part in held.split('"href": "')[1:]]


def test_a_kept_segment_leads_to_the_plan_of_an_experiment_on_it() -> None:
    """The plan can read the link."""
    (found,) = [link for link in links(KEPT) if link.startswith("/experiments")]

    assert plan_of_link(found.partition("?")[2]).segment == f"saved:{KEPT.id}"
