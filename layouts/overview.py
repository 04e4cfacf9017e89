"""The Overview tab before its data; `callbacks/overview.py` fills it."""

from __future__ import annotations

from dash import html

from layouts.components import chart_tile, gate, kpi_tile, segmented
from layouts.definitions import DEFINITIONS

KPIS = "overview-kpis"
REVENUE = "overview-revenue"
CHANGED = "overview-changed"
CHANNELS = "overview-channels"
COUNTRIES = "overview-countries"
CATEGORIES = "overview-categories"
PRODUCTS = "overview-products"
HOURS = "overview-hours"
CUSTOMERS = "overview-customers"
TRUST = "overview-trust"

CHANGED_BY = {
    "country": "Countries",
    "channel": "Channels",
    "category": "Categories",
    "product": "Products",
}
HOURS_OF = {"orders": "Orders", "revenue": "Revenue"}


def kpi_name(metric: str) -> str:
    """Return the name of a metric's card: `overview-kpi-` and the metric, hyphened."""
    return f"overview-kpi-{metric.replace('_', '-')}"


def layout(metrics: tuple[str, ...] = tuple(DEFINITIONS)) -> html.Div:
    """
    Return the tab without a number in it.

    Args:
        metrics: Of the cards, in order; keys of `DEFINITIONS`.
    """
    cards = [
        kpi_tile(kpi_name(metric), DEFINITIONS[metric].name, DEFINITIONS[metric].definition)
        for metric in metrics
    ]
    changed_by = segmented(CHANGED, "What changed, by", CHANGED_BY, "country")
    hours_of = segmented(HOURS, "What is counted", HOURS_OF, "orders")
    tiles = [
        chart_tile(REVENUE, "Revenue over time", columns=7, height=372),
        chart_tile(CHANGED, "What changed?", columns=5, height=290, controls=changed_by),
        chart_tile(CHANNELS, "Channels", columns=7, height=280, lazy=True, clicks="channels"),
        chart_tile(CUSTOMERS, "New and returning customers", columns=5, height=280, lazy=True),
        chart_tile(
            COUNTRIES, "Top countries", columns=4, height=400, lazy=True, clicks="countries"
        ),
        chart_tile(CATEGORIES, "Categories", columns=4, height=400, lazy=True, clicks="categories"),
        chart_tile(PRODUCTS, "Top products", columns=4, height=400, lazy=True),
        chart_tile(HOURS, "When people order", columns=6, height=270, lazy=True, controls=hours_of),
        chart_tile(TRUST, "From the file to these figures", columns=6, height=306, lazy=True),
    ]
    return html.Div([*gate(KPIS), *cards, *tiles], className="grid")
