"""What can be chosen without the calendar: languages and time zones. What is chosen is the conversations' matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import available_timezones

from bot.homes import MILLIONS
from bot.reading.letters import bare
from bot.words import Words, countries_of, languages, own_name
from conversations.calls import FindLanguages, FindZones
from conversations.offers import Choice, Offer, short
from conversations.texts import Clock, Said, say_in
from conversations.zones import offset

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
        found = _around(call, locale, at)
    named: dict[Said, Choice] = {}
    for zone in found:  # an old name of a zone reads like the zone itself
        choice = _choice(zone, locale, at)
        named.setdefault(Words(locale, zone).zone(at), choice)
        if len(named) == MOST:
            break
    return Offer(call, tuple(named.values()))


def guess(locale: str, fallback: str) -> str:
    """The zone of somebody of whom only the language is known: the fallback, unless that is nobody's or abroad."""
    country = next(iter(Words(locale, "UTC").countries()), None)
    likely = _by_people(_of_countries().get(country or "", ())) if country else _spoken(locale)
    if fallback in _countries() and (not country or fallback in likely):
        return fallback
    return next(iter(likely), fallback)


def _choice(zone: str, locale: str, at: datetime) -> Choice:
    """A zone by its city and its clock, by which people know it at a glance."""
    words = Words(locale, zone)
    # Translators: a time zone on a button: the city with its offset, and the time that it is there now
    label = say_in("button", "{zone} ({clock})", zone=words.zone(at), clock=words.say(Clock(at)))
    return Choice(zone, label)


def _called(search: str, words: Words) -> list[str]:
    """Zones by the names of their cities and countries, in the reader's language and in English.

    First what is called just so, then what begins so; of a country's zones, those of most people.
    """
    sought = bare(search)
    places = {zone: tuple(map(bare, (*words.place(zone), zone.replace("_", " ")))) for zone in _zones()}
    found = [zone for zone, names in places.items() if sought and any(sought in name for name in names)]

    def rank(zone: str) -> tuple[bool, bool, bool, float, int, str]:
        city, country, _ = places[zone]
        begins = city.startswith(sought)
        return (
            sought not in (city, country),
            not begins,
            zone not in _countries(),
            -MILLIONS.get(zone, 0),
            len(zone),
            zone,
        )

    return sorted(found, key=rank)


def _around(call: FindZones, locale: str, at: datetime) -> list[str]:
    """The person's own, others of the country, a few elsewhere of the same time, and where the language is spoken."""
    own, country = call.zone, Words(locale, "UTC" if call.guessed else call.zone).countries()[:1]
    here = _by_people(zone for each in country for zone in _of_countries().get(each, ()))
    found = [own] if own in _zones() else []
    alike = [] if call.guessed or own not in _countries() else _alike(own, at)
    return _apart([*found, *here, *alike, *_spoken(locale)], at)


def _alike(own: str, at: datetime) -> list[str]:
    """Places in other countries that have the same time now, near ones first."""
    country, now = _countries()[own], offset(at, own)
    there = _by_people(zone for zone, each in _countries().items() if each != country and offset(at, zone) == now)
    return _apart(sorted(there, key=lambda zone: _continent(zone) != _continent(own)), at)[:ALIKE]


def _spoken(locale: str) -> list[str]:
    """Where a language is spoken, by how many speak it. What few of a country speak is seldom what they have chosen."""
    share, countries = countries_of(locale), _countries()
    zones = [zone for zone, country in countries.items() if country in share]
    many = [zone for zone in zones if zone in MILLIONS]
    return sorted(many, key=lambda zone: -MILLIONS[zone] * share[countries[zone]] ** 2) or zones


def _by_people(zones: Iterable[str]) -> list[str]:
    return sorted(zones, key=lambda zone: -MILLIONS.get(zone, 0))


def _apart(zones: Iterable[str], at: datetime) -> list[str]:
    """Of the zones of a country whose clocks go alike, now and in half a year, the first."""
    later, found = at + timedelta(days=182), dict[tuple[object, ...], str]()
    for zone in zones:
        found.setdefault((_countries().get(zone), offset(at, zone), offset(later, zone)), zone)
    return list(found.values())


def _continent(zone: str) -> str:
    return zone.partition("/")[0]


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """The country of each zone."""
    return {zone: country for country, zone in _table()}


@lru_cache(maxsize=1)
def _of_countries() -> Mapping[str, tuple[str, ...]]:
    """The zones of each country."""
    found: dict[str, tuple[str, ...]] = {}
    for zone, country in _countries().items():
        found[country] = (*found.get(country, ()), zone)
    return found


def _table() -> Iterator[tuple[str, str]]:
    """The country and the zone of each line of the zone database's table."""
    text = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            yield country, zone


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
