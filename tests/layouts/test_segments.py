"""The Segments tab before its data."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import Any

from layouts.segments import SUB_VIEWS, layout
from layouts.segments_rfm import cell


def _text() -> str:
    return json.dumps(layout().to_plotly_json(), default=lambda part: part.to_plotly_json())


def test_each_sub_view_has_its_modules() -> None:
    """A sub-view's word is its modules' in both rooms, and one is open at first."""
    assert len({view.word for view in SUB_VIEWS}) == len(SUB_VIEWS)
    for view in SUB_VIEWS:
        assert import_module(f"layouts.segments_{view.word}").layout() is not None
        import_module(f"callbacks.segments_{view.word}")


def test_no_two_parts_share_an_id() -> None:
    """Every id stands once on the page, stores and tiles included."""
    found: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("id"):
                found.append(json.dumps(part["id"], sort_keys=True))
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(json.loads(_text()))

    assert sorted(set(found)) == sorted(found)
    assert json.dumps(cell(5, 5), sort_keys=True) in found


def test_names_begin_with_the_tab() -> None:
    """A question reaches a tile only through the tab its name begins with."""
    names = re.findall(r'"tile-gate": 1, "name": "(\w+)-', _text())

    assert names
    assert set(names) == {"segments"}


def test_hidden_views_ask_nothing() -> None:
    """Whatever has a gate waits until it is in view."""
    seen = re.findall(r'"tile-seen": 1, "name": "[\w-]+"\}(?:, "data": (\w+))?', _text())

    assert seen
    assert "true" not in seen
