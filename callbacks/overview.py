"""The Overview's callbacks: a question in, a finished view out."""

from __future__ import annotations

from functools import partial
from typing import Any

from dash import Input, Output, callback

from analytics.reports.overview import METRICS
from callbacks import _overview_parts as parts
from callbacks import _overview_views as views
from callbacks._views import finished_view, finished_views
from layouts.ids import tile
from layouts.overview import (
    CATEGORIES,
    CHANGED,
    CHANGED_BY,
    CHANNELS,
    COUNTRIES,
    CUSTOMERS,
    HOURS,
    HOURS_OF,
    KPIS,
    PRODUCTS,
    REVENUE,
    TRUST,
    kpi_name,
)


@callback(
    [Output(tile("view", kpi_name(metric)), "data") for metric in METRICS],
    Input(tile("gate", KPIS), "data"),
)
def draw_kpis(question: Any) -> Any:
    """Fill the eight cards; they are computed together."""
    return finished_views(KPIS, question, views.kpi_views, count=len(METRICS))


@callback(Output(tile("view", REVENUE), "data"), Input(tile("gate", REVENUE), "data"))
def draw_revenue(question: Any) -> Any:
    """Draw revenue over time."""
    return finished_view(REVENUE, question, views.revenue_view)


@callback(
    Output(tile("view", CHANGED), "data"),
    Input(tile("gate", CHANGED), "data"),
    Input(tile("switch", CHANGED), "value"),
)
def draw_changed(question: Any, by: Any) -> Any:
    """Draw what the change of revenue is made of."""
    return finished_view(CHANGED, question, parts.changed_view, by=_one_of(CHANGED_BY, by))


@callback(Output(tile("view", CHANNELS), "data"), Input(tile("gate", CHANNELS), "data"))
def draw_channels(question: Any) -> Any:
    """Draw the channels side by side."""
    return finished_view(CHANNELS, question, parts.channels_view)


@callback(Output(tile("view", COUNTRIES), "data"), Input(tile("gate", COUNTRIES), "data"))
def draw_countries(question: Any) -> Any:
    """Draw the best countries."""
    return finished_view(COUNTRIES, question, partial(parts.ranking_view, dimension="country"))


@callback(Output(tile("view", CATEGORIES), "data"), Input(tile("gate", CATEGORIES), "data"))
def draw_categories(question: Any) -> Any:
    """Draw the best categories."""
    return finished_view(CATEGORIES, question, partial(parts.ranking_view, dimension="category"))


@callback(Output(tile("view", PRODUCTS), "data"), Input(tile("gate", PRODUCTS), "data"))
def draw_products(question: Any) -> Any:
    """Draw the best products."""
    return finished_view(PRODUCTS, question, parts.products_view)


@callback(
    Output(tile("view", HOURS), "data"),
    Input(tile("gate", HOURS), "data"),
    Input(tile("switch", HOURS), "value"),
)
def draw_hours(question: Any, of: Any) -> Any:
    """Draw the week by hours."""
    return finished_view(HOURS, question, views.hours_view, of=_one_of(HOURS_OF, of))


@callback(Output(tile("view", CUSTOMERS), "data"), Input(tile("gate", CUSTOMERS), "data"))
def draw_customers(question: Any) -> Any:
    """Draw new and returning customers."""
    return finished_view(CUSTOMERS, question, views.customers_view)


@callback(Output(tile("view", TRUST), "data"), Input(tile("gate", TRUST), "data"))
def draw_reconciliation(question: Any) -> Any:
    """Draw the way from the file to the figures."""
    return finished_view(TRUST, question, parts.reconciliation_view)


def _one_of(known: dict[str, str], value: Any) -> str:
    """Return the value if it is one there is, else the first."""
    return value if isinstance(value, str) and value in known else next(iter(known))
