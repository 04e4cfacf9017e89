"""What the Baskets tab says: what was found in words, rules as rows, charts with their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from dash import dcc

from analytics.errors import NotEnoughData
from analytics.experiment_plans import Plan
from analytics.reports._slice import slice_of
from analytics.reports.baskets import BasketQuestion
from analytics.reports.baskets_found import BundlePlan, Companions, Tried, network, rule_parts
from analytics.reports.shell import ShellFacts
from callbacks._overview_views import trusted
from clickhouse_schema.baskets.results import BasketRun
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.baskets import SORTABLE, RulePage
from clickhouse_schema.recording import recording
from layouts.baskets import bundle_answer, bundle_card, companion_table
from layouts.figures.baskets import categories_figure, network_figure
from layouts.format import count, currency_sign, money, percent, signed_money
from layouts.views import ChartView
from layouts.words import joined

_HELD = {"yes": "Yes", "no": "No", "too few": "Too few to tell"}
_LIFTS = (1.0, 1.1, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
_ROUND = (1, 2, 5)
_LONGEST_PAGE = 200
# Field, header, what it is, how it is written.
_COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("left_text", "Who buys", "The left side of the rule", "name"),
    ("right_text", "also buys", "The right side of the rule", "name"),
    ("adjusted_lift", "Lift", "Orders with all, to those by chance given the sizes of baskets",
     ".1f"),
    ("adjusted_low", "Lift at least", "Lower end of its 95% interval", ".1f"),
    ("orders", "Orders", "Orders with all products of the rule", ","),
    ("confidence", "Confidence", "Share of orders with the left that hold the right", ".1%"),
    ("support", "Support", "Share of all orders with all products of the rule", ".3%"),
    ("margin_gain", "Margin per 1,000", "Margin of the right, beyond chance, per 1,000 orders",
     "money"),
    ("revenue_gain", "Revenue per 1,000", "Revenue of the right, beyond chance, per 1,000 orders",
     "money"),
    ("held", "Held up", "Whether it also holds in the later half of the period", "text"),
    ("p", "p", "Probability of being chance, after false-discovery control", ".2~e"),
    ("lift", "Plain lift", "Against independence, blind to the sizes of baskets", ".2f"),
    ("lift_low", "Plain lift from", "Lower end of its 95% interval", ".2f"),
    ("lift_high", "Plain lift to", "Upper end of its 95% interval", ".2f"),
    ("leverage", "Leverage", "Share of orders beyond what independence would give", ".5f"),
    ("conviction", "Conviction", "How much oftener the rule would fail by chance", ".2f"),
    ("zhang", "Zhang", "Zhang's metric: -1 apart, 0 independent, 1 together", ".3f"),
)  # fmt: skip


def question_of(filters: Filters, facts: ShellFacts, item: Any, days: Any) -> BasketQuestion:
    """Return what is mined for a page: its filters, cut to the days there are."""
    now = slice_of(filters, facts.data).now
    known = {"7": 7, "30": 30, "90": 90}
    return BasketQuestion(
        now, "category" if item == "category" else "product", known.get(str(days), 0)
    )


def state_words(run: BasketRun) -> str:
    """Return what was looked at and found, in a sentence or two."""
    told = run.facts
    what = "categories" if run.asked["item"] == "category" else "products"
    baskets = "orders" if not run.asked["days"] else f"baskets of {run.asked['days']} days"
    said = (
        f"{count(told['baskets'])} {baskets} with {count(told['items'])} {what}: "
        f"{count(told['pairs_beyond_chance'])} pairs are bought together beyond chance, "
        f"which makes {count(told['rules'])} rules"
    )
    said += f"; the surest {count(told['kept'])} are kept." if told["rules"] > told["kept"] else "."
    if told["too_large"]:
        said += (
            f" {count(told['too_large'])} {baskets} with more than 100 different {what} were "
            "left out."
        )
    least = told["least"]
    said += f" A pair has to be in at least {least[1]} of them" if len(least) > 1 else ""
    if len(least) > 2 and least[2] != least[1]:
        said += f", three together in {least[2]}"
    return f"{said}." if len(least) > 1 else said


def steps(run: BasketRun) -> dict[str, Any]:
    """Return the steps of the three sliders and where they stand at first."""
    baskets, least = run.facts["baskets"], run.facts["least"]
    start = run.facts["thresholds"]
    orders = [least[1] if len(least) > 1 else 1]
    scale = 1
    while scale <= baskets / 10:
        orders += [one * scale for one in _ROUND if one * scale > orders[-1]]
        scale *= 10
    orders = [one for one in orders if one <= baskets / 5] or orders[:1]
    return {
        "orders": orders,
        "baskets": baskets,
        "lifts": list(_LIFTS),
        "support": 0,
        "confidence": round(100 * start["confidence"]),
        "lift": max(at for at, one in enumerate(_LIFTS) if one <= max(start["lift"], 1.0)),
    }


def columns(run: BasketRun, facts: ShellFacts) -> list[dict[str, Any]]:
    """Return the columns of the grid of rules."""
    sign = currency_sign(facts.data.currency).replace("\\", "").replace("'", "")
    shown = []
    for field, header, about, kind in _COLUMNS:
        if field == "margin_gain" and not run.facts["margin_known"]:
            continue
        column: dict[str, Any] = {"field": field, "headerName": header, "headerTooltip": about}
        if kind == "name":
            column |= {"minWidth": 190, "flex": 1, "tooltipField": field, "filter":
                       "agTextColumnFilter", "filterParams": {"filterOptions": ["contains"],
                       "maxNumConditions": 1, "buttons": ["reset"], "debounceMs": 400}}  # fmt: skip
        if field == "left_text":
            column |= {"pinned": "left", "cellClass": "key-cell", "width": 200, "flex": 0}
        if kind not in ("name", "text"):
            pattern = ",.2f" if kind == "money" else kind
            prefix = f"'{sign}' + " if kind == "money" else ""
            # JavaScript of ours, as it is: AG Grid evaluates it with d3 at hand.
            column |= {
                "type": "rightAligned",
                "valueFormatter": {
                    "function": "params.value == null ? '\u2013' : "
                    f"{prefix}d3.format('{pattern}')(params.value)"
                },
            }
        shown.append(column)
    return shown


def read_rules(raw: Any, chosen: Any) -> RulePage:
    """
    Return which rules a grid asks for.

    Raises:
        ValueError: A column or a value is not one there is.
    """
    held = raw if isinstance(raw, dict) else {}
    start, end = held.get("startRow", 0), held.get("endRow", 100)
    if type(start) is not int or type(end) is not int or start < 0:
        raise ValueError("Rows are counted in whole numbers.")
    sort = held.get("sortModel") or []
    first = sort[0] if isinstance(sort, list) and sort and isinstance(sort[0], dict) else {}
    column = str(first.get("colId", "rule"))
    if column not in SORTABLE:
        raise ValueError("The rules cannot be sorted by that.")
    model = held.get("filterModel") if isinstance(held.get("filterModel"), dict) else {}
    texts = [str(one.get("filter", ""))[:200] for one in (model or {}).values()
             if isinstance(one, dict)]  # fmt: skip
    support, confidence, lift = thresholds(chosen)
    return RulePage(
        support, confidence, lift, text=texts[0] if texts else "", sort=column,
        descending=first.get("sort") == "desc", start=start,
        rows=min(max(end - start, 1), _LONGEST_PAGE),
    )  # fmt: skip


def thresholds(chosen: Any) -> tuple[float, float, float]:
    """Return least support, confidence and lift as the sliders stand; 0 for what is no number."""
    held = chosen if isinstance(chosen, dict) else {}
    found = [held.get(name) for name in ("support", "confidence", "lift")]
    usable = [
        float(one) if isinstance(one, int | float) and 0 <= one < 1e9 else 0.0 for one in found
    ]
    return usable[0], usable[1], usable[2]


def rule_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rules as the grid wants them."""
    plain = frame.assign(held=frame["held"].map(_HELD).fillna(""))
    plain = plain.astype(object).where(plain.notna(), None)
    plain = plain.drop(columns=["left_items", "right_item", "items"])
    plain["id"] = frame["rule"].astype(str)
    return list(plain.to_dict("records"))


def bundle_cards(run: BasketRun, currency: str) -> list[Any]:
    """Return the bundles most worth trying, each with its reason."""
    return [
        bundle_card(place, " + ".join(one["names"]), _reason(one), *_worth(one, currency))
        for place, one in enumerate(run.facts["bundles"])
    ]


def _reason(one: Mapping[str, Any]) -> str:
    bundle = one["bundle"]
    return (
        f"Bought together in {count(one['orders'])} orders, {one['adjusted_lift']:,.1f} times as "
        f"often as by chance, and it held up in the later half. {count(bundle['partial'])} orders "
        f"hold one without the other: if {percent(one['take_up'])} of those took both at 10% off, "
        f"that would be {count(bundle['taken'])} more bundles."
    )


def _worth(one: Mapping[str, Any], currency: str) -> tuple[str, str]:
    bundle = one["bundle"]
    gain, what = (bundle["margin"], "margin") if bundle["margin"] else (bundle["revenue"],
                                                                         "revenue")  # fmt: skip
    interval = f"{money(gain['low'], currency)} to {money(gain['high'], currency)}"
    return signed_money(gain["value"], currency), f"{what} in such a period, {interval}"


def tried_answer(tried: Tried, currency: str, discount: float) -> list[Any]:
    """Return what a bundle would bring."""
    bundle = tried.bundle
    numbers = [
        (label, signed_money(one.value, currency),
         f"{money(one.low, currency)} to {money(one.high, currency)}")
        for label, one in (("Additional revenue", bundle.revenue),
                           ("Additional margin", bundle.margin))
        if one is not None
    ]  # fmt: skip
    numbers.append(
        ("Additional bundles", count(bundle.taken), f"of {count(bundle.partial)} orders")
    )
    lines = [
        f"{count(bundle.partial)} orders hold some of it but not all; {percent(tried.take_up)} of "
        f"them would take the whole. {count(bundle.whole)} orders hold all of it anyway: the "
        f"discount of {percent(discount)} only costs there."
    ]
    measure = "margin" if tried.margin_known else "revenue"
    if bundle.break_even is None:
        lines.append(f"At this discount no take-up brings additional {measure}.")
    elif bundle.break_even > 0:
        lines.append(f"It brings additional {measure} from a take-up of "
                     f"{percent(bundle.break_even)} on.")  # fmt: skip
    if not tried.margin_known:
        lines.append("Margin cannot be told: not all of these products have a cost.")
    lines.append("In a period like this one; 95% intervals.")
    return bundle_answer(lines, numbers)


def companions_answer(found: Companions) -> list[Any]:
    """Return what goes with a product and what replaces it."""
    return [
        companion_table(
            "Goes with it", _companion_rows(found.goes_with),
            f"Nothing is bought with it beyond chance in its {count(found.baskets)} orders.",
        ),
        companion_table(
            "Replaces it", _companion_rows(found.replaces),
            "Nothing is bought with it significantly less than by chance.",
        ),
    ]  # fmt: skip


def _companion_rows(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    return [
        (str(row.label), f"{row.lift:,.1f}" if row.lift >= 1 else f"{row.lift:.2f}",
         count(row.orders))
        for row in frame.itertuples()
    ]  # fmt: skip


def network_view(
    filters: Filters, facts: ShellFacts, *, run: BasketRun, chosen: tuple[float, float, float]
) -> ChartView:
    """Return products that sell together as a network."""
    view = slice_of(filters, facts.data)
    with recording() as statements:
        try:
            found = network(run, RulePage(support=chosen[0], confidence=chosen[1], lift=chosen[2]))
        except NotEnoughData as error:
            trust = trusted("basket_rules", view, facts, statements, "products")
            return ChartView(None, str(error), pd.DataFrame(), trust, empty=str(error))
    trust = trusted("basket_rules", view, facts, statements, "products")
    best = found.edges.iloc[0]
    label = found.nodes["label"]
    pair = f"{label[best['one']]} and {label[best['two']]}"
    table = pd.DataFrame(
        {
            "One": label.iloc[found.edges["one"]].to_numpy(),
            "Other": label.iloc[found.edges["two"]].to_numpy(),
            "Lift": found.edges["lift"].round(2),
            "Orders": found.edges["orders"],
        }
    )
    shown = f"the surest {len(found.edges)} of {count(found.pairs)} pairs"
    return ChartView(
        figure=network_figure(found.nodes, found.edges, facts.data.currency),
        answer=f"{pair} belong together most surely, with a lift of {best['lift']:,.1f}.",
        table=table,
        trust=trust,
        title=f"{pair} belong together most surely",
        subtitle=f"Size: revenue; line: lift; colour: community; {shown}",
    )


def categories_view(filters: Filters, facts: ShellFacts, *, run: BasketRun) -> ChartView:
    """Return how often categories are bought together, against chance."""
    view = slice_of(filters, facts.data)
    trust = trusted("basket_categories", view, facts, (), "products")
    held = run.facts["categories"]
    names, lift, orders = held["names"], held["lift"], held["orders"]
    cells = [
        (lift[one][two], one, two)
        for one in range(len(names))
        for two in range(one)
        if lift[one][two] is not None
    ]
    if len(names) < 2 or not cells:
        said = "There are no two categories here to compare. Widen the filters, or load a file "
        said += "with a category column."
        return ChartView(None, said, pd.DataFrame(), trust, empty=said)
    value, one, two = max(cells)
    labels = [
        [
            "" if lift[row][column] is None else
            f"{names[row]} + {names[column]}<br>{lift[row][column]:.2f} times as often as by "
            f"chance, {orders[row][column]:,} orders"
            for column in range(len(names))
        ]
        for row in range(len(names))
    ]  # fmt: skip
    pair = joined([names[two], names[one]])
    table = pd.DataFrame(
        [(names[b], names[a], round(v, 3), orders[a][b]) for v, a, b in sorted(cells)[::-1]],
        columns=["One", "Other", "Lift", "Orders"],
    )
    return ChartView(
        figure=categories_figure(names, lift, labels),
        answer=f"{pair} go together most: {value:.2f} times as often as by chance.",
        table=table,
        trust=trust,
        title=f"{pair} go together most",
        subtitle="Orders with both, to those by chance (1.00)",
    )


def opened_bundle(run: BasketRun, place: Any) -> tuple[list[int], float]:
    """
    Return the products of a bundle worth trying, and its take-up.

    Raises:
        ValueError: There is none at that place.
    """
    bundles = run.facts["bundles"]
    if type(place) is not int or not 0 <= place < len(bundles):
        raise ValueError("There is no such bundle.")
    return [int(one) for one in bundles[place]["items"]], float(bundles[place]["take_up"])


def opened_rule(run: BasketRun, cell: Any) -> list[int]:
    """
    Return the products of the rule a reader clicked on, the right side last.

    Raises:
        ValueError: It was no rule.
    """
    held = cell if isinstance(cell, dict) else {}
    try:
        number = int(held["rowId"])
    except (KeyError, TypeError, ValueError):
        raise ValueError("That is no rule.") from None
    parts = rule_parts(run, number)
    if parts is None:
        raise ValueError("That is no rule.")
    return parts


def without_words(labels: Sequence[str]) -> str:
    """Return `A, but never B`."""
    return f"{joined(list(labels[:-1]))}, but never {labels[-1]}"


def plan_link(segment: str, plan: BundlePlan) -> str:
    """Return the query under which Experiments opens a plan for a saved segment and a bundle."""
    shares = {
        "depth": plan.discount, "redeemed": plan.take_up, "margin": plan.margin, "low": plan.low,
        "likely": plan.likely, "high": plan.high,
    }  # fmt: skip
    entries = {name: round(100 * one, 1) for name, one in shares.items() if one is not None}
    entries["margin"] = max(1.0, entries.get("margin", 100 * Plan().margin))
    asked = {"view": "plan", "for": f"saved:{segment}", "offer": "discount", **entries,
             "why": plan.why}  # fmt: skip
    return f"?{urlencode(asked)}"


def segment_link(said: str, segment: str, name: str) -> list[Any]:
    """Return a sentence with the link to a saved segment."""
    href = f"/segments?view=builder&open={segment}"
    return [f"{said} ", dcc.Link(f"“{name}”", href=href)]
