"""Basket rules as they are asked for: mined once, kept, read in pages, tried as bundles."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

import pytest

from analytics.errors import NotEnoughData
from analytics.jobs import JobQueue, use_queue
from analytics.reports import baskets
from analytics.reports._cache import current_version, forget_version
from analytics.reports.baskets import BasketQuestion, finished, mine_and_keep, start
from analytics.reports.baskets_found import (
    RunGone,
    companions,
    items_of,
    network,
    offered,
    rule_parts,
    rules,
    run_of,
    save_bought_without,
    take_up_of,
    try_bundle,
)
from analytics.saved_segments import members_of_segment
from clickhouse_schema.errors import NameTaken
from clickhouse_schema.filters import ChosenSegment, Filters
from clickhouse_schema.made.things import Author
from clickhouse_schema.members.stream import blocks_of_members
from clickhouse_schema.queries.baskets import RulePage
from tests.conftest import empty, wait_for
from tests.filling import Line, fill

MAY = BasketQuestion(Filters(date(2024, 5, 1), date(2024, 6, 1)))
PAIRS = (("bread", "butter"),) * 40 + (("soap", "towel"),) * 30
ALONE = ("bread", "butter", "soap", "towel", "milk", "jam", "pen") * 12
MIXED = (("milk", "jam"), ("jam", "pen"), ("milk", "pen"), ("bread", "soap")) * 3


def shop_lines():
    """Return a month in which bread goes with butter and soap with towels, and little else."""
    everything = [*PAIRS, *((one,) for one in ALONE), *MIXED]
    order = [everything[(at * 53) % len(everything)] for at in range(len(everything))]
    return [
        Line(f"o{at}", f"2024-05-{1 + at * 30 // len(order):02}T{at % 24:02}:00", "2",
             product=product, customer=f"c{at}",
             category="Food" if product in ("bread", "butter", "milk", "jam") else "House")
        for at, basket in enumerate(order)
        for product in basket
    ]  # fmt: skip


@pytest.fixture
def shop(empty_warehouse):
    """The warehouse with that month."""
    fill(empty_warehouse, shop_lines())
    return empty_warehouse


@pytest.fixture
def run(shop):
    """What was found in it."""
    return mine_and_keep(MAY, current_version(), lambda *_: None)


@pytest.fixture
def queue(shop, tmp_path):
    """A queue with a thread that works on it."""
    opened = JobQueue(tmp_path)
    use_queue(opened)
    opened.start_threads()
    yield opened
    opened.stop_threads()
    use_queue(None)


def number(run, name):
    """Return the number of an item."""
    return int(items_of(run).index[items_of(run)["item_id"] == name][0])


def test_a_question_comes_back_from_json_as_it_was():
    """Also with a segment; another setting is another run, another comparison is not."""
    segment = ChosenSegment(7, "rfm-champions", "Champions", datetime(2024, 6, 1, 3), 12)
    asked = BasketQuestion(replace(MAY.filters, countries=("Germany",), segment=segment), days=7)
    back = BasketQuestion.of(json.loads(json.dumps(asked.asked())))

    assert back.filters == replace(asked.filters, compare="none")
    assert back.run_id(3) == asked.run_id(3) != asked.run_id(4)
    others = [replace(MAY, item="category"), replace(MAY, days=30),
              BasketQuestion(replace(MAY.filters, countries=("France",)))]  # fmt: skip
    assert len({one.run_id(1) for one in [MAY, *others]}) == 4
    assert BasketQuestion(replace(MAY.filters, compare="year")).run_id(1) == MAY.run_id(1)


@pytest.mark.parametrize("wrong", [{"item": "order"}, {"days": 5}])
def test_baskets_are_made_up_only_so(wrong):
    """Words and days come from the browser."""
    with pytest.raises(ValueError, match="made up"):
        replace(MAY, **wrong)


def test_a_run_is_kept_and_found_again(shop, run):
    """With its totals, thresholds, categories and bundles."""
    found = finished(MAY)

    assert found == run == run_of(run.run_id)
    assert found.facts["baskets"] == len(PAIRS) + len(ALONE) + len(MIXED)
    assert found.facts["pairs_beyond_chance"] == 2
    assert found.facts["rules"] == found.facts["kept"] == 4
    assert sorted(found.facts["categories"]["names"]) == ["Food", "House"]
    assert finished(replace(MAY, days=7)) is None


def test_new_data_makes_old_runs_unreachable_and_drops_them(shop, run):
    """The page is told to reload; nothing of the old run stays in the tables."""
    fill(shop, [Line("new", "2024-05-31T23:00", "3")])
    assert finished(MAY) is None
    newer = mine_and_keep(MAY, current_version(), lambda *_: None)

    assert newer.run_id != run.run_id
    assert shop.rows("SELECT count(), uniqExact(attempt) FROM basket_runs") == [(1, 1)]
    assert shop.rows("SELECT uniqExact(attempt) FROM basket_rules") == [(1,)]
    with pytest.raises(RunGone, match="Reload"):
        run_of("0" * 24)


def test_rules_in_pages(run):
    """Sorted, narrowed by thresholds, by name, by what held up; one direction for pairs."""
    frame, found = rules(run, RulePage())
    texts = list(zip(frame["left_text"], frame["right_text"], strict=True))

    assert found == len(frame) == 4
    assert set(texts) == {("Bread", "Butter"), ("Butter", "Bread"), ("Soap", "Towel"),
                          ("Towel", "Soap")}  # fmt: skip
    assert frame["rule"].tolist() == [1, 2, 3, 4]
    assert rules(run, RulePage(text="soa"))[1] == 2
    assert rules(run, RulePage(pairs=True))[1] == 2
    assert rules(run, RulePage(support=0.2))[1] == 2, "bread and butter"
    assert rules(run, RulePage(confidence=1.0))[1] == 0
    assert rules(run, RulePage(lift=1000))[1] == 0
    assert rules(run, RulePage(held="yes"))[1] == 4
    page, _ = rules(run, RulePage(sort="left_text", descending=True, start=1, rows=2))
    assert page["left_text"].tolist() == ["Soap", "Butter"]
    least, _ = rules(run, RulePage(sort="orders"))
    assert least["orders"].is_monotonic_increasing
    with pytest.raises(ValueError, match="sorted"):
        RulePage(sort="attempt; DROP TABLE basket_rules")


def test_gains_are_orders_beyond_chance_times_what_the_right_is_worth(run):
    """Per thousand orders; the margin is not known, since nothing has a cost."""
    row = rules(run, RulePage(text="bread"))[0].iloc[0]
    beyond = 1000 * (row["orders"] - row["expected"]) / run.facts["baskets"]

    assert row["revenue_gain"] == pytest.approx(2 * beyond)
    assert rules(run, RulePage())[0]["margin_gain"].isna().all()
    assert run.facts["margin_known"] is False


def test_the_network(run):
    """Two pairs are two communities; nothing fits a lift nobody reaches."""
    found = network(run, RulePage())

    assert sorted(found.nodes["label"]) == ["Bread", "Butter", "Soap", "Towel"]
    assert (len(found.edges), found.pairs) == (2, 2)
    assert found.nodes.groupby("community")["label"].agg(set).tolist() in (
        [{"Bread", "Butter"}, {"Soap", "Towel"}], [{"Soap", "Towel"}, {"Bread", "Butter"}],
    )  # fmt: skip
    with pytest.raises(NotEnoughData, match="Lower"):
        network(run, RulePage(lift=1000))


def test_what_goes_with_a_product_and_what_replaces_it(shop, run):
    """Bread goes with butter; counted anew from the baskets themselves."""
    found = companions(run, number(run, "bread"))

    assert (found.label, found.baskets) == ("Bread", 40 + 12 + 3)
    assert found.goes_with["label"].tolist() == ["Butter"]
    assert found.goes_with["orders"].tolist() == [40]
    with pytest.raises(NotEnoughData, match="Choose"):
        companions(run, 99)


def test_a_replacement_is_found(empty_warehouse):
    """Two teas, each bought with biscuits and hardly ever together."""
    baskets_ = [("earl", "scone"), ("green", "scone"), ("earl", "jam"), ("green", "jam")] * 60
    fill(empty_warehouse, [
        Line(f"o{at}", f"2024-05-{1 + at % 28:02}T10:00", "1", product=product)
        for at, basket in enumerate(baskets_) for product in basket
    ])  # fmt: skip
    run = mine_and_keep(MAY, current_version(), lambda *_: None)

    found = companions(run, number(run, "earl"))
    assert found.replaces["label"].tolist() == ["Green"]
    assert found.replaces["orders"].tolist() == [0]


def test_a_bundle_comes_from_the_baskets_that_hold_one_but_not_the_other(run):
    """40 hold both, 15 bread alone, 12 butter alone: by hand."""
    tried = try_bundle(run, (number(run, "bread"), number(run, "butter")), 0.1, 0.5)

    assert tried.labels == ("Bread", "Butter")
    assert (tried.bundle.whole, tried.bundle.partial) == (40, 27)
    assert tried.bundle.revenue.value == pytest.approx(0.5 * 27 * (1.8 - 0.2) - 40 * 0.4)
    assert tried.bundle.margin is None
    assert take_up_of(run, number(run, "bread"), number(run, "butter")) == 0.3


@pytest.mark.parametrize(
    ("chosen", "discount", "take_up"),
    [((0,), 0.1, 0.1), ((0, 0), 0.1, 0.1), ((0, 99), 0.1, 0.1), ((0, 1), 0.95, 0.1),
     ((0, 1), 0.1, 2.0), ((0, 1, 2, 3, 4), 0.1, 0.1)],
)  # fmt: skip
def test_what_cannot_be_tried_is_said(run, chosen, discount, take_up):
    """Everything here comes from the browser."""
    with pytest.raises(NotEnoughData):
        try_bundle(run, chosen, discount, take_up)


def test_bought_one_but_not_the_other_is_a_segment(shop, run):
    """Its members bought bread and never butter; the same again is told as taken."""
    chosen = (number(run, "bread"), number(run, "butter"))
    made = save_bought_without(run, chosen, Author("Anna"))
    _, members = members_of_segment(shop, made.id)
    with blocks_of_members(shop, members, ["customer_id"]) as blocks:
        ids = {id_ for block in blocks for id_ in block[0]}
    lines = shop_lines()
    bread, butter = ({line.customer for line in lines if line.product == product}
                     for product in ("bread", "butter"))  # fmt: skip

    assert made.name == "Bought Bread, not Butter"
    assert ids == bread - butter
    with pytest.raises(NameTaken):
        save_bought_without(run, chosen, Author("Anna"))
    with pytest.raises(NotEnoughData):
        save_bought_without(run, chosen[:1], Author("Anna"))


def test_products_are_offered_by_name(run):
    """The chosen first, then the most frequent whose name or id has the text."""
    jam = number(run, "jam")

    assert offered(run, "b", (jam,))["label"].tolist()[:3] == ["Jam", "Bread", "Butter"]
    assert rule_parts(run, 1)[-1] in range(7)
    assert rule_parts(run, 5) is None


def test_bundles_worth_trying_are_sure_to_gain(empty_warehouse):
    """Told with their numbers: sure, held up, and above zero even at the interval's low end."""
    baskets_ = ([("a", "b")] * 60 + [("a",)] * 400 + [("b",)] * 400 + [("c",), ("d",)] * 400
                + [("c", "d")] * 4)  # fmt: skip
    fill(empty_warehouse, [
        Line(f"o{at}", f"2024-05-{1 + (at * 7) % 28:02}T10:00", "5", product=product)
        for at, basket in enumerate(baskets_) for product in basket
    ])  # fmt: skip
    (best,) = mine_and_keep(MAY, current_version(), lambda *_: None).facts["bundles"]

    assert set(best["names"]) == {"A", "B"}
    assert best["bundle"]["partial"] == 800
    assert best["bundle"]["revenue"]["low"] > 0


def test_a_month_of_chance_has_no_rules_and_says_so(empty_warehouse):
    """Nothing is sure: no rule, no bundle, no network, and still an answer."""
    names = ("a", "b", "c", "d", "e")
    fill(empty_warehouse, [
        Line(f"o{at}", f"2024-05-{1 + at % 28:02}T10:00", "5", product=product)
        for at in range(50) for product in (names[at % 5], names[(at * 3 + at // 5 + 1) % 5])
    ])  # fmt: skip
    run = mine_and_keep(MAY, current_version(), lambda *_: None)

    assert (run.facts["rules"], run.facts["bundles"]) == (0, [])
    assert rules(run, RulePage())[1] == 0
    with pytest.raises(NotEnoughData):
        network(run, RulePage())


def test_the_same_question_is_one_job_and_is_mined_once(queue, monkeypatch):
    """Two who ask join; a third finds it done; a stopped one begins anew."""
    mined = []
    real = baskets.mine_and_keep
    monkeypatch.setattr(baskets, "mine_and_keep", lambda *asked: mined.append(1) or real(*asked))
    first, second = start(MAY, "ann"), start(MAY, "bob")
    wait_for(lambda: queue.find(first).state == "done")

    assert first == second
    assert finished(MAY).run_id == queue.find(first).answer["run"]
    again = start(MAY, "cem")
    wait_for(lambda: queue.find(again).state == "done")
    assert mined == [1]


def test_a_job_tells_how_far_it_is_and_can_be_stopped(queue, monkeypatch):
    """Stopped between its steps, nothing is kept; asked again, it is done."""
    real = baskets.mine
    told = []

    def slow(warehouse, attempt, slots, tell, **options):
        def stopping(percent, message):
            told.append((percent, message))
            if percent == 40:
                queue.cancel(job)
            tell(percent, message)

        return real(warehouse, attempt, slots, stopping, **options)

    monkeypatch.setattr(baskets, "mine", slow)
    job = start(MAY, "ann")
    wait_for(lambda: queue.find(job).state == "cancelled")
    assert ("Counting pairs" in dict(map(reversed, told))) is True
    assert finished(MAY) is None
    monkeypatch.setattr(baskets, "mine", real)
    assert start(MAY, "ann") == job
    wait_for(lambda: queue.find(job).state == "done")
    assert finished(MAY) is not None


def test_nothing_to_mine_is_said_in_words(queue):
    """A period without an order fails with a sentence."""
    job = start(BasketQuestion(Filters(date(2023, 1, 1), date(2023, 2, 1))), "ann")
    wait_for(lambda: queue.find(job).state == "failed")

    assert "Widen the filters" in queue.find(job).error


def test_an_empty_warehouse_keeps_no_run(empty_warehouse):
    """Nothing is loaded: no run, and a question about one is answered."""
    empty(empty_warehouse)
    forget_version()

    assert finished(MAY) is None
