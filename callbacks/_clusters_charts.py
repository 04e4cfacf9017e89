"""The charts of a grouping: what sets groups apart, the map, what was tried, who moved."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analytics.cluster_members import model_of
from analytics.cluster_models import population_at
from analytics.cluster_moves import moves_between
from analytics.models.clustering import STABLE
from analytics.reports.shell import ShellFacts
from callbacks._clusters_views import Body, customers_in, number, window_words
from clickhouse_schema.clusters.features import feature_of
from clickhouse_schema.made.things import Made
from clickhouse_schema.queries.clusters import members_of_clusters
from clickhouse_schema.recording import Statement
from layouts.figures.clusters import (
    Tried,
    map_figure,
    moves_figure,
    parallel_figure,
    profile_figure,
    tried_figure,
)
from layouts.figures.rows import Bar, ranking_figure
from layouts.format import count, day, percent
from layouts.views import ChartView, Trust

_SCALINGS = {"log": "Logarithms", "power": "Power transform", "level": "Logarithms, one scale"}
NOWHERE = "Not placed"


def trust_in(body: Body, facts: ShellFacts) -> Trust:
    """Return what a grouping rests on, with the statement that places customers."""
    population = population_at(body, datetime.fromisoformat(body["snapshot"]), narrowed=False)
    members = members_of_clusters(model_of(body), population, [1])
    statement = Statement.of("cluster_members", members.text, members.params)
    return Trust(
        metric="clusters",
        period=f"orders {window_words(body)}",
        compared="",
        used=(("Customers", customers_in(body)),),
        left_out=(),
        data_as_of=f"Data to {day(facts.data.newest_at.date())}, {facts.data.newest_at:%H:%M}",
        statements=((statement.name, statement.text),),
        narrowed=f"Customers in “{body['segment_name']}”." if body["segment"] else "",
    )


def profile_view(body: Body, facts: ShellFacts) -> ChartView:
    """Return groups by features: how far from everybody, in real units."""
    names = [one["name"] for one in body["clusters"]]
    words = list(body["model"]["words"])
    everybody = max(customers_in(body), 1)
    apart = [list(centre) for centre in body["model"]["centres"]]
    texts = [
        [number(word, one["means"][word], body["currency"]) for word in words]
        for one in body["clusters"]
    ]
    base = [
        sum(one["means"][word] * one["customers"] for one in body["clusters"]) / everybody
        for word in words
    ]
    table = pd.DataFrame({"Group": [*names, "All of them"]})
    for place, word in enumerate(words):
        own = [f"{row[place]} ({_signed(far[place])})" for row, far in zip(texts, apart,
                                                                         strict=True)]  # fmt: skip
        table[feature_of(word).label] = [*own, number(word, base[place], body["currency"])]
    strongest = max(
        (
            (abs(far[at]), names[row], at)
            for row, far in enumerate(apart)
            for at in range(len(words))
        ),
    )
    return ChartView(
        figure=profile_figure(names, [feature_of(word).label for word in words], apart, texts),
        answer=f"“{strongest[1]}” stands apart most, by {feature_of(words[strongest[2]]).label}. "
        "Means per customer; in the table standard deviations from everybody in brackets.",
        table=table,
        trust=trust_in(body, facts),
        subtitle="Means per customer. Blue: more than everybody, ochre: less",
    )


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\u2212")


def parallel_view(body: Body, facts: ShellFacts) -> ChartView:
    """Return a line per group over the features."""
    names = [one["name"] for one in body["clusters"]]
    labels = [feature_of(word).label for word in body["model"]["words"]]
    apart = [list(centre) for centre in body["model"]["centres"]]
    table = pd.DataFrame({"Group": names})
    for place, label in enumerate(labels):
        table[label] = [round(centre[place], 2) for centre in apart]
    return ChartView(
        figure=parallel_figure(names, labels, apart),
        answer="How far each group is from everybody, in standard deviations.",
        table=table,
        trust=trust_in(body, facts),
        subtitle="Standard deviations from everybody, after the transform",
    )


def map_view(body: Body, facts: ShellFacts) -> ChartView:
    """Return a sample of customers on the two directions along which they differ most."""
    names = [one["name"] for one in body["clusters"]]
    held = body["map"]
    axes = [
        " and ".join(
            f"{'more' if weight > 0 else 'less'} {feature_of(word).label.lower()}"
            for word, weight in axis
            if abs(weight) > 0.15
        )
        for axis in held["axes"]
    ]
    points = held["points"]
    shown = [sum(1 for point in points if point[2] == place) for place in range(1, len(names) + 1)]
    return ChartView(
        figure=map_figure(names, points, (f"{axes[0]} →", f"{axes[1]} →" if axes[1] else "")),
        answer=f"{count(len(points))} customers of a sample on the two directions along which "
        f"they differ most, which show {percent(sum(held['shares']))} of the differences.",
        table=pd.DataFrame({"Group": names, "Customers shown": shown}),
        trust=trust_in(body, facts),
        subtitle=f"{count(len(points))} customers of a sample; the two directions show "
        f"{percent(sum(held['shares']))} of how they differ",
    )


def tried_view(body: Body, facts: ShellFacts) -> ChartView:
    """Return every configuration with its scores."""
    tried, chosen = body["candidates"], body["chosen"]

    def taken(one: Body) -> bool:
        return bool((one["scaling"], one["clusters"]) == (chosen["scaling"], chosen["clusters"]))

    shown = [
        Tried(_SCALINGS[one["scaling"]], one["clusters"], one["stability"], not one["why_not"],
              taken(one))
        for one in tried
    ]  # fmt: skip
    table = pd.DataFrame(
        {
            "Groups": [one["clusters"] for one in tried],
            "Transform": [_SCALINGS[one["scaling"]] for one in tried],
            "Stability": [one["stability"] for one in tried],
            "Smallest group": [percent(one["smallest"]) for one in tried],
            "Spread against no groups": [one["tightness"] for one in tried],
            "Silhouette": [one["silhouette"] for one in tried],
            "Spread, full": [round(one["inertia"], 3) for one in tried],
            "Spread, mini-batch": [round(one["mini_inertia"], 3) for one in tried],
            "Verdict": ["taken" if taken(one) else one["why_not"] or "counts" for one in tried],
        }
    )
    return ChartView(
        figure=tried_figure(shown, STABLE),
        answer=f"{len(tried)} configurations; {chosen['clusters']} groups were taken.",
        table=table,
        trust=trust_in(body, facts),
        subtitle="Stability (adjusted Rand index of drawing customers anew); filled: counts. "
        "View as table for every score",
    )


def silhouette_view(body: Body, facts: ShellFacts) -> ChartView:
    """Return how clear each group is."""
    clusters = sorted(body["clusters"], key=lambda one: -(one["silhouette"] or 0))
    bars = [
        Bar(one["name"], max(one["silhouette"] or 0.0, 0.0), f"{one['silhouette'] or 0:.2f}")
        for one in clusters
    ]
    return ChartView(
        figure=ranking_figure(bars),
        answer=f"“{clusters[0]['name']}” is the clearest group. "
        "Silhouette: 1 is far from the next group, 0 on the border.",
        table=pd.DataFrame(
            {
                "Group": [one["name"] for one in clusters],
                "Silhouette": [one["silhouette"] for one in clusters],
            }
        ),
        trust=trust_in(body, facts),
        subtitle="Silhouette: 1 is far from the next group, 0 on the border",
    )


def moves_view(first: Made, second: Made, facts: ShellFacts) -> ChartView:
    """Return who is where in two groupings."""
    frame = moves_between(first, second, facts)
    before = [NOWHERE, *[one["name"] for one in first.body["clusters"]]]
    now = [NOWHERE, *[one["name"] for one in second.body["clusters"]]]
    wide = (
        frame.pivot_table(index="before", columns="now", values="customers", fill_value=0)
        .reindex(index=range(len(before)), columns=range(len(now)), fill_value=0)
        .to_numpy()
    )
    rows = [at for at in range(len(before)) if wide[at].sum()]
    columns = [at for at in range(len(now)) if wide[:, at].sum()]
    counts = [[float(wide[row, column]) for column in columns] for row in rows]
    texts = [[count(value) if value else "" for value in row] for row in counts]
    inner = sum(max(row) for row in counts)
    whole = sum(map(sum, counts)) or 1.0
    table = pd.DataFrame({first.name: [before[at] for at in rows]})
    for place, column in enumerate(columns):
        table[now[column]] = [int(row[place]) for row in counts]
    return ChartView(
        figure=moves_figure(
            [before[at] for at in rows], [now[at] for at in columns], counts, texts
        ),
        answer=f"{percent(inner / whole)} of customers are with most of those they were with.",
        table=table,
        trust=trust_in(second.body, facts),
        title=f"{percent(inner / whole)} stay with most of those they were with",
        subtitle=f"Customers of today. Rows: “{first.name}”, columns: “{second.name}”",
    )
