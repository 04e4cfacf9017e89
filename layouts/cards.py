"""Numbers of a preview or a verdict, as a row of cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts.components import icon


@dataclass(frozen=True, slots=True)
class Number:
    """A number on a card: what it is, as read, and what is said below it."""

    label: str
    value: str
    note: str
    about: str


def number_cards(numbers: Sequence[Number]) -> list[Component]:
    """Return numbers as cards."""
    return [
        html.Section(
            [
                html.Div(
                    [number.label, *([icon("info-circle")] if number.about else [])],
                    className="kpi-label",
                    title=number.about,
                ),
                html.Div(number.value, className="kpi-value"),
                html.Div(number.note, className="sub"),
            ],
            className="tile number-card",
        )
        for number in numbers
    ]
