"""Speaking: what is to be said, in a person's language and zone, by gettext and CLDR. What is said is not decided here.

No person's locale or zone, no catalogue and no value makes it raise: what is unknown is said in English or in UTC.
"""

from __future__ import annotations

import gettext
import logging
import re
import struct
from collections.abc import Iterator, Mapping
from copy import copy, deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, localedata
from babel.core import get_global
from babel.dates import format_date, format_interval, format_time, get_day_names, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

from bot.directions import isolated
from conversations.texts import Clock, Day, Duration, Either, Interval, Month, Said, Text, There

_NO_WORDS = gettext.NullTranslations()
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^\W\d]\w*)\}")
_LITERAL = re.compile(r"('[^']*')")
# Slack's name for the Spanish of Latin America; to CLDR, LA is Laos.
_OTHER_NAMES = {"es-la": "es-419"}
# Files of the system's zone folder that are no zone of anybody's, or count leap seconds.
_NO_ZONE = ("right/", "posix/", "posixrules", "localtime", "Factory")


_INSTALLED = Path(__file__).parent / "locales"
# A wheel carries the translations inside the package, a checkout has them beside it.
CATALOGUES = _INSTALLED if _INSTALLED.is_dir() else Path(__file__).parent.parent / "locales"


class _Locale(Locale):
    """A locale with names of its own.

    Babel looks up a name that stands elsewhere ("as in a date, so alone") once and keeps it in a dictionary that
    locales share: after somebody who speaks Swahili, people of Chile had Swahili weekdays.
    """

    @cached_property
    def _data(self) -> localedata.LocaleDataDict:
        own: dict[Any, Any] = dict(localedata.load(str(self)))
        for name in ("days", "eras", "months", "quarters", "currency_formats"):
            own[name] = deepcopy(own[name])
        return localedata.LocaleDataDict(own)


ENGLISH = _Locale("en")


@lru_cache(maxsize=8)
def languages(folder: Path = CATALOGUES) -> tuple[str, ...]:
    """The languages that can be spoken, English first."""
    found = sorted(each.name for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
    return ("en", *(name for name in found if _translations(folder, name)))


def own_name(language: str) -> str:
    """What a language calls itself, as it stands alone: "Español"."""
    locale = _parsed(language) or ENGLISH
    name = locale.get_display_name(str(locale)) or language
    return name[:1].upper() + name[1:]


@lru_cache(maxsize=64)
def countries_of(language: str) -> Mapping[str, float]:
    """Where a language is spoken by law, and by which part of the people there. Countries by ISO 3166."""
    locale = _parsed(language) or ENGLISH
    spoken: dict[str, float] = {}
    for country, tongues in get_global("territory_languages").items():
        said = tongues.get(locale.language)
        if said and said.get("official_status") in ("official", "de_facto_official"):
            spoken[country] = said["population_percent"] / 100
    return spoken


class Words:
    """A person's language and zone. Making one is cheap.

    `locale` is any platform's spelling of a language ("es-CL", "es_CL.UTF-8", "es"), `zone` a name of the tz database.
    """

    def __init__(self, locale: str, zone: str, folder: Path = CATALOGUES) -> None:
        self._language = _language(locale, folder)
        self.locale: Locale = self._language.locale
        self.timezone: ZoneInfo = _zone(zone)

    def say(self, said: Said) -> str:
        match said:
            case str():
                return isolated(said, self._language.leftward)
            case Text():
                return self._text(said)
            case Day(at=at, brief=brief):
                return _day(self.local(at).date(), self._language.date if brief else self._language.day, self.locale)
            case Clock(at=at):
                return self._clock(at)
            case Interval(start=start, end=end):
                return self._interval(start, end)
            case There(at=at, zone=zone):
                return self._in(zone)._moment(at)
            case Month(month=month):
                return self._month(month)
            case Duration(minutes=minutes):
                return self._duration(minutes)
            case datetime():
                return self._moment(said)
            case date():
                return _day(said, "full", self.locale)
            case Decimal() | int():
                return self._number(said)
            case tuple():
                return format_list([self.say(each) for each in said], locale=self.locale)
            case Either(options=options):
                return format_list([self.say(each) for each in options], style="or", locale=self.locale)
            case _:
                assert_never(said)

    def local(self, at: datetime) -> datetime:
        """The instant in the person's zone. One that names no zone of its own is taken for UTC."""
        aware = at if at.tzinfo else at.replace(tzinfo=UTC)
        try:
            return aware.astimezone(self.timezone)
        except OverflowError:
            return aware

    def countries(self) -> tuple[str, ...]:
        """Where the person probably is: the country of the zone, then that of the language. ISO 3166, or none."""
        key = self.timezone.key
        zone = get_global("zone_aliases").get(key, key)
        found = (get_global("zone_territories").get(zone), self.locale.territory)
        return tuple(dict.fromkeys(each for each in found if each and each.isalpha() and each not in ("ZZ", "001")))

    def place(self, zone: str) -> tuple[str, str]:
        """The city of a zone and its country, as they are called in the person's language."""
        there = self._in(zone)
        country = next(iter(there.countries()), "")
        return there._city(), str(self.locale.territories.get(country, ""))

    def _in(self, zone: str) -> Words:
        """The same words for what is told in another zone."""
        there = copy(self)
        there.timezone = _zone(zone)
        return there

    def weekdays(self, most: int | None = None) -> tuple[str, ...]:
        """Seven short names, beginning with the day on which the person's week begins.

        Where `most` characters of them would read alike, as in Arabic, whose all begin with the article, CLDR's
        shortest.
        """
        order = [(self.week_begins + column) % 7 for column in range(7)]
        for width in ("abbreviated", "narrow") if most else ():
            names = get_day_names(width, "stand-alone", self.locale)
            cut = tuple(names[day].rstrip(".")[:most] for day in order)
            if len(set(cut)) == len(cut):
                return cut
        names = get_day_names("abbreviated", "stand-alone", self.locale)
        return tuple(names[day][:most] for day in order)

    def week(self, day: date) -> int:
        """The column, from 0 to 6, in which a day stands in the person's calendar."""
        return (day.weekday() - self.week_begins) % 7

    @property
    def week_begins(self) -> int:
        """The weekday on which it begins where the person is, counted from 0, a Monday."""
        return self._usages().first_week_day

    @property
    def weekend(self) -> tuple[int, int]:
        """Its first weekday and its last."""
        usages = self._usages()
        return usages.weekend_start, usages.weekend_end

    def _usages(self) -> Locale:
        """The locale itself where it names a country; else what is usual in the country of the person's zone."""
        country = "" if self.locale.territory else next(iter(self.countries()), "")
        return _usages_of(country) or self.locale

    def zone(self, at: datetime) -> str:
        """The zone's name and its offset at an instant: "Santiago, GMT-3"."""
        key = self.timezone.key
        if key in ("UTC", "Etc/UTC"):
            return "UTC"
        offset = self._offset(self.local(at).utcoffset() or timedelta())
        if "/" not in key or key.startswith("Etc/"):
            return offset
        return f"{self._city()}{self._language.comma} {offset}"

    def hour(self, at: datetime) -> str:
        """The hour with its zone: "14:05, Santiago, GMT-3"."""
        return f"{self._clock(at)}{self._language.comma} {self.zone(at)}"

    def _text(self, text: Text) -> str:
        if not text.message:  # to gettext, this is the name of the catalogue's header
            return ""
        return _filled(self._sentence(text), {name: self._value(value) for name, value in text.values.items()})

    def _value(self, value: Said) -> str:
        """What stands in a sentence. What is nobody's sentence may run the other way."""
        said = self.say(value)
        return said if isinstance(value, Text | Either | str | tuple) else isolated(said, self._language.leftward)

    def _sentence(self, text: Text) -> str:
        said = self._language.translations
        number = text.values.get("number")
        if text.plural is None or not isinstance(number, int):
            return said.pgettext(text.context, text.message) if text.context else said.gettext(text.message)
        if text.context:
            return said.npgettext(text.context, text.message, text.plural, number)
        return said.ngettext(text.message, text.plural, number)

    def _clock(self, at: datetime) -> str:
        return _hour(self.local(at).time(), self.locale)

    def _interval(self, start: datetime, end: datetime) -> str:
        clock = "hm" if "h" in _LITERAL.sub("", str(self.locale.time_formats["short"])) else "Hm"
        try:
            return format_interval(self.local(start), self.local(end), clock, locale=self.locale)
        except NotImplementedError:  # where hours belong to a part of the day, Babel does not know which
            return str(self.locale.interval_formats[None]).format(self._clock(start), self._clock(end))

    def _moment(self, at: datetime) -> str:
        """In full, so that nobody has to guess the day, the year or the zone that is meant."""
        day = _day(self.local(at).date(), "full", self.locale)
        together = str(self.locale.datetime_formats["full"]).replace("'", "")
        moment = together.replace("{1}", day).replace("{0}", self._clock(at))
        return f"{moment} ({self.zone(at)})"

    def _month(self, month: str) -> str:
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            return month
        return format_date(first, self._language.month, self.locale)

    def _duration(self, minutes: int) -> str:
        hours, rest = divmod(minutes, 60) if minutes >= 60 else (0, minutes)
        parts = [format_unit(hours, "duration-hour", locale=self.locale)] if hours else []
        if rest or not hours:
            parts.append(format_unit(rest, "duration-minute", locale=self.locale))
        return self._language.two.format(*parts) if len(parts) == 2 else parts[0]

    def _number(self, number: Decimal | int) -> str:
        try:
            return format_decimal(number, locale=self.locale, decimal_quantization=False)
        except (ArithmeticError, ValueError):  # not finite, or of thousands of digits
            return str(number)

    def _city(self) -> str:
        """CLDR's word; of a place that has none, the last part of the zone's name."""
        known = (self.locale.time_zones.get(each, {}).get("city") for each in _called(self.timezone.key))
        found = next(filter(None, known), None)
        if found:
            return str(found)
        try:
            return get_timezone_location(self.timezone, self.locale, return_city=True).rpartition("/")[2]
        except LookupError:  # CLDR names no place in this language
            return self.timezone.key.rpartition("/")[2].replace("_", " ")

    def _offset(self, offset: timedelta) -> str:
        minutes = round(offset.total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        sign = "-" if minutes < 0 else "+"
        distance = f"{sign}{hours}" + (f":{rest:02}" if rest else "")
        return str(self.locale.zone_formats["gmt"] % (distance if minutes else ""))


@dataclass(frozen=True, slots=True)
class _Language:
    """What is the same for all who speak a language. `day`, `date`, `month` are CLDR patterns, `two` joins two units.

    `leftward` is the way it is written, `comma` its own.
    """

    locale: Locale
    leftward: bool
    translations: gettext.NullTranslations
    day: str
    date: str
    month: str
    two: str
    comma: str


# A crowd is told of the same days and hours again and again.


@lru_cache(maxsize=4096)
def _day(day: date, pattern: str, locale: Locale) -> str:
    return format_date(day, pattern, locale)


@lru_cache(maxsize=4096)
def _hour(hour: time, locale: Locale) -> str:
    return format_time(hour, "short", locale=locale)


@lru_cache(maxsize=256)
def _language(name: str, folder: Path) -> _Language:
    locale, translations = _spoken(name, folder)
    leftward = locale.text_direction == "rtl"
    day = _widest(locale, "MMMMEEEEd", "MMMMEd", "MMMEEEEd", "MMMEd")
    date, month, two = _widest(locale, "MMMMd", "MMMd"), _month_pattern(locale), _two_pattern(locale)
    comma = "،" if "،" in str(locale.date_formats["full"]) else ","
    return _Language(locale, leftward, translations, day, date, month, two, comma)


def _spoken(name: str, folder: Path) -> tuple[Locale, gettext.NullTranslations]:
    """The person's own locale if there are words for its language; else English as it is written where they live."""
    wanted = _parsed(name)
    if wanted is None:
        return ENGLISH, _NO_WORDS
    if wanted.language == "en":
        return wanted, _NO_WORDS
    for each in (*_generalised(wanted), *_relatives(wanted, folder)):
        translations = _translations(folder, each)
        if translations:
            return wanted, translations
    return _parsed(f"en-{wanted.territory}") or ENGLISH, _NO_WORDS


def _parsed(name: str) -> Locale | None:
    """The nearest locale that CLDR knows: es for es-XX; None for what is no language."""
    name = re.split(r"[.@]", name, maxsplit=1)[0].replace("_", "-").lower()
    parts = _OTHER_NAMES.get(name, name).split("-")[:4]
    while parts and len(name) <= 35:  # the longest name that RFC 5646 asks to be ready for
        try:
            return _Locale.parse("-".join(parts), sep="-")
        except (UnknownLocaleError, ValueError):
            parts.pop()
    return None


def _generalised(locale: Locale) -> Iterator[str]:
    for more in ((locale.script, locale.territory), (locale.script,), (locale.territory,), ()):
        yield "_".join([locale.language, *filter(None, more)])


def _relatives(locale: Locale, folder: Path) -> Iterator[str]:
    """The same language as it is spoken elsewhere: Brazil's Portuguese for Portugal."""
    return (each for each in languages(folder) if each.startswith(f"{locale.language}_"))


@lru_cache(maxsize=256)
def _translations(folder: Path, language: str) -> gettext.NullTranslations | None:
    file = folder / language / "LC_MESSAGES" / "messages.mo"
    if not file.is_file():
        return None
    try:
        with file.open("rb") as catalogue:
            return gettext.GNUTranslations(catalogue)
    except (OSError, ValueError, IndexError, struct.error):
        logging.getLogger(__name__).warning("The catalogue of %s cannot be read; English is spoken instead.", language)
        return None


@lru_cache(maxsize=256)
def _usages_of(country: str) -> Locale | None:
    """The locale of most who live in a country; of some, as Antarctica, CLDR knows none."""
    try:
        return Locale.parse(f"und_{country}") if country else None
    except UnknownLocaleError:
        return None


@lru_cache(maxsize=1024)
def _called(zone: str) -> tuple[str, ...]:
    """All names of a zone: CLDR knows places by the first they had, as Calcutta."""
    aliases = get_global("zone_aliases")
    newest = aliases.get(zone, zone)
    return tuple(dict.fromkeys((zone, newest, *(old for old, new in aliases.items() if new == newest))))


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    if not name.startswith(_NO_ZONE):
        try:
            return ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            pass
    return ZoneInfo("UTC")


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """Puts values into `{name}` and nothing else: no attribute, index or format of a value can be asked for."""

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        return values.get(name, found[0]) if name else found[0][0]

    return _PLACEHOLDER.sub(fill, sentence)


def _widest(locale: Locale, *skeletons: str) -> str:
    """The first that is known, in full. CLDR widens the nearest pattern it has; Babel leaves that to us."""
    known = locale.datetime_skeletons
    name = next(each for each in skeletons if each in known)
    parts = _LITERAL.split(str(known[name]))
    return "".join(part if part.startswith("'") else _widened(part) for part in parts)


def _widened(pattern: str) -> str:
    pattern = re.sub(r"\b(?:E{1,3}|ccc?)(?![Ec])", lambda found: found[0][0] * 4, pattern)
    return re.sub(r"(?<![ML])([ML])\1\1(?![ML])", r"\1\1\1\1", pattern)


def _month_pattern(locale: Locale) -> str:
    return str(locale.datetime_skeletons.get("yMMMM", "MMMM y"))


def _two_pattern(locale: Locale) -> str:
    patterns = locale.list_patterns
    return str(next(patterns[name]["2"] for name in ("unit", "standard") if "2" in patterns.get(name, ())))
