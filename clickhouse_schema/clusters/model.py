"""A stored model: how numbers of customers are made comparable, and where the centres lie."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from clickhouse_schema.clusters.features import MOST_FEATURES, feature_of

MOST_CLUSTERS = 10
_LARGEST = 1e9


@dataclass(frozen=True, slots=True)
class ClusterModel:
    """
    Centres in a space of transformed numbers; a customer belongs to the nearest.

    A number x >= 0 becomes ((x + 1)^power - 1) / power, or log(x + 1) when power is 0,
    then (that - mean) / deviation (Yeo and Johnson 2000, for numbers that are not negative).

    Attributes:
        words: Of the features, in order.
        powers, means, deviations: Per feature.
        centres: Per cluster, per feature.

    Raises:
        ValueError: They do not fit together, or are no finite numbers.
    """

    words: tuple[str, ...]
    powers: tuple[float, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    centres: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        wide = len(self.words)
        if not 1 <= wide <= MOST_FEATURES or len(set(self.words)) != wide:
            raise ValueError(f"it needs 1 to {MOST_FEATURES} different features.")
        for word in self.words:
            feature_of(word)
        if not 1 <= len(self.centres) <= MOST_CLUSTERS:
            raise ValueError(f"it needs 1 to {MOST_CLUSTERS} clusters.")
        for row in (self.powers, self.means, self.deviations, *self.centres):
            if len(row) != wide or not all(_finite(value) for value in row):
                raise ValueError("its numbers do not fit its features.")
        if min(self.deviations) <= 0:
            raise ValueError("a feature without spread cannot tell customers apart.")

    @property
    def clusters(self) -> int:
        """How many there are; they are numbered from 1."""
        return len(self.centres)

    @classmethod
    def of(cls, given: Any) -> Self:
        """
        Return the model that was stored.

        Raises:
            ValueError: It cannot be one.
        """
        if not isinstance(given, Mapping) or set(given) != set(cls.__slots__):
            raise ValueError("it has other parts than a model.")
        try:
            return cls(
                words=tuple(given["words"]),
                powers=tuple(given["powers"]),
                means=tuple(given["means"]),
                deviations=tuple(given["deviations"]),
                centres=tuple(tuple(centre) for centre in given["centres"]),
            )
        except TypeError:
            raise ValueError("its parts are no lists.") from None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)


def _finite(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) <= _LARGEST
    )


def transformed_sql(powers: Sequence[float]) -> tuple[list[str], dict[str, Any]]:
    """Return SQL of each transformed number over `x1`, `x2` ..., and what is bound to it."""
    found, params = [], {}
    for place, power in enumerate(powers, 1):
        if power == 0:
            found.append(f"log1p(greatest(x{place}, 0))")
        else:
            slot = f"power_{place}"
            params[slot] = power
            held = f"{{{slot}:Float64}}"
            found.append(f"(pow(greatest(x{place}, 0) + 1, {held}) - 1) / {held}")
    return found, params


def nearest_sql(model: ClusterModel, inner: str) -> tuple[str, dict[str, Any]]:
    """
    Return SQL that adds to each row of `inner` its `cluster` and the distance to its centre.

    The squared distance to a centre is a constant of the customer plus a sum of products:
    only the sums are compared.

    Args:
        model: Its words are what `inner` has as `x1`, `x2` ...
        inner: As of `features_sql`.

    Returns:
        All columns of `inner`, `t1`, `t2` ... (standardised), `cluster` (from 1) and
        `distance` (squared, in standard deviations).
    """
    numbers, params = transformed_sql(model.powers)
    params |= {"means": list(model.means), "deviations": list(model.deviations)}
    wide = range(1, len(model.words) + 1)
    standard = [
        f"({sql} - {{means:Array(Float64)}}[{place}]) / {{deviations:Array(Float64)}}[{place}]"
        for place, sql in zip(wide, numbers, strict=True)
    ]
    weights = [-2 * value for centre in model.centres for value in centre]
    params |= {
        "weights": weights,
        "squares": [sum(value * value for value in centre) for centre in model.centres],
    }
    scores = [
        " + ".join(
            [f"{{squares:Array(Float64)}}[{at + 1}]"]
            + [f"t{place} * {{weights:Array(Float64)}}[{at * len(wide) + place}]" for place in wide]
        )
        for at in range(model.clusters)
    ]
    listed = ",\n    ".join(f"{sql} AS t{place}" for place, sql in zip(wide, standard, strict=True))
    own = " + ".join(f"t{place} * t{place}" for place in wide)
    text = f"""SELECT
    *,
    [{", ".join(scores)}] AS scores,
    toUInt8(indexOf(scores, arrayMin(scores))) AS cluster,
    greatest(arrayMin(scores) + {own}, 0) AS distance
FROM
(
SELECT
    *,
    {listed}
FROM
(
{inner}
)
)"""
    return text, params
