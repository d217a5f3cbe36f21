"""What can be chosen without the calendar: languages and time zones. What is chosen is the conversations' matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import available_timezones

from bot.words import Words, languages, own_name
from conversations.calls import FindLanguages, FindZones
from conversations.offers import Choice, Offer
from conversations.texts import Said
from conversations.zones import zone_of

MOST = 12
"""Zones that are offered at once."""


def languages_found(call: FindLanguages) -> Offer:
    return Offer(call, tuple(Choice(language, own_name(language)) for language in languages()))


def zones_found(call: FindZones, locale: str, at: datetime) -> Offer:
    """The zones whose names hold what was searched, or the likely ones."""
    if call.search:
        found = [zone for zone in _zones() if _plain(call.search) in _plain(zone.replace("_", " "))]
        found.sort(key=lambda zone: (not _city(zone).startswith(_plain(call.search)), len(zone)))
    else:
        found = _likely(call.zone, at)
    named: dict[Said, Choice] = {}
    for zone in found[: 2 * MOST]:  # an old name of a zone reads like the zone itself
        choice = _choice(zone, locale, at)
        named.setdefault(choice.label, choice)
    return Offer(call, tuple(named.values())[:MOST])


def _likely(own: str, at: datetime) -> list[str]:
    """A person's own zone, those of their country, and those with the same time now: near ones and main ones first."""
    countries, representative, main = _countries(), _representative(), _main()
    country, now = countries.get(own), _offset(own, at)

    def unlikely(zone: str) -> tuple[bool, bool, bool, bool, bool, str]:
        abroad, elsewhere = countries.get(zone) != country, _continent(zone) != _continent(own)
        return zone != own, abroad, elsewhere, zone not in representative, zone not in main, _city(zone)

    here = {zone for zone in representative if country and countries.get(zone) == country}
    there = {zone for zone in countries if _offset(zone, at) == now}
    return sorted(here | there | ({own} & {*_zones()}), key=unlikely)


def _offset(zone: str, at: datetime) -> timedelta | None:
    return at.astimezone(zone_of(zone)).utcoffset()


def _continent(zone: str) -> str:
    return zone.partition("/")[0]


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """The country of each zone."""
    return {zone: country for country, zone in _table("zone.tab")}


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


def _choice(zone: str, locale: str, at: datetime) -> Choice:
    words = Words(locale, zone)
    return Choice(zone, words.zone(at), zone.replace("_", " "))


def _plain(words: str) -> str:
    return words.casefold().strip()


def _city(zone: str) -> str:
    return _plain(zone.rpartition("/")[2].replace("_", " "))


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
