"""The builder's answers, from a rule as the browser holds it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from dash import no_update
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.reports.segments_fields import Spread
from analytics.reports.shell import ShellFacts
from callbacks._segments_kept import overlap_view, versions_of
from callbacks._segments_members import member_columns, member_rows, read_page, why_of
from callbacks._segments_preview import answer, sentence, spread_shown, spreads, template_cards
from callbacks._segments_rule import (
    basis_of,
    checked_node,
    fields_shown,
    product_choices,
    products_of,
    read_draft,
    saved_segments,
)
from callbacks.segments_builder import (
    answer_rule,
    answer_spreads,
    draw_editor,
    explain,
    find_products,
    list_members,
)
from callbacks.segments_saved import _done
from callbacks.segments_saving import adopt_mine, save_segment
from clickhouse_schema.client import Warehouse
from clickhouse_schema.made.things import Author
from clickhouse_schema.queries.segment_members import COLUMNS
from clickhouse_schema.rules.tree import Condition, Group, RuleError, parse
from clickhouse_schema.rules.vocabulary import FIELDS
from layouts.segments_fields import DEFAULTS, OPERATORS, SUBJECTS
from layouts.segments_rule import ROOT, rule_editor
from layouts.segments_saved import adopt

TWICE = {"key": "k1", "field": "frequency", "operator": "at_least", "value": 2}
NOWHERE = {"key": "k2", "field": "country", "operator": "is_any_of", "value": [], "role": "any"}


def _rule(*parts: dict[str, Any], mode: str = "all") -> dict[str, Any]:
    return {"key": "root", "mode": mode, "negated": False, "parts": list(parts)}


def test_every_field_can_be_chosen() -> None:
    """Each field has a subject, a beginning that its kind knows, and operators in words."""
    listed = [word for words in SUBJECTS.values() for word in words]

    assert sorted(listed) == sorted(FIELDS)
    assert set(DEFAULTS) == set(FIELDS)
    assert {one for field in FIELDS.values() for one in field.operators} <= set(OPERATORS)
    for word, default in DEFAULTS.items():
        if default["value"] not in (None, []):
            parse(_bare(_rule({"field": word, **default})))


def _bare(rule: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in rule.items() if name != "key"}


def test_what_is_not_finished_is_left_aside() -> None:
    """The rest is asked, with the browser's keys at the right paths; each gap has its sentence."""
    inner = {"key": "g", "mode": "any", "negated": True, "parts": [NOWHERE]}
    draft = read_draft(_rule(NOWHERE, inner, TWICE))

    assert draft.tree == Group("all", (Condition("frequency", "at_least", 2),))
    assert draft.keys == {(0,): "k1"}
    assert draft.problems == {"k2": "Choose at least one."}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["key", "mode", "negated", "parts", "field", "operator", "value"]),
            inner | st.sampled_from(["all", "any", "country", "recency", "at_least"]),
        )
    ),
    max_leaves=20,
)


@given(_JSON)
@settings(max_examples=300, deadline=None)
def test_any_store_is_read_or_refused(raw: Any) -> None:
    """Whatever a store carries is a rule or a sentence, and can always be drawn."""
    try:
        read_draft(raw)
    except RuleError as error:
        assert str(error)
    rule_editor(checked_node(raw), fields_shown(_NO_FACTS, set()), "EUR")


class _Data:
    currency = "EUR"


class _NoFacts:
    countries = channels = categories = ("A",)
    data = _Data()


_NO_FACTS: Any = _NoFacts()


def test_an_answer_adds_up(shop: Warehouse, facts: ShellFacts) -> None:
    """Sentence, cards, waterfall and effects tell the same rule; all of it is plain JSON."""
    found = answer(read_draft(_rule(TWICE, NOWHERE)), saved_segments(), basis_of(facts), facts)
    plain = json.loads(json.dumps(found.chart.to_dict(), allow_nan=False))

    assert found.sentence == "Customers who ordered at least 2 times in all."
    assert found.numbers[0].label == "Customers"
    assert found.numbers[0].value == str(found.customers)
    assert plain["table"]["rows"][-1] == ["In the segment", found.customers]
    assert found.effects["k1"]["lines"][0][0] == str(found.customers)
    assert found.effects["k2"] == {"problem": "Choose at least one."}
    assert plain["trust"]["metric"] == "segment_size"


def test_every_field_shows_its_spread(shop: Warehouse, facts: ShellFacts) -> None:
    """Each but saved segments has bars, also before a value is chosen."""
    parts = [{"key": word, "field": word, **DEFAULTS[word]} for word in FIELDS]
    draft = read_draft(_rule(*parts[:15]))
    nodes = {part["key"]: part for part in parts}
    shown = spreads(draft, nodes, basis_of(facts), "GBP")

    assert set(shown) == set(FIELDS) - {"saved_segment", "cluster", "kept_list"}
    assert all(one["bars"] or one["first"] == "Nobody has this" for one in shown.values())
    json.dumps(shown, allow_nan=False)


@pytest.mark.parametrize(
    ("operator", "value", "inside"),
    [
        ("at_least", 20, [False, False, True]),
        ("less_than", 20, [True, True, False]),
        ("at_most", 10, [True, True, False]),
        ("equals", 12, [False, True, False]),
        ("between", (5, 12), [True, True, False]),
    ],
)
def test_bars_say_what_is_kept(operator: str, value: Any, inside: list[bool]) -> None:
    """A bar is marked when the condition keeps customers of it."""
    found = Spread("recency", edges=(0, 10, 20, float("inf")), customers=(1, 2, 3), middle=11)
    shown = spread_shown(found, Condition("recency", operator, value), "EUR")

    assert [bar["inside"] for bar in shown["bars"]] == inside


def test_templates_come_with_counts(shop: Warehouse, facts: ShellFacts) -> None:
    """Every card's rule can be asked."""
    cards, rules = template_cards(facts, basis_of(facts))

    assert [card.word for card in cards] == list(rules)
    for one in rules.values():
        parse(one["rule"])


def test_a_page_of_members(shop: Warehouse, facts: ShellFacts) -> None:
    """The grid's words become a page, and what it sends is plain JSON."""
    request = {
        "startRow": 0, "endRow": 2, "sortModel": [{"colId": "frequency", "sort": "asc"}],
        "filterModel": {
            "frequency": {"filterType": "number", "type": "greaterThanOrEqual", "filter": 1},
            "last_order": {"filterType": "date", "type": "greaterThan", "dateFrom": "2001-01-01"},
        },
    }  # fmt: skip
    page = read_page(request)
    sent = member_rows(parse(_bare(ROOT)), saved_segments(), basis_of(facts), page)

    assert page.sort == "frequency" and not page.descending
    assert [one.operator for one in page.filters] == ["at_least", "on_or_after"]
    assert str(page.filters[1].value) == "2001-01-02"
    assert set(sent["rowData"][0]) == set(COLUMNS)
    json.dumps(sent, allow_nan=False)
    assert {column["field"] for column in member_columns(facts)} <= set(COLUMNS)


@pytest.mark.parametrize(
    "request_",
    [
        {"sortModel": [{"colId": "1; DROP TABLE orders", "sort": "asc"}]},
        {"filterModel": {"frequency": {"filterType": "number", "type": "blank"}}},
        {"filterModel": {"nothing": {"filterType": "text", "type": "equals", "filter": "x"}}},
        {"filterModel": {"last_order": {"filterType": "date", "type": "equals"}}},
        {"startRow": "0", "endRow": 5},
        {"startRow": -5, "endRow": 5},
    ],
)
def test_a_forged_request_is_refused(request_: dict[str, Any]) -> None:
    """Columns and operators are those of the list."""
    with pytest.raises(ValueError):
        read_page(request_)


def test_why_tells_each_condition(shop: Warehouse, facts: ShellFacts) -> None:
    """Each condition with the customer's own value; an unknown id says so."""
    saved, basis = saved_segments(), basis_of(facts)
    everybody = member_rows(parse(_bare(ROOT)), saved, basis, read_page({}))["rowData"]
    tree = read_draft(_rule(TWICE)).tree
    for row in everybody:
        _, member, findings = why_of(row["customer_id"], tree, saved, basis, facts)
        assert member is (row["frequency"] >= 2) is findings[0].passed
        assert findings[0].value == f"{row['frequency']} orders"

    often = {"key": "g", "mode": "all", "negated": True, "parts": [TWICE]}
    once = read_draft(_rule(often)).tree
    for row in everybody:
        _, member, findings = why_of(row["customer_id"], once, saved, basis, facts)
        assert member is (row["frequency"] < 2) is findings[0].passed
        assert findings[0].condition.startswith("Must not be so: ordered at least 2")

    head, member, _ = why_of("no such customer", tree, saved, basis, facts)
    assert member is None and "There is no customer" in head


def test_saving_keeps_versions_and_tells_conflicts(
    shop: Warehouse, facts: ShellFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saved, changed, and refused in words when somebody else was first or the name is taken."""
    monkeypatch.setattr("callbacks.segments_saving.notify", lambda *_, **__: None)
    draft: dict[str, Any] = {"rule": _rule(TWICE)}
    _, _, made, _ = save_segment(1, "Twice", "", "", "Anna", False, draft)
    changed = {**made, "rule": _rule({**TWICE, "value": 1})}
    closed, _, second, _ = save_segment(1, "Twice", "", "", "Ben", False, changed)
    assert (made["version"], second["version"], closed) == (1, 2, False)

    hers = {**changed, "rule": _rule({**TWICE, "value": 5})}
    open_, told, _, aside = save_segment(1, "Twice", "", "", "Cleo", False, hers)
    assert open_ is not False and "Ben saved version 2" in told
    closed, _, mine, left = adopt_mine(1, aside, "Cleo")
    assert (closed, mine["version"], left) == (False, 3, None)
    assert mine["rule"]["parts"][0]["value"] == 5
    assert "no such version" in adopt_mine(1, {**aside, "revision": "x"}, "Cleo")[1]

    _, told, _, _ = save_segment(1, "Twice", "", "", "Cleo", True, changed)
    assert "already a segment called “Twice”" in told

    _, told, _, _ = save_segment(1, "Other", "", "", "", False, {"rule": _rule(NOWHERE)})
    assert "not finished" in told

    name, versions = versions_of(made["segment"], saved_segments(), "GBP")
    assert name == "Twice"
    assert [one.version for one in versions if one.can_return] == [2, 1]
    assert any("at least 2" in said for one in versions for said in one.differences)


def test_a_history_calls_products_by_their_names(
    shop: Warehouse, facts: ShellFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows products by their codes."""
    monkeypatch.setattr("callbacks.segments_saving.notify", lambda *_, **__: None)
    code, label = next(iter(dict(product_choices("", (), basis_of(facts))).items()))
    name = label.removesuffix(f" ({code})")
    bought = {"key": "p", "field": "product", "operator": "bought", "value": [code]}
    made = save_segment(1, "Buyers", "", "", "", False, {"rule": _rule(TWICE)})[2]
    save_segment(1, "Buyers", "", "", "", False, {**made, "rule": _rule(TWICE, bought)})

    _, versions = versions_of(made["segment"], saved_segments(), "GBP")

    told = " ".join(said for one in versions for said in one.differences)
    assert name in told and code not in told


def test_overlap_of_kept_segments(
    shop: Warehouse, facts: ShellFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A segment and a wider one share the narrower."""
    monkeypatch.setattr("callbacks.segments_saving.notify", lambda *_, **__: None)
    narrow = save_segment(1, "Narrow", "", "", "", False, {"rule": _rule(TWICE)})[2]
    wide = save_segment(1, "Wide", "", "", "", False, {"rule": _rule({**TWICE, "value": 1})})[2]
    ids = (narrow["segment"], wide["segment"])
    view = overlap_view(ids, saved_segments(), basis_of(facts), facts)

    assert view.answer.startswith("100.0% of “Narrow” are also in “Wide”")
    assert view.table["Customers"][0] == 0


def test_callbacks_answer_what_is_forged(shop: Warehouse, facts: ShellFacts) -> None:
    """A store that holds nonsense is drawn as the empty rule."""
    assert draw_editor("x", {"rule": {"parts": 7}}) is not None
    assert answer_rule({"rule": _rule()})[0] == "All customers."


def test_any_product_is_found_by_typing(shop: Warehouse, facts: ShellFacts) -> None:
    """By words of its description or its number; what is chosen stays on offer, named."""
    every = dict(product_choices("", (), basis_of(facts)))
    id_, label = next(iter(every.items()))
    assert label.endswith(f"({id_})")

    found = product_choices(id_.lower(), ("no such",), basis_of(facts))
    assert (id_, label) in found
    assert ("no such", "no such") in found
    assert find_products(id_, [id_, 5])[0]["value"] in every
    assert find_products(None, None) is no_update
    tree = parse(_bare(_rule({"field": "product", "operator": "bought", "value": [id_]})))
    name = label.removesuffix(f" ({id_})")
    assert sentence(tree, saved_segments(), "GBP") == f"Customers who bought {name}."
    assert products_of(_rule({"field": "product", "value": [id_, None]})) == [id_]


def test_the_owner_can_be_changed(
    shop: Warehouse, facts: ShellFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever saves it owns it, unless another is named; empty leaves the owner."""
    monkeypatch.setattr("callbacks.segments_saving.notify", lambda *_, **__: None)
    made = save_segment(1, "Owned", "", "", "Anna", False, {"rule": _rule(TWICE)})[2]
    assert made["owner"] == "Anna"
    held = {**made, "rule": _rule(TWICE)}
    second = save_segment(1, "Owned", "", "Ben", "Anna", False, held)[2]
    assert (second["owner"], second["version"]) == ("Ben", 2)
    third = save_segment(1, "Owned 2", "", "", "Anna", False, {**held, "version": 2})[2]
    assert third["owner"] == "Ben"


def test_a_version_kept_aside_can_be_used_later(
    shop: Warehouse, facts: ShellFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history offers it, beside the one that came first."""
    monkeypatch.setattr("callbacks.segments_saving.notify", lambda *_, **__: None)
    made = save_segment(1, "Aside", "", "", "Anna", False, {"rule": _rule(TWICE)})[2]
    for value, author in ((3, "Ben"), (4, "Cleo")):
        save_segment(
            1, "Aside", "", "", author, False, {**made, "rule": _rule({**TWICE, "value": value})}
        )
    _, versions = versions_of(made["segment"], saved_segments(), "GBP")
    (aside,) = [one for one in versions if one.aside]
    assert not aside.can_return and "kept aside" in aside.done
    pressed = adopt(made["segment"], 2, aside.aside)
    told = _done(pressed, made["segment"], Author("Cleo"))

    assert told == "“Aside” is now as it was kept aside, as version 3."
    assert "4 times" in sentence(saved_segments().trees[made["segment"]], saved_segments(), "GBP")


def _made_of(id_: str) -> dict[str, Any]:
    part = {"key": "s", "field": "saved_segment", "operator": "in_segment", "value": [id_]}
    return {"rule": _rule(part)}


def test_segments_cannot_go_in_circles_and_say_who_needs_them(
    shop: Warehouse, facts: ShellFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A circle is refused at saving; what an archived one leaves behind is told, without alarm."""
    monkeypatch.setattr("callbacks.segments_saving.notify", lambda *_, **__: None)
    inner = save_segment(1, "Inner", "", "", "", False, {"rule": _rule(TWICE)})[2]
    outer = save_segment(1, "Outer", "", "", "", False, _made_of(inner["segment"]))[2]
    _, told, made, _ = save_segment(
        1, "Inner", "", "", "", False, {**inner, **_made_of(outer["segment"])}
    )
    assert told == "A saved segment cannot be made of itself." and made is no_update

    pressed = {"type": "saved-do", "what": "archive", "version": 1}
    said = _done(pressed, inner["segment"], Author("Anna"))
    assert "cannot be computed or sent: the segment “Outer”" in said
    sentence_, _, view, _, answered = answer_rule(_made_of(inner["segment"]))
    assert sentence_ == view["empty"] == "A saved segment this one refers to is gone."
    assert answered is None


def test_an_edit_drops_all_that_the_one_before_started(shop: Warehouse, facts: ShellFacts) -> None:
    """Spreads, members and reasons of an older rule are not asked any more; the newest are."""

    def question(number: int) -> dict[str, Any]:
        return {"rule": _rule(TWICE), "reader": "fast", "number": number}

    older = answer_rule(question(1))[4]
    newer = answer_rule(question(2))[4]
    page = {"startRow": 0, "endRow": 10, "sortModel": [], "filterModel": {}}

    assert (older["number"], newer["number"], newer["reader"]) == (1, 2, "fast")
    assert answer_rule(question(1)) == [no_update] * 5
    assert answer_spreads({}, question(1)) is no_update
    assert list_members(page, older)[0] is no_update
    assert explain("1", older) is no_update
    assert "k1" in answer_spreads({}, question(2))
    assert list_members(page, newer)[0]["rowCount"] == newer["customers"]
    assert explain("1", newer) is not no_update
