"""What is told of each group besides its size: rule, typical customers, what they buy, a map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.models.clustering import nearest
from analytics.models.scaling import Scaling
from analytics.models.silhouettes import Silhouettes
from analytics.models.surrogate import rule_of
from analytics.reports._warehouse import warehouse
from clickhouse_schema.clusters.features import PLAIN, Population, Sieve
from clickhouse_schema.clusters.model import ClusterModel
from clickhouse_schema.queries.clusters import cluster_examples, cluster_mix

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
_RULED, _MAPPED, _TYPICAL, _NAMES_TOLD = 10_000, 5_000, 3, 3
_WHOLE = {"recency", "frequency", "tenure"}
KINDS = ("category", "channel", "country")
_LEAST_SHARE = 0.01  # of the base: names that hardly anybody buys are chance


@dataclass(frozen=True, slots=True)
class Sample:
    """
    Some customers, in an order that means nothing.

    Attributes:
        words: Of the features.
        raw: Row per customer, column per feature, each in its own unit.
        keys: Whose rows they are.
    """

    words: tuple[str, ...]
    raw: Floats
    keys: npt.NDArray[np.uint64]


def explained(
    model: ClusterModel,
    population: Population,
    sizes: pd.DataFrame,
    sample: Sample,
    sieve: Sieve,
    seed: int,
    at: Callable[[float, str], None],
) -> dict[str, Any]:
    """
    Return what is told of a model's groups.

    Returns:
        `clusters`: per group `rule`, `examples`, `mix`, `silhouette`; `map`: points of a sample
        on the two directions along which customers differ most; `sampled`: customers asked for
        rules and what is bought.

    Raises:
        WarehouseError: ClickHouse refused or could not be reached.
    """
    centres = np.array(model.centres)
    scaling = Scaling("", model.powers, model.means, model.deviations)
    rows = scaling.applied(sample.raw)
    labels = nearest(rows, centres)
    silhouettes = Silhouettes(rows[:_RULED], seed).per_cluster(
        lambda some: nearest(some, centres), model.clusters
    )
    at(0.88, "Finding rules for the groups")
    rules = [_rule(model, sample, labels == place) for place in range(model.clusters)]
    examples = _examples(sample, rows, centres, labels)
    at(0.92, "Looking at what they buy")
    mix = _mix(cluster_mix(warehouse(), model, population, sieve), model.clusters)
    return {
        "clusters": [
            {
                "rule": rules[place],
                "examples": examples[place],
                "mix": mix[place],
                "silhouette": None
                if np.isnan(silhouettes[place])
                else round(silhouettes[place], 4),
            }
            for place in range(model.clusters)
        ],
        "map": _map(rows, labels, model.words),
        "sampled": round(sieve.kept / 1e6 * float(sizes["customers"].sum())),
    }


def _rule(model: ClusterModel, sample: Sample, member: npt.NDArray[np.bool_]) -> dict[str, Any]:
    few, whose = sample.raw[:_RULED], member[:_RULED]
    if not whose.any():
        return {"bounds": [], "fidelity": float((~whose).mean()), "found": 0.0, "pure": 0.0}
    found = rule_of(few, whose, [word in _WHOLE for word in model.words])
    bounds = [
        {
            "feature": model.words[bound.feature],
            "at_least": bound.at_least,
            "threshold": bound.threshold,
        }
        for bound in found.bounds
    ]
    rates = {"fidelity": found.fidelity, "found": found.found, "pure": found.pure}
    return {"bounds": bounds} | {name: round(value, 4) for name, value in rates.items()}


def _examples(
    sample: Sample, rows: Floats, centres: Floats, labels: Labels
) -> list[list[dict[str, Any]]]:
    """Return per group the customers nearest to its centre, with their numbers."""
    chosen: list[list[int]] = []
    for place, centre in enumerate(centres):
        own = np.flatnonzero(labels == place)
        far = ((rows[own] - centre) ** 2).sum(axis=1)
        chosen.append([int(one) for one in own[np.lexsort((sample.keys[own], far))][:_TYPICAL]])
    keys = [int(sample.keys[one]) for held in chosen for one in held]
    frame = cluster_examples(warehouse(), keys).set_index("customer_key")
    return [[_example(frame, sample, one) for one in held] for held in chosen]


def _example(frame: pd.DataFrame, sample: Sample, one: int) -> dict[str, Any]:
    known = frame.loc[int(sample.keys[one])]
    numbers = zip(sample.words, sample.raw[one], strict=True)
    return {
        "id": str(known["customer_id"]),
        "country": str(known["country"]),
        "channel": str(known["channel"]),
        "values": {word: round(float(value), 4) for word, value in numbers},
    }


def _mix(frame: pd.DataFrame, clusters: int) -> list[dict[str, Any]]:
    """
    Return per group and kind the names it spends more and less on than everybody.

    A kind that has one name, as all do in data without it, tells nothing and is left out.
    """
    found: list[dict[str, Any]] = [{} for _ in range(clusters)]
    for kind in KINDS:
        wide = frame[frame["kind"] == kind].pivot_table(
            index="name", columns="cluster", values="revenue", aggfunc="sum", fill_value=0.0
        )
        if len(wide) < 2:
            continue
        base = wide.sum(axis=1) / max(float(wide.to_numpy().sum()), 1e-9)
        for place in range(clusters):
            found[place][kind] = _uneven(wide, base, place + 1)
    return found


def _uneven(wide: pd.DataFrame, base: pd.Series[float], cluster: int) -> dict[str, Any]:
    if cluster not in wide.columns:
        return {"over": [], "under": []}
    own = wide[cluster] / max(float(wide[cluster].sum()), 1e-9)
    usual = base[base >= _LEAST_SHARE]
    index = (own[usual.index] / usual).sort_values(ascending=False, kind="stable")

    def told(names: pd.Series[float]) -> list[dict[str, Any]]:
        return [
            {
                "name": str(name),
                "index": round(float(ratio), 3),
                "share": round(float(own[name]), 4),
                "base": round(float(usual[name]), 4),
            }
            for name, ratio in names.items()
        ]

    over = index[index > 1.05][:_NAMES_TOLD]
    under = index[index < 0.95][::-1][:_NAMES_TOLD]
    return {"over": told(over), "under": told(under)}


def _map(rows: Floats, labels: Labels, words: tuple[str, ...]) -> dict[str, Any]:
    """
    Return a sample on the two directions along which it spreads most.

    References:
        Pearson (1901), On lines and planes of closest fit to systems of points in space.
    """
    held = rows - rows.mean(axis=0)
    _, spread, directions = np.linalg.svd(held[:20_000], full_matrices=False)
    directions = directions[:2]
    # A direction and its opposite are one: the largest loading points to the right.
    strongest = np.abs(directions).argmax(axis=1)
    directions = directions * np.sign(directions[np.arange(len(directions)), strongest])[:, None]
    if len(directions) < 2:
        directions = np.vstack([directions, np.zeros_like(directions)])
        spread = np.append(spread, 0.0)
    points = (held[:_MAPPED] @ directions.T).round(2)
    share = (spread[:2] ** 2 / max(float((spread**2).sum()), 1e-12)).round(4)
    return {
        "points": [
            [float(x), float(y), int(label) + 1]
            for (x, y), label in zip(points, labels[:_MAPPED], strict=True)
        ],
        "shares": share.tolist(),
        "axes": [
            [
                [words[place], round(float(direction[place]), 3)]
                for place in np.abs(direction).argsort()[::-1][:2]
            ]
            for direction in directions
        ],
    }


def unit_of(word: str) -> str:
    """Return the unit of a feature."""
    return PLAIN[word].unit if word in PLAIN else "share"
