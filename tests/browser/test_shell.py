"""What the frame does for a reader: addresses, filters, theme, downloads, trust."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Route

from .conftest import Served, Visit, Watched

pytestmark = pytest.mark.browser
LINK = "/overview?from=2025-03-01&to=2025-05-31&country=Germany&compare=year"


def click_first_bar(shown: Watched, tile: str) -> None:
    """Click the longest bar of a tile's chart."""
    shown.page.locator(f'[data-tile="{tile}"] .plot').scroll_into_view_if_needed()
    shown.settle()
    bars = shown.page.locator(f'[data-tile="{tile}"] .points .point path')
    boxes = [bars.nth(index).bounding_box() for index in range(bars.count())]
    widest = max((box for box in boxes if box), key=lambda box: box["width"])
    shown.page.mouse.click(widest["x"] + widest["width"] / 2, widest["y"] + widest["height"] / 2)
    shown.settle()


def test_filters_survive_reload_and_back(sample_shop: Served, visit: Visit) -> None:
    """The address holds the view: reloading shows the same, going back shows the one before."""
    shown = visit(sample_shop).open(LINK)
    filtered = shown.numbers()
    shown.page.reload()
    assert shown.settle().numbers() == filtered

    shown.page.click("#shell-reset")
    everything = shown.settle().numbers()
    assert everything != filtered
    assert "country" not in shown.page.url

    shown.page.go_back()
    assert shown.settle().numbers() == filtered
    assert "Country: Germany" in shown.page.inner_text("#shell-chips")
    shown.assert_clean()


def test_a_shared_link_opens_the_same_view_in_a_fresh_browser(
    sample_shop: Served, visit: Visit
) -> None:
    """Nothing but the address is needed."""
    first = visit(sample_shop).open(LINK)
    link = first.page.url.removeprefix(sample_shop.url)

    assert visit(sample_shop).open(link).numbers() == first.numbers()


def test_an_address_that_cannot_be_read_is_mended_with_words(
    sample_shop: Served, visit: Visit
) -> None:
    """Unknown names and impossible days are told, and the usual view is shown."""
    plain = visit(sample_shop).open("/overview").numbers()

    shown = visit(sample_shop).open("/overview?from=2025-02-31&to=x&country=Atlantis&compare=1")

    assert shown.numbers() == plain
    notice = shown.page.inner_text("#shell-toasts")
    assert "Atlantis" in notice
    assert "days" in notice
    shown.assert_clean()


def test_an_unknown_path_shows_the_first_tab(sample_shop: Served, visit: Visit) -> None:
    """A mistyped address is not a dead end."""
    shown = visit(sample_shop).open("/nowhere")

    assert shown.page.inner_text("h1") == "Overview"
    shown.assert_clean()


@pytest.mark.parametrize("tile", ["overview-countries", "overview-changed"])
def test_clicking_a_country_filters_and_its_chip_takes_it_back(
    sample_shop: Served, visit: Visit, tile: str
) -> None:
    """A bar is a filter; the chip removes it; the numbers follow."""
    shown = visit(sample_shop).open("/overview").see_everything()
    before = shown.numbers()

    click_first_bar(shown, tile)
    assert "country=" in shown.page.url
    assert shown.numbers() != before

    shown.page.evaluate("window.scrollTo(0, 0)")
    shown.page.click("#shell-chips .chip")
    assert shown.settle().numbers() == before
    assert "country=" not in shown.page.url
    shown.assert_clean()


def test_coming_back_to_a_tab_asks_the_server_nothing(sample_shop: Served, visit: Visit) -> None:
    """A pane stays alive: its link leads to what is already there."""
    shown = visit(sample_shop).open("/overview").see_everything()
    shown.asked.clear()

    shown.page.click(".side .nav-link >> nth=0")
    shown.settle()

    assert shown.asked == []


def test_a_walk_through_all_tabs(sample_shop: Served, visit: Visit) -> None:
    """
    The first view does without the script of grids; hurried clicks leave no tab empty. Once all
    tabs have been seen, walking through them costs the server no call, and the page little: what
    each callback sends is looked at by every component of every tab.
    """
    shown = visit(sample_shop).open("/overview")
    assert shown.page.evaluate("window.dash_ag_grid === undefined")

    links = shown.page.locator(".side .nav-link")
    for number in range(links.count()):
        links.nth(number).click()
    shown.settle()
    _walk(shown)

    assert shown.page.evaluate("window.dash_ag_grid !== undefined")
    empty = "[...document.querySelectorAll('.pane > div')].filter(body => !body.firstElementChild)"
    assert shown.page.evaluate(f"{empty}.length") == 0

    shown.rest().asked.clear()
    shown.page.evaluate(
        "window.runs = 0; for (const part of Object.values(dash_clientside))"
        " for (const [name, run] of Object.entries(part)) if (typeof run === 'function')"
        " part[name] = function () { window.runs += 1; return run.apply(this, arguments); }"
    )
    _walk(shown)

    assert shown.asked == []
    assert 0 < shown.page.evaluate("window.runs") < 10 * links.count()
    shown.assert_clean()


def _walk(shown: Watched) -> None:
    for link in shown.page.locator(".side .nav-link").all():
        link.click()
        shown.settle()


@pytest.mark.parametrize("ending", ["answered", "failed"])
def test_a_tile_waits_as_long_as_its_answer_is_on_its_way(
    sample_shop: Served, visit: Visit, ending: str
) -> None:
    """A skeleton and `aria-busy` say so, and neither outlives the question, however it ends."""
    shown = visit(sample_shop).open(LINK)
    assert shown.page.locator("[aria-busy]").count() == 0
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    asks = "**/_dash-update-component*"
    shown.page.route(asks, hold)

    shown.page.click("#shell-reset")
    shown.until("document.querySelectorAll('.kpi .waiting[aria-busy]').length === 8")
    shown.page.route(asks, lambda route: route.continue_())  # those that follow
    for route in held:
        route.continue_() if ending == "answered" else route.abort()
    shown.until("document.querySelector('[aria-busy]') === null")


def test_a_menu_is_walked_and_left_by_keyboard(sample_shop: Served, visit: Visit) -> None:
    """Arrows go round its choices; Escape closes it and leaves the focus on its button."""
    shown = visit(sample_shop).open("/overview")
    opens = shown.page.locator('[data-tile="overview-revenue"] .tile-menu summary')
    focused = "document.activeElement.textContent"
    opens.focus()
    shown.page.keyboard.press("Enter")
    walked = []
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"):
        shown.page.keyboard.press(key)
        walked.append(shown.page.evaluate(focused))
    shown.page.keyboard.press("Escape")

    first, last = "View as table", "Download PNG"
    assert walked == [first, "Download CSV", last, first, last]
    assert shown.page.evaluate(focused) == "More on Revenue over time"
    opened = "document.querySelectorAll('details.menu[open]').length"
    assert shown.page.evaluate(opened) == 0
    opens.click()
    assert shown.page.evaluate(opened) == 1
    shown.page.click("#page-title")
    assert shown.page.evaluate(opened) == 0
    shown.assert_clean()


def test_charts_out_of_view_wait(sample_shop: Served, visit: Visit) -> None:
    """Opening a tab asks only for what is on the screen; scrolling asks for the rest."""
    shown = visit(sample_shop).open("/overview")
    at_first = len(shown.asked)
    shown.see_everything()

    assert len(shown.asked) > at_first


def test_the_theme_changes_without_the_server_and_is_kept(
    sample_shop: Served, visit: Visit
) -> None:
    """Figures follow; the choice survives a reload."""
    shown = visit(sample_shop).open("/overview")
    shown.asked.clear()

    shown.page.click("#shell-theme-button")
    shown.until(
        "document.querySelector('.js-plotly-plot')._fullLayout.font.color"
        ".toUpperCase() === '#E6EAF0'"
    )
    assert shown.asked == []

    shown.page.reload()
    shown.settle()
    assert shown.page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_a_reader_who_prefers_dark_gets_dark(sample_shop: Served, visit: Visit) -> None:
    """From the first picture on, charts included, without a click."""
    shown = visit(sample_shop, theme="dark").open("/overview")

    assert shown.page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    ink = "document.querySelector('.js-plotly-plot')._fullLayout.font.color.toUpperCase()"
    assert shown.page.evaluate(ink) == "#E6EAF0"
    shown.assert_clean()


def test_a_chart_downloads_as_csv_with_what_it_shows(
    sample_shop: Served, visit: Visit, tmp_path: Path
) -> None:
    """Title, filters and data-as-of stand above the rows."""
    shown = visit(sample_shop).open(LINK)
    with shown.page.expect_download() as download:
        _choose(shown, "overview-revenue", "Download CSV")
    saved = tmp_path / "revenue.csv"
    download.value.save_as(saved)

    rows = list(csv.reader(saved.read_text(encoding="utf-8-sig").splitlines()))
    told = " ".join(cell for row in rows[:3] for cell in row)
    assert "2025-03-01 to 2025-05-31" in told
    assert "Germany" in told
    assert "Data to" in told
    assert len(rows) > 10


def test_a_chart_downloads_as_png(sample_shop: Served, visit: Visit, tmp_path: Path) -> None:
    """The picture is one, and large enough to print."""
    shown = visit(sample_shop).open("/overview")
    with shown.page.expect_download() as download:
        _choose(shown, "overview-revenue", "Download PNG")
    saved = tmp_path / "revenue.png"
    download.value.save_as(saved)

    assert saved.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert saved.stat().st_size > 10_000


def test_a_chart_can_be_read_as_a_table(sample_shop: Served, visit: Visit) -> None:
    """And as a chart again."""
    shown = visit(sample_shop).open("/overview")
    _choose(shown, "overview-revenue", "View as table")
    rows = shown.page.locator('[data-tile="overview-revenue"] tbody tr')
    rows.first.wait_for()
    assert rows.count() > 5

    _choose(shown, "overview-revenue", "View as chart")
    shown.page.locator('[data-tile="overview-revenue"] .main-svg').first.wait_for()
    shown.assert_clean()


def test_every_number_tells_where_it_comes_from(sample_shop: Served, visit: Visit) -> None:
    """Definition, period, rows, data time and the SQL open with one click."""
    shown = visit(sample_shop).open("/overview").see_everything()

    for button in shown.page.locator(".kpi-label, [aria-label^='About ']").all():
        button.click()
        body = shown.page.locator("#shell-trust-body")
        body.locator("details").first.wait_for()
        text = body.inner_text()
        assert "Period" in text
        assert "Data to" in text
        assert "Rows used" in text
        shown.page.keyboard.press("Escape")
        shown.page.locator(".offcanvas").wait_for(state="hidden")
    shown.assert_clean()


def test_nothing_to_show_is_told_in_words(gift_shop: Served, visit: Visit) -> None:
    """A day without trade has dashes and sentences, not zeros and blanks."""
    shown = visit(gift_shop).open("/overview?from=2010-12-25&to=2010-12-26").see_everything()

    assert set(shown.numbers().values()) <= {"\u2013", "0", "£0.00"}
    assert shown.page.locator(".empty:visible").count() > 0
    shown.assert_clean()


def test_the_published_totals_are_on_the_page(gift_shop: Served, visit: Visit) -> None:
    """Over all time with known customers only: 8,911,407.90 from 397,884 of 541,909 lines."""
    shown = (
        visit(gift_shop)
        .open("/overview?from=2010-12-01&to=2011-12-09&customers=known")
        .see_everything()
    )

    exact = shown.page.get_attribute('[data-tile="overview-kpi-revenue"] .kpi-value', "title")
    assert exact == "£8,911,407.90"
    assert shown.numbers()["overview-kpi-orders"] == "18,532"
    assert shown.numbers()["overview-kpi-active-customers"] == "4,338"
    page = shown.page.inner_text("main")
    assert "541,909" in page
    assert "397,884" in page


def test_the_keyboard_reaches_everything(sample_shop: Served, visit: Visit) -> None:
    """The first stop skips to the content; focus can be seen; no stop is a trap."""
    shown = visit(sample_shop).open("/overview")
    stops = []
    for _ in range(40):
        shown.page.keyboard.press("Tab")
        stops.append(
            shown.page.evaluate(
                "(document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.textContent || '').trim().slice(0, 40)"
            )
        )

    assert stops[0] == "Skip to the content"
    assert any(stop.startswith("Revenue") for stop in stops)
    assert len(set(stops)) > 20


def _choose(shown: Watched, tile: str, what: str) -> None:
    shown.page.click(f'[data-tile="{tile}"] .tile-menu summary')
    shown.page.click(f'[data-tile="{tile}"] .dropdown-item >> text="{what}"')
