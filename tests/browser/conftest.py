"""A served application and a Chromium that watches what it does."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    Page,
    Request,
    sync_playwright,
)

from layouts.figures.theme import INK
from layouts.figures.theme import THEMES as CHART_THEMES

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "tests" / "pictures"
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
THEMES = ("light", "dark")
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Resolves when the browser has drawn a frame: how fast that is differs between machines.
_DRAWN = "new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
# What the page looks like before its frame and while an answer is on its way, and how often
# in a row it must not, so that what a field still holds back has been sent.
_WAITS = (
    f"{_DRAWN}.then(() => !document.getElementById('content')"
    " || !!document.querySelector('[data-dash-is-loading=true], [aria-busy], .skeleton'))"
)
_QUIET_CHECKS = 6
# Charts in view that have not answered: passed by unanswered, they would wait for the next visit.
_UNANSWERED = (
    f"{_DRAWN}.then(() => [...document.querySelectorAll('.tile.chart')].some(tile => {{"
    "  const place = tile.getBoundingClientRect();"
    "  return tile.checkVisibility() && place.bottom > 0 && place.top < window.innerHeight"
    "    && !tile.querySelector('p.visually-hidden').textContent; }))"
)
_LOOKS_APART = 3000  # milliseconds, more than lie between two looks at a job
_STEP = 500  # pixels scrolled at a time
# Seconds until what should come is given up: only a failure waits so long, on any machine.
_PATIENCE = 120
_ANSWERED = 15  # as long a chart in view is waited for, which its test then finds silent
_ASKS = "_dash-update-component"


@dataclass
class Served:
    """A running application: where it answers, and where its log is."""

    url: str
    log: Path

    def log_text(self) -> str:
        """Return what it has logged so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@dataclass
class Watched:
    """A page, and what a reader must never cause in it."""

    page: Page
    base: str
    console: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    pending: set[Request] = field(default_factory=set)

    def open(self, path: str) -> Watched:
        """Go to a path of the application and wait until it is quiet."""
        self.page.goto(self.base + path)
        return self.settle()

    def settle(self) -> Watched:
        """Wait until the page is there, nothing is on its way and no tile is waiting."""
        deadline = time.monotonic() + _PATIENCE  # a job may be on its way
        quiet = 0
        while quiet < _QUIET_CHECKS:
            assert time.monotonic() < deadline, "the page never came to rest"
            self.page.wait_for_timeout(60)
            waits = self.pending or self.page.evaluate(_WAITS)
            quiet = 0 if waits else quiet + 1
        return self

    def rest(self) -> Watched:
        """Wait until no job is followed any more: a look at one asks the server."""
        deadline = time.monotonic() + _PATIENCE
        asked = -1
        while asked != len(self.asked):
            assert time.monotonic() < deadline, "a job never ended"
            asked = len(self.asked)
            self.page.wait_for_timeout(_LOOKS_APART)
            self.settle()
        return self

    def until(self, condition: str, seconds: float = _PATIENCE) -> Watched:
        """Wait for an expression to hold; the page's CSP allows no predicate inside it."""
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            assert time.monotonic() < deadline, f"never came true: {condition}"
            self.page.wait_for_timeout(50)
        return self

    def in_theme(self, theme: str) -> Watched:
        """Switch to a theme as a reader does, and wait until all charts in sight have it."""
        if self.page.evaluate("document.documentElement.dataset.bsTheme") != theme:
            self.page.evaluate("document.getElementById('shell-theme-button').click()")
        ink = CHART_THEMES[theme]["tokens"][INK]
        return self.until(
            f"document.documentElement.dataset.bsTheme === {theme!r}"
            " && [...document.querySelectorAll('.js-plotly-plot')].every(plot =>"
            f" !plot.checkVisibility() || plot._fullLayout.font.color.toUpperCase() === {ink!r})"
        ).settle()

    def see_everything(self) -> Watched:
        """Scroll through the page, also through what grows, until all charts have answered."""
        top = 0
        while top < self.page.evaluate("document.documentElement.scrollHeight"):
            self.page.evaluate("top => window.scrollTo(0, top)", top)
            deadline = time.monotonic() + _ANSWERED
            while self.page.evaluate(_UNANSWERED) and time.monotonic() < deadline:
                self.page.wait_for_timeout(30)
            top += _STEP
        self.settle()
        self.page.evaluate("window.scrollTo(0, 0)")
        self.page.evaluate(_DRAWN)
        return self

    def heard(self, message: str) -> None:
        """Write down a message, but not what a machine without a graphics card says of drawing."""
        if "GL Driver Message" not in message:
            self.console.append(message)

    def numbers(self) -> dict[str, str]:
        """Return what each card of one number shows."""
        script = (
            "Object.fromEntries([...document.querySelectorAll('.tile.kpi')].map("
            "tile => [tile.dataset.tile, tile.querySelector('.kpi-value').textContent]))"
        )
        return dict(self.page.evaluate(script))

    def assert_clean(self) -> None:
        """Nothing on the console, nothing from elsewhere, no failed request."""
        assert self.console == []
        assert self.outside == []
        assert self.failed == []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(data_dir: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLIENTELE_")}
    for name in ("CLICKHOUSE_URL", "REDIS_URL"):
        kept.pop(name, None)
    return {**kept, "CLIENTELE_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), **more}


def _dashboard(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "dashboard", *arguments],
        env=environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=300,
    )


@contextmanager
def serving(environment: dict[str, str], log: Path) -> Iterator[Served]:
    """Serve the application in a process of its own while the block runs."""
    port = _free_port()
    with log.open("w") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard", "serve"],
            env={**environment, "CLIENTELE_PORT": str(port)},
            cwd=ROOT,
            stdout=sink,
            stderr=sink,
        )
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}", process, log)
            yield Served(f"http://127.0.0.1:{port}", log)
        finally:
            process.terminate()
            process.wait(timeout=40)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the application did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def sample_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application over a small sample retailer."""
    folder = tmp_path_factory.mktemp("sample-shop")
    environment = _environment(folder / "data")
    _dashboard(
        environment, "sample", "--customers", "4000", "--lines", "40000", "--products", "400"
    )
    with serving(environment, folder / "log.txt") as served:
        yield served


@pytest.fixture(scope="session")
def gift_shop(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Served]:
    """The application over the published gift wholesaler's year."""
    folder = tmp_path_factory.mktemp("gift-shop")
    environment = _environment(
        folder / "data", CLIENTELE_CURRENCY="GBP", CLIENTELE_TIME_ZONE="Europe/London"
    )
    _dashboard(environment, "load", str(shared_data / "online_retail" / "online_retail.parquet"))
    with serving(environment, folder / "log.txt") as served:
        yield served


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """Chromium, to be launched as `profile` or as `stranger`."""
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def profile(
    chromium: BrowserType, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """
    A browser with a folder of its own, in which it keeps scripts as compiled.

    Only so are they not compiled anew for every page: two fifths of what opening one costs.
    """
    folder = tmp_path_factory.mktemp("profile")
    with chromium.launch_persistent_context(
        folder, executable_path=_found(), args=_QUIET
    ) as context:
        yield context


@pytest.fixture(scope="session")
def stranger(chromium: BrowserType) -> Iterator[Browser]:
    """A browser that knows nothing of the first: whom a link is sent to."""
    with chromium.launch(executable_path=_found(), args=_QUIET) as browser:
        yield browser


def _found() -> str | None:
    """Return the system's Chromium, or None for Playwright's own; no browser is a failure."""
    return os.environ.get("CLIENTELE_TEST_CHROMIUM") or next(
        filter(None, map(shutil.which, _CHROMIUMS)), None
    )


Visit = Callable[..., Watched]


@pytest.fixture
def visit(profile: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """
    Open a page of a reader who was never there: `visit(served, size="phone", theme="dark")`.

    The second reader of a test has another browser than the first.
    """
    pages: list[Page] = []

    def start(served: Served, *, size: str = "desktop", theme: str = "light") -> Watched:
        if pages:
            page = request.getfixturevalue("stranger").new_context().new_page()
        else:
            page = profile.new_page()
            _forget(page, served.url)
        pages.append(page)
        page.set_viewport_size(SIZES[size])
        # Painting what moves costs as much as drawing the charts.
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        return watch(page, served.url)

    yield start
    for page in pages:
        page.close() if page.context == profile else page.context.close()


def _forget(page: Page, url: str) -> None:
    """Take away what earlier readers left in the browser: what they chose, not the scripts."""
    page.context.clear_cookies()
    session = page.context.new_cdp_session(page)
    kinds = "local_storage,session_storage,indexeddb,service_workers"
    session.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": kinds})
    session.detach()


def watch(page: Page, base: str) -> Watched:
    """Return the page with its console, requests and failures written down."""
    watched = Watched(page, base)
    page.on("console", lambda message: watched.heard(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: watched.console.append(f"error: {error}"))
    page.on("request", lambda request: _note_request(watched, request))
    page.on("requestfinished", lambda request: watched.pending.discard(request))
    page.on("requestfailed", lambda request: watched.pending.discard(request))
    page.on(
        "response",
        lambda answer: (
            watched.failed.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        ),
    )
    return watched


def _note_request(watched: Watched, request: Request) -> None:
    parts = urlsplit(request.url)
    if parts.scheme not in {"http", "https", "ws", "wss"}:
        return
    watched.pending.add(request)
    if not request.url.startswith(watched.base):
        watched.outside.append(request.url)
    if parts.path.endswith(_ASKS):
        watched.asked.append(request.url)
