"""Ids of the parts every tab shares, and of the parts of a chart tile."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Shell(StrEnum):
    """Parts of the frame around the tabs."""

    LOCATION = "shell-location"
    ACTIVE = "shell-active"
    MOUNT_REQUEST = "shell-mount-request"
    FILTERS = "shell-filters"
    BOUNDS = "shell-bounds"
    THEME = "shell-theme"
    THEME_BUTTON = "shell-theme-button"
    NOTICE = "shell-notice"
    TOASTS = "shell-toasts"
    RESET = "shell-reset"
    DATES = "shell-dates"
    PRESET = "shell-preset"
    COMPARE = "shell-compare"
    COUNTRIES = "shell-countries"
    CHANNELS = "shell-channels"
    CATEGORIES = "shell-categories"
    CUSTOMERS = "shell-customers"
    FILTERS_BUTTON = "shell-filters-button"
    CHIPS = "shell-chips"
    STAMP = "shell-stamp"
    SAMPLE_BANNER = "shell-sample-banner"
    TRUST = "shell-trust"
    TRUST_BODY = "shell-trust-body"
    THEMES = "shell-themes"
    DEFINITIONS = "shell-definitions"


def pane(part: str, tab: Any) -> dict[str, Any]:
    """Id of a part of a tab's pane: `nav`, `pane` or `body`."""
    return {"type": f"pane-{part}", "tab": tab}


def tile(part: str, name: Any) -> dict[str, Any]:
    """
    Id of a part of the tile `name`, which is `<tab>-<what>`.

    A tab's callbacks read `gate` (a store: the question to answer, set when the
    tile is in view and the filters changed) and write `view` (a store: the
    finished answer); the browser draws the rest from it.

    The part is the key, not a value: for every output of every waiting callback
    Dash tries all ids that have the same keys.
    """
    return {f"tile-{part}": 1, "name": name}
