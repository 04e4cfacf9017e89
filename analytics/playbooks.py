"""
What each of the ten RFM segments is, and what to do about it.

The text here is where everybody starts; a shop's own words are a stored version
over it, and taking those back shows this text again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analytics.own_texts import own_texts, reset_text, save_text
from clickhouse_schema.client import Warehouse
from clickhouse_schema.made.things import Author, Body, Kind, Made

_STEPS = 12
_LENGTH = 1_000


@dataclass(frozen=True, slots=True)
class Playbook:
    """
    Advice for one segment.

    Attributes:
        segment: Its word.
        title: Its name.
        what: Who they are.
        do: What to do, step by step.
        whom: Which of them it pays to contact.
        version: Of the shop's own text; 0 for ours.
        author: Who wrote the shop's own text.
    """

    segment: str
    title: str
    what: str
    do: tuple[str, ...]
    whom: str
    version: int = 0
    author: str = ""


def _check(body: Body) -> None:
    if set(body) != {"what", "do", "whom"} or not isinstance(body["do"], list):
        raise ValueError("it needs the texts what, do and whom.")
    if not 1 <= len(body["do"]) <= _STEPS:
        raise ValueError(f"it needs from 1 to {_STEPS} steps.")
    for text in (body["what"], body["whom"], *body["do"]):
        if not isinstance(text, str) or not text.strip():
            raise ValueError("none of its texts may be empty.")
        if len(text) > _LENGTH:
            raise ValueError(f"a text has {len(text)} characters; {_LENGTH} are the most.")


def _differences(old: Body, new: Body) -> list[str]:
    told = [
        f"{label}: “{old[key]}” → “{new[key]}”."
        for key, label in (("what", "What it is"), ("whom", "Whom to contact"))
        if old[key] != new[key]
    ]
    told += [f"Step taken out: “{step}”." for step in old["do"] if step not in new["do"]]
    told += [f"Step added: “{step}”." for step in new["do"] if step not in old["do"]]
    if old["do"] != new["do"] and sorted(old["do"]) == sorted(new["do"]):
        told.append("The steps were put into another order.")
    return told


PLAYBOOK = Kind("playbook", "playbook", check=_check, differences=_differences)

PLAYBOOKS: dict[str, Playbook] = {
    book.segment: book
    for book in (
        Playbook(
            "champions",
            "Champions",
            "Your best customers: they bought very recently and buy often. A small group that "
            "usually brings in the largest part of the revenue.",
            (
                "Give perks instead of discounts: early access, free express delivery, a named "
                "contact. They would have bought at full price.",
                "Ask for something back: a review, a referral with a reward for both sides.",
                "Show what is new in the categories they buy before anyone else sees it.",
            ),
            "All of them, personally and not too often. Leave them out of general discount "
            "campaigns, and look at once at whoever drops out of this group.",
        ),
        Playbook(
            "loyal_customers",
            "Loyal customers",
            "They come back regularly and spend well, though their last order is not brand-new.",
            (
                "Cross-sell: offer the category that similar customers buy and they do not yet.",
                "Put the loyalty programme in front of them: show how little is missing to the "
                "next level.",
                "Suggest a bundle or a larger pack of what they order again and again.",
            ),
            "Those who bought in one category only have the most room to grow. Contact them when "
            "their usual time between two orders has passed.",
        ),
        Playbook(
            "potential_loyalists",
            "Potential loyalists",
            "Recent customers with two or three orders: they liked it enough to return.",
            (
                "Make the next order easy: reminders for what runs out, one-click reorder.",
                "Invite them to the loyalty programme with points for what they already bought.",
                "Recommend products that go with their last order.",
            ),
            "All of them within a month of the last order; later the habit fades. A recommendation "
            "is enough, keep the discount for those who do not react.",
        ),
        Playbook(
            "new_customers",
            "New customers",
            "They placed their first order very recently. Whether they order a second time is "
            "decided in the next weeks.",
            (
                "Welcome, step 1 (the day of delivery): say thank you, show how to get the best "
                "out of what they bought and where to find help.",
                "Welcome, step 2 (a week later): show the best sellers of the category they "
                "chose, and ask for a first rating.",
                "Welcome, step 3 (after three to four weeks): a small offer for the second "
                "order, with an end date.",
            ),
            "Everyone who agreed to be contacted. Stop the series as soon as the second order "
            "comes in.",
        ),
        Playbook(
            "promising",
            "Promising",
            "One order, a few weeks ago. The first impression is fading and there is no second "
            "order yet.",
            (
                "Remind them of what they looked at or bought with one clear suggestion.",
                "Offer free delivery on the second order; it costs less than a percentage off.",
                "Tell them what makes the shop different: returns, advice, range.",
            ),
            "Those whose first order had a good margin or came from a channel whose customers "
            "tend to return. One or two messages, then wait.",
        ),
        Playbook(
            "need_attention",
            "Need attention",
            "Average in everything: a few orders, the last one some time ago. They may go either "
            "way.",
            (
                "Give a reason to come now: an offer limited in time on the category they know.",
                "Ask what is missing: two questions tell more than a month of guessing.",
                "Show what has arrived since their last order.",
            ),
            "Those with above-average order values first; they repay a personal message.",
        ),
        Playbook(
            "about_to_sleep",
            "About to sleep",
            "One or two orders, and longer ago than usual. Without a nudge most of them will not "
            "return.",
            (
                "Send popular and newly arrived products rather than a copy of the last order.",
                "Add a modest incentive to a second message if the first is not opened.",
                "Offer to hear from you less often instead of not at all.",
            ),
            "Only by channels that cost little. Test against a control group whether contact pays "
            "here at all.",
        ),
        Playbook(
            "at_risk",
            "At risk",
            "They used to buy regularly, and have stopped for months. There is still a memory to "
            "build on.",
            (
                "Win-back offer: a real advantage on their favourite category, valid for two "
                "weeks.",
                "Follow with a question: what went wrong, and would they like to hear from you "
                "less often?",
                "Check whether complaints, returns or a product taken off the range explain it.",
            ),
            "Those whose expected profit is above the cost of the offer: past spend counts, and a "
            "high risk alone is no reason. Leave out who returns most of what they buy.",
        ),
        Playbook(
            "cant_lose",
            "Can't lose them",
            "Among the most frequent buyers once, and silent for long. Few in number, and each "
            "one worth a lot.",
            (
                "Call or write personally; no mass mailing.",
                "Offer what money off does not: a favour, an exchange, early access, help with a "
                "past problem.",
                "Let somebody answer for each name, and record why they left.",
            ),
            "All of them, one at a time, the largest past spend first.",
        ),
        Playbook(
            "hibernating",
            "Hibernating",
            "Few orders, long ago and small. For most of them the shop is a thing of the past.",
            (
                "One come-back message at a season that suits what they once bought.",
                "Take those who never react off the regular mailings: it saves money and keeps "
                "messages out of spam folders.",
                "Learn from them: which first products and which channels end here?",
            ),
            "Hardly anyone: those with a large first order at most. Spend the budget on segments "
            "that still answer.",
        ),
    )
}


def playbook(warehouse: Warehouse, segment: str) -> Playbook:
    """
    Return the advice for a segment: the shop's own, or else ours.

    Raises:
        KeyError: There is no such segment.
    """
    return playbooks(warehouse)[segment]


def playbooks(warehouse: Warehouse) -> dict[str, Playbook]:
    """Return the advice for every segment, from the best segment to the worst."""
    own = own_texts(warehouse, PLAYBOOK)
    return {
        segment: _own(book, own[segment]) if segment in own else book
        for segment, book in PLAYBOOKS.items()
    }


def save_playbook(
    warehouse: Warehouse,
    segment: str,
    *,
    what: str,
    do: list[str],
    whom: str,
    made_from: int,
    author: Author,
) -> Playbook:
    """
    Put a shop's own text in place of ours.

    Args:
        made_from: Version of the text the author had before them; 0 for ours.

    Raises:
        KeyError: There is no such segment.
        InvalidThing: A text is empty or too long.
        SaveConflict: Somebody else saved first; both are kept.
    """
    book = PLAYBOOKS[segment]
    body: dict[str, Any] = {"what": what, "do": do, "whom": whom}
    made = save_text(
        warehouse, PLAYBOOK, segment,
        name=book.title, body=body, made_from=made_from, author=author,
    )  # fmt: skip
    return _own(book, made)


def reset_playbook(
    warehouse: Warehouse, segment: str, *, made_from: int, author: Author
) -> Playbook:
    """Show our text again; the shop's own stays in the history. Raises as `save` does."""
    reset_text(warehouse, PLAYBOOK, segment, made_from=made_from, author=author)
    return PLAYBOOKS[segment]


def _own(book: Playbook, made: Made) -> Playbook:
    return Playbook(
        segment=book.segment,
        title=book.title,
        what=made.body["what"],
        do=tuple(made.body["do"]),
        whom=made.body["whom"],
        version=made.version,
        author=made.author,
    )
