"""What a benchmark says: a figure, its unit, the bar it is held to, and whether it met it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

_HEADS = ("name", "figure", "unit", "bar", "met")


@dataclass(frozen=True, slots=True)
class Row:
    """
    One line of the table.

    Attributes:
        name: `<word>: <what>`.
        figure: What was measured; None when it could not be.
        unit: Of the figure, and of the bar.
        bar: What it is held to, in words such as `<= 300`; empty for information.
        met: Whether it is; None for information. A row with a bar that could
            not be measured has not met it.
        note: Why there is no figure, or what to know about it.
        detail: The figures behind this one, by name; in its unit unless the name says another.
    """

    name: str
    figure: float | None
    unit: str
    bar: str = ""
    met: bool | None = None
    note: str = ""
    detail: Mapping[str, float] = field(default_factory=dict)


def at_most(
    name: str,
    figure: float,
    unit: str,
    bar: float,
    *,
    note: str = "",
    detail: Mapping[str, float] | None = None,
) -> Row:
    """Return the row of a figure that must not exceed `bar`."""
    return Row(name, figure, unit, f"<= {_plain(bar)}", figure <= bar, note, detail or {})


def below(name: str, figure: float, unit: str, bar: float, *, note: str = "") -> Row:
    """Return the row of a figure that must stay under `bar`."""
    return Row(name, figure, unit, f"< {_plain(bar)}", figure < bar, note)


def at_least(
    name: str,
    figure: float,
    unit: str,
    bar: float,
    *,
    note: str = "",
    detail: Mapping[str, float] | None = None,
) -> Row:
    """Return the row of a figure that must reach `bar`."""
    return Row(name, figure, unit, f">= {_plain(bar)}", figure >= bar, note, detail or {})


def information(
    name: str,
    figure: float,
    unit: str,
    *,
    note: str = "",
    detail: Mapping[str, float] | None = None,
) -> Row:
    """Return the row of a figure without a bar."""
    return Row(name, figure, unit, note=note, detail=detail or {})


def unmeasured(name: str, unit: str, bar: str, why: str) -> Row:
    """Return the row of what could not be measured; with a bar, it has not met it."""
    return Row(name, None, unit, bar, False if bar else None, why)


def as_json(rows: Sequence[Row], machine: Mapping[str, Any]) -> str:
    """Return the rows and what they were measured on, as JSON."""
    return json.dumps({"machine": machine, "rows": [asdict(row) for row in rows]}, indent=2)


def as_text(rows: Sequence[Row]) -> str:
    """Return the rows as a table for a terminal; notes stand below it."""
    cells = [_cells(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(_HEADS, *cells, strict=True)]
    lines = [_line(_HEADS, widths), "  ".join("-" * width for width in widths)]
    lines += [_line(row, widths) for row in cells]
    notes = [f"{row.name}: {row.note}" for row in rows if row.note]
    return "\n".join([*lines, *(["", *notes] if notes else [])])


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a table for a README."""
    lines = ["| name | figure | unit | bar | met |", "|---|---:|---|---|---|"]
    lines += [f"| {' | '.join(_cells(row))} |" for row in rows]
    notes = [f"- {row.name}: {row.note}" for row in rows if row.note]
    return "\n".join([*lines, *(["", *notes] if notes else [])])


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    met = "" if row.met is None else "yes" if row.met else "no"
    figure = "not measured" if row.figure is None else _plain(row.figure)
    return row.name, figure, row.unit, row.bar, met


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, figure, *rest = cells
    shown = [name.ljust(widths[0]), figure.rjust(widths[1])]
    shown += [cell.ljust(width) for cell, width in zip(rest, widths[2:], strict=True)]
    return "  ".join(shown).rstrip()


def _plain(figure: float) -> str:
    """Return three digits that mean something: 1,234,567, 312, 12.3, 0.46."""
    size = abs(figure)
    if size >= 100 or figure == round(figure):
        return f"{figure:,.0f}"
    return f"{figure:.1f}" if size >= 10 else f"{figure:.2f}"
