"""What became of products since the comparison period, and how value spreads over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.errors import NotEnoughData
from analytics.models.abc_xyz import CELLS
from analytics.reports._slice import Slice
from analytics.reports.products import Classified, catalogue, classified_of

NOT_SOLD = "not sold"
_POINTS = 200


@dataclass(frozen=True, slots=True)
class Movement:
    """
    What became of products between two periods.

    Attributes:
        now, before: The classified products of both.
        products: One row per product of either: `place`, `before`, `now` (of `CELLS`, or
            `not sold`), `revenue_before`, `revenue_now`.
    """

    now: Classified
    before: Classified
    products: pd.DataFrame

    def flows(self) -> pd.DataFrame:
        """Return products and revenue of each way: `before`, `now`, `products`, `revenue_*`."""
        grouped = self.products.groupby(["before", "now"])
        sums = grouped[["revenue_before", "revenue_now"]].sum()
        sums.insert(0, "products", grouped.size())
        return sums.reset_index()

    def of_a(self, *, joined: bool) -> pd.DataFrame:
        """Return the newcomers of A, or those who left it, the largest change first."""
        frame = self.products
        was, is_ = frame["before"].str.startswith("A"), frame["now"].str.startswith("A")
        chosen = frame[~was & is_] if joined else frame[was & ~is_]
        change = chosen["revenue_now"] - chosen["revenue_before"]
        ordered = chosen.assign(change=change)
        return ordered.sort_values(["change", "place"], ascending=[not joined, True])


def movement(found: Classified) -> Movement:
    """
    Return what became of products since the comparison period.

    Raises:
        NotEnoughData: There is no comparison period with data.
        WarehouseError: The warehouse could not answer.
    """
    view = found.slice
    if view.before is None:
        raise NotEnoughData(
            "No comparison was asked for. Choose “vs previous period” or “vs last year” above."
            if view.missing == "not asked"
            else "The comparison period begins before the first loaded day. Choose a shorter "
            "period, so that one of equal length lies before it."
        )
    before = classified_of(Slice(view.before, None, "not asked"), found.options)
    names = np.array([*CELLS, NOT_SOLD])
    sides = []
    for side, held in (("before", before), ("now", found)):
        frame = held.products[["place", "cell", "revenue"]].set_index("place")
        sides.append(frame.rename(columns={"cell": side, "revenue": f"revenue_{side}"}))
    joined = sides[0].join(sides[1], how="outer")
    for side in ("before", "now"):
        joined[side] = names[joined[side].fillna(len(CELLS)).astype(int)]
        joined[f"revenue_{side}"] = joined[f"revenue_{side}"].fillna(0.0)
    return Movement(found, before, joined.reset_index())


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows with a `place` together with `product_id` and `description`."""
    names = catalogue().frame.iloc[frame["place"].to_numpy()]
    return frame.assign(
        product_id=names["product_id"].to_numpy(), description=names["description"].to_numpy()
    )


def pareto(found: Classified) -> pd.DataFrame:
    """
    Return which share of the value the best products bring.

    Returns:
        `products` (share of them, 0 to 1, the best first) and `value` (share of what they
        bring), 200 points or fewer; and at the cuts of A and B exactly.
    """
    value = found.products[found.options.by].fillna(0).clip(lower=0).to_numpy()
    value = np.sort(value)[::-1]
    sums = np.concatenate([[0.0], value.cumsum()]) / (value.sum() or 1)
    many = len(value)
    places = found.products[f"share_{found.options.by}"].to_numpy()
    ends = [int((places < cut).sum()) for cut in (found.options.cuts.a, found.options.cuts.b)]
    shown = np.unique(np.concatenate([np.linspace(0, many, _POINTS).astype(int), ends]))
    return pd.DataFrame({"products": shown / many, "value": sums[shown]})


def categories(found: Classified) -> pd.DataFrame:
    """
    Return the products of each category, the largest revenue first.

    Returns:
        `category`, `products`, `revenue`, `margin_rate` (of revenue with known costs),
        `return_rate`, revenue of classes `A`, `B`, `C` and of new products, `even`
        (share of products that are X), `moving` (share that sold in the last 90 days).
    """
    products = found.products
    names = np.array([*CELLS])[products["cell"]]
    frame = pd.DataFrame(
        {
            "category": catalogue().frame["category"].to_numpy()[products["place"]],
            "revenue": products["revenue"].to_numpy(),
            "returned": products["returned"].to_numpy(),
            "margin": products["margin"].fillna(0).to_numpy(),
            "costed": np.where(products["has_cost"], products["revenue"], 0.0),
            "even": np.char.endswith(names, "X"),
            "moves": (products["moving"] != "non-moving").to_numpy(),
            **{
                letter: np.where(np.char.startswith(names, letter), products["revenue"], 0.0)
                for letter in ("A", "B", "C", "new")
            },
        }
    )
    grouped = frame.groupby("category")
    table = grouped[["revenue", "returned", "margin", "costed", "A", "B", "C", "new"]].sum()
    table.insert(0, "products", grouped.size())
    table["even"], table["moving"] = grouped["even"].mean(), grouped["moves"].mean()
    table["margin_rate"] = table["margin"] / table["costed"].where(table["costed"] > 0)
    table["return_rate"] = table["returned"] / table["revenue"].where(table["revenue"] > 0)
    return table.sort_values("revenue", ascending=False).reset_index()
