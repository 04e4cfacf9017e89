"""What the server answers, refuses and never shows."""

from __future__ import annotations

import gzip
import json
import logging
import re

import brotli
import pytest

from clickhouse_schema.errors import WarehouseUnavailable
from dashboard import health
from dashboard.page import BOOT
from dashboard.static import find_plotly, plotly_version
from layouts.ids import Shell

CALLBACKS = "/_dash-update-component"


def static_addresses(page: str) -> list[str]:
    """Return every file the page asks for."""
    return re.findall(r'(?:src|href)="(/[^"]+)"', page)


def test_the_page_has_its_headers(visitor):
    """Nothing inline but our own hashed scripts, no frame, no sniffing, no eval."""
    answer = visitor.get("/overview")
    policy = answer.headers["Content-Security-Policy"]

    assert answer.status_code == 200
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_theme_comes_before_the_paint(visitor):
    """The theme's script stands in the head, before any style, and only there."""
    page = visitor.get("/").text

    assert page.index(BOOT.read_text()[:80]) < page.index('rel="stylesheet"')
    assert "boot.js" not in page


def test_every_file_is_ours_and_kept_for_a_year(visitor):
    """Each file the page names is served by us, with a version in its address."""
    page = visitor.get("/").text
    addresses = static_addresses(page)

    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert len(addresses) > 10
    for address in addresses:
        answer = visitor.get(address)
        assert answer.status_code == 200, address
        if "_favicon" not in address:
            assert "max-age=31536000" in answer.headers.get("Cache-Control", ""), address


@pytest.mark.parametrize(
    ("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)]
)
def test_files_are_compressed_once(visitor, encoding, unpack, monkeypatch):
    """The first request compresses; later ones and revalidations do not."""
    address = next(a for a in static_addresses(visitor.get("/").text) if "plotly.min.js" in a)
    headers = {"Accept-Encoding": encoding}
    first = visitor.get(address, headers=headers)
    monkeypatch.setattr("dashboard.static.compress", lambda *_, **__: pytest.fail("again"))
    second = visitor.get(address, headers=headers)
    fresh = visitor.get(address, headers={**headers, "If-None-Match": first.headers["ETag"]})

    assert first.headers["Content-Encoding"] == encoding
    assert first.data == second.data
    assert unpack(first.data) == visitor.get(address).data
    assert (fresh.status_code, fresh.data) == (304, b"")


def test_pages_are_compressed_too(visitor):
    """What is made for one request travels compressed as well."""
    answer = visitor.get("/_dash-layout", headers={"Accept-Encoding": "br"})

    assert answer.headers["Content-Encoding"] == "br"
    assert isinstance(json.loads(brotli.decompress(answer.data)), dict)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_second_visit_need_not_fetch_the_callbacks_again(visitor):
    """A browser asks whether its list of callbacks is still right, and hears that it is."""
    accepted = {"Accept-Encoding": "br"}
    first = visitor.get("/_dash-dependencies", headers=accepted)
    known = {**accepted, "If-None-Match": first.headers["ETag"]}
    again = visitor.get("/_dash-dependencies", headers=known)
    other = visitor.get("/_dash-dependencies", headers={**accepted, "If-None-Match": '"old"'})

    assert isinstance(json.loads(brotli.decompress(first.data)), list)
    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status_code, again.data) == (304, b"")
    assert (other.status_code, other.data) == (200, first.data)


@pytest.mark.parametrize(
    "path",
    ["/static/1/nothing", "/static/2-6-0/bootstrap/../../../../etc/passwd", "/assets/../app.py"]
    + ["/_dash-component-suites/os/path.py", "/static/2-6-0/bootstrap/%2e%2e/x"],
)
def test_no_other_file_is_served(visitor, path):
    """Only listed folders, whatever the address says."""
    answer = visitor.get(path)

    assert answer.status_code in {404, 500} or b"react-entry-point" in answer.data
    assert b"root:" not in answer.data
    assert b"Traceback" not in answer.data


def test_a_built_plotly_must_fit(tmp_path):
    """A smaller plotly.js of another version is left alone."""
    stock = find_plotly(tmp_path)
    built = tmp_path / "static" / "plotly.min.js"
    built.parent.mkdir()
    built.write_text("/* plotly.js v1.2.3, part of its traces. */")
    assert find_plotly(tmp_path) == stock

    built.write_text(f"/* plotly.js v{plotly_version(stock)}, part of its traces. */")
    assert find_plotly(tmp_path) == built


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[", "10.0.0.1:8050"]
)
def test_another_name_is_not_answered(visitor, host):
    """A page of another site cannot reach us under its own name (DNS rebinding)."""
    answer = visitor.get("/", headers={"Host": host})

    assert answer.status_code in {400, 421}


@pytest.mark.parametrize("host", ["localhost:8050", "127.0.0.1", "[::1]:8050"])
def test_names_of_this_machine_are_answered(visitor, host):
    """Every way to say "this machine" works."""
    assert visitor.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)
def test_another_site_cannot_write(visitor, headers):
    """A browser says where a request comes from; only our own pages may post."""
    assert visitor.post(CALLBACKS, json={}, headers=headers).status_code == 403


def test_an_old_browser_is_judged_by_its_origin(app):
    """Without Sec-Fetch-Site the Origin decides."""
    client = app.server.test_client()
    ask = {"base_url": "http://127.0.0.1:8050", "json": {}}

    assert (
        client.post(CALLBACKS, headers={"Origin": "http://evil.example"}, **ask).status_code == 403
    )
    assert (
        client.post(CALLBACKS, headers={"Origin": "http://127.0.0.1:8050"}, **ask).status_code
        == 400
    )


@pytest.mark.parametrize(
    "body",
    [None, [], "x", 3, {}, {"output": ["a"]}, {"output": "no.such"}, {"output": {}}]
    + [{"output": "?", "inputs": 3}, {"output": "?", "inputs": [3]}]
    + [{"output": "?", "inputs": [{"id": 3, "property": "x"}]}]
    + [{"output": "?", "inputs": [], "changedPropIds": {"a": 1}}],
)
def test_a_forged_callback_is_a_bad_request(visitor, app, body):
    """Whatever is posted: a sentence, never a trace or a 500."""
    if isinstance(body, dict) and body.get("output") == "?":
        body["output"] = next(key for key in app.callback_map if "pane-body" in key)
    answer = visitor.post(CALLBACKS, json=body)

    assert answer.status_code == 400
    assert b"Traceback" not in answer.data


def test_what_is_too_large_is_refused(visitor):
    """Nobody fills the memory with one request."""
    assert visitor.post(CALLBACKS, data=b"[" * (5 * 2**20)).status_code in {400, 413}


def test_an_unexpected_error_is_told_by_reference(app, visitor, monkeypatch, caplog):
    """The reader gets a toast with a reference, the log the same reference and the trace."""
    key = next(key for key in app.callback_map if "pane-body" in key)
    monkeypatch.setattr(
        "callbacks.shell.import_module", lambda name: (_ for _ in ()).throw(RuntimeError("secret"))
    )
    pane = {"id": {"type": "pane-body", "tab": "overview"}, "property": "children"}
    body = {
        "output": key,
        "outputs": [pane],
        "inputs": [{"id": str(Shell.MOUNT_REQUEST), "property": "data", "value": "overview"}],
        "changedPropIds": [f"{Shell.MOUNT_REQUEST}.data"],
    }
    answer = visitor.post(CALLBACKS, json=body)
    notice = answer.json["sideUpdate"][str(Shell.NOTICE)]["data"]
    logged = [record for record in caplog.records if record.name == "clientele.errors"]

    assert answer.status_code == 200
    assert "secret" not in answer.text
    assert logged[0].fields["reference"] in notice["body"]
    assert logged[0].exc_info


def test_each_request_leaves_one_line_without_its_query(visitor, caplog):
    """What a reader filtered by is no business of the log."""
    caplog.set_level(logging.INFO, logger="clientele.request")
    visitor.get("/overview?country=Secretland")

    lines = [record.fields for record in caplog.records if record.name == "clientele.request"]
    assert [(line["method"], line["tag"], line["status"]) for line in lines] == [
        ("GET", "/overview", 200)
    ]
    assert "Secretland" not in caplog.text


def test_health(visitor, monkeypatch):
    """The process lives on its own; readiness needs a warehouse with today's tables."""
    assert visitor.get("/healthz").status_code == 200
    assert visitor.get("/readyz").text == "ready\n"

    monkeypatch.setattr(health, "pending_migrations", lambda warehouse: [1, 2])
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert "2 migrations are missing" in answer.text

    def away(warehouse):
        raise WarehouseUnavailable("The warehouse cannot be reached.")

    monkeypatch.setattr(health, "pending_migrations", away)
    assert "cannot be reached" in visitor.get("/readyz").text
    assert visitor.get("/healthz").status_code == 200


def test_dash_serves_no_model_interface(visitor, app):
    """Dash's MCP server stays off."""
    assert not app._enable_mcp
    assert all("mcp" not in rule.rule for rule in app.server.url_map.iter_rules())
