"""
What a tile shows once its question is answered, ready for the browser.

A callback returns one of these as a dict; the clientside code of the shell
draws it, offers its table and its downloads, and opens its trust panel.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go

GoodDirection = Literal["up", "down", "none"]


@dataclass(frozen=True, slots=True)
class Trust:
    """
    Where a number comes from.

    Attributes:
        metric: Key of its definition in `layouts.definitions`.
        period: The days it covers, in words.
        compared: The days it is compared with, in words; empty if none.
        used: Rows that went in: (what they are, how many).
        left_out: Rows that did not: (by which rule, how many).
        data_as_of: Time of the newest order, in words.
        statements: What was run: (name, SQL with its values listed below).
        narrowed: Which customers it is about, in words; empty for all of them.
    """

    metric: str
    period: str
    compared: str
    used: tuple[tuple[str, int], ...]
    left_out: tuple[tuple[str, int], ...]
    data_as_of: str
    statements: tuple[tuple[str, str], ...]
    narrowed: str = ""


@dataclass(frozen=True, slots=True)
class ChartView:
    """
    A drawn answer.

    Attributes:
        figure: What to draw, without a template; None when there is nothing.
        answer: The answer in one sentence, which a screen reader speaks.
        table: The same as rows; headers as people read them.
        trust: Where the numbers come from.
        title, subtitle: Replace those of the tile; empty leaves them.
        empty: Why there is nothing to see and what to do; empty otherwise.
    """

    figure: go.Figure | None
    answer: str
    table: pd.DataFrame
    trust: Trust
    title: str = ""
    subtitle: str = ""
    empty: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "figure": None if self.figure is None else json.loads(self.figure.to_json()),
            "answer": self.answer,
            "table": {
                "columns": [str(column) for column in self.table.columns],
                "rows": _plain_rows(self.table),
            },
            "trust": asdict(self.trust),
            "title": self.title,
            "subtitle": self.subtitle,
            "empty": self.empty,
        }


@dataclass(frozen=True, slots=True)
class KpiView:
    """
    One number with its change.

    Attributes:
        value: As read at a glance.
        exact: In full, for hovering.
        change: Relative change, 0.012 for +1.2%; None without a comparison.
        compared: What it is compared with, in words.
        good: Whether up or down is good news, or neither.
        spark: Values over the period, oldest first.
        trust: Where the number comes from.
        empty: Why there is no number; empty otherwise.
    """

    value: str
    exact: str
    change: float | None
    compared: str
    good: GoodDirection
    spark: tuple[float, ...]
    trust: Trust
    empty: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self)


def _plain_rows(table: pd.DataFrame) -> list[list[Any]]:
    plain = table.astype(object).where(table.notna(), None)
    return [[_plain_cell(cell) for cell in row] for row in plain.itertuples(index=False)]


def _plain_cell(cell: Any) -> Any:
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat() if cell == cell.normalize() else cell.isoformat()
    return cell.item() if hasattr(cell, "item") else cell
