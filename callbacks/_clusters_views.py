"""Groups of customers as the page shows them: words, figures and tables of a kept grouping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from analytics.cluster_models import (
    Drift,
    rule_tree,
)
from analytics.models.clustering import STABLE
from analytics.reports.clusters import SETS
from clickhouse_schema.clusters.features import feature_of
from clickhouse_schema.made.things import Made
from layouts.clusters_results import Closer, GroupCard, KeptRow, Summary, Uneven
from layouts.format import count, day, money, name_or_not_given, percent
from layouts.words import joined

Body = Mapping[str, Any]
VERY_STABLE = 0.9
_KINDS = {"category": "What they buy", "channel": "Through which channels", "country": "From where"}
_ALGORITHMS = {"full": "full K-Means", "mini-batch": "mini-batch K-Means"}
_SAID = {"log": "logarithms", "power": "a power transform", "level": "logarithms of one scale"}


def number(word: str, value: float, currency: str) -> str:
    """Return a feature's number as people read it."""
    unit = feature_of(word).unit
    if unit == "money":
        return money(value, currency)
    if unit == "share":
        return percent(value)
    if unit == "days":
        return f"{value:,.0f} {'day' if round(value) == 1 else 'days'}"
    return f"{value:,.1f}".removesuffix(".0")


def customers_in(body: Body) -> int:
    """Return the customers of all groups."""
    return sum(int(one["customers"]) for one in body["clusters"])


def stability_words(body: Body) -> str:
    """Return how stable a grouping is, in a sentence."""
    found = float(body["chosen"]["stability"])
    if found >= VERY_STABLE:
        said = "Stable: the same groups come back when customers are drawn anew"
    elif found >= STABLE:
        said = "Fairly stable: nearly the same groups come back when customers are drawn anew"
    else:
        said = "Not stable: other groups come back when customers are drawn anew"
    return f"{said} (agreement {found:.2f} of 1)."


def summary_of(body: Body) -> Summary:
    """Return what was found, in words."""
    clusters = body["clusters"]
    everybody = customers_in(body)
    revenue = sum(float(one["revenue"]) for one in clusters) or 1.0
    best = max(clusters, key=lambda one: float(one["revenue"]))
    if body["clear"]:
        title = (
            f"{len(clusters)} groups. “{best['name']}” brings "
            f"{percent(best['revenue'] / revenue)} of revenue from "
            f"{percent(best['customers'] / everybody)} of customers"
        )
    else:
        title = "This data has no clear groups of customers"
    stable = stability_words(body)
    return Summary(title, about_words(body), bool(body["clear"]), stable, took_words(body))


def about_words(body: Body) -> str:
    """Return of whom and of when a grouping is, in words."""
    whom = f"of “{body['segment_name']}”" if body["segment"] else "customers"
    narrowed = [*body["countries"], *body["channels"], *body["categories"]]
    only = (
        f", only {joined([name_or_not_given(name) for name in narrowed[:4]])}" if narrowed else ""
    )
    features = joined([feature_of(word).label.lower() for word in body["model"]["words"]])
    return (
        f"{SETS[body['about']]}: {features}. {count(customers_in(body))} {whom} who ordered "
        f"{window_words(body)}{only}."
    )


def window_words(body: Body) -> str:
    """Return the days a grouping is of."""
    end = datetime.fromisoformat(body["snapshot"])
    if body["days"] is None:
        return f"up to {day(end.date() - timedelta(days=1))}"
    return f"in the {body['days']:,} days to {day(end.date() - timedelta(days=1))}"


def took_words(body: Body) -> str:
    """Return how a grouping was chosen, in sentences."""
    chosen, tried = body["chosen"], body["candidates"]
    counted = sum(not one["why_not"] for one in tried)
    scaling = _SAID[chosen["scaling"]]
    verdict = (
        f"{counted} of them came back when customers were drawn anew, had no group below 2% and "
        "were tighter than copies of the data without groups; the clearest was taken, or the one "
        "with fewer groups where the difference could be chance."
        if body["clear"]
        else f"None of them held: the best attempt {chosen['why_not']}."
    )
    second = _runner_up(body)
    ratio = float(body["mini_inertia"]) / max(float(body["full_inertia"]), 1e-12)
    return (
        f"{len(tried)} configurations were tried: 2 to 10 groups by K-Means on logarithms"
        f"{' and on other transforms' if len({one['scaling'] for one in tried}) > 1 else ''}, full "
        f"and mini-batch. {verdict} Taken: {chosen['clusters']} groups on {scaling}, by "
        f"{_ALGORITHMS[body['algorithm']]} (mini-batch came within {ratio - 1:+.1%} of the full "
        f"one's spread); spread against copies without groups {chosen['tightness']:.2f}."
        f"{second} It took {body['seconds_in_all']:.1f} s. Rules and what is bought rest on "
        f"{count(body['sampled'])} customers."
    )


def _runner_up(body: Body) -> str:
    """Return the configuration that came next, in a sentence; nothing when there was none."""
    chosen = body["chosen"]
    others = [
        one
        for one in body["candidates"]
        if one["silhouette"] is not None
        and (one["scaling"], one["clusters"]) != (chosen["scaling"], chosen["clusters"])
    ]
    if not others:
        return ""
    best = max(others, key=lambda one: float(one["silhouette"]))
    return (
        f" The runner-up: {best['clusters']} groups on {_SAID[best['scaling']]} (silhouette "
        f"{best['silhouette']:.2f} against {chosen['silhouette']:.2f}, stability "
        f"{best['stability']:.2f} against {chosen['stability']:.2f})."
    )


def cards_of(body: Body) -> list[GroupCard]:
    """Return the groups as cards."""
    everybody = max(customers_in(body), 1)
    revenue = sum(float(one["revenue"]) for one in body["clusters"]) or 1.0
    return [
        GroupCard(
            number=place,
            name=one["name"],
            size=f"{count(one['customers'])} customers, {percent(one['customers'] / everybody)}",
            money=f"{money(one['revenue'], body['currency'])}, "
            f"{percent(one['revenue'] / revenue)} of revenue",
            rule=rule_words(one["rule"], body["currency"]),
            fidelity=fidelity_words(one["rule"]),
            advice=one["advice"],
        )
        for place, one in enumerate(body["clusters"], 1)
    ]


def rule_words(rule: Body, currency: str) -> str:
    """Return a rule in a sentence."""
    bounds: dict[str, dict[bool, float]] = {}
    for bound in rule["bounds"]:
        held = bounds.setdefault(bound["feature"], {})
        past, both = held.get(bound["at_least"]), max if bound["at_least"] else min
        held[bound["at_least"]] = (
            both(past, bound["threshold"]) if past is not None else (bound["threshold"])
        )
    parts = [
        f"{feature_of(word).label.lower()} {_bounds(word, held, currency)}"
        for word, held in bounds.items()
    ]
    return f"Nearly: {joined(parts)}." if parts else "No short rule tells them from the others."


def _bounds(word: str, held: Mapping[bool, float], currency: str) -> str:
    low, high = held.get(True), held.get(False)
    if low is not None and high is not None:
        return f"{number(word, low, currency)} to {number(word, high, currency)}"
    if low is not None:
        return f"at least {number(word, low, currency)}"
    return f"at most {number(word, high or 0.0, currency)}"


def fidelity_words(rule: Body) -> str:
    """Return how well a rule says who is in a group."""
    return (
        f"Right for {percent(rule['fidelity'])} of customers; finds {percent(rule['found'])} of "
        f"the group, {percent(rule['pure'])} of whom it finds are in it."
    )


def closer_of(id_: str, body: Body, place: int) -> Closer:
    """Return one group of a kept grouping looked at closer; `place` from 1."""
    one = body["clusters"][place - 1]
    words = body["model"]["words"][:4]
    typical = tuple(
        (
            str(example["id"]),
            *(number(word, example["values"][word], body["currency"]) for word in words),
            name_or_not_given(example["country"]),
        )
        for example in one["examples"]
    )
    labels = tuple(feature_of(word).label for word in words)
    mixes = tuple(
        Uneven(title, _uneven(one["mix"][kind]["over"]), _uneven(one["mix"][kind]["under"]))
        for kind, title in _KINDS.items()
        if kind in one["mix"]
    )
    return Closer(
        number=place,
        name=one["name"],
        columns=("Customer", *labels, "Country"),
        typical=typical,
        mixes=mixes,
        rule=rule_tree(body, place) is not None,
        plan=f"/experiments?view=plan&for=cluster:{id_}:{place}",
        about=f"Shares of revenue, of {count(body['sampled'])} customers; in brackets those of "
        "everybody. Only differences of 5% and more are told.",
    )


def _uneven(names: Sequence[Body]) -> tuple[str, ...]:
    return tuple(
        f"{name_or_not_given(one['name'])} {percent(one['share'])} ({percent(one['base'])})"
        for one in names
    )


def kept_rows(made: Sequence[Made], shown: str, used: str | None) -> list[KeptRow]:
    """Return the kept groupings as rows."""
    return [
        KeptRow(
            one.id,
            one.name,
            f"{joined([_quoted(group) for group in one.body['clusters']])}. Found by {one.author}, "
            f"{day(one.at.date())} {one.at:%H:%M} UTC, from data version "
            f"{one.body['data_version']}.",
            one.id == shown,
            one.id == used,
        )
        for one in made
    ]


def _quoted(group: Body) -> str:
    """Return a group's name so that its commas do not look like those of a list."""
    return f"“{group['name']}”"


def drift_words(body: Body, drift: Drift) -> str:
    """Return how far customers have moved since, and whether to find groups anew."""
    moved = [
        f"“{one['name']}” {percent(old)} → {percent(new)}"
        for one, (old, new) in zip(body["clusters"], drift.shares, strict=True)
        if abs(new - old) >= 0.005
    ]
    shares = f" Shares of customers: {'; '.join(moved)}." if moved else ""
    verdict = (
        "Find groups anew: customers have moved away from these."
        if drift.refit
        else "These groups still fit."
    )
    return (
        f"{verdict} Since they were found the groups have shifted by {drift.shift:.2f} (from 0.10 "
        f"on, look for new ones), and {_spread_words(drift.spread)}.{shares}"
    )


def _spread_words(spread: float) -> str:
    if abs(spread) < 0.005:
        return "customers lie as near to the middle of their group as then"
    nearer = "farther from" if spread > 0 else "nearer to"
    return f"customers lie {abs(spread):.1%} {nearer} the middle of their group"
