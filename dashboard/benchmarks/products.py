"""The Products tab at reference scale: the matrix, a dragged cut, how sure classes are."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask

from analytics.reports._cache import cache
from analytics.reports._warehouse import use_warehouse
from analytics.reports.products import Options, classified
from analytics.reports.products_certainty import certainty
from analytics.reports.products_table import Page, product_page
from analytics.reports.shell import ShellFacts, shell_facts
from callbacks._products_views import matrix_view
from dashboard.app import open_warehouse
from dashboard.benchmarks._bench import Bench
from dashboard.benchmarks._browser import at_rest, chromium
from dashboard.benchmarks._children import run_child
from dashboard.benchmarks._rows import Row, at_most, information, unmeasured
from dashboard.benchmarks._served import serving
from dashboard.benchmarks._tabs import slices, tab_rows
from dashboard.config import AppConfig

TITLE = "the matrix cold, a dragged cut, how sure classes are, every view"
_MATRIX, _DRAG, _SURE = 1000, 200, 10  # ms, ms, s
# All five sub-views of the tab at once, of which a reader sees one.
_QUERY, _WHOLE = 1500, 5000  # ms
_MOVES = 24
_PATIENCE = 60.0  # seconds
_WATCH = """
() => {
  window.dragged = [];
  let moved = 0;
  window.addEventListener("pointermove", () => { moved = performance.now(); }, true);
  new MutationObserver(() => {
    if (!moved) return;
    const began = moved;
    moved = 0;
    requestAnimationFrame(() => window.dragged.push(performance.now() - began));
  }).observe(document.querySelector(".matrix"), {subtree: true, childList: true});
}
"""


def measure(bench: Bench) -> list[Row]:
    """Return what the issue's readers wait for, and the tab's queries and views."""
    folder = bench.reference.folder
    runs = [
        run_child("products:time_products", {"quick": bench.quick, "usual": at > 0}, folder)
        for at in range(min(bench.runs, 3))
    ]
    # Bars are of the usual slice; the others, which several processes would ask for minutes, once.
    cold = {**runs[0].answer["matrix"],
            "usual": median(run.answer["matrix"]["usual"] for run in runs)}  # fmt: skip
    slowest = max(cold, key=lambda name: cold[name])
    rows = [
        at_most("products: matrix, cold", cold["usual"], "ms", _MATRIX, detail=cold,
                note=f"{runs[0].answer['products']:,} products; slowest slice: {slowest}, "
                     f"{cold[slowest]:,.0f} ms"),
        _drag_row(folder),
        at_most("products: bootstrap of every class", _middle(runs, "certainty"), "s", _SURE,
                note="200 draws, the job's own work"),
        information("products: a page of the table", _middle(runs, "page") * 1000, "ms"),
        information("products: memory of the process", max(run.peak_mb for run in runs), "MB"),
    ]  # fmt: skip
    return rows + tab_rows(bench, "products", query_bar=_QUERY, cold_bar=_WHOLE, most_runs=1)


def _middle(runs: list[Any], name: str) -> float:
    return float(median(run.answer[name] for run in runs))


def _drag_row(folder: Path) -> Row:
    name = "products: a cut dragged, until drawn"
    with serving(folder) as served:
        answer = run_child("products:time_drag", {"url": served.url}, folder).answer
    if "missing" in answer:
        return unmeasured(name, "ms", f"<= {_DRAG}", answer["missing"])
    moves = answer["ms"]
    return at_most(name, median(moves), "ms", _DRAG,
                   note=f"median of {len(moves)} moves; slowest {max(moves):.0f} ms; "
                        f"{answer['asked']} requests while held")  # fmt: skip


def time_products(quick: bool, usual: bool) -> dict[str, Any]:
    """
    Return milliseconds of the matrix by slice, and seconds of the rest; runs in a child.

    Args:
        quick: As `slices`.
        usual: Only the slice that readers see first.
    """
    with _opened() as facts:
        found: dict[str, Any] = {"matrix": {}}
        asked = slices(facts, quick)
        for name, filters in ({"usual": asked["usual"]} if usual else asked).items():
            cache.clear()
            shell_facts()
            found["matrix"][name] = _seconds(
                lambda: json.dumps(matrix_view(replace(filters), facts, Options()).to_dict())  # noqa: B023
            ) * 1000  # fmt: skip
        held = classified(facts.default_filters(), Options(), facts.data)
        found["products"] = len(held.products)
        found["page"] = _seconds(lambda: product_page(held, None, Page(sort="description")))
        found["certainty"] = _seconds(lambda: certainty(held))
        found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
        return found


def time_drag(url: str) -> dict[str, Any]:
    """
    Drag a cut in a browser and return how long each move took to be drawn; runs in a child.

    Returns:
        `ms`, one per move that changed the matrix, and `asked`, requests while the handle was
        held; or `missing`, why there is no browser.
    """
    with chromium() as browser:
        if isinstance(browser, str):
            return {"missing": browser}
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{url}/products")
        at_rest(page)
        page.wait_for_selector("#products-table", state="attached")
        page.evaluate("document.querySelector('#products-table').scrollIntoView()")
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and "flap" not in page.inner_text("#products-job-state"):
            page.wait_for_timeout(200)  # the bootstrap runs beside, and is another row
        page.evaluate("window.scrollTo(0, 0)")
        at_rest(page)
        page.evaluate(_WATCH)
        handle = page.locator('[role="slider"]').nth(2)
        box = handle.bounding_box()
        if box is None:
            return {"missing": "the page has no slider"}
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        before = len(asked)
        for move in range(1, _MOVES + 1):
            page.mouse.move(x + 10 * (move % 12), y)
            page.wait_for_timeout(120)
        held = len(asked) - before
        page.mouse.up()
        return {"ms": page.evaluate("window.dragged"), "asked": held}


@contextmanager
def _opened() -> Iterator[ShellFacts]:
    warehouse = open_warehouse(AppConfig.from_env())
    use_warehouse(warehouse)
    app = Flask("benchmark")
    cache.init_app(app, config={"CACHE_TYPE": "SimpleCache"})
    try:
        with app.app_context():
            yield shell_facts()
    finally:
        use_warehouse(None)
        warehouse.close()


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
