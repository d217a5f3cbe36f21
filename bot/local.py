"""What can be chosen without the calendar: languages and time zones. What is chosen is the conversations' matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import available_timezones

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
    return sorted(
        found, key=lambda zone: (not places[zone][0].startswith(sought), zone not in _countries(), len(zone), zone)
    )


def _around(own: str, locale: str, at: datetime) -> list[str]:
    """What is likely, few of it of the same time; then where else the language is spoken, one zone of each time."""
    likely, now = _likely(own, at), offset(at, own)
    alike = [zone for zone in likely if zone != own and offset(at, zone) == now]
    near = [zone for zone in likely if zone not in alike[ALIKE:]]
    told = {offset(at, zone) for zone in near}
    others = {there: zone for there, zone in _spoken(locale, at).items() if there not in told}
    closest = sorted(others, key=lambda there: abs(there - now))[: max(0, MOST - len(near))]
    return [*near, *(others[there] for there in sorted(closest))]


def _spoken(locale: str, at: datetime) -> Mapping[timedelta, str]:
    """Where a language is spoken, one zone of each time: where most live, or of the country that speaks it most."""
    zones = [zone for country in countries_of(locale) for zone in _of_countries().get(country, ())]
    zones.sort(key=lambda zone: zone not in _representative())
    return {offset(at, zone): zone for zone in reversed(zones)}


def _likely(own: str, at: datetime) -> list[str]:
    """A person's own zone, those of their country, and those with the same time now: near ones and main ones first."""
    countries, representative, main = _countries(), _representative(), _main()
    country, now = countries.get(own), offset(at, own)

    def unlikely(zone: str) -> tuple[bool, bool, bool, bool, bool, str]:
        abroad, elsewhere = countries.get(zone) != country, _continent(zone) != _continent(own)
        return zone != own, abroad, elsewhere, zone not in representative, zone not in main, bare(_city(zone))

    here = {zone for zone in representative if country and countries.get(zone) == country}
    there = {zone for zone in countries if offset(at, zone) == now}
    return sorted(here | there | ({own} & {*_zones()}), key=unlikely)


def _continent(zone: str) -> str:
    return zone.partition("/")[0]


def _city(zone: str) -> str:
    return zone.rpartition("/")[2]


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """The country of each zone."""
    return {zone: country for country, zone in _table("zone.tab")}


@lru_cache(maxsize=1)
def _of_countries() -> Mapping[str, tuple[str, ...]]:
    """The zones of each country."""
    found: dict[str, tuple[str, ...]] = {}
    for zone, country in _countries().items():
        found[country] = (*found.get(country, ()), zone)
    return found


@lru_cache(maxsize=1)
def _main() -> frozenset[str]:
    """The first zone of each country: the one where most live, where the table's geography does not say otherwise."""
    return frozenset(dict(reversed([*_table("zone.tab")])).values())


@lru_cache(maxsize=1)
def _representative() -> frozenset[str]:
    """One zone, where most live, for all whose clocks are the same from now on."""
    return frozenset(zone for _, zone in _table("zonenow.tab"))


def _table(name: str) -> Iterator[tuple[str, str]]:
    """The first country and the zone of each line of the zone database's tables."""
    text = files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
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
