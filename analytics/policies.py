"""
What to do with the products of each cell of the ABC-XYZ matrix.

The text here is where everybody starts; a shop's own words are a stored version
over it, and taking those back shows this text again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from analytics.models.abc_xyz import CELLS
from analytics.own_texts import own_texts, reset_text, save_text
from clickhouse_schema.client import Warehouse
from clickhouse_schema.made.things import Author, Body, Kind, Made

_LENGTH = 1_000
_SHORT = 40
PARTS = {
    "headline": "In short",
    "stock": "Stock",
    "review": "Review",
    "price": "Price",
    "range": "List or delist",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """
    What to do with the products of one cell.

    Attributes:
        cell: Its name, of `CELLS`.
        headline: In two or three words.
        stock, review, price, range: How to stock them, how often to look at them,
            how to price them, whether to keep them in the range.
        version: Of the shop's own text; 0 for ours.
        author: Who wrote the shop's own text.
    """

    cell: str
    headline: str
    stock: str
    review: str
    price: str
    range: str
    version: int = 0
    author: str = ""

    @property
    def body(self) -> dict[str, str]:
        """The text alone."""
        held = asdict(self)
        return {part: held[part] for part in PARTS}


def _check(body: Body) -> None:
    if set(body) != set(PARTS):
        raise ValueError("it needs a headline, stock, review, price and range.")
    for part, text in body.items():
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"“{PARTS[part]}” may not be empty.")
        most = _SHORT if part == "headline" else _LENGTH
        if len(text) > most:
            raise ValueError(f"“{PARTS[part]}” has {len(text)} characters; {most} are the most.")


def _differences(old: Body, new: Body) -> list[str]:
    return [
        f"{label}: “{old[part]}” → “{new[part]}”."
        for part, label in PARTS.items()
        if old[part] != new[part]
    ]


POLICY = Kind("policy", "policy", check=_check, differences=_differences)

POLICIES: dict[str, Policy] = {
    policy.cell: policy
    for policy in (
        Policy(
            "AX",
            "Never run out",
            "Reorder automatically with a small safety stock: demand hardly varies, so little "
            "stock gives a high availability. Aim for 98 to 99% in stock.",
            "Look every week whether one ran short; check forecasts once a month.",
            "Hold the price. These are what customers compare: watch competitors closely.",
            "Keep. Agree long contracts with the supplier, and have a second source.",
        ),
        Policy(
            "AY",
            "Forecast well",
            "Safety stock from forecast errors. Build stock before the season and let it run down "
            "after the peak; aim for 97%.",
            "Check the forecast every week in season, every month otherwise. Take the season out "
            "above: if it becomes X, plan by the calendar.",
            "Promote in the quiet months rather than at the peak, when it sells by itself.",
            "Keep. Ask the supplier for shorter lead times; they save more here than elsewhere.",
        ),
        Policy(
            "AZ",
            "Decide by hand",
            "Much money and no pattern: do not automate. Order for known demand (large orders, "
            "promotions), and a buffer only where the margin pays for it.",
            "Every week, by a person who knows the customers behind it.",
            "Ask for lead time or a deposit on large orders; offer a price for ordering ahead.",
            "Keep what a few loyal customers need. Find out what causes the bursts first.",
        ),
        Policy(
            "BX",
            "Automate",
            "Fixed reorder point and quantity; 95 to 97% in stock is cheap here.",
            "Once a quarter, or when the system reports an exception.",
            "Small, steady increases are rarely noticed: test them.",
            "Keep. A candidate for the shop's own brand, since volumes can be planned.",
        ),
        Policy(
            "BY",
            "Plan by season",
            "Reorder by forecast with moderate safety stock, about 95% in stock.",
            "Once a month, and before each season.",
            "Use for promotions: uplift is worth having, and a shortage costs little.",
            "Keep, and watch the trend: those growing belong to A soon.",
        ),
        Policy(
            "BZ",
            "Order little",
            "Small quantities often, or on customer's order; 90% in stock is enough.",
            "Once a month: is it one customer, one promotion, or a coming trend?",
            "Do not discount to create volume that cannot be planned.",
            "Keep if it sells along with A products; otherwise ask who would miss it.",
        ),
        Policy(
            "CX",
            "Bundle and simplify",
            "Order rarely in large lots: demand is even and the money tied up small.",
            "Twice a year.",
            "Room for a higher price: few compare the price of small things.",
            "Keep as a service, or merge variants that do the same.",
        ),
        Policy(
            "CY",
            "Keep few",
            "Little safety stock; let it sell out after the season.",
            "Before each season: order again only what sold out.",
            "Clear at the end of the season, early and once.",
            "Thin out: keep the best of each group.",
        ),
        Policy(
            "CZ",
            "Delist or to order",
            "No stock of its own: on order, or straight from the supplier.",
            "Twice a year, as a list: what did not sell goes.",
            "Sell off what is left; the place is worth more than the rest of the stock.",
            "Delist unless it completes a range, sells along with A products or is new.",
        ),
        Policy(
            "new",
            "Watch the launch",
            "A first stock by comparison with similar products, and a second order ready.",
            "Every week until it has three full periods; then it gets its class.",
            "Keep the launch price until enough is sold to judge it.",
            "Decide after three periods: list, change or stop.",
        ),
    )
}


def policies(warehouse: Warehouse) -> dict[str, Policy]:
    """Return the policy of every cell, in the order of `CELLS`: the shop's own, or else ours."""
    own = own_texts(warehouse, POLICY)
    return {
        cell: _own(cell, own[cell.lower()]) if cell.lower() in own else POLICIES[cell]
        for cell in CELLS
    }


def save_policy(
    warehouse: Warehouse, cell: str, body: Body, *, made_from: int, author: Author
) -> Policy:
    """
    Put a shop's own text in place of ours.

    Args:
        body: A text for each of `PARTS`.
        made_from: Version of the text the author had before them; 0 for ours.

    Raises:
        KeyError: There is no such cell.
        InvalidThing: A text is empty or too long.
        SaveConflict: Somebody else saved first; both are kept.
    """
    name = f"Policy of {POLICIES[cell].cell}"
    made = save_text(
        warehouse, POLICY, cell.lower(), name=name, body=body, made_from=made_from, author=author
    )
    return _own(cell, made)


def reset_policy(warehouse: Warehouse, cell: str, *, made_from: int, author: Author) -> Policy:
    """Show our text again; the shop's own stays in the history. Raises as `save_policy` does."""
    reset_text(warehouse, POLICY, cell.lower(), made_from=made_from, author=author)
    return POLICIES[cell]


def _own(cell: str, made: Made) -> Policy:
    return Policy(cell, **{part: made.body[part] for part in PARTS}, version=made.version,
                  author=made.author)  # fmt: skip
