"""Says in words how one version of a thing differs from another."""

from __future__ import annotations

from clickhouse_schema.made.things import Kind, Made

_DONE = {
    "create": "made it",
    "edit": "changed it",
    "rename": "renamed it",
    "archive": "archived it",
    "restore": "took it out of the archive",
    "undo": "went back",
    "duplicate": "made it as a copy",
}


def difference(kind: Kind, old: Made, new: Made) -> list[str]:
    """
    Return a sentence for each thing that differs; none when they are equal.

    Args:
        kind: Of both; its owner words what differs in the body.
        old, new: Two versions, not necessarily of the same thing.
    """
    told = []
    if old.name != new.name:
        told.append(f"Name: “{old.name}” → “{new.name}”.")
    if old.description != new.description:
        told.append(f"Description: {_quoted(old.description)} → {_quoted(new.description)}.")
    if old.owner != new.owner:
        told.append(f"Owner: {old.owner} → {new.owner}.")
    if old.archived != new.archived:
        told.append("Put into the archive." if new.archived else "Taken out of the archive.")
    return [*told, *kind.differences(old.body, new.body)]


def what_was_done(version: Made) -> str:
    """Return who did what, for a line of the history: "Anna went back to version 2"."""
    done = _DONE[version.action]
    if version.action == "undo":
        done += f" to version {version.copied_version}"
    aside = "" if version.held else ", but another change came first: kept aside"
    return f"{version.author} {done}{aside}"


def _quoted(text: str) -> str:
    shown = " ".join(text.split())
    return f"“{shown[:197]}...”" if len(shown) > 200 else f"“{shown}”" if shown else "none"
