"""What can be chosen without the calendar: languages and time zones. What is chosen is the conversations' matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import available_timezones

from bot.reading.letters import bare
from bot.words import Words, countries_of, languages, own_name
from conversations.calls import FindLanguages, FindZones
from conversations.offers import Choice, Offer, short
from conversations.texts import Clock, Said, say_in

MOST = 12
"""Zones that are offered at once."""

ALIKE = 3
"""Of zones that have the person's own time, how many are offered: for now it does not matter which is chosen."""


def languages_found(call: FindLanguages) -> Offer:
    return Offer(call, tuple(Choice(language, own_name(language)) for language in languages()))


def zones_found(call: FindZones, locale: str, at: datetime) -> Offer:
    """The zone that was wanted; or those of places that are called so; or the person's own, and others by the clock."""
    if call.wanted:
        found: Iterable[str] = (zone for zone in _zones() if short(zone) == call.wanted)
    elif call.search:
        found = _called(call.search, Words(locale, call.zone))
    else:
        found = _around(call.zone, locale, at)
    named: dict[Said, Choice] = {}
    for zone in found:  # an old name of a zone reads like the zone itself
        choice = _choice(zone, locale, at)
        named.setdefault(Words(locale, zone).zone(at), choice)
        if len(named) == MOST:
            break
    return Offer(call, tuple(named.values()))


def guess(locale: str, fallback: str) -> str:
    """The zone of somebody of whom only the language is known: that of their country if it has only one."""
    country = next(iter(Words(locale, "UTC").countries()), None)
    zones = _of_countries().get(country or "", ())
    return zones[0] if len(zones) == 1 else fallback


def _choice(zone: str, locale: str, at: datetime) -> Choice:
    """A zone by its city and its clock, by which people know it at a glance."""
    words = Words(locale, zone)
    # Translators: a time zone on a button: the city with its offset, and the time that it is there now
    label = say_in("button", "{zone} ({clock})", zone=words.zone(at), clock=words.say(Clock(at)))
    return Choice(zone, label, zone.replace("_", " "))


def _called(search: str, words: Words) -> list[str]:
    """Zones by the names of their cities and countries, in the reader's language and in English."""
    sought = bare(search)
    places = {zone: tuple(map(bare, (*words.place(zone), zone.replace("_", " ")))) for zone in _zones()}
    found = [zone for zone, names in places.items() if sought and any(sought in name for name in names)]
    return sorted(found, key=lambda zone: (not places[zone][0].startswith(sought), len(zone), zone))


def _around(own: str, locale: str, at: datetime) -> Iterator[str]:
    """The person's own zone, a few of the same time, and where else their language is spoken, one of each time."""
    yield own
    offset = _offset(own, at)
    spoken = [zone for country in countries_of(locale) for zone in _of_countries().get(country, ())]
    near = [zone for zone in _zones() if zone != own and _offset(zone, at) == offset]
    near.sort(key=lambda zone: (zone.partition("/")[0] != own.partition("/")[0], zone not in spoken))
    yield from near[:ALIKE]
    others = {_offset(zone, at): zone for zone in reversed(spoken)}
    yield from (zone for there, zone in sorted(others.items()) if there != offset)


def _offset(zone: str, at: datetime) -> timedelta:
    return Words("en", zone).local(at).utcoffset() or timedelta()


@lru_cache(maxsize=1)
def _of_countries() -> dict[str, tuple[str, ...]]:
    """The zones of each country."""
    found: dict[str, tuple[str, ...]] = {}
    for zone in _zones():
        for country in Words("en", zone).countries()[:1]:
            found[country] = (*found.get(country, ()), zone)
    return found


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(sorted(_places()))


def _places() -> Iterator[str]:
    """Zones of places. The others are old names of them, or offsets that know no summer time."""
    continents = (
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
    yield "UTC"
    for zone in available_timezones():
        if zone.partition("/")[0] in continents:
            yield zone
