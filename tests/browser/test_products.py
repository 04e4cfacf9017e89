"""The Products tab in a browser: cuts dragged, a cell clicked, a product opened, files compared."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from .conftest import SIZES, Served, Visit, Watched
from .looks import assert_good_in_both_themes, silent_tiles

pytestmark = pytest.mark.browser
_OPEN = ".products .subview-link.active"
_VIEWS = ("matrix", "changes", "range", "watch", "one")
_COUNT = "document.getElementById('products-count').textContent"
_MOVED = "document.getElementById('products-moved').textContent"


def cells(shown: Watched) -> dict[str, int]:
    """Return the products each cell says it has."""
    told = shown.page.evaluate(
        "[...document.querySelectorAll('.matrix-cell')].map(cell => cell.title)"
    )
    found = {}
    for title in told:
        name, rest = title.split(": ")
        found[name] = int(re.match(r"[\d,]+", rest)[0].replace(",", ""))  # type: ignore[index]
    return found


def drag(shown: Watched, slider: str, handle: int, by: int, *, steps: int = 12) -> None:
    """Take a handle of a slider and move it, without letting it go."""
    box = shown.page.locator(f'[role="group"]:has(> #{slider}, * #{slider}) [role="slider"]').nth(
        handle
    ).bounding_box()  # fmt: skip
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    shown.page.mouse.move(x, y)
    shown.page.mouse.down()
    for step in range(1, steps + 1):
        shown.page.mouse.move(x + by * step / steps, y)


def test_a_dragged_cut_moves_products_at_once_and_the_server_agrees(
    gift_shop: Served, visit: Visit
) -> None:
    """While a handle is held the matrix tells what moves and asks nothing; let go, all agree."""
    shown = visit(gift_shop).open("/products").see_everything().rest()
    before = cells(shown)
    asked = len(shown.asked)
    drag(shown, "products-variations", 0, 60)
    shown.until(f"/products with .* of revenue move:.* from Y to X/.test({_MOVED})")
    during = cells(shown)

    assert len(shown.asked) == asked
    assert during["AX"] > before["AX"] and during["AZ"] == before["AZ"]
    assert sum(during.values()) == sum(before.values())
    shown.page.mouse.up()
    shown.settle()
    assert cells(shown) == during
    assert "Against the usual cuts" in shown.page.evaluate(_MOVED)
    assert table_of(shown, "products-matrix") == list(during.values())

    shown.page.click("#products-usual")
    shown.settle()
    assert cells(shown) == before
    shown.assert_clean()


def table_of(shown: Watched, tile: str) -> list[int]:
    """Return the products per cell as the tile's table says them, from the server."""
    shown.page.click(f'[data-tile="{tile}"] .tile-menu summary')
    shown.page.click(f'[data-tile="{tile}"] .dropdown-item:has-text("View as table")')
    rows = shown.page.evaluate(
        f"[...document.querySelectorAll('[data-tile=\"{tile}\"] tbody tr')]"
        ".map(row => row.children[1].textContent)"
    )
    shown.page.click(f'[data-tile="{tile}"] .tile-menu summary')
    shown.page.click(f'[data-tile="{tile}"] .dropdown-item:has-text("View as chart")')
    return [int(text.replace(",", "")) for text in rows]


def test_a_cell_its_table_its_files_and_a_product_say_the_same(
    gift_shop: Served, visit: Visit, tmp_path: Path
) -> None:
    """A-Z clicked: as many rows in the table and the CSV as in the cell; one opens its page."""
    shown = visit(gift_shop).open("/products").see_everything()
    shown.page.click('.matrix-cell[title^="AZ"]')
    many = cells(shown)["AZ"]
    shown.until(f"{_COUNT} === '{many:,} products of AZ'").settle()
    assert "AZ: Decide by hand" in shown.page.inner_text("#products-policy-reading")

    with shown.page.expect_download() as saved:
        shown.page.click("#products-csv")
    path = tmp_path / "products.csv"
    saved.value.save_as(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader(line for line in lines if not line.startswith("# ")))
    assert len(rows) - 1 == many and {row[3] for row in rows[1:]} == {"AZ"}
    assert "# A ends at: 80% of revenue" in lines
    with shown.page.expect_download() as book:
        shown.page.click("#products-excel")
    assert book.value.suggested_filename == "products-az-2011-12-10.xlsx"

    shown.page.click("#products-table .key-cell >> nth=0")
    shown.until("location.search.includes('view=one')").settle()
    title = shown.page.inner_text('[data-tile="products-course"] h2')
    assert rows[1][0] in title
    again = visit(gift_shop).open(shown.page.url.removeprefix(gift_shop.url)).settle()
    assert again.page.inner_text('[data-tile="products-course"] h2') == title
    shown.assert_clean()
    again.assert_clean()


def chosen(shown: Watched) -> dict[str, object]:
    """Return how products are classified as the page shows it, and which cell is open."""
    found: dict[str, object] = shown.page.evaluate(
        """() => ({
          switches: [...document.querySelectorAll('.product-settings input:checked')]
            .map(one => one.value),
          cuts: [...document.querySelectorAll('.product-settings [role="slider"]')]
            .map(one => Number(one.getAttribute('aria-valuenow'))),
          cell: (document.querySelector('.matrix-cell.chosen') || {title: ''}).title.split(':')[0],
        })"""
    )
    return found


def test_the_address_keeps_how_products_are_classified(gift_shop: Served, visit: Visit) -> None:
    """A link shows what its sender saw; "back" leads to what one saw before; nonsense is usual."""
    link = "/products?abc=units&xyz=week&season=taken&classes=70-90-60-120&cell=BX"
    shown = visit(gift_shop).open(link).see_everything()
    sent = {
        "switches": ["units", "week", "units", "counted", "taken"],
        "cuts": [70, 90, 60, 120],
        "cell": "BX",
    }
    assert chosen(shown) == sent
    assert f"{cells(shown)['BX']:,} products of BX" == shown.page.inner_text("#products-count")

    shown.page.click('#products-by label:has-text("Margin")')
    shown.until("location.search.includes('abc=margin')").settle()
    shown.page.click('.matrix-cell[title^="AX"]')
    shown.until("!location.search.includes('cell=')").settle()
    assert chosen(shown)["cell"] == "AX"
    shown.page.go_back()
    shown.until("location.search.includes('cell=BX')").settle()
    shown.page.go_back()
    shown.until("location.search.includes('abc=units')").settle()
    assert chosen(shown) == sent
    shown.page.click("#products-usual")
    shown.until("!location.search.includes('classes=')").settle()
    shown.assert_clean()

    odd = visit(gift_shop).open("/products?abc=9&classes=95-80-0-1&cell=QQ").see_everything()
    assert chosen(odd) == {
        "switches": ["revenue", "month", "units", "counted", "kept"],
        "cuts": [80, 95, 50, 100],
        "cell": "AX",
    }
    odd.assert_clean()


def test_a_policy_is_rewritten_and_taken_back(sample_shop: Served, visit: Visit) -> None:
    """A shop's own words show in the cell and in its policy; the original comes back."""
    shown = visit(sample_shop).open("/products").see_everything()
    shown.page.click("#products-policy-edit")
    shown.page.fill("#products-policy-headline", "Ask Ana first")
    shown.page.click("#products-policy-save")
    shown.until("document.querySelector('.matrix-cell').textContent.includes('Ask Ana first')")
    shown.settle()
    shown.page.click("#products-policy-edit")
    shown.page.click("#products-policy-reset")
    shown.until("document.querySelector('.matrix-cell').textContent.includes('Never run out')")
    shown.assert_clean()


@pytest.mark.parametrize("size", SIZES)
def test_every_sub_view_is_clean_accessible_and_answered(
    sample_shop: Served, visit: Visit, size: str
) -> None:
    """
    By its link in the row of views: no tile without its sentence, good in both themes. A link of
    an earlier version opens the view it named.
    """
    shown = visit(sample_shop, size=size).open("/products?products=watch")
    assert shown.page.inner_text(_OPEN).strip() == "Watch list"
    for view in _VIEWS[1:]:
        shown.page.click(f".subview-link[href*='view={view}']")
        shown.until(f"location.search.includes('view={view}')").settle().see_everything()

        assert silent_tiles(shown) == [], view
        assert_good_in_both_themes(shown, f"products-{view}-{size}")


def test_another_tabs_views_leave_this_ones_open(sample_shop: Served, visit: Visit) -> None:
    """A reader who comes back finds the view that was left."""
    shown = visit(sample_shop).open("/products?view=one")
    shown.page.click(".side a[href^='/segments']")
    shown.settle().page.click(".subview-link[href*='view=saved']")
    shown.settle().page.click(".side a[href^='/products']")
    assert shown.settle().page.inner_text(_OPEN).strip() == "One product"
