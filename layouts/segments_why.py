"""Why a customer is in a segment or out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from layouts.components import icon


@dataclass(frozen=True, slots=True)
class FindingShown:
    """A condition as found in one customer: in words, the customer's value, whether it holds."""

    condition: str
    value: str
    passed: bool


def why_answer(head: str, member: bool | None, findings: Sequence[FindingShown]) -> list[Component]:
    """Return why a customer is in or out; `member` None when nothing can be said."""
    if member is None:
        return [html.P(head, className="sub")]
    mark = icon("check-circle-fill" if member else "x-circle-fill")
    rows = [
        html.Li(
            [
                icon("check-lg" if one.passed else "x-lg", "good" if one.passed else "bad"),
                html.Div(
                    [
                        html.Div(one.condition),
                        html.Div(
                            [html.Span("pass: " if one.passed else "fail: "), one.value],
                            className="sub",
                        ),
                    ]
                ),
            ]
        )
        for one in findings
    ]
    return [
        html.P([mark, head], className=f"why-head {'good' if member else 'bad'}"),
        html.Ul(rows, className="why-list"),
    ]
