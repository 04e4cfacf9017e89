"""Mining: published rules, counts equal to other libraries', planted pairs, nothing by chance."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from efficient_apriori import itemsets_from_transactions
from mlxtend.frequent_patterns import apriori

from analytics.errors import NotEnoughData
from analytics.models.basket_rules import ENOUGH, automatic
from analytics.reports._basket_mining import mine
from clickhouse_schema.baskets.scratch import new_attempt
from clickhouse_schema.filters import Filters
from clickhouse_schema.loading.sample import SampleSpec, load_sample
from dashboard.benchmarks._shuffles import baskets_of, shuffled
from tests.conftest import empty
from tests.filling import Line, fill, fill_baskets, forget_version

EVER = Filters(date(2000, 1, 1), date(2100, 1, 1))


def mined(warehouse, *, filters=EVER, by_category=0, days=0, told=lambda *_: None, **options):
    """Return what is found in the warehouse."""
    slots = {**filters.as_params(), "by_category": by_category, "days": days}
    return mine(warehouse, new_attempt(), slots, told, **options)


def names_of(found):
    """Return the name of each item by its number."""
    return found.items["name"].tolist()


@pytest.fixture(scope="module")
def groceries(warehouse, shared_data):
    """The published groceries, mined with ten baskets at least, chance and all."""
    empty(warehouse)
    fill_baskets(
        warehouse, shared_data / "groceries" / "groceries.parquet", "transaction_id", "labels"
    )
    yield mined(warehouse, least=10, every=True)
    empty(warehouse)


@pytest.mark.parametrize(
    ("support", "confidence", "rules", "left", "right", "figures"),
    [
        (0.001, 0.8, 410, {"liquor", "red/blush wine"}, "bottled beer", (0.00193, 0.905, 11.235)),
        (0.001, 0.5, 5668, {"Instant food products", "soda"}, "hamburger meat",
         (None, None, 18.996)),
        (0.006, 0.25, 463, {"herbs"}, "root vegetables", (0.00702, 0.431, 3.956)),
        (0.01, 0.5, 15, {"citrus fruit", "root vegetables"}, "other vegetables",
         (None, 0.586, 3.030)),
    ],
)  # fmt: skip
def test_published_rules(groceries, support, confidence, rules, left, right, figures):
    """As many rules as published, and the best of them by lift, to the printed digits."""
    names = names_of(groceries)
    found = groceries.rules
    kept = found[(found["support"] >= support - 1e-12) & (found["confidence"] >= confidence)]
    best = kept.loc[kept["lift"].idxmax()]

    assert len(kept) == rules
    assert ({names[one] for one in best["left"]}, names[best["right"]]) == (left, right)
    shown = (round(best["support"], 5), round(best["confidence"], 3), round(best["lift"], 3))
    assert [b for a, b in zip(shown, figures, strict=True) if b is not None and a != b] == []


def test_counts_are_those_of_other_libraries(groceries, shared_data):
    """Every set of every level: mlxtend's apriori and efficient-apriori agree with ours."""
    frame = pd.read_parquet(shared_data / "groceries" / "groceries.parquet")
    baskets = frame.groupby("transaction_id")["labels"].apply(lambda one: tuple(sorted(set(one))))
    held = pd.crosstab(frame["transaction_id"], frame["labels"]).astype(bool)
    theirs = apriori(held, min_support=9.5 / len(held), use_colnames=True, low_memory=True)
    others, _ = itemsets_from_transactions(list(baskets), min_support=9.5 / len(baskets))
    names = names_of(groceries)
    ours = {
        frozenset(names[one] for one in items): int(many)
        for level in groceries.found.levels
        for items, many in zip(level.sets, level.baskets, strict=True)
        if many >= 10
    }

    counted = (theirs["support"] * len(held)).round().astype(int)
    assert ours == dict(zip(theirs["itemsets"], counted, strict=True))
    assert ours == {frozenset(one): many for level in others.values()
                    for one, many in level.items()}  # fmt: skip
    assert {len(one) for one in ours} == {1, 2, 3, 4, 5, 6}


def test_the_textbook_figures_are_those_of_their_definitions(groceries):
    """Leverage, conviction, Zhang and the interval of lift, from the four counts of a pair."""
    rules = groceries.rules[groceries.rules["left"].map(len) == 1].head(200)
    n = groceries.found.count
    both, one, two = (rules[name] / n for name in ("orders", "left_orders", "right_orders"))

    assert rules["support"].tolist() == pytest.approx((both).tolist())
    assert rules["confidence"].tolist() == pytest.approx((both / one).tolist())
    assert rules["leverage"].tolist() == pytest.approx((both - one * two).tolist())
    assert rules["conviction"].tolist() == pytest.approx(((1 - two) / (1 - both / one)).tolist())
    zhang = (both - one * two) / np.maximum(both * (1 - one), one * (two - both))
    assert rules["zhang"].tolist() == pytest.approx(zhang.tolist())
    rng = np.random.default_rng(4)
    row = rules.iloc[0]
    cells = np.array([row["orders"], row["left_orders"] - row["orders"],
                      row["right_orders"] - row["orders"]]) / n  # fmt: skip
    drawn = rng.multinomial(n, [*cells, 1 - cells.sum()], 20_000) / n
    lifts = drawn[:, 0] / (drawn[:, 0] + drawn[:, 1]) / (drawn[:, 0] + drawn[:, 2])
    low, high = np.quantile(lifts, [0.025, 0.975])
    assert row["lift_low"] == pytest.approx(low, rel=0.06)
    assert row["lift_high"] == pytest.approx(high, rel=0.06)


def test_the_surest_come_first_and_thresholds_leave_enough(groceries):
    """Sorted by the lower bound of size-adjusted lift; automatic thresholds keep 100 rules."""
    assert groceries.rules["adjusted_low"].is_monotonic_decreasing
    least = automatic(groceries.rules[groceries.rules["p"] < 0.05])
    sure = groceries.rules[groceries.rules["p"] < 0.05]
    kept = sure[(sure["confidence"] >= least.confidence) & (sure["adjusted_lift"] >= least.lift)]
    assert ENOUGH <= len(kept) < len(sure)
    assert automatic(sure.head(0)).confidence == 0


def test_nothing_is_made_of_shuffled_groceries(warehouse, shared_data):
    """
    The whole way, sets of four and all: no rule in three shuffles, many in the real baskets.

    `bench --only baskets` tries twenty shuffles of each of the three published sets.
    """
    frame = pd.read_parquet(shared_data / "groceries" / "groceries.parquet")
    basket, item = baskets_of(frame[["transaction_id", "labels"]])
    rng = np.random.default_rng(11)
    path = warehouse.home.data_dir / "shuffled.parquet"
    for rounds in (15, 3, 3):
        basket, item = shuffled(basket, item, rng, rounds)
        empty(warehouse)
        table = pd.DataFrame({"basket": basket + 1, "item": [f"i{one}" for one in item]})
        table.to_parquet(path)
        try:
            fill_baskets(warehouse, path, "basket", "item")
            found = mined(warehouse, least=5, deepest=4)
        finally:
            path.unlink()
            empty(warehouse)

        assert [len(level.sets) > 0 for level in found.found.levels] == [True] * 4
        assert len(found.rules) == 0


def test_frequent_itemsets_of_a_supermarket(warehouse, shared_data):
    """159 sets at 1%, 7,589 at 0.1%: 2,117 / 3,260 / 1,794 / 382 / 36 of one to five items."""
    empty(warehouse)
    fill_baskets(warehouse, shared_data / "fimi_retail" / "retail.parquet", "basket_id", "item")
    try:
        fine = mined(warehouse, least=89)
        coarse = mined(warehouse, least=882)
    finally:
        empty(warehouse)
    counts = [fine.found.frequent_items(), *(len(one.sets) for one in fine.found.levels[1:])]
    wide = coarse.found

    assert counts == [2117, 3260, 1794, 382, 36]
    assert wide.frequent_items() + sum(len(one.sets) for one in wide.levels[1:]) == 159


def test_planted_pairs_are_found(warehouse):
    """
    Of the sample retailer's pairs 95% and more, and they come first.

    It has only thirty, and products of one department belong together as well: nine of ten of
    the first thirty. At reference scale, which has four hundred, `bench --only baskets` looks
    at the first hundred.
    """
    empty(warehouse)
    load_sample(warehouse, SampleSpec())
    forget_version()
    planted = {
        frozenset(row)
        for row in warehouse.rows("SELECT product_key_a, product_key_b FROM sample_pairs")
    }
    found = mined(warehouse)
    empty(warehouse)
    key = found.items["item_key"].tolist()
    pairs = found.rules[found.rules["left"].map(len) == 1]
    ranked = list(dict.fromkeys(
        frozenset((key[left[0]], key[right]))
        for left, right in zip(pairs["left"], pairs["right"], strict=True)
    ))  # fmt: skip

    assert len(planted) >= 20
    assert len(planted & set(ranked)) >= 0.95 * len(planted)
    assert len(planted & set(ranked[: len(planted)])) >= 0.9 * len(planted)


BREAD = [("bread", "butter")] * 12 + [("bread", "jam")] * 2 + [("soap", "towel")] * 12 + [
    ("bread",), ("soap",), ("milk",), ("milk", "soap"), ("butter",), ("towel", "milk"),
] * 3  # fmt: skip


def shop(baskets, **said):
    """Return the lines of baskets, an hour apart, each a customer of its own."""
    return [
        Line(f"o{at}", f"2024-05-{at // 24 + 1:02}T{at % 24:02}:00", "2", product=product,
             customer=f"c{at}", category="Food" if product in ("bread", "jam") else "Home", **said)
        for at, basket in enumerate(baskets)
        for product in basket
    ]  # fmt: skip


def test_large_baskets_are_left_out_and_told(empty_warehouse):
    """A hundred baskets of 101 products change no rule, only the count of what was left out."""
    fill(empty_warehouse, shop(BREAD))
    before = mined(empty_warehouse, least=3)
    everything = [f"p{number}" for number in range(99)] + ["bread", "soap"]
    stock = [
        Line(f"big{at}", "2024-05-20T10:00", "1", product=product)
        for at in range(3)
        for product in everything
    ]
    empty(empty_warehouse)
    fill(empty_warehouse, shop(BREAD) + stock)
    after = mined(empty_warehouse, least=3)

    assert (before.too_large, after.too_large) == (0, 3)
    assert after.found.count == before.found.count == len(BREAD)
    columns = ["orders", "left_orders", "right_orders", "expected", "p"]
    pd.testing.assert_frame_equal(before.rules[columns], after.rules[columns])


def test_counts_by_hand(empty_warehouse):
    """Orders, their later half, and a fee that is no product."""
    post = [Line(f"o{at}", f"2024-05-01T{at:02}:00", "4", product="POST", is_product=False)
            for at in range(12)]  # fmt: skip
    fill(empty_warehouse, shop(BREAD) + post)
    found = mined(empty_warehouse, least=2, every=True)
    names = names_of(found)
    pairs = {
        frozenset(names[one] for one in items): (int(many), int(later))
        for items, many, later in zip(
            found.found.levels[1].sets, found.found.levels[1].baskets,
            found.found.levels[1].later, strict=True,
        )
    }  # fmt: skip

    assert "Post" not in names
    assert {one: many for one, (many, _) in pairs.items()} == {
        frozenset(("Bread", "Butter")): 12, frozenset(("Bread", "Jam")): 2,
        frozenset(("Soap", "Towel")): 12, frozenset(("Milk", "Soap")): 3,
        frozenset(("Towel", "Milk")): 3,
    }  # fmt: skip
    assert pairs[frozenset(("Bread", "Butter"))][1] == 0, "all of them came first"
    assert pairs[frozenset(("Milk", "Soap"))][1] == 3


def test_what_a_customer_buys_within_days_is_a_basket(empty_warehouse):
    """Counted from the first order on: days 0 to 6 are one basket of a week, day 7 the next."""
    lines = [
        Line("a1", "2024-05-01T10:00", "1", customer="ann", product="bread"),
        Line("a2", "2024-05-07T23:00", "1", customer="ann", product="butter"),
        Line("a3", "2024-05-08T00:00", "1", customer="ann", product="jam"),
        Line("b1", "2024-05-03T10:00", "1", customer="bob", product="bread"),
        Line("b2", "2024-05-04T10:00", "1", customer="bob", product="butter"),
        Line("x1", "2024-05-04T10:00", "1", product="bread"),
    ]
    fill(empty_warehouse, lines)
    found = mined(empty_warehouse, days=7, least=2)
    names = names_of(found)
    pair = found.found.levels[1]

    assert found.found.count == 3
    assert [{names[one] for one in items} for items in pair.sets] == [{"Bread", "Butter"}]
    assert pair.baskets.tolist() == [2]
    with pytest.raises(NotEnoughData, match="two different"):
        mined(empty_warehouse, least=2)


def test_categories_and_filters(empty_warehouse):
    """By category two products of one are one item; a filter on it leaves nothing to pair."""
    fill(empty_warehouse, shop(BREAD) + shop(BREAD[:3], country="France"))
    found = mined(empty_warehouse, by_category=1, least=2, every=True)
    french = Filters(EVER.start, EVER.end, countries=("France",))

    assert sorted(names_of(found)) == ["Food", "Home"]
    assert mined(empty_warehouse, filters=french, least=1, every=True).found.count == 3
    with pytest.raises(NotEnoughData, match="Widen"):
        mined(empty_warehouse, filters=Filters(date(2001, 1, 1), date(2002, 1, 1)))


def test_nothing_is_left_behind(empty_warehouse):
    """Whether it ends well, is stopped or fails: the scratch tables are empty."""
    fill(empty_warehouse, shop(BREAD))
    mined(empty_warehouse, least=2)

    class Stopped(Exception):
        pass

    def told(percent, message):
        if percent >= 40:
            raise Stopped

    with pytest.raises(Stopped):
        mined(empty_warehouse, least=2, told=told)
    for table in ("basket_numbers", "basket_sets", "basket_counts"):
        assert empty_warehouse.rows(f"SELECT count() FROM {table}") == [(0,)]


def test_every_pair_of_a_triple_was_counted(groceries):
    """Apriori's promise: what is in a frequent set is frequent."""
    levels = groceries.found.levels
    pairs = set(map(tuple, levels[1].sets.tolist()))

    assert all(
        pair in pairs for triple in levels[2].sets.tolist() for pair in combinations(triple, 2)
    )
