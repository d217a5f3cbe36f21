"""Sentences to be said, and the values that stand in them. No language is chosen and no date is drawn here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Day:
    """The day on which an instant falls for the reader: "Tuesday, 24 November"; if `brief`, without its weekday."""

    at: datetime
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """The hour of an instant for the reader, as short as buttons need it: "14:30"."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Interval:
    """From one hour to another of the same day for the reader: "14:30–15:00"."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class There:
    """An instant as it is told in a zone of its own, wherever the reader is."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar, written `2026-11`: "November 2026"."""

    month: str


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time in whole minutes: "30 minutes"."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Either:
    """Things of which one is meant: "A, B, or C". A bare tuple is all of them."""

    options: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """An English sentence with named placeholders, and what stands in them.

    `plural` is the sentence for other numbers than one, chosen by `values["number"]`; `context` tells equals apart.
    """

    message: str
    values: Mapping[str, Said] = field(default_factory=dict)
    context: str | None = None
    plural: str | None = None


Said = (
    Text
    | Either
    | Day
    | Clock
    | Interval
    | There
    | Month
    | Duration
    | datetime
    | date
    | Decimal
    | int
    | str
    | tuple["Said", ...]
)
"""What can be said. A `datetime` is said in full, with its zone; a `str` is somebody else's and is said as it is."""


def say(message: str, /, **values: Said) -> Text:
    return Text(message, values)


def say_in(context: str, message: str, /, **values: Said) -> Text:
    """A sentence or word whose translation depends on where it stands, such as on a button."""
    return Text(message, values, context=context)


def say_many(one: str, many: str, /, number: int, **values: Said) -> Text:
    return Text(one, {"number": number, **values}, plural=many)
