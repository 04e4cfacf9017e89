"""
The ten named segments and their colours: one hue for each state a customer is in.

Green for those who come, blue for those who have just begun, ochre for those who
waver, purple for those who are about to be lost, grey for those who are. Within a
hue the better segment is the stronger shade; every mark is labelled besides.
"""

from __future__ import annotations

SEGMENT_NAMES: dict[str, str] = {
    "champions": "Champions",
    "loyal_customers": "Loyal customers",
    "potential_loyalists": "Potential loyalists",
    "new_customers": "New customers",
    "promising": "Promising",
    "need_attention": "Need attention",
    "cant_lose": "Can't lose them",
    "at_risk": "At risk",
    "about_to_sleep": "About to sleep",
    "hibernating": "Hibernating",
}
NOT_YET = "not_yet"
NOT_YET_NAME = "Not yet customers"
# Fill and what is written on it.
LIGHT: dict[str, tuple[str, str]] = {
    "champions": ("#04775F", "#FFFFFF"),
    "loyal_customers": ("#4DB498", "#17202E"),
    "potential_loyalists": ("#B4DFD3", "#17202E"),
    "new_customers": ("#2F5BD7", "#FFFFFF"),
    "promising": ("#A9BEF3", "#17202E"),
    "need_attention": ("#DB9430", "#17202E"),
    "cant_lose": ("#810D68", "#FFFFFF"),
    "at_risk": ("#CE86BD", "#17202E"),
    "about_to_sleep": ("#F0D3A3", "#17202E"),
    "hibernating": ("#C3CBD6", "#17202E"),
    NOT_YET: ("#E3E8EF", "#17202E"),
}
DARK: dict[str, tuple[str, str]] = {
    "champions": ("#40E1AE", "#0E1217"),
    "loyal_customers": ("#1B7F60", "#FFFFFF"),
    "potential_loyalists": ("#175042", "#FFFFFF"),
    "new_customers": ("#7AA2FF", "#0E1217"),
    "promising": ("#3A5494", "#FFFFFF"),
    "need_attention": ("#FAAB2E", "#0E1217"),
    "cant_lose": ("#E678AF", "#0E1217"),
    "at_risk": ("#8C3C67", "#FFFFFF"),
    "about_to_sleep": ("#7A5A22", "#FFFFFF"),
    "hibernating": ("#4A5564", "#FFFFFF"),
    NOT_YET: ("#28303B", "#FFFFFF"),
}
_SOFT = 0.42  # of a band between two marks
_PLACES = {word: place for place, word in enumerate(LIGHT)}


def fill(word: str) -> str:
    """Return the stand-in for a segment's colour."""
    return f"rgb(0,0,{20 + _PLACES[word]})"


def ink(word: str) -> str:
    """Return the stand-in for what is written on a segment's colour."""
    return f"rgb(0,0,{40 + _PLACES[word]})"


def soft(word: str) -> str:
    """Return the stand-in for a segment's colour where others shine through."""
    return f"rgb(0,0,{60 + _PLACES[word]})"


def tokens(colours: dict[str, tuple[str, str]]) -> dict[str, str]:
    """Return stand-in -> colour, for one theme."""
    found: dict[str, str] = {}
    for word, (colour, written) in colours.items():
        found |= {fill(word): colour, ink(word): written, soft(word): _see_through(colour)}
    return found


def _see_through(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_SOFT})"
