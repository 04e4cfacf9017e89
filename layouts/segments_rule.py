"""
The rule editor: groups and conditions drawn from the tree as the browser holds it.

Every node has a `key` of its own, by which inputs name it: `{"type": "rule-set",
"key": k, "part": p}`. The browser changes the tree; the server draws it anew only
when its shape changed, so that nobody loses the field they type in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts.components import attributes, icon, menu, menu_item
from layouts.format import currency_sign
from layouts.segments_fields import OPERATORS, ROLES, SUBJECTS, UNITS, FieldShown

DEEPEST = 2
Fields = Mapping[str, FieldShown]
ROOT: dict[str, Any] = {"key": "root", "mode": "all", "negated": False, "parts": []}


def labelled(label: str, entry: Component, extra: str = "") -> html.Label:
    """Return an entry with a label that only a screen reader speaks."""
    return html.Label([html.Span(label, className="visually-hidden"), entry], className=extra)


def part_id(kind: str, key: Any, **more: Any) -> dict[str, Any]:
    """Return the id of a part of the node `key`: `rule-<kind>`."""
    return {"type": f"rule-{kind}", "key": key, **more}


def rule_editor(root: Mapping[str, Any], fields: Fields, currency: str) -> Component:
    """
    Return the whole rule, ready to be changed.

    Args:
        root: The outermost group as the browser holds it; of a checked shape.
        fields: What can be asked, by word.
        currency: Of amounts.
    """
    return _group(root, fields, currency_sign(currency).strip(), 0)


def _group(node: Mapping[str, Any], fields: Fields, sign: str, depth: int) -> Component:
    parts: list[Component] = []
    word = "and" if node["mode"] == "all" else "or"
    for place, part in enumerate(node["parts"]):
        if place:
            parts.append(html.Div(word, className="rule-joint"))
        if "parts" in part:
            parts.append(_group(part, fields, sign, depth + 1))
        else:
            parts.append(_condition(part, fields, sign))
    if not parts:
        text = "Everybody is in. Add a condition, or start from a template above."
        if depth:
            text = "This group is empty: it is left aside until it has a condition."
        parts.append(html.P(text, className="sub rule-nothing"))
    return html.Div(
        [
            _group_head(node, depth),
            html.Div(parts, className="rule-parts"),
            _adders(node, depth, fields),
        ],
        className="rule-group" if depth else "rule-group outermost",
        role="group",
        **attributes(aria_label="Group of conditions" if depth else "The rule"),
    )


def _group_head(node: Mapping[str, Any], depth: int) -> Component:
    key = node["key"]
    mode = dbc.RadioItems(
        id=part_id("set", key, part="mode"),
        options=[{"value": "all", "label": "all of"}, {"value": "any", "label": "any of"}],
        value=node["mode"],
        inline=True,
        className="segmented",
        input_class_name="btn-check",
        label_class_name="segment",
        label_checked_class_name="chosen",
    )
    negated = dbc.RadioItems(
        id=part_id("set", key, part="negated"),
        options=[{"value": "yes", "label": "fit"}, {"value": "not", "label": "do not fit"}],
        value="not" if node["negated"] else "yes",
        inline=True,
        className="segmented",
        input_class_name="btn-check",
        label_class_name="segment",
        label_checked_class_name="chosen",
    )
    said: list[Component | str] = [
        html.Span("Customers who" if not depth else "Who"),
        html.Div(negated, role="group", **attributes(aria_label="Fit or do not fit")),
        html.Div(mode, role="group", **attributes(aria_label="All or any")),
        html.Span("these"),
    ]
    if depth:
        said.append(_remove(key, "Remove this group"))
    return html.Div(said, className="rule-head")


def _remove(key: str, label: str) -> Component:
    return html.Button(
        icon("x-lg"),
        id=part_id("remove", key),
        className="icon-button rule-remove",
        title=label,
        **attributes(aria_label=label),
    )


def _adders(node: Mapping[str, Any], depth: int, fields: Fields) -> Component:
    key = node["key"]
    items: list[Component] = []
    for subject, words in SUBJECTS.items():
        known = [word for word in words if word in fields]
        if not known:
            continue
        items.append(
            html.Div(
                [
                    html.Div(subject, className="rule-subject"),
                    *(
                        menu_item(fields[word].label, part_id("add", key, field=word))
                        for word in known
                    ),
                ],
                className="rule-subject-group",
            )
        )
    adders: list[Component] = [
        html.Div(
            menu(
                html.Span([icon("plus-lg"), "Add a condition"]),
                [html.Div(items, className="rule-fields")],
                class_name="button",
            ),
            className="rule-add",
        )
    ]
    if depth < DEEPEST:
        adders.append(
            html.Button(
                [icon("collection"), "Add a group"], id=part_id("group", key), className="button"
            )
        )
    return html.Div(adders, className="rule-adders")


def _condition(node: Mapping[str, Any], fields: Fields, sign: str) -> Component:
    shown = fields.get(str(node.get("field")))
    key = node["key"]
    if shown is None:
        return html.Div(
            [html.Span("A condition that is not known here."), _remove(key, "Remove")],
            className="rule-condition",
        )
    row = [
        html.Span(shown.label, className="rule-field"),
        *_role(node, shown),
        _operator(node, shown),
        *_value(node, shown, sign),
        *_window(node, shown),
        _remove(key, f"Remove: {shown.label}"),
    ]
    return html.Div(
        [
            html.Div(row, className="rule-row"),
            html.Div(
                [
                    html.Div(id=part_id("spread", key), className="rule-spread"),
                    html.Div(id=part_id("effect", key), className="rule-effect"),
                ],
                className="rule-below",
            ),
        ],
        className="rule-condition",
        role="group",
        **attributes(aria_label=shown.label),
    )


def _operator(node: Mapping[str, Any], shown: FieldShown) -> Component:
    select = dbc.Select(
        id=part_id("set", node["key"], part="operator"),
        options=[{"value": word, "label": OPERATORS[word]} for word in shown.operators],
        value=node.get("operator"),
        class_name="rule-select",
    )
    return labelled(f"{shown.label}: comparison", select)


def _role(node: Mapping[str, Any], shown: FieldShown) -> list[Component]:
    if not shown.roles:
        return []
    select = dbc.Select(
        id=part_id("set", node["key"], part="role"),
        options=[{"value": word, "label": ROLES[word]} for word in shown.roles],
        value=node.get("role") or shown.roles[0],
        class_name="rule-select",
    )
    entry = labelled(f"{shown.label}: of which orders", select)
    return [html.Span("of", className="rule-word"), entry]


def _value(node: Mapping[str, Any], shown: FieldShown, sign: str) -> list[Component]:
    if shown.kind in ("number", "date"):
        return _amounts(node, shown, sign)
    chosen = node.get("value")
    names = [name for name in chosen if isinstance(name, str)] if isinstance(chosen, list) else []
    known = dict(shown.choices)
    options = [{"value": value, "label": label} for value, label in shown.choices]
    options += [{"value": name, "label": name} for name in names if name not in known]
    if shown.kind == "saved":
        select = dbc.Select(
            id=part_id("set", node["key"], part="one"),
            options=options,
            value=names[0] if names else None,
            placeholder="Choose a segment",
            class_name="rule-select",
        )
        return [labelled("Which saved segment", select)]
    # Products are too many to be sent at once: they are looked for while one types.
    looked_for = shown.word == "product"
    return [
        dcc.Dropdown(
            id=part_id("set", node["key"], part="products" if looked_for else "names"),
            options=options,
            value=names,
            multi=True,
            searchable=True,
            placeholder="Type a name or number" if looked_for else "Choose one or more",
            className="rule-names",
        )
    ]


def _amounts(node: Mapping[str, Any], shown: FieldShown, sign: str) -> list[Component]:
    value = node.get("value")
    low, high = value if isinstance(value, list) and len(value) == 2 else (value, None)
    fields = [_amount(node["key"], shown, "low", low, "value", sign)]
    if node.get("operator") == "between":
        fields.append(html.Span("and", className="rule-word"))
        fields.append(_amount(node["key"], shown, "high", high, "second value", sign))
    return fields


def _amount(key: str, shown: FieldShown, part: str, value: Any, said: str, sign: str) -> Component:
    label = f"{shown.label}: {said}"
    if shown.kind == "date":
        day = dbc.Input(
            id=part_id("set", key, part="day" if part == "low" else "until"),
            type="date",
            value=value,
            class_name="rule-day",
        )
        return labelled(label, day)
    if shown.unit == "share" and isinstance(value, int | float):
        value = round(value * 100, 6)
    unit = UNITS.get(shown.unit, "")
    parts: list[Component] = []
    if shown.unit == "money" and sign:
        parts.append(dbc.InputGroupText(sign))
    parts.append(
        dbc.Input(
            id=part_id("set", key, part=part),
            type="number",
            value=value,
            step=1 if shown.whole else "any",
            debounce=200,
        )
    )
    if unit:
        parts.append(dbc.InputGroupText(unit))
    return labelled(label, dbc.InputGroup(parts, class_name="rule-amount"))


def _window(node: Mapping[str, Any], shown: FieldShown) -> list[Component]:
    if shown.windowed == "never":
        return []
    entry = dbc.InputGroup(
        [
            dbc.Input(
                id=part_id("set", node["key"], part="window"),
                type="number",
                min=1,
                max=3650,
                step=1,
                value=node.get("window"),
                debounce=200,
                placeholder="any" if shown.windowed == "maybe" else "",
            ),
            dbc.InputGroupText("days"),
        ],
        class_name="rule-amount",
    )
    return [
        html.Span("in the last", className="rule-word"),
        labelled(f"{shown.label}: days looked back", entry),
    ]
