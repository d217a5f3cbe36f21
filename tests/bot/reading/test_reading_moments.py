"""A day and an hour in everyday words are read as they are meant, or not at all."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from hypothesis import given
from hypothesis import strategies as st
from phrase_book import AT, LOCALES, ZONE, phrases, sentences

from bot.reading import moment
from bot.reading.grammars import GRAMMARS
from bot.words import Words
from conversations.wishes import Wish

LEAST = {"en": 200, "es": 200}
STYLES = ("short", "medium", "long", "full")
SKELETONS = (
    *("yMMMEd", "yMMMd", "yMEd", "yMd", "MMMEd", "MMMd", "MEd", "Md", "Ed", "MMMMd", "MMMMEd", "yMMMMd", "yMMMMEEEEd"),
    *("GyMMMd", "GyMMMEd", "GyMd"),
)
"""Those of CLDR that name a day."""
READERS = (*LOCALES.values(), "en-US", "es-CL", "es-MX", "ar-EG", "de-CH", "fr-CA", "pt-PT")


@pytest.mark.parametrize("language", LOCALES)
def test_phrases_mean_what_people_mean_by_them(language: str) -> None:
    words = Words(LOCALES[language], ZONE)
    read = {phrase: moment.read(phrase, words, AT) for phrase, _ in phrases(language)}
    assert read == dict(phrases(language))


@pytest.mark.parametrize("language", LOCALES)
def test_no_phrase_of_a_grammar_is_torn_apart_by_a_space(language: str) -> None:
    """A phrase is cut at its spaces first: what is in brackets is single words."""
    for field in dataclasses.fields(GRAMMARS[language]):
        written = getattr(GRAMMARS[language], field.name)
        for phrase in written if isinstance(written, tuple | dict) else ():
            for part in phrase.split():
                assert re.fullmatch(r"\([^()]+\)|[^()]+", part), phrase


@pytest.mark.parametrize("language", LOCALES)
def test_there_are_enough_phrases_to_judge_by(language: str) -> None:
    assert len({phrase for phrase, _ in phrases(language)}) >= LEAST.get(language, 80)
    assert len(set(sentences(language))) >= 100


@pytest.mark.parametrize("language", LOCALES)
def test_no_day_is_seen_where_none_is(language: str) -> None:
    words = Words(LOCALES[language], ZONE)
    assert [each for each in sentences(language) if moment.read(each, words, AT)] == []


def days(reader: str) -> Iterator[date]:
    """All of 400 days for each language; one of every week where another country only writes it in another order."""
    step = 1 if reader in LOCALES.values() else 7
    return (date(2026, 11, 18) + timedelta(days=each) for each in range(0, 400, step))


def written(day: date, locale: Locale) -> Iterator[str]:
    """A day in each of CLDR's formats."""
    yield from (format_date(day, style, locale) for style in STYLES)
    at = datetime.combine(day, time())
    yield from (format_skeleton(each, at, locale=locale) for each in SKELETONS if each in locale.datetime_skeletons)


@pytest.mark.parametrize("reader", READERS)
def test_every_format_of_cldr_is_read_back(reader: str) -> None:
    """Three days before, so that what lacks the month or the year can be no other."""
    words = Words(reader, "UTC")
    for day in days(reader):
        at = datetime.combine(day - timedelta(days=3), time(), UTC)
        for text in written(day, words.locale):
            read = moment.read(text, words, at)
            assert read, text
            assert day in read.days, text
            assert not read.times, text
            assert len(read.days) == 1 or "mar" in text.lower(), text  # short for a weekday and for a month


@pytest.mark.parametrize("reader", READERS)
def test_every_format_of_a_day_with_its_hour_is_read_back(reader: str) -> None:
    words = Words(reader, "UTC")
    for number, day in enumerate(days(reader)):
        at = datetime.combine(day - timedelta(days=3), time(), UTC)
        clock = time(number % 24, number * 7 % 60)
        for style in STYLES:
            text = together(format_date(day, style, words.locale), clock, style, words.locale)
            read = moment.read(text, words, at)
            assert read, text
            assert read.days == (day,), text
            minute = clock.hour * 60 + clock.minute
            assert (minute, minute + 1) in read.times, text


def together(day: str, clock: time, style: str, locale: Locale) -> str:
    hour = format_time(clock, "short", locale=locale)
    return str(locale.datetime_formats[style]).replace("'", "").replace("{1}", day).replace("{0}", hour)


def test_today_is_the_person_s_today() -> None:
    at = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    for zone, day in (("Pacific/Kiritimati", 19), ("UTC", 18), ("Pacific/Pago_Pago", 18)):
        read = moment.read("today", Words("en", zone), at)
        assert read
        assert read.days == (date(2026, 11, day),)


def test_said_on_that_very_day_a_weekday_may_be_today() -> None:
    read = moment.read("wednesday", Words("en-GB", ZONE), AT)
    assert read
    assert read.days == (date(2026, 11, 18), date(2026, 11, 25))


def test_said_on_a_sunday_the_next_weekday_is_the_one_that_comes_or_the_one_after_it() -> None:
    sunday = datetime(2026, 11, 22, 15, tzinfo=UTC)
    for line, reader in (("nächsten Dienstag", "de"), ("next tuesday", "en-US"), ("el próximo martes", "es-CL")):
        read = moment.read(line, Words(reader, ZONE), sunday)
        assert read
        assert read.days == (date(2026, 11, 24), date(2026, 12, 1))


def test_the_weekend_is_that_of_the_reader_s_country() -> None:
    for reader, days in (("ar-EG", (20, 21)), ("ar-MA", (21, 22))):
        read = moment.read("نهاية الأسبوع", Words(reader, ZONE), AT)
        assert read
        assert read.days == tuple(date(2026, 11, day) for day in days)


def test_said_in_the_middle_of_a_weekend_it_is_this_one() -> None:
    sunday = datetime(2026, 11, 22, 15, tzinfo=UTC)
    read = moment.read("this weekend", Words("en-GB", ZONE), sunday)
    assert read
    assert read.days == (date(2026, 11, 22),)


def test_the_hour_at_a_day_s_end_is_of_the_next_day() -> None:
    read = moment.read("Freitag 24 Uhr", Words("de", ZONE), AT)
    assert read == Wish((date(2026, 11, 21),), ((0, 1),))


def test_an_hour_at_the_end_of_no_day_is_not_sure_to_be_this_one_s() -> None:
    read = moment.read("24 Uhr", Words("de", ZONE), AT)
    assert read
    assert not read.clear


def test_where_the_hour_is_asked_for_two_numbers_with_a_dash_are_hours() -> None:
    words = Words("en-GB", ZONE)
    asked, elsewhere = (moment.read("9-12", words, AT, hour_asked=each) for each in (True, False))
    assert asked == Wish((), ((9 * 60, 12 * 60), (21 * 60, 24 * 60)))
    assert elsewhere == Wish((date(2026, 12, 9),))


def test_what_has_passed_is_no_wish() -> None:
    for line in ("17 November 2026", "yesterday", "2020-01-01"):
        assert moment.read(line, Words("en-GB", ZONE), AT) is None


def test_where_no_order_of_day_and_month_is_known_both_are_meant() -> None:
    read = moment.read("5/6/2027 at 3 pm", Words("en", ZONE), AT)
    assert read
    assert read.days == (date(2027, 5, 6), date(2027, 6, 5))


VOCABULARY = {
    language: sorted({word for phrase, _ in phrases(language) for word in phrase.split()}) for language in LOCALES
}


@given(st.data(), st.sampled_from(sorted(LOCALES)))
def test_no_mixture_of_such_words_makes_reading_raise(data: st.DataObject, language: str) -> None:
    line = " ".join(data.draw(st.lists(st.sampled_from(VOCABULARY[language]), max_size=20)))
    read = moment.read(line, Words(LOCALES[language], ZONE), AT)
    assert read is None or read.days or read.times


@given(st.text(max_size=200), st.sampled_from(READERS))
def test_no_line_makes_reading_raise(line: str, reader: str) -> None:
    read = moment.read(line, Words(reader, ZONE), AT)
    assert read is None or all(day >= AT.date() for day in read.days)
