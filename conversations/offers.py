"""What a person can choose from. Where the choices come from is the calendar's matter, how they look the adapters'."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from conversations.calls import Call
from conversations.texts import Said, say_in

Value = str | Decimal | datetime | date | tuple[str, ...] | None
"""A typed answer. None is a question skipped, a tuple several options of one question."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that can be chosen, or that was: the words that stand for it, and a line that explains it.

    `also` holds the answers that it gives to other questions at once, by their names.
    """

    value: Value
    label: Said = ""
    detail: str = ""
    also: tuple[tuple[str, Choice], ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """The choices found by `call`. `here` is the page or month shown, `before` and `after` its neighbours, if any."""

    call: Call
    choices: tuple[Choice, ...]
    here: str = ""
    before: str | None = None
    after: str | None = None


ANYONE = Choice("anyone", say_in("agent", "Anyone"))
SKIPPED = Choice(None, say_in("answer", "Not given"))

_WORD = re.compile(r"[A-Za-z0-9_-]{1,36}")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits


def short(value: Value) -> str:
    """A value's name on a button: at most 36 characters of `A-Za-z0-9_-` (a whole token has 64, see `screens.py`).

    An instant is its minutes since 1970, an id stands as it is, anything else is a digest.
    """
    match value:
        case datetime() if value.timestamp() % 60 == 0 and value.timestamp() >= 0:
            return base36(int(value.timestamp()) // 60)
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case str() if _WORD.fullmatch(value):
            return value
    return "x" + hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def begins_with(wanted: str, value: Value) -> bool:
    """Whether what a door named is a value's name on a button, alone or with more after it."""
    word = short(value)
    return wanted == word or wanted.startswith(f"{word}-")
