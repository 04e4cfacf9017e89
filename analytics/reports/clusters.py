"""Groups of customers: asked of a period, chosen, fitted on everybody, explained."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from datetime import time as clock
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.errors import NotEnoughData
from analytics.models.cluster_names import advice_of, names_of
from analytics.models.clustering import Choice, Fit, choose, fit_all
from analytics.reports._warehouse import warehouse
from analytics.reports.clusters_told import Sample, explained
from analytics.reports.segments_rfm import snapshot_time
from analytics.reports.shell import ShellFacts
from clickhouse_schema.clusters.features import (
    CATEGORY,
    CHANNEL,
    MOST_FEATURES,
    Population,
    Sieve,
    feature_of,
)
from clickhouse_schema.clusters.model import ClusterModel
from clickhouse_schema.filters import Filters
from clickhouse_schema.queries.clusters import (
    cluster_cells,
    cluster_customers,
    cluster_sample,
    cluster_sizes,
)
from clickhouse_schema.scoring import Scope

Floats = npt.NDArray[np.float64]
Told = Callable[[float, str], None]
SETS = {"value": "Value", "behaviour": "Behaviour", "taste": "Taste", "own": "Own choice"}
_VALUE = ("recency", "frequency", "monetary")
_BEHAVIOUR = ("tenure", "order_gap", "basket_size", "discount_share", "return_rate")
_CHANNELS_TOLD = MOST_FEATURES - len(_BEHAVIOUR)
# Up to so many features the cells of a grid are few; of more a sample is fitted.
MOST_GRIDDED = 4
CELL = 1 / 8
_CHOSEN_FROM, _FITTED = 40_000, 200_000
_LEAST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What groups are asked for.

    Attributes:
        about: Key of `SETS`.
        own: Features of an own choice, in order; empty otherwise.
        filters: Period and names that say which orders count, and whose.
        seed: Of everything drawn.
    """

    about: str
    own: tuple[str, ...]
    filters: Filters
    seed: int = 0


def features_of(about: str, own: Sequence[str], facts: ShellFacts) -> tuple[str, ...]:
    """
    Return the features of a set.

    Raises:
        NotEnoughData: There are none, too many, or one is not known here.
    """
    if about == "value":
        return _VALUE
    if about == "behaviour":
        # Of all channels but the smallest: their shares add up to one.
        named = facts.channels[: min(_CHANNELS_TOLD, len(facts.channels) - 1)]
        return (*_BEHAVIOUR, *(f"{CHANNEL}{name}" for name in named))
    if about == "taste":
        if len(facts.categories) < 2:
            raise NotEnoughData(
                "The loaded data has no categories to tell tastes apart by. Choose another set."
            )
        named = facts.categories[: min(MOST_FEATURES, len(facts.categories))]
        return tuple(f"{CATEGORY}{name}" for name in named)
    words = tuple(dict.fromkeys(own))
    if not 2 <= len(words) <= MOST_FEATURES:
        raise NotEnoughData(f"Choose 2 to {MOST_FEATURES} features.")
    known = {f"{CHANNEL}{name}" for name in facts.channels}
    known |= {f"{CATEGORY}{name}" for name in facts.categories}
    for word in words:
        if ":" in word and word not in known:
            raise NotEnoughData("One of the features is not in the data any more. Choose again.")
        feature_of(word)
    return words


def population_of(filters: Filters, facts: ShellFacts) -> Population:
    """
    Return whose numbers a period asks for, and up to which moment.

    A period that reaches to the newest order ends a day after it, as segments are judged; one
    that begins with the data has no beginning, so that it grows with the data.
    """
    end = min(filters.end, facts.data.today)
    newest = snapshot_time(facts.data, None)
    snapshot = newest if end >= facts.data.today else datetime.combine(end, clock())
    days = None if filters.start <= facts.data.first_day else (end - filters.start).days
    if days is not None and days <= 0:
        raise NotEnoughData("The period begins after the newest order. Choose an earlier one.")
    return Population(Scope.of(filters), snapshot, days)


def find_clusters(asked: Asked, facts: ShellFacts, told: Told | None = None) -> dict[str, Any]:
    """
    Return groups of customers as they are kept: chosen, fitted on everybody, explained.

    Args:
        asked: What about, of whom, in which period.
        facts: Of the data.
        told: Called with the share done (0 to 1) and what is being done; may raise to stop.

    Returns:
        JSON-able; see `analytics.cluster_models` for its parts.

    Raises:
        NotEnoughData: Too few customers, or nothing tells them apart.
        WarehouseError: ClickHouse refused or could not be reached.
    """
    watch = _Watch(told or (lambda share, what: None))
    words = features_of(asked.about, asked.own, facts)
    population = population_of(asked.filters, facts)
    watch.at(0.02, "Reading customers")
    many = cluster_customers(warehouse(), population)
    if many < _LEAST:
        raise NotEnoughData(
            f"Only {many:,} customers ordered in this period with these filters; groups need at "
            f"least {_LEAST}. Choose a longer period or fewer filters."
        )
    gridded = len(words) <= MOST_GRIDDED
    sieve = sieve_for(_CHOSEN_FROM if gridded else _FITTED, many)
    frame = cluster_sample(warehouse(), words, population, sieve)
    words, frame = _spread(words, frame)
    sample = _shuffled(frame, words, asked.seed)
    watch.at(0.1, "Trying groups")
    choice = choose(
        sample.raw[:_CHOSEN_FROM], seed=asked.seed,
        alike=len({feature_of(word).unit for word in words}) == 1,
        told=lambda share, what: watch.at(0.1 + 0.5 * share, what),
    )  # fmt: skip
    watch.at(0.62, "Placing everybody")
    fit = _fitted(choice, words, population, sample.raw, asked.seed, watch)
    model, sizes = _ordered(choice, words, fit, population, watch)
    watch.at(0.84, "Explaining the groups")
    sieve = sieve_for(_CHOSEN_FROM, many)
    told_parts = explained(model, population, sizes, sample, sieve, asked.seed, watch.at)
    watch.at(0.98, "Putting it together")
    return _body(asked, facts, population, choice, fit, model, sizes, told_parts, watch)


class _Watch:
    """Tells progress, and how long each step took."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._began = self._since = time.perf_counter()
        self._step = ""
        self.seconds: dict[str, float] = {}

    def at(self, share: float, what: str) -> None:
        """Begin a step."""
        now = time.perf_counter()
        if self._step:
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + now - self._since
        self._since, self._step = now, what.split(" groups")[0] if "Trying" in what else what
        self._told(share, what)

    @property
    def all(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self._began


def sieve_for(wanted: int, many: int) -> Sieve:
    """Return what keeps about `wanted` of `many` customers; all, if there are hardly more."""
    if many <= wanted * 1.05:
        return Sieve(1_000_000)
    return Sieve(max(1, round(wanted / many * 1_000_000)))


def _spread(words: tuple[str, ...], frame: pd.DataFrame) -> tuple[tuple[str, ...], pd.DataFrame]:
    """Leave out features that are the same for everybody."""
    columns = [f"x{place}" for place in range(1, len(words) + 1)]
    kept = [place for place, name in enumerate(columns) if frame[name].std() > 1e-9]
    if not kept or len(frame) < _LEAST:
        raise NotEnoughData("These features are the same for all customers: choose others.")
    renamed = {columns[place]: f"x{at}" for at, place in enumerate(kept, 1)}
    dropped = [name for name in columns if name not in renamed]
    frame = frame.drop(columns=dropped).rename(columns=renamed)
    return tuple(words[place] for place in kept), frame


def _shuffled(frame: pd.DataFrame, words: Sequence[str], seed: int) -> Sample:
    frame = frame.iloc[np.random.default_rng([seed, 1]).permutation(len(frame))]
    raw = frame[[f"x{place}" for place in range(1, len(words) + 1)]].to_numpy(dtype=np.float64)
    return Sample(tuple(words), raw, frame["customer_key"].to_numpy(dtype=np.uint64))


def _fitted(
    choice: Choice,
    words: tuple[str, ...],
    population: Population,
    raw: Floats,
    seed: int,
    watch: _Watch,
) -> Fit:
    """Fit the chosen configuration: on the cells of everybody, or on a large sample."""
    clusters = choice.chosen.clusters

    def check() -> None:
        watch.at(0.7, "Placing everybody")

    if len(words) > MOST_GRIDDED:
        return fit_all(choice.scaling.applied(raw), None, clusters, seed=seed, starts=5,
                       check=check)  # fmt: skip
    grid = _model(choice, words, [[0.0] * len(words)])
    cells = cluster_cells(warehouse(), grid, population, CELL)
    points = cells[[f"t{place}" for place in range(1, len(words) + 1)]].to_numpy(dtype=np.float64)
    weights = cells["customers"].to_numpy(dtype=np.float64)
    return fit_all(points, weights, clusters, seed=seed, check=check)


def _model(
    choice: Choice, words: tuple[str, ...], centres: Sequence[Sequence[float]]
) -> ClusterModel:
    scaling = choice.scaling
    rounded = tuple(tuple(round(float(value), 9) for value in centre) for centre in centres)
    return ClusterModel(words, scaling.powers, scaling.means, scaling.deviations, rounded)


def _ordered(
    choice: Choice, words: tuple[str, ...], fit: Fit, population: Population, watch: _Watch
) -> tuple[ClusterModel, pd.DataFrame]:
    """Return the model, the groups that spend most per customer first, and their sizes."""
    watch.at(0.74, "Counting the groups")
    more = tuple(word for word in _VALUE if word not in words)
    centres = sorted(fit.centres.tolist())
    drawn = _model(choice, words, centres)
    sizes = cluster_sizes(warehouse(), drawn, population, more)
    sizes["each"] = sizes["revenue"] / sizes["customers"]
    sizes = sizes.sort_values(["each", "cluster"], ascending=[False, True], ignore_index=True)
    model = _model(choice, words, [centres[int(one) - 1] for one in sizes["cluster"]])
    sizes["cluster"] = range(1, len(sizes) + 1)
    names = [*words, *more]
    return model, sizes.rename(columns={f"x{at}": name for at, name in enumerate(names, 1)})


def _body(
    asked: Asked,
    facts: ShellFacts,
    population: Population,
    choice: Choice,
    fit: Fit,
    model: ClusterModel,
    sizes: pd.DataFrame,
    told_parts: dict[str, Any],
    watch: _Watch,
) -> dict[str, Any]:
    names = names_of(model.words, model.centres)
    features = [name for name in sizes.columns if name not in _NOT_FEATURES]
    clusters = [
        {
            "name": names[at],
            "advice": advice_of(model.words, model.centres[at]),
            "customers": int(row["customers"]),
            "revenue": round(float(row["revenue"]), 4),
            "orders": int(row["orders"]),
            "distance": round(float(row["distance"]), 6),
            "means": {name: round(float(row[name]), 6) for name in features},
            **told_parts["clusters"][at],
        }
        for at, row in sizes.iterrows()
        if isinstance(at, int)
    ]
    segment = asked.filters.segment
    watch.at(1.0, "Done")
    return {
        "model": model.to_dict(),
        "about": asked.about,
        "countries": list(asked.filters.countries),
        "channels": list(asked.filters.channels),
        "categories": list(asked.filters.categories),
        "segment": "" if segment is None else segment.word,
        "segment_name": "" if segment is None else segment.name,
        "start": asked.filters.start.isoformat(),
        "days": population.days,
        "snapshot": population.snapshot.isoformat(),
        "data_version": facts.version,
        "currency": facts.data.currency,
        "seed": asked.seed,
        "clear": choice.clear,
        "algorithm": fit.algorithm,
        "full_inertia": fit.full_inertia,
        "mini_inertia": fit.mini_inertia,
        "chosen": _plain(asdict(choice.chosen)),
        "candidates": [_plain(asdict(one)) for one in choice.candidates],
        "clusters": clusters,
        "sampled": told_parts["sampled"],
        "map": told_parts["map"],
        "seconds": {name: round(value, 3) for name, value in watch.seconds.items()},
        "seconds_in_all": round(watch.all, 3),
    }


_NOT_FEATURES = {"cluster", "customers", "revenue", "orders", "distance", "each"}


def _plain(held: dict[str, Any]) -> dict[str, Any]:
    """Return a candidate as JSON holds it: no NaN, no digits that mean nothing."""
    return {
        name: (None if value != value else round(value, 5)) if isinstance(value, float) else value
        for name, value in held.items()
    }
