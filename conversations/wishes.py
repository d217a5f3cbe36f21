"""A day and an hour that a person named in words of their own, to be met with what is free. No word is read here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.texts import Clock, Text, say
from conversations.zones import zone_of

Span = tuple[int, int]
"""Minutes of a day, from the first to the one after the last. An exact hour is one minute long."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Days and times of day where the person is; any of them may have been meant. What was not named is empty."""

    days: tuple[date, ...] = ()
    times: tuple[Span, ...] = ()

    @property
    def clear(self) -> bool:
        """Whether the hour that is named can be no other."""
        return len(self.times) == 1 and self.times[0][1] - self.times[0][0] == 1


def fitting(kind: Kind, choices: tuple[Choice, ...], wish: Wish | None, zone: str) -> tuple[Choice, ...]:
    """Those of the free days or hours that the wish names. What brings another answer with it is another thing."""
    local = [(each, each.value.astimezone(zone_of(zone))) for each in choices if isinstance(each.value, datetime)]
    alone = [(each, at) for each, at in local if not each.also]
    match kind:
        case Kind.DAY if wish:
            return tuple(each for each, at in alone if at.date() in wish.days)
        case Kind.HOUR if wish:
            return tuple(each for each, at in alone if _within(at, wish.times))
    return ()


def by_month(wish: Wish | None) -> dict[str, tuple[date, ...]]:
    """The days that are named, by their months: `2026-12`. Only one month is shown at a time."""
    months: dict[str, tuple[date, ...]] = {}
    for day in wish.days if wish else ():
        month = f"{day:%Y-%m}"
        months[month] = (*months.get(month, ()), day)
    return months


def left(wish: Wish | None, kind: Kind) -> Wish | None:
    """What of a wish is still to be met when a question of that kind has been answered."""
    match kind:
        case Kind.DAY if wish:
            return replace(wish, days=())
        case Kind.HOUR:
            return None
    return wish


def refused_by(kind: Kind, wish: Wish, day: date | None, zone: str) -> Text:
    """What is said where nothing of a wish is free. `day` is the one that the hour was wished on."""
    if kind is Kind.DAY and len(wish.days) == 1:
        return say("{day}: nothing is free then. Please choose another day.", day=wish.days[0])
    if kind is Kind.DAY:
        return say("Nothing is free on those days. Please choose another.")
    if wish.clear and day:
        hour, minute = divmod(wish.times[0][0], 60)
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone_of(zone))
        return say("{hour} is not free on this day. Please choose another time.", hour=Clock(at))
    return say("Nothing is free at that time of this day. Please choose another.")


def _within(at: datetime, times: tuple[Span, ...]) -> bool:
    minute = at.hour * 60 + at.minute
    return any(first <= minute < last for first, last in times)
