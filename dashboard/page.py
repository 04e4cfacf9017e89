"""The HTML page around the application: what must happen before its first paint."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import dash_ag_grid
from dash import Dash

GRID = "dash_ag_grid"

# Sets the reader's theme before anything is drawn, so that no page flashes white.
BOOT = Path(__file__).parent / "assets" / "boot.js"
# Dash writes the address of plotly.js itself, without a fingerprint: ours stays.
_PLOTLY = """
Object.defineProperty(window, '_dashPlotlyJSURL', {
  get: function () { return '%s'; }, set: function () {}
});
"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
{%%metas%%}
<title>{%%title%%}</title>
{%%favicon%%}
<script>%s</script>
<link rel="preload" as="script" href="%s">
{%%css%%}
</head>
<body>
{%%app_entry%%}
<footer>{%%config%%}{%%scripts%%}{%%renderer%%}</footer>
</body>
</html>"""


def head_script(plotly_url: str) -> str:
    """Return the script that runs before the page is drawn."""
    return f"{BOOT.read_text(encoding='utf-8')}{_PLOTLY % plotly_url}"


def index_page(plotly_url: str) -> str:
    """Return Dash's page template with our head."""
    return _PAGE % (head_script(plotly_url), plotly_url)


def hold_back_grids(app: Dash) -> None:
    """
    Keep the script of grids out of the first view; the page is told its address.

    Called once per process: it changes what Dash knows of the package.
    """
    (address,) = (one["url"] for one in app.get_dist([GRID]))
    for script in dash_ag_grid._js_dist:
        if script["relative_package_path"] == f"{GRID}.min.js":
            script["dynamic"] = True
    app.config.meta_tags.append({"name": "clientele-grid", "content": address})


def script_hash(script: str) -> str:
    """Return the source expression that allows one inline script in a CSP."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
