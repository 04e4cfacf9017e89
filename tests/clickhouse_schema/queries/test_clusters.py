"""Numbers of customers and their clusters, in the engine as in pandas over the lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from clickhouse_schema.client import Warehouse
from clickhouse_schema.clusters.features import PLAIN, Population, Sieve, feature_of
from clickhouse_schema.clusters.model import ClusterModel
from clickhouse_schema.loading.sample import SampleSpec, load_sample
from clickhouse_schema.members.facts import Members
from clickhouse_schema.members.lists import list_names, write_list
from clickhouse_schema.members.stream import count_members
from clickhouse_schema.queries.clusters import (
    cluster_cells,
    cluster_customers,
    cluster_examples,
    cluster_mix,
    cluster_moves,
    cluster_sample,
    cluster_sizes,
    members_of_clusters,
)
from clickhouse_schema.queries.segment_members import members_of
from clickhouse_schema.rules.compile import Judgement
from clickhouse_schema.rules.tree import Condition, Group, RuleError, cluster_name, parse
from clickhouse_schema.rules.words import tree_in_words
from clickhouse_schema.scoring import Scope
from tests.clickhouse_schema.rules.plain import lines_of
from tests.conftest import empty

AT = datetime(2025, 12, 1)
EVERYBODY = Sieve(1_000_000)
WORDS = (*PLAIN, "channel:Web", "category:Furniture")[:8]
MORE = (*PLAIN, "channel:Web", "category:Furniture")[8:]


@pytest.fixture(scope="module")
def retailer(warehouse: Warehouse) -> Iterator[Warehouse]:
    """The warehouse with a sample of some hundred customers."""
    empty(warehouse)
    load_sample(warehouse, SampleSpec(customers=400, lines=4000, products=120))
    yield warehouse
    empty(warehouse)


@pytest.fixture(scope="module")
def lines(retailer: Warehouse) -> pd.DataFrame:
    """Its lines, to be counted in pandas."""
    return lines_of(retailer)


def model(words: tuple[str, ...] = ("recency", "frequency", "monetary")) -> ClusterModel:
    """Return a model of three centres, with a power transform on the second number."""
    powers = (0.0, -0.6, *([0.0] * (len(words) - 2)))
    centres = ([-1.0] * len(words), [0.5] * len(words), [1.4] * len(words))
    return ClusterModel(
        words, powers, (4.0, 0.8, *([4.5] * (len(words) - 2))), tuple([0.9] * len(words)),
        tuple(tuple(centre) for centre in centres),
    )  # fmt: skip


def plain_numbers(lines: pd.DataFrame, since: datetime) -> pd.DataFrame:
    """Return each customer's numbers of a window, the slow and obvious way."""
    sales = lines[lines["kind"] == "sale"]
    first = sales.groupby("customer")["at"].min()
    inside = lines[lines["at"] >= since]
    sold = inside[inside["kind"] == "sale"]
    found = {}
    for customer, own in sold.groupby("customer"):
        orders = own.groupby("order").agg(at=("at", "min"), cut=("discount", "max"),
                                          channel=("channel", "first"))  # fmt: skip
        back = inside[(inside["customer"] == customer) & (inside["kind"] == "return")]
        many, spent = len(orders), own["net"].sum()
        span = (orders["at"].max() - orders["at"].min()).total_seconds() / 86400
        recency = (AT - orders["at"].max()).days
        found[customer] = {
            "recency": recency,
            "frequency": many,
            "monetary": spent,
            "tenure": (AT - first[customer]).days,
            "active_days": span,
            "order_gap": span / (many - 1) if many > 1 else recency,
            "average_order_value": spent / many,
            "basket_size": own["units"].sum() / many,
            "discount_share": (orders["cut"] > 0).mean(),
            "return_rate": min(-back["net"].sum() / spent, 1) if spent > 0 else 0,
            "channel:Web": (orders["channel"] == "Web").mean(),
            "category:Furniture": own.loc[own["category"] == "Furniture", "net"].sum() / spent,
        }
    return pd.DataFrame(found).T.astype(float)


@pytest.mark.parametrize("days", [None, 200])
def test_numbers_are_those_of_the_lines(retailer, lines, days):
    """Every feature, of the whole history and of a window, is what pandas adds up."""
    population = Population(Scope(), AT, days)
    since = datetime(1970, 1, 1) if days is None else AT - timedelta(days=days)
    expected = plain_numbers(lines, since)
    ids = dict(retailer.rows("SELECT customer_key, any(customer_id) FROM customers GROUP BY 1"))
    for words in (WORDS, MORE):
        frame = cluster_sample(retailer, words, population, EVERYBODY)
        frame.index = [ids[key] for key in frame["customer_key"]]

        assert sorted(frame.index) == sorted(expected.index)
        for place, word in enumerate(words, 1):
            own = expected.loc[frame.index, word]
            assert np.allclose(frame[f"x{place}"], own, atol=2e-4), word


def test_the_engine_places_as_numpy_does(retailer):
    """Sizes, means, distances and members are those of the nearest centre computed in numpy."""
    population, held = Population(Scope(), AT), model()
    frame = cluster_sample(retailer, held.words, population, EVERYBODY)
    raw = frame[["x1", "x2", "x3"]].to_numpy()
    numbers = np.log1p(raw)
    numbers[:, 1] = ((raw[:, 1] + 1) ** -0.6 - 1) / -0.6
    points = (numbers - held.means) / np.array(held.deviations)
    far = ((points[:, None] - np.array(held.centres)[None]) ** 2).sum(axis=2)
    whose = far.argmin(axis=1) + 1
    sizes = cluster_sizes(retailer, held, population, ("tenure",)).set_index("cluster")

    assert sizes["customers"].to_dict() == pd.Series(whose).value_counts().to_dict()
    assert np.isclose(sizes["distance"].sum(), far.min(axis=1).sum())
    for cluster, row in sizes.iterrows():
        assert np.allclose(row[["x1", "x2", "x3"]], raw[whose == cluster].mean(axis=0))
        assert row["revenue"] == pytest.approx(frame.loc[whose == cluster, "revenue"].sum())
        members = members_of_clusters(held, population, [int(cluster)])
        assert count_members(retailer, members) == row["customers"]


def test_cells_add_up_to_everybody(retailer):
    """No customer is lost in the grid, and the mean over cells is the mean over customers."""
    population, held = Population(Scope(), AT), model()
    cells = cluster_cells(retailer, held, population, 1 / 8)
    frame = cluster_sample(retailer, held.words, population, EVERYBODY)
    mean = ((np.log1p(frame["x1"]) - held.means[0]) / held.deviations[0]).mean()

    assert cells["customers"].sum() == len(frame) == cluster_customers(retailer, population)
    assert np.isclose(np.average(cells["t1"], weights=cells["customers"]), mean)


def test_a_sieve_keeps_the_same_customers(retailer):
    """A tenth are about a tenth, the same ones each time, others for another seed."""
    population = Population(Scope(), AT)
    some, again, other = (
        set(cluster_sample(retailer, ("recency",), population, sieve)["customer_key"])
        for sieve in (Sieve(100_000), Sieve(100_000), Sieve(100_000, seed=1))
    )

    assert 15 <= len(some) <= 70
    assert some == again != other


def test_scope_and_hostile_names(retailer, lines):
    """Filters narrow whose orders count; a name that would be SQL is only a name."""
    scope = Scope(countries=("Germany",))
    buyers = lines[(lines["country"] == "Germany") & (lines["kind"] == "sale")]["customer"]
    frame = cluster_sample(
        retailer, ("category:x' OR 1=1 --", "channel:"), Population(scope, AT), EVERYBODY
    )

    assert len(frame) == buyers.nunique()
    assert frame["x1"].max() == 0


def test_what_they_buy_adds_up(retailer):
    """Revenue by category, channel and country is each time the revenue of all clusters."""
    population, held = Population(Scope(), AT), model()
    mix = cluster_mix(retailer, held, population, EVERYBODY)
    sizes = cluster_sizes(retailer, held, population).set_index("cluster")["revenue"]

    for _, rows in mix.groupby("kind"):
        assert np.allclose(rows.groupby("cluster")["revenue"].sum(), sizes)


def test_moves_are_counted_once(retailer):
    """Everybody stays in an unchanged model; a shorter window leaves some unplaced."""
    whole, half, held = Population(Scope(), AT), Population(Scope(), AT, 180), model()
    same = cluster_moves(retailer, (held, whole), (held, whole))
    some = cluster_moves(retailer, (held, whole), (held, half))

    assert (same["before"] == same["now"]).all()
    assert same["customers"].sum() == some["customers"].sum() == cluster_customers(retailer, whole)
    assert some.loc[some["now"] > 0, "customers"].sum() == cluster_customers(retailer, half)
    assert (some["before"] > 0).all()


def test_examples_come_in_the_order_asked(retailer):
    """Keys are answered with the ids they were loaded under."""
    known = retailer.rows("SELECT customer_key, any(customer_id) FROM customers GROUP BY 1 LIMIT 5")
    frame = cluster_examples(retailer, [key for key, _ in known[::-1]])

    assert frame["customer_id"].tolist() == [id_ for _, id_ in known[::-1]]


def test_rules_know_clusters_and_lists(retailer):
    """A condition on a cluster and on a written list find the same members, and can be read."""
    population, held = Population(Scope(), AT), model()
    members = members_of_clusters(held, population, [2])
    many = count_members(retailer, members)
    assert write_list(retailer, members, "Big ones · x") == many
    name = cluster_name("0123456789abcdef", 2, "Big, recent")
    tree = parse({"mode": "all", "parts": [
        {"field": "cluster", "operator": "is_any_of", "value": [name]},
        {"field": "kept_list", "operator": "is_any_of", "value": ["Big ones · x"]},
    ]})  # fmt: skip
    judged = Judgement(Scope(), AT, clusters={(name,): members})
    without = Group("all", (Condition("cluster", "is_none_of", (name,)),))

    assert list_names(retailer) == ("Big ones · x",)
    assert count_members(retailer, members_of(tree, judged)) == many
    everybody = cluster_customers(retailer, population)
    assert count_members(retailer, members_of(without, judged)) == everybody - many
    assert tree_in_words(tree) == (
        "Customers who are in the cluster “Big, recent” and are on the list Big ones · x."
    )


@pytest.mark.parametrize("name", ["x", "0:1", "a:0 b", "a:100 b", "'; DROP:1 b"])
def test_what_is_no_cluster_is_refused(name):
    """Only names of groups are taken."""
    with pytest.raises(RuleError, match="no cluster"):
        parse({"mode": "all", "parts": [
            {"field": "cluster", "operator": "is_any_of", "value": [name]}]})  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [{"words": ("recency", "recency", "x")}, {"deviations": (1.0, 0.0, 1.0)},
     {"centres": ((1.0, 2.0),)}, {"means": (float("nan"), 0.0, 0.0)}, {"centres": ()}],
)  # fmt: skip
def test_what_is_no_model_is_refused(changed):
    """A stored model is read strictly, and comes back as it was."""
    kept = model().to_dict()

    assert ClusterModel.of(kept) == model()
    with pytest.raises(ValueError):
        ClusterModel.of(kept | changed)
    with pytest.raises(ValueError):
        ClusterModel.of({"words": []})
    assert isinstance(members_of_clusters(model(), Population(Scope(), AT), [1]), Members)
    with pytest.raises(ValueError, match="no feature"):
        feature_of("password")
