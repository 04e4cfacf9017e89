"""The classified products as CSV or Excel, with the cuts they were classified by written in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from analytics.activation.work import EXPORT_PRODUCTS, clear_exports, export_path
from analytics.exports.excel import SHEET_ROWS
from analytics.exports.files import Told
from analytics.jobs import Work, kind
from analytics.reports._slice import slice_of
from analytics.reports.products import Classified, classified_of
from analytics.reports.products_certainty import read_filters, read_parameters
from analytics.reports.products_table import listed
from analytics.reports.shell import shell_facts

_BLOCK = 5_000
_RISKY = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run as a formula
HEADERS = {
    "product_id": "Product",
    "description": "Description",
    "category": "Category",
    "class": "Class",
    "abc": "ABC by revenue · margin · units",
    "revenue": "Revenue",
    "margin": "Margin",
    "units": "Units",
    "share": "Share of larger ones",
    "cv": "Variation (CV)",
    "certainty": "Class is sure",
    "flapping": "Flapping",
    "demand_class": "Demand pattern",
    "moving": "Moving",
    "days_since": "Days since last sale",
    "return_rate": "Return rate",
    "price_low": "Lowest price",
    "price_high": "Highest price",
}
_MONEY = ("revenue", "margin", "price_low", "price_high")


@dataclass(frozen=True, slots=True)
class ProductFile:
    """
    A list of classified products to be written.

    Attributes:
        found: The products.
        cell: Only those of this cell; None for all.
        currency: ISO 4217 code.
    """

    found: Classified
    cell: str | None
    currency: str

    @property
    def about(self) -> tuple[tuple[str, str], ...]:
        """What the file says of itself: filters, cuts and how products were classified."""
        options, cuts, now = self.found.options, self.found.options.cuts, self.found.slice.now
        periods = self.found.periods
        names = {"Country": now.countries, "Channel": now.channels, "Category": now.categories}
        narrowed = [f"{name}: {', '.join(values)}" for name, values in names.items() if values]
        narrowed += ["Known customers only"] if now.known_only else []
        narrowed += [f"Segment: {now.segment.name}"] if now.segment else []
        return (
            ("Period", f"{now.start} to {now.end}, the last day left out"),
            ("Filters", "; ".join(narrowed) or "none"),
            ("Cell", self.cell or "all"),
            ("A ends at", f"{cuts.a}% of {options.by}"),
            ("B ends at", f"{cuts.b}% of {options.by}"),
            ("X ends at", f"a variation of {cuts.x}%"),
            ("Y ends at", f"a variation of {cuts.y}%"),
            ("Demand", f"{'revenue' if options.in_money else 'units'} in {periods.count} whole "
                       f"{periods.step}s from {periods.start}, since launch"),
            ("Periods without a sale", "counted" if options.zeros else "left out"),
            ("Season", "taken out" if options.deseasonalised else "left in"),
            ("Currency", self.currency),
        )  # fmt: skip

    def rows(self) -> pd.DataFrame:
        """Return the rows of the file, the largest revenue first."""
        rows = listed(self.found, self.cell)
        rows = rows.sort_values(["revenue", "place"], ascending=[False, True])
        return rows[list(HEADERS)].round(dict.fromkeys(_MONEY, 2) | {"cv": 6, "certainty": 4})

    def file_name(self, format_: str, day: date) -> str:
        """Return a name every system can keep."""
        return f"products-{(self.cell or 'all').lower()}-{day.isoformat()}.{format_}"


def product_csv(file: ProductFile) -> Iterator[bytes]:
    """Yield a CSV file in UTF-8: what it is in lines that begin with #, a header, the products."""
    rows = file.rows()
    text = io.StringIO()
    writer = csv.writer(text)
    for label, said in file.about:  # not quoted, so that readers of comments know them
        text.write(f"# {label}: {' '.join(said.split())}\r\n")
    writer.writerow(HEADERS.values())
    for first in range(0, max(len(rows), 1), _BLOCK):
        block = rows.iloc[first : first + _BLOCK]
        plain = block.astype(object).where(block.notna(), "")
        writer.writerows([_safe(cell) for cell in row] for row in plain.to_numpy())
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_RISKY) else cell


def write_product_workbook(file: ProductFile, path: Path, told: Told | None = None) -> int:
    """
    Write an Excel workbook: the products, and a sheet on how they were classified.

    Args:
        told: Called with the rows written so far; what it raises ends it.

    Returns:
        The rows written.
    """
    rows = file.rows().head(SHEET_ROWS)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        money, rate = (book.add_format({"num_format": form}) for form in ("#,##0.00", "0.0%"))
        forms: Mapping[str, Any] = {
            **dict.fromkeys(_MONEY, money),
            **dict.fromkeys(("share", "cv", "certainty", "return_rate"), rate),
        }
        sheet = book.add_worksheet("Products")
        for place, (name, header) in enumerate(HEADERS.items()):
            sheet.set_column(place, place, 38 if name == "description" else max(12, len(header)))
            sheet.write_string(0, place, header, bold)
        sheet.freeze_panes(1, 1)
        for number, row in enumerate(rows.itertuples(index=False), 1):
            for place, (name, value) in enumerate(zip(HEADERS, row, strict=True)):
                if isinstance(value, str):
                    sheet.write_string(number, place, value)
                elif np.isfinite(value):
                    sheet.write_number(number, place, value, forms.get(name))
            if told is not None and number % _BLOCK == 0:
                told(number)
        about = book.add_worksheet("About")
        about.set_column(0, 0, 24)
        about.set_column(1, 1, 80)
        for number, (label, said) in enumerate(file.about):
            about.write_string(number, 0, label)
            about.write_string(number, 1, said)
    return len(rows)


@kind(EXPORT_PRODUCTS)
def export_products(work: Work) -> dict[str, Any]:
    """Write the classified products to an Excel file that can be fetched for a day."""
    asked, data = work.parameters, shell_facts().data
    work.told(1, "Classifying")
    view = slice_of(read_filters(asked["filters"]), data)
    found = classified_of(view, read_parameters(asked))
    file = ProductFile(found, asked["cell"], data.currency)
    many = len(found.products)
    path = export_path(work.job.id, "xlsx")
    clear_exports()
    try:
        rows = write_product_workbook(
            file, path, lambda done: work.told(100 * done / many, f"{done:,} products written")
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return {"name": file.file_name("xlsx", data.today), "format": "xlsx", "rows": rows}
