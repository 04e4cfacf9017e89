"""
Colours, and the two Plotly templates made of them.

Figures travel without a template; the browser adds the light or the dark one,
so that switching theme costs no call. The series colours keep at least 13.9
CIEDE2000 apart under simulated colour blindness and 3:1 contrast.
"""

from __future__ import annotations

from typing import Any

import plotly.io as pio

from layouts.figures import segment_colours

# Whoever draws a figure imports this module first: no figure carries a template.
pio.templates.default = None

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
SERIES_LIGHT = ("#2F5BD7", "#CD8106", "#04886D", "#810D68", "#089DE4", "#7E650C")
SERIES_DARK = ("#7AA2FF", "#FAAB2E", "#40E1AE", "#DA5999", "#C6E6FC", "#868E3F")
OTHER = "#9AA5B4"
FADED = 0.3
# Colours that mean something are written into figures as these stand-ins, which Plotly
# accepts and nobody else uses; the browser replaces them with the theme's own.
GOOD, BAD, MUTED, INK, SURFACE = (f"rgb(0,0,{number})" for number in range(1, 6))
ACCENT = "rgb(0,0,6)"  # the first series: for a second trace of the same thing
SECOND = "rgb(0,0,7)"  # the second series: another entity beside the accent
ACCENT_WEAK = "rgb(0,0,8)"  # an area under a line of the accent
_SERIES_FROM = 80  # stand-ins of the series colours, for marks that must keep theirs
_SCALE_LIGHT = [[0, "#EEF3FF"], [0.5, "#7FA0EE"], [1, "#1B3A94"]]
_SCALE_DARK = [[0, "#1B2331"], [0.5, "#3F6BD0"], [1, "#C9DAFF"]]


def series(place: int) -> str:
    """Return the stand-in for a series colour, from 0; beyond the last, of what is other."""
    return f"rgb(0,0,{_SERIES_FROM + place})" if 0 <= place < len(SERIES_LIGHT) else OTHER


def _series_tokens(colours: tuple[str, ...]) -> dict[str, str]:
    return {series(place): colour for place, colour in enumerate(colours)}


def _template(
    *,
    series: tuple[str, ...],
    ink: str,
    muted: str,
    line: str,
    surface: str,
    scale: list[list[Any]],
) -> dict[str, Any]:
    axis = {
        "gridcolor": line,
        "zerolinecolor": line,
        "linecolor": line,
        "tickcolor": line,
        "tickfont": {"color": muted, "size": 11.5},
        "title": {"font": {"color": muted, "size": 12}, "standoff": 8},
        "automargin": True,
        "ticks": "",
    }
    hover = {"color": ink, "family": FONT, "size": 12.5}
    layout = {
        "font": {"family": FONT, "size": 12, "color": ink},
        "colorway": list(series),
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "xaxis": {**axis, "showgrid": False},
        "yaxis": {**axis, "zeroline": False},
        "legend": {
            "orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0,
            "font": {"color": muted}, "title": {"text": ""},
        },
        "hoverlabel": {"bgcolor": surface, "bordercolor": line, "font": hover},
        "separators": ".,",
        "bargap": 0.28,
        "colorscale": {"sequential": scale},
        "hovermode": "closest",
        "dragmode": False,
        "uniformtext": {"minsize": 10, "mode": "hide"},
        "barcornerradius": 4,
    }  # fmt: skip
    heatmap = {"type": "heatmap", "colorscale": scale, "xgap": 2, "ygap": 2}
    data = {
        "bar": [{"type": "bar", "marker": {"line": {"width": 0}}}],
        "scatter": [{"type": "scatter", "line": {"width": 2}}],
        "heatmap": [heatmap],
    }
    return {"layout": layout, "data": data}


THEMES: dict[str, dict[str, Any]] = {
    "light": {
        "template": _template(
            series=SERIES_LIGHT, ink="#17202E", muted="#5A6577", line="#E3E8EF",
            surface="#FFFFFF", scale=_SCALE_LIGHT,
        ),
        "surface": "#FFFFFF",
        "tokens": {
            GOOD: "#0A7A5A", BAD: "#B3261E", MUTED: "#5A6577", INK: "#17202E", SURFACE: "#FFFFFF",
            ACCENT: SERIES_LIGHT[0], SECOND: SERIES_LIGHT[1], ACCENT_WEAK: "rgba(47,91,215,.10)",
            **segment_colours.tokens(segment_colours.LIGHT),
            **_series_tokens(SERIES_LIGHT),
        },
    },
    "dark": {
        "template": _template(
            series=SERIES_DARK, ink="#E6EAF0", muted="#9BA6B5", line="#28303B",
            surface="#1C232D", scale=_SCALE_DARK,
        ),
        "surface": "#151A21",
        "tokens": {
            GOOD: "#40E1AE", BAD: "#FF8A80", MUTED: "#9BA6B5", INK: "#E6EAF0", SURFACE: "#151A21",
            ACCENT: SERIES_DARK[0], SECOND: SERIES_DARK[1], ACCENT_WEAK: "rgba(122,162,255,.14)",
            **segment_colours.tokens(segment_colours.DARK),
            **_series_tokens(SERIES_DARK),
        },
    },
}  # fmt: skip
