"""Names of groups that one can say, and what to do with each: from an ordered table of words."""

from __future__ import annotations

from collections.abc import Sequence

# Word of a feature -> what customers with much and with little of it are called, in the order
# in which the words stand in a name.
_WORDS: dict[str, tuple[str, str]] = {
    "monetary": ("big", "small"),
    "average_order_value": ("high-basket", "low-basket"),
    "basket_size": ("bulk", "few-items"),
    "frequency": ("frequent", "seldom"),
    "active_days": ("lasting", "brief"),
    "recency": ("lapsed", "recent"),
    "tenure": ("long-known", "new"),
    "order_gap": ("slow", "quick"),
    "discount_share": ("bargain-seeking", "full-price"),
    "return_rate": ("often-returning", "keeping"),
}
_ORDER = {word: place for place, word in enumerate(_WORDS)}
_TELLING, _MOST_WORDS = 0.4, 3
AVERAGE = "Average"


def names_of(words: Sequence[str], centres: Sequence[Sequence[float]]) -> tuple[str, ...]:
    """
    Return a name per group, no two alike: "Big, frequent, recent".

    The most telling features name a group; where two groups would have one name, the next
    telling ones are added, and as a last resort a number.

    Args:
        words: Of the features.
        centres: Per group, per feature, in standard deviations from the mean of all.
    """
    ranked = [_telling(words, centre) for centre in centres]
    used = [
        min(_MOST_WORDS, sum(_weight(word, z) >= _TELLING for word, z in one)) for one in ranked
    ]
    for _ in range(len(words)):
        names = [_name(one[:many]) for one, many in zip(ranked, used, strict=True)]
        alike = [names.count(name) > 1 for name in names]
        if not any(alike):
            return tuple(names)
        used = [min(many + same, len(words)) for many, same in zip(used, alike, strict=True)]
    counted: dict[str, int] = {}
    told = []
    for name in names:
        counted[name] = counted.get(name, 0) + 1
        told.append(name if counted[name] == 1 else f"{name} ({counted[name]})")
    return tuple(told)


def _telling(words: Sequence[str], centre: Sequence[float]) -> list[tuple[str, float]]:
    pairs = list(zip(words, centre, strict=True))
    # A share that is merely missing says less than one that is there.
    return sorted(pairs, key=lambda pair: (-_weight(*pair), pair[0]))


def _weight(word: str, z: float) -> float:
    return abs(z) if word in _WORDS or z > 0 else abs(z) / 4


def _name(parts: Sequence[tuple[str, float]]) -> str:
    said = sorted(parts, key=lambda pair: (_ORDER.get(pair[0], len(_ORDER)), pair[0]))
    text = ", ".join(_said(word, z) for word, z in said)
    return text[:1].upper() + text[1:] if text else AVERAGE


def _said(word: str, z: float) -> str:
    if word in _WORDS:
        return _WORDS[word][0 if z > 0 else 1]
    name = word.partition(":")[2] or "not given"
    return name if z > 0 else f"little {name}"


def advice_of(words: Sequence[str], centre: Sequence[float]) -> str:
    """
    Return what to do with a group, in one or two sentences.

    Args:
        words: Of the features.
        centre: Of the group, in standard deviations from the mean of all.
    """
    held = dict(zip(words, centre, strict=True))
    worth = held.get("monetary", held.get("frequency", held.get("average_order_value", 0.0)))
    away = held.get("recency", held.get("order_gap", 0.0))
    if worth > _TELLING and away > _TELLING:
        return "They were worth much and stay away: win them back personally, before others do."
    if worth > _TELLING:
        return "Keep them: early access and thanks rather than discounts."
    if held.get("discount_share", 0) > _TELLING:
        return "They wait for discounts: test smaller ones before giving more."
    if held.get("return_rate", 0) > _TELLING:
        return "They send back much: better sizes and pictures pay more than another mailing."
    if away > _TELLING:
        return "A cheap reminder is all they warrant; leave out who does not answer twice."
    if min(held.get("recency", 0.0), held.get("tenure", 0.0)) < -_TELLING:
        return "They came lately: make the second order easy while they remember you."
    liked = [word.partition(":")[2] for word, z in held.items() if ":" in word and z > _TELLING]
    if liked:
        return f"Speak to them about {liked[0]} first, then show what goes with it."
    if held.get("frequency", 0.0) > _TELLING:
        return "They come often and spend little each time: show them what goes with their basket."
    if max(held.get("average_order_value", 0.0), held.get("basket_size", 0.0)) > _TELLING:
        return "They buy much at once: a reason to come back sooner pays most."
    return "Little sets them apart: treat them as everybody."
