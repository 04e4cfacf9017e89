"""What a visit costs in headless Chromium; runs in a child process."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from layouts.tabs import TABS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

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
_WAITS = """
() => !document.getElementById("content")
  || !!document.querySelector("[data-dash-is-loading=true], [aria-busy], .skeleton")
"""
_LOOK_EVERY, _LOOKS = 50, 8  # milliseconds, and looks in a row that must find it at rest
_PATIENCE = 60.0  # seconds


def visit(url: str, runs: int) -> dict[str, Any]:
    """
    Open the first tab in fresh browsers, then again, and walk through the tabs.

    Returns:
        Per run `first_bytes`, `second_bytes` (on the wire), `paint_ms` and
        `quiet_ms` (until everything in view is drawn); `revisits`, what a second
        round through the tabs asked the server; `question`,
        the body of a request for a tile's view. Only `missing`, in words, when
        there is no browser.
    """
    with chromium() as browser:
        if isinstance(browser, str):
            return {"missing": browser}
        visits = [_visit_twice(browser, url) for _ in range(runs)]
        answer = {name: [one[name] for one in visits] for name in visits[0]}
        return answer | _walk(browser, url)


@contextmanager
def chromium() -> Iterator[Browser | str]:
    """Lend a browser; in words why there is none, where there is none."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        yield "Playwright is not installed (tests/requirements.txt)"
        return
    found = os.environ.get("CLIENTELE_CHROMIUM") or next(
        filter(None, map(shutil.which, _CHROMIUMS)), None
    )
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        except Error:
            yield "no Chromium is installed"
            return
        try:
            yield browser
        finally:
            browser.close()


def at_rest(page: Page) -> None:
    """Wait until nothing is being drawn on a page, some time long."""
    until = time.monotonic() + _PATIENCE
    looks = 0
    while looks < _LOOKS:
        if time.monotonic() > until:
            raise TimeoutError("the page never came to rest")
        looks = 0 if page.evaluate(_WAITS) else looks + 1
        page.wait_for_timeout(_LOOK_EVERY)


class _Watched:
    """
    A page, what it receives, and what is still on its way.

    Attributes:
        received: Bytes on the wire.
        answered: What the server itself was asked: bodies of questions, else
            addresses; what the browser's cache answered is not among it.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.received = 0
        self.answered: list[str] = []
        self._open: dict[str, str] = {}
        session = context.new_cdp_session(self.page)
        session.on("Network.requestWillBeSent", self._begin)
        session.on("Network.loadingFinished", self._finish)
        session.on("Network.loadingFailed", self._finish)
        session.send("Network.enable")

    def _begin(self, event: dict[str, Any]) -> None:
        request = event["request"]
        if request["url"].startswith("http"):
            self._open[event["requestId"]] = request.get("postData") or request["url"]

    def _finish(self, event: dict[str, Any]) -> None:
        asked = self._open.pop(event["requestId"], None)
        if asked is not None and event.get("encodedDataLength"):
            self.received += int(event["encodedDataLength"])
            self.answered.append(asked)

    def rest(self) -> float:
        """
        Wait until nothing is on its way and nothing is being drawn.

        Returns:
            When that began, in milliseconds of the page's own clock.
        """
        until = time.monotonic() + _PATIENCE
        looks, since = 0, 0.0
        while looks < _LOOKS:
            if time.monotonic() > until:
                raise TimeoutError("the page never came to rest")
            waits = bool(self._open) or self.page.evaluate(_WAITS)
            looks = 0 if waits else looks + 1
            if looks == 1:
                since = float(self.page.evaluate("performance.now()"))
            self.page.wait_for_timeout(_LOOK_EVERY)
        return since


def _visit_twice(browser: Browser, url: str) -> dict[str, float]:
    context = browser.new_context(viewport=_SIZE)  # type: ignore[arg-type]
    try:
        first, paint, quiet = _open(context, url)
        second, _, _ = _open(context, url)
    finally:
        context.close()
    return {"first_bytes": first, "second_bytes": second, "paint_ms": paint, "quiet_ms": quiet}


def _open(context: BrowserContext, url: str) -> tuple[float, float, float]:
    watched = _Watched(context)
    watched.page.goto(url)
    quiet = watched.rest()
    paint = watched.page.evaluate(_FIRST_PAINT)
    watched.page.close()
    return watched.received, float(paint), quiet


def _walk(browser: Browser, url: str) -> dict[str, Any]:
    """Open every tab, then every tab again, and count what the second round asks."""
    context = browser.new_context(viewport=_SIZE)  # type: ignore[arg-type]
    watched = _Watched(context)
    try:
        watched.page.goto(url)
        watched.rest()
        _through_tabs(watched)
        before = len(watched.answered)
        _through_tabs(watched)
        again = watched.answered[before:]
        questions = [body for body in watched.answered if "tile-view" in body]
        return {"revisits": again, "question": (questions or [""])[0]}
    finally:
        context.close()


def _through_tabs(watched: _Watched) -> None:
    for tab in TABS:
        watched.page.locator(f".side a[href^='{tab.path}']").first.click()
        watched.rest()
