"""Keep the rule of the builder as a segment, open a kept one, adopt what was kept aside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import (
    Input,
    Output,
    State,
    callback,
    no_update,
)

from analytics.reports._warehouse import warehouse
from analytics.saved_segments import SEGMENT, segment_body
from callbacks._errors import notify
from callbacks._segments_rule import (
    read_draft,
    saved_segments,
)
from clickhouse_schema.errors import (
    MadeError,
    NameTaken,
    SaveConflict,
    WarehouseError,
)
from clickhouse_schema.made.reading import current
from clickhouse_schema.made.store import adopt, create, save
from clickhouse_schema.made.things import Author, Made
from clickhouse_schema.rules.tree import RuleError, expand
from layouts.segments import AUTHOR
from layouts.segments_builder import Ids


@callback(
    Output(Ids.OPENED, "data"),
    Input(Ids.OPEN, "data"),
    prevent_initial_call=True,
)
def open_segment(wanted: Any) -> Any:
    """Open a kept segment in the builder."""
    held = wanted if isinstance(wanted, dict) else {}
    try:
        made = current(warehouse(), SEGMENT, str(held.get("segment"))[:64])
    except WarehouseError as error:
        notify(str(error), head="The segment of this address", kind="warning")
        return no_update
    if made.archived:
        notify(f"“{made.name}” is in the archive; saving does not take it out.", kind="warning")
    return opened(made)


def opened(made: Made) -> dict[str, Any]:
    """Return a kept segment as the browser edits it."""
    return {
        "segment": made.id,
        "version": made.version,
        "name": made.name,
        "about": made.description,
        "owner": made.owner,
        "rule": made.body["rule"],
        "nonce": made.revision,
    }


@callback(
    Output(Ids.DIALOG, "is_open", allow_duplicate=True),
    Output(Ids.DIALOG_ERROR, "children", allow_duplicate=True),
    Output(Ids.OPENED, "data", allow_duplicate=True),
    Output(Ids.DIALOG_ASIDE, "data"),
    Input(Ids.DIALOG_DONE, "n_clicks"),
    State(Ids.DIALOG_NAME, "value"),
    State(Ids.DIALOG_ABOUT, "value"),
    State(Ids.DIALOG_OWNER, "value"),
    State(AUTHOR, "value"),
    State(Ids.DIALOG_COPY, "data"),
    State(Ids.DRAFT, "data"),
    prevent_initial_call=True,
)
def save_segment(
    clicks: Any, name: Any, about: Any, owner: Any, author: Any, copy: Any, held: Any
) -> Any:
    """Keep the rule as a new segment, or as the next version of the open one."""
    if not clicks or not isinstance(held, dict):
        return [no_update] * 4
    try:
        read = read_draft(held.get("rule"))
        if read.problems:
            told = "A condition is not finished: complete or remove it first."
            return no_update, told, no_update, None
        own_id = "" if copy else str(held.get("segment") or "")
        # Whole, or others that are made of it could not be read any more.
        expand(read.tree, {**saved_segments().trees, own_id: read.tree})
        made = _kept(
            held, str(name or ""), str(about or ""), str(owner or "").strip(),
            Author.of(author if isinstance(author, str) else None),
            segment_body(read.tree), as_new=bool(copy) or not held.get("segment"),
        )  # fmt: skip
    except SaveConflict as error:
        said = f"{error} Use yours instead, save it as new, or open the segment again for theirs."
        aside = {
            "segment": error.kept.id, "revision": error.kept.revision,
            "newest": error.newest.version,
        }  # fmt: skip
        return no_update, said, no_update, aside
    except (RuleError, NameTaken, MadeError, WarehouseError) as error:
        return no_update, str(error), no_update, None
    notify(f"“{made.name}” is saved as version {made.version}.", head="Saved")
    return False, "", opened(made), None


@callback(
    Output(Ids.DIALOG, "is_open", allow_duplicate=True),
    Output(Ids.DIALOG_ERROR, "children", allow_duplicate=True),
    Output(Ids.OPENED, "data", allow_duplicate=True),
    Output(Ids.DIALOG_ASIDE, "data", allow_duplicate=True),
    Input(Ids.DIALOG_ADOPT, "n_clicks"),
    State(Ids.DIALOG_ASIDE, "data"),
    State(AUTHOR, "value"),
    prevent_initial_call=True,
)
def adopt_mine(clicks: Any, aside: Any, author: Any) -> Any:
    """Make the version that was kept aside the newest, over the one that came first."""
    if not clicks or not isinstance(aside, dict):
        return [no_update] * 4
    newest = aside.get("newest")
    try:
        made = adopt(
            warehouse(), SEGMENT, str(aside.get("segment"))[:64], str(aside.get("revision"))[:64],
            made_from=newest if type(newest) is int else 0,
            author=Author.of(author if isinstance(author, str) else None),
        )  # fmt: skip
    except WarehouseError as error:
        return no_update, str(error), no_update, None
    notify(f"Yours is in use now: “{made.name}”, version {made.version}.", head="Saved")
    return False, "", opened(made), None


def _kept(
    held: Mapping[str, Any],
    name: str,
    about: str,
    owner: str,
    author: Author,
    body: Any,
    *,
    as_new: bool,
) -> Made:
    if as_new:
        return create(
            warehouse(), SEGMENT, name=name, description=about, owner=owner, body=body,
            author=author,
        )  # fmt: skip
    version = held.get("version")
    return save(
        warehouse(), SEGMENT, str(held.get("segment"))[:64],
        made_from=version if type(version) is int else 0,
        author=author, name=name, description=about, owner=owner or None, body=body,
    )  # fmt: skip
