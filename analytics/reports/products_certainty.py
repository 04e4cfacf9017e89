"""How sure each product's class is: a job, since it classifies everything hundreds of times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.jobs import Work, kind
from analytics.models.abc_xyz import Cuts, without_cycle
from analytics.models.class_bootstrap import Certainty, bootstrap
from analytics.reports._cache import already, remembered
from analytics.reports._slice import slice_of
from analytics.reports._warehouse import warehouse
from analytics.reports.products import Classified, Options, catalogue, classified_of
from analytics.reports.shell import shell_facts
from clickhouse_schema.filters import ChosenSegment, Filters
from clickhouse_schema.queries.demand import product_panel

JOB = "product_certainty"
Panel = npt.NDArray[np.float32]


def kept_certainty(found: Classified) -> Certainty | None:
    """Return how sure the classes are, if a job has found out already."""
    kept: Certainty | None = already(JOB, _asked(found))
    return kept


def certainty(found: Classified, told: Callable[[float], None] | None = None) -> Certainty:
    """
    Return how sure the classes are, remembered; seconds at reference scale.

    Args:
        found: The classified products.
        told: Called with the share that is done, 0 to 1; what it raises ends it.

    Returns:
        In the order of `found.products`.

    Raises:
        WarehouseError: The warehouse could not answer.
    """
    return remembered(JOB, _asked(found), lambda: _certainty(found, told))


def _asked(found: Classified) -> dict[str, Any]:
    return {"now": found.slice.now, "options": found.options}


def _certainty(found: Classified, told: Callable[[float], None] | None) -> Certainty:
    units, revenue, cost = panel(found)
    options = found.options
    lived = found.products["lived"].to_numpy()
    value = {"revenue": revenue, "margin": revenue - cost, "units": units}[options.by]
    demand = revenue if options.in_money else units
    if options.deseasonalised:
        demand = without_cycle(demand, lived, found.periods.turn, found.periods.in_a_year)
    return bootstrap(
        demand,
        value,
        lived,
        found.products["cell"].to_numpy(),
        options.cuts,
        zeros=options.zeros,
        told=told,
    )


def panel(found: Classified) -> tuple[Panel, Panel, Panel]:
    """Return units, revenue and cost of every product in every whole period, as dense arrays."""
    rows = product_panel(warehouse(), found.slice.now, found.periods)
    places = catalogue().places(rows["product_key"])
    own = found.products["place"].to_numpy()
    at = np.minimum(np.searchsorted(own, places), len(own) - 1)
    held = own[at] == places  # fees are in the panel and not among the products
    made = []
    for column in ("units", "revenue", "cost"):
        dense = np.zeros((len(own), found.periods.count), dtype=np.float32)
        dense[at[held], rows["period"].to_numpy()[held]] = rows[column].to_numpy()[held]
        made.append(dense)
    return made[0], made[1], made[2]


def as_parameters(found: Classified) -> dict[str, Any]:
    """Return what the job is asked, as JSON."""
    options = asdict(found.options)
    now = found.slice.now
    plain = {**asdict(now), "start": now.start.isoformat(), "end": now.end.isoformat()}
    if now.segment is not None:
        plain["segment"] = {**asdict(now.segment), "as_of": now.segment.as_of.isoformat()}
    return {"filters": plain, "options": options}


def read_filters(held: Mapping[str, Any]) -> Filters:
    """Return the filters that `as_parameters` wrote, after their way through JSON."""
    plain: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in held.items()
    }
    for name in ("start", "end"):
        plain[name] = date.fromisoformat(plain[name])
    if plain["segment"] is not None:
        at = datetime.fromisoformat(plain["segment"]["as_of"])
        plain["segment"] = ChosenSegment(**{**plain["segment"], "as_of": at})
    return Filters(**plain)


def read_parameters(asked: Mapping[str, Any]) -> Options:
    """Return the options that `as_parameters` wrote."""
    return Options(**{**asked["options"], "cuts": Cuts(**asked["options"]["cuts"])})


@kind(JOB)
def find_certainty(work: Work) -> dict[str, Any]:
    """Find out how sure the classes are; the answer is remembered for whoever asks."""
    asked = work.parameters
    options = read_parameters(asked)
    work.told(2, "Adding up demand")
    view = slice_of(read_filters(asked["filters"]), shell_facts().data)
    found = classified_of(view, options)
    work.told(10, "Drawing the periods anew")
    sure = certainty(found, lambda done: work.told(10 + 90 * done, "Drawing the periods anew"))
    return {"products": len(sure.own), "flapping": int(sure.flapping.sum())}
