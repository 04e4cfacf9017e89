"""The bar of filters above every tab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes, icon
from layouts.format import name_or_not_given
from layouts.ids import Shell

PRESETS = {
    "7d": "Last 7 days",
    "30d": "Last 30 days",
    "90d": "Last 90 days",
    "month": "This month",
    "last-month": "Last month",
    "year": "This year",
    "12m": "Last 12 months",
    "all": "All time",
    "custom": "Chosen days",
}
COMPARISONS = {
    "previous": "vs previous period",
    "year": "vs last year",
    "none": "No comparison",
}
CUSTOMERS = {"all": "All customers", "known": "Known customers only"}


@dataclass(frozen=True, slots=True)
class SegmentChoice:
    """A segment that customers can be narrowed to: its word in the address, its name, its kind."""

    word: str
    name: str
    named: bool


def customer_options(segments: Sequence[SegmentChoice]) -> list[Any]:
    """Return whose sales can be looked at: everybody's, known customers', a segment's."""
    words: list[Any] = [{"value": value, "label": label} for value, label in CUSTOMERS.items()]
    return words + [
        {"value": one.word, "label": f"{one.name} (RFM)" if one.named else one.name}
        for one in segments
    ]


def filter_bar(
    *,
    first_day: date,
    today: date,
    start: date,
    end: date,
    countries: tuple[str, ...],
    channels: tuple[str, ...],
    categories: tuple[str, ...],
    segments: Sequence[SegmentChoice],
) -> html.Div:
    """
    Return the bar; the browser keeps it, the address and the filters store equal.

    Args:
        first_day: First day with an order.
        today: Day after the newest order.
        start, end: The period shown first; `end` is left out of it.
        countries, channels, categories: As loaded; a bar without a choice is hidden.
        segments: What customers can be narrowed to.
    """
    controls = [
        _select(Shell.PRESET, PRESETS, "12m", "Period", clearable=False),
        html.Div(
            dcc.DatePickerRange(
                id=Shell.DATES,
                min_date_allowed=first_day.isoformat(),
                max_date_allowed=(today - timedelta(days=1)).isoformat(),
                start_date=start.isoformat(),
                end_date=(end - timedelta(days=1)).isoformat(),
                display_format="D MMM YYYY",
                first_day_of_week=1,
                minimum_nights=0,
            ),
            className="filter filter-dates",
        ),
        _names(Shell.COUNTRIES, countries, "All countries", "Country"),
        _names(Shell.CHANNELS, channels, "All channels", "Channel"),
        _names(Shell.CATEGORIES, categories, "All categories", "Category"),
        _labelled(
            dcc.Dropdown(
                customer_options(segments),
                "all",
                id=Shell.CUSTOMERS,
                clearable=False,
                maxHeight=360,
            ),
            "Customers",
            "",
        ),
        _select(Shell.COMPARE, COMPARISONS, "previous", "Comparison", clearable=False),
        html.Button("Reset", id=Shell.RESET, className="button"),
    ]
    return html.Div(
        controls, className="filters", role="search", **attributes(aria_label="Filters")
    )


def filters_button() -> html.Button:
    """Return the button that opens the filters on a phone."""
    return html.Button(
        [icon("funnel"), html.Span("Filters")],
        id=Shell.FILTERS_BUTTON,
        className="button filters-button",
        **attributes(aria_expanded="false"),
    )


def _select(
    identity: Shell, options: dict[str, str], value: str, label: str, *, clearable: bool
) -> html.Div:
    choices: list[Any] = [{"label": text, "value": key} for key, text in options.items()]
    return _labelled(
        dcc.Dropdown(choices, value, id=identity, clearable=clearable, searchable=False), label, ""
    )


def _names(identity: Shell, names: tuple[str, ...], placeholder: str, label: str) -> html.Div:
    choices: list[Any] = [{"label": name_or_not_given(name), "value": name} for name in names]
    kind = "" if len(names) > 1 else " no-choice"
    dropdown = dcc.Dropdown(choices, id=identity, multi=True, placeholder=placeholder)
    return _labelled(dropdown, label, kind)


def _labelled(control: Component, label: str, kind: str) -> html.Div:
    return html.Div(
        control, className=f"filter{kind}", role="group", **attributes(aria_label=label)
    )
