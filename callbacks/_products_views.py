"""The matrix's finished view: drawn, said in a sentence, laid out as a table, with its steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import pandas as pd

from analytics.errors import NotEnoughData
from analytics.reports.products import Classified, Options, classified, matrix, steps
from analytics.reports.shell import ShellFacts
from callbacks._segments_views import data_stamp
from callbacks._trust import narrowed_in_words
from clickhouse_schema.filters import Filters
from clickhouse_schema.recording import Statement, recording
from layouts.figures.products import matrix_figure
from layouts.format import count, currency_sign, exact_money, percent, period
from layouts.products import DEMANDS, VALUES
from layouts.views import ChartView, Trust

Build = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class MatrixView:
    """
    The matrix, and what the browser needs to move its cuts by itself.

    Attributes:
        chart: As any tile's.
        steps: Columns of `analytics.reports.products.steps`, and how to write them.
    """

    chart: ChartView
    steps: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {**self.chart.to_dict(), "steps": self.steps}


def says_why(build: Build) -> Build:
    """Show in the tile why there is too little data, instead of an error."""

    @wraps(build)
    def built(filters: Filters, facts: ShellFacts, options: Options, **more: Any) -> Any:
        try:
            return build(filters, facts, options, **more)
        except NotEnoughData as error:
            stamp = data_stamp(facts)
            trust = Trust("abc_xyz", period(filters.start, filters.end), "", (), (), stamp, ())
            return ChartView(None, str(error), pd.DataFrame(), trust, empty=str(error))

    return built


@says_why
def matrix_view(filters: Filters, facts: ShellFacts, options: Options) -> MatrixView:
    """Return the nine cells and the new products."""
    with recording() as statements:
        found = classified(filters, options, facts.data)
    cells, currency = matrix(found), facts.data.currency
    best = cells.loc[cells["revenue"].idxmax()]
    title = (
        f"{_called(best['cell'])}: {percent(best['products_share'])} of products bring "
        f"{percent(best['revenue_share'])} of revenue"
    )
    told = pd.DataFrame({"Cell": [_called(name) for name in cells["cell"]]})
    told["Products"] = cells["products"]
    told["Share of products"] = cells["products_share"].map(percent)
    for measure, label in VALUES.items():
        write = count if measure == "units" else lambda value: exact_money(value, currency)
        told[label] = cells[measure].map(write)
        told[f"Share of {label.lower()}"] = cells[f"{measure}_share"].map(percent)
    products = int(cells["products"].sum())
    chart = ChartView(
        figure=matrix_figure(cells, currency),
        answer=f"{title}. {count(products)} products in all.",
        table=told,
        trust=rests_on("abc_xyz", found, facts, statements),
        title=title,
        subtitle=basis_in_words(found),
    )
    return MatrixView(chart, _steps(found, currency))


def _called(cell: str) -> str:
    return "New products" if cell == "new" else cell


def _steps(found: Classified, currency: str) -> dict[str, Any]:
    frame = steps(found).round(2)
    held: dict[str, Any] = {column: frame[column].tolist() for column in frame}
    return {
        **held,
        "by": found.options.by,
        "sign": currency_sign(currency),
        "costs": bool(found.products["has_cost"].any()),
    }


def basis_in_words(found: Classified) -> str:
    """Return what the classes are made of: `1,160 products; units per month, 12 whole months`."""
    options, periods = found.options, found.periods
    demand = DEMANDS["revenue" if options.in_money else "units"]
    words = [
        f"{count(len(found.products))} products",
        f"ABC by {VALUES[options.by].lower()}",
        f"XYZ by {demand.lower()} in {periods.count} whole {periods.step}s since launch",
    ]
    if not options.zeros:
        words.append("periods without a sale left out")
    if options.deseasonalised:
        words.append(
            f"season taken out of {count(found.seasonless)} products"
            if found.seasonless
            else f"no season can be told from less than {periods.in_a_year} whole {periods.step}s"
        )
    elif options.season:
        words.append("the season stays: it needs the periods without a sale")
    if options.by == "margin" and not found.products["has_cost"].any():
        words.append("no costs are loaded, so nothing has a margin")
    return "; ".join(words)


def rests_on(
    metric: str, found: Classified, facts: ShellFacts, statements: Sequence[Statement]
) -> Trust:
    """Return what a view of classified products rests on."""
    now, products = found.slice.now, found.products
    costless = int((~products["has_cost"]).sum())
    left_out = [
        ("Postage, fees and the like (no products)", found.fee_codes),
        ("Products without a known cost, for margins", costless),
        ("Days of partial weeks or months, for variation only", _partial_days(found)),
    ]
    return Trust(
        metric=metric,
        period=period(now.start, now.end),
        compared="",
        narrowed="" if now.segment is None else narrowed_in_words(now.segment, compared=False),
        used=(("Products", len(products)),),
        left_out=tuple(pair for pair in left_out if pair[1]),
        data_as_of=data_stamp(facts),
        statements=tuple((one.name, one.text) for one in statements),
    )


def _partial_days(found: Classified) -> int:
    whole = found.periods
    return found.slice.now.days - (whole.end - whole.start).days
