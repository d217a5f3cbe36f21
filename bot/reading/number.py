"""Reads a number as it is written where the person lives. Its bounds are the question's matter."""

from __future__ import annotations

import re
from decimal import Decimal

from babel import Locale
from babel.numbers import get_decimal_symbol, get_group_symbol

from bot.reading.letters import plain
from bot.words import Words
from conversations.events import Heard, Understood, Unreadable
from conversations.kinds import UNLIMITED, Limits
from conversations.offers import Choice
from conversations.texts import say

_THOUSANDS = r"[0-9]{1,3}(?:%s[0-9]{3})+|[0-9]{1,2}(?:%s[0-9]{2})*%s[0-9]{3}"  # the second is India's


def read(text: str, words: Words, limits: Limits = UNLIMITED) -> Heard:
    """A number. Whether it is within the limits is not looked at, only what an example may be."""
    typed = re.sub("[\u2010-\u2012\u2212]", "-", plain(text)).replace("- ", "-").replace("’", "'")
    written = _written(typed, words.locale)
    if written is None:
        example = next((each for each in (limits.max, limits.min) if each is not None), Decimal("12.5"))
        return Unreadable(say("That is no number I can read. It should look like {example}.", example=example))
    return Understood(Choice(Decimal(written)))


def _written(typed: str, locale: Locale) -> str | None:
    """The same as Python writes it. A sign that cannot part thousands parts decimals, wherever that is usual."""
    sign, digits = ("-", typed[1:]) if typed.startswith("-") else ("", typed.removeprefix("+"))
    point = plain(get_decimal_symbol(locale))
    group = plain(get_group_symbol(locale))
    digits = digits.replace("٫", point).replace("٬", group)  # Arabic's own signs can mean nothing else
    groups = {group, "'", ""} - {point}
    whole, _, fraction = digits.partition(point)
    thousands = any(_grouped(whole, each or " ") for each in groups)
    if (thousands or re.fullmatch("[0-9]+", whole)) and re.fullmatch("[0-9]*", fraction) and not digits.endswith(point):
        return sign + re.sub("[^0-9]", "", whole) + (f".{fraction}" if fraction else "")
    if re.fullmatch("[0-9]+[.,][0-9]+", digits) and point not in digits:
        return sign + digits.replace(",", ".")
    return None


def _grouped(whole: str, group: str) -> bool:
    pattern = _THOUSANDS.replace("%s", re.escape(group))
    return bool(re.fullmatch(pattern, whole)) and not whole.startswith("0")
