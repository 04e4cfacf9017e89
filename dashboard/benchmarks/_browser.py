"""What a visit costs in headless Chromium; runs in a child process."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

from layouts.tabs import TABS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_SIZE = {"width": 1440, "height": 900}
_FIRST_PAINT = """
() => new Promise(done => {
  const look = () => {
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    if (paint) done(paint.startTime); else setTimeout(look, 20);
  };
  look();
})
"""
# A promise: polling an expression would need the eval that the page's policy forbids.
_QUIET = """
() => new Promise(done => {
  const look = () => {
    const waits = document.querySelector("[data-dash-is-loading=true], .skeleton");
    if (waits) setTimeout(look, 20); else done(true);
  };
  look();
})
"""


def visit(url: str, runs: int) -> dict[str, Any]:
    """
    Open the first tab in fresh browsers, then again, and walk through the tabs.

    Returns:
        Per run `first_bytes`, `second_bytes` (on the wire), `paint_ms` and
        `quiet_ms` (until everything in view is drawn); `revisit_calls`, the
        requests to the server of a second round through the tabs; `question`,
        the body of a request for a tile's view. Only `missing`, in words, when
        there is no browser.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return {"missing": "Playwright is not installed (tests/requirements.txt)"}
    found = os.environ.get("CLIENTELE_CHROMIUM") or next(
        filter(None, map(shutil.which, _CHROMIUMS)), None
    )
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        except Error:
            return {"missing": "no Chromium is installed"}
        try:
            visits = [_visit_twice(browser, url) for _ in range(runs)]
            answer = {name: [one[name] for one in visits] for name in visits[0]}
            return answer | _walk(browser, url)
        finally:
            browser.close()


class _Wire:
    """Counts the bytes a page receives."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.received = 0
        self.session: CDPSession = context.new_cdp_session(page)
        self.session.on("Network.loadingFinished", self._count)
        self.session.send("Network.enable")

    def _count(self, event: dict[str, Any]) -> None:
        self.received += int(event["encodedDataLength"])


def _visit_twice(browser: Browser, url: str) -> dict[str, float]:
    context = browser.new_context(viewport=_SIZE)  # type: ignore[arg-type]
    try:
        first, paint, quiet = _open(context, url)
        second, _, _ = _open(context, url)
    finally:
        context.close()
    return {"first_bytes": first, "second_bytes": second, "paint_ms": paint, "quiet_ms": quiet}


def _open(context: BrowserContext, url: str) -> tuple[float, float, float]:
    page = context.new_page()
    wire = _Wire(context, page)
    page.goto(url)
    _settle(page)
    quiet = page.evaluate("performance.now()")
    paint = page.evaluate(_FIRST_PAINT)
    received = wire.received
    page.close()
    return received, float(paint), float(quiet)


def _walk(browser: Browser, url: str) -> dict[str, Any]:
    """Open every tab, then every tab again, and count what the second round asks."""
    context = browser.new_context(viewport=_SIZE)  # type: ignore[arg-type]
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or request.url))
    try:
        page.goto(url)
        _settle(page)
        _through_tabs(page)
        before = len(asked)
        _through_tabs(page)
        questions = [body for body in asked if "tile-view" in body]
        return {"revisit_calls": len(asked) - before, "question": (questions or [""])[0]}
    finally:
        context.close()


def _through_tabs(page: Page) -> None:
    for tab in TABS:
        page.locator(f".side a[href^='{tab.path}']").first.click()
        _settle(page)


def _settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate(_QUIET)
