"""What can be chosen without the calendar: languages and time zones. What is chosen is the conversations' matter."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from zoneinfo import available_timezones

from bot.words import Words, languages, own_name
from conversations.calls import FindLanguages, FindZones
from conversations.offers import Choice, Offer
from conversations.texts import Said

MOST = 12
"""Zones that are offered at once."""


def languages_found(call: FindLanguages) -> Offer:
    return Offer(call, tuple(Choice(language, own_name(language)) for language in languages()))


def zones_found(call: FindZones, locale: str, at: datetime) -> Offer:
    """The zones whose names hold what was searched, or those with the person's own time now; theirs first."""
    if call.search:
        found = [zone for zone in _zones() if _plain(call.search) in _plain(zone.replace("_", " "))]
        found.sort(key=lambda zone: (not _city(zone).startswith(_plain(call.search)), len(zone)))
    else:
        own = Words(locale, call.zone).local(at).utcoffset()
        found = [zone for zone in _zones() if Words(locale, zone).local(at).utcoffset() == own]
        found.sort(key=lambda zone: (zone != call.zone, zone.partition("/")[0] != call.zone.partition("/")[0]))
    named: dict[Said, Choice] = {}
    for zone in found[: 2 * MOST]:  # an old name of a zone reads like the zone itself
        choice = _choice(zone, locale, at)
        named.setdefault(choice.label, choice)
    return Offer(call, tuple(named.values())[:MOST])


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
