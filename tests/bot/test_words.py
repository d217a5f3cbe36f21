"""All that is to be said is said in a person's language and zone, and nothing unknown keeps it from being said."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from babel.localedata import locale_identifiers
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st

from adapters import Words as Protocol
from bot.local import guess
from bot.reading import moment
from bot.reading.letters import plain
from bot.words import Words, languages, own_name
from conversations.texts import Clock, Day, Duration, Either, Interval, Month, Said, Text, There, say, say_in, say_many
from conversations.wishes import Wish

AT = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
HERE = "America/Santiago"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Catalogues in Spanish and in Brazil's Portuguese."""
    for language, hello in (("es", "Hola, {name}."), ("pt_BR", "Oi, {name}.")):
        catalog = Catalog(language)
        catalog.add("Hello, {name}.", hello)
        catalog.add("Done", "Listo", context="button")
        catalog.add("Done", "Hecho", context="state")
        catalog.add(
            ("{number} hour on {day}", "{number} hours on {day}"),
            ("{number} hora el {day}", "el {day}, {number} horas"),
        )
        file = tmp_path / language / "LC_MESSAGES" / "messages.mo"
        file.parent.mkdir(parents=True)
        with file.open("wb") as made:
            write_mo(made, catalog)
    return tmp_path


def spoken(locale: str, said: Said, folder: Path, zone: str = HERE) -> str:
    return Words(locale, zone, folder).say(said)


def test_words_are_what_the_adapters_ask_for() -> None:
    words: Protocol = Words("es-CL", HERE)
    assert words.local(AT).hour == 14


@pytest.mark.parametrize(
    ("locale", "moment", "day", "clock", "month"),
    [
        (
            "en",
            "Tuesday, November 24, 2026, 2:30\u202fPM (Santiago, GMT-3)",
            "Tuesday, November 24",
            "2:30\u202fPM",
            "November 2026",
        ),
        (
            "en-GB",
            "Tuesday, 24 November 2026, 14:30 (Santiago, GMT-3)",
            "Tuesday 24 November",
            "14:30",
            "November 2026",
        ),
        (
            "es",
            "martes, 24 de noviembre de 2026, 14:30 (Santiago de Chile, GMT-3)",
            "martes, 24 de noviembre",
            "14:30",
            "noviembre de 2026",
        ),
        (
            "es-CL",
            "martes, 24 de noviembre de 2026, 2:30\u202fp.\u202fm. (Santiago, GMT-3)",
            "martes, 24 de noviembre",
            "2:30\u202fp.\u202fm.",
            "noviembre de 2026",
        ),
        (
            "pt-BR",
            "terça-feira, 24 de novembro de 2026 14:30 (Santiago, GMT-3)",
            "terça-feira, 24 de novembro",
            "14:30",
            "novembro de 2026",
        ),
    ],
)
def test_moments_are_said_as_they_are_written_there(
    folder: Path, locale: str, moment: str, day: str, clock: str, month: str
) -> None:
    assert spoken(locale, AT, folder) == moment
    assert spoken(locale, Day(AT), folder) == day
    assert spoken(locale, Clock(AT), folder) == clock
    assert spoken(locale, Month("2026-11"), folder) == month


@pytest.mark.parametrize(
    ("locale", "numbers", "lengths", "birthday", "listed"),
    [
        ("en", "1,234,567.5", ["1 minute", "30 minutes", "1 hour, 30 minutes"], "Sunday, May 6, 1990", "a, b, and c"),
        (
            "es",
            "1.234.567,5",
            ["1 minuto", "30 minutos", "1 hora y 30 minutos"],
            "domingo, 6 de mayo de 1990",
            "a, b y c",
        ),
    ],
)
def test_numbers_lengths_dates_and_lists_are_said_as_they_are_written_there(
    folder: Path, locale: str, numbers: str, lengths: list[str], birthday: str, listed: str
) -> None:
    assert spoken(locale, Decimal("1234567.50"), folder) == numbers
    assert [spoken(locale, Duration(minutes), folder) for minutes in (1, 30, 90)] == lengths
    assert spoken(locale, date(1990, 5, 6), folder) == birthday
    assert spoken(locale, ("a", "b", "c"), folder) == listed


def test_whole_hours_have_no_minutes(folder: Path) -> None:
    assert [spoken("en", Duration(minutes), folder) for minutes in (0, 60, 120, -5)] == [
        "0 minutes",
        "1 hour",
        "2 hours",
        "-5 minutes",
    ]


@pytest.mark.parametrize(
    ("locale", "hours"),
    [
        ("en", "10:30 – 11:00 AM, 11:30 AM – 12:00 PM"),
        ("en-GB", "10:30–11:00, 11:30–12:00"),
        ("es", "10:30–11:00, 11:30–12:00"),
        ("de", "10:30–11:00 Uhr, 11:30–12:00 Uhr"),
        ("fr", "10:30 – 11:00, 11:30 – 12:00"),
        ("it", "10:30–11:00, 11:30–12:00"),
        ("pt-BR", "10:30 – 11:00, 11:30 – 12:00"),
        ("ar", "10:30–11:00 ص, 11:30 ص – 12:00 م"),
    ],
)
def test_hours_from_one_to_another_are_said_as_they_are_written_there(locale: str, hours: str) -> None:
    words, half = Words(locale, "UTC"), timedelta(minutes=30)
    begins = (datetime(2026, 11, 24, 10, 30, tzinfo=UTC), datetime(2026, 11, 24, 11, 30, tzinfo=UTC))
    said = ", ".join(words.say(Interval(each, each + half)) for each in begins)
    assert re.sub(r"\s", " ", said) == hours


def test_lists_hold_whatever_can_be_said(folder: Path) -> None:
    assert spoken("es", (Day(AT), say_in("button", "Done")), folder) == "martes, 24 de noviembre y Listo"
    assert spoken("es", (), folder) == ""
    assert spoken("es", ("{0}", "{1}"), folder) == "{0} y {1}"


def test_a_sentence_is_translated_and_its_values_are_said_in_the_same_language(folder: Path) -> None:
    text = say("Hello, {name}.", name=Day(AT))
    assert spoken("es-CL", text, folder) == "Hola, martes, 24 de noviembre."
    assert spoken("en", text, folder) == "Hello, Tuesday, November 24."


def test_equal_words_are_told_apart_by_context(folder: Path) -> None:
    assert spoken("es", say_in("button", "Done"), folder) == "Listo"
    assert spoken("es", say_in("state", "Done"), folder) == "Hecho"
    assert spoken("es", say("Done"), folder) == "Done"


@pytest.mark.parametrize(
    ("number", "english", "spanish"),
    [
        (1, "1 hour on Monday", "1 hora el Monday"),
        (0, "0 hours on Monday", "el Monday, 0 horas"),
        (1500, "1,500 hours on Monday", "el Monday, 1.500 horas"),
    ],
)
def test_the_number_chooses_the_plural(folder: Path, number: int, english: str, spanish: str) -> None:
    text = say_many("{number} hour on {day}", "{number} hours on {day}", number, day="Monday")
    assert spoken("en", text, folder) == english
    assert spoken("es-AR", text, folder) == spanish


def test_a_plural_may_have_a_context(folder: Path) -> None:
    assert spoken("es", Text("one", {"number": 2}, context="button", plural="many"), folder) == "many"


def test_a_plural_without_a_number_is_still_said(folder: Path) -> None:
    assert spoken("es", Text("one", {}, plural="many"), folder) == "one"


@pytest.mark.parametrize(
    "hostile",
    [
        "{0.__class__}",
        "{name}",
        "{name.__class__.__mro__}",
        "{",
        "}}",
        "{{",
        "%(name)s",
        "%s",
        "\\1",
        "\\g<0>",
        "{name!r:>9}",
    ],
)
def test_a_value_is_never_a_format(folder: Path, hostile: str) -> None:
    assert spoken("es", say("Hello, {name}.", name=hostile), folder) == f"Hola, {hostile}."
    assert spoken("es", hostile, folder) == hostile


@pytest.mark.parametrize("sentence", ["{name.real}", "{name[0]}", "{0}", "{}", "{name!r}", "{name:>99}", "{other}"])
def test_only_bare_names_are_filled_in(folder: Path, sentence: str) -> None:
    assert spoken("en", Text(sentence, {"name": "x"}), folder) == sentence


def test_braces_can_be_written(folder: Path) -> None:
    assert spoken("en", say("{{{name}}} {{name}}", name="x"), folder) == "{x} {name}"


def test_nothing_is_said_of_an_empty_sentence(folder: Path) -> None:
    assert spoken("es", say(""), folder) == ""


@pytest.mark.parametrize(
    ("name", "locale"),
    [
        ("es_CL.UTF-8", "es_CL"),
        ("ES-cl", "es_CL"),
        ("es-XX", "es"),
        ("es-419", "es_419"),
        ("es-LA", "es_419"),  # Slack's
        ("ca-valencia@euro", "en"),
        ("pt-br", "pt_BR"),
        ("pt-PT", "pt_PT"),  # Brazil's words, Portugal's dates
        ("pt", "pt"),
        ("de-AT", "en_AT"),
        ("de", "en"),
        ("xx", "en"),
        ("", "en"),
        ("C", "en"),
        ("../../etc/passwd", "en"),
        ("e" * 5000, "en"),
        ("\ud800-\0", "en"),
        ("en-GB", "en_GB"),
    ],
)
def test_the_nearest_language_that_there_are_words_for_is_spoken(folder: Path, name: str, locale: str) -> None:
    words = Words(name, HERE, folder)
    assert str(words.locale) == locale
    assert words.say(say("Hello, {name}.", name="x")).startswith(
        {"es": "Hola", "pt": "Oi", "en": "Hello"}[words.locale.language]
    )


def test_languages_are_those_that_can_be_spoken(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "fr").mkdir()
    (folder / "same.txt").touch()
    broken = folder / "it" / "LC_MESSAGES" / "messages.mo"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"\xde\x12\x04\x95 cut short")
    assert languages(folder) == ("en", "es", "pt_BR")
    assert [record.getMessage() for record in caplog.records] == [
        "The catalogue of it cannot be read; English is spoken instead."
    ]


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xde\x12\x04\x95", b"\xde\x12\x04\x95" + b"\xff" * 60])
def test_a_broken_catalogue_is_english(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "es" / "LC_MESSAGES" / "messages.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert spoken("es-CL", say("Hello, {name}.", name=Day(AT)), tmp_path) == "Hello, Tuesday, November 24."


def test_no_catalogue_at_all_is_english(tmp_path: Path) -> None:
    assert languages(tmp_path / "none") == ("en",)
    assert spoken("es", say("Done"), tmp_path / "none") == "Done"


@pytest.mark.parametrize(
    ("name", "back"),
    [
        ("es-CL", "Atrás"),
        ("pt-BR", "Voltar"),
        ("pt-PT", "Voltar"),
        ("fr-CA", "Retour"),
        ("de-CH", "Zurück"),
        ("it", "Indietro"),
        ("ar-SA", "رجوع"),
        ("ja", "Back"),
    ],
)
def test_the_project_speaks_seven_languages(name: str, back: str) -> None:
    assert set(languages()) >= {"en", "ar", "de", "es", "fr", "it", "pt_BR"}
    assert Words(name, HERE).say(say_in("button", "Back")) == back


def test_a_language_is_one_file(tmp_path: Path) -> None:
    """It is offered, spoken and read, its places are guessed: no code names it."""
    catalog = Catalog(locale="nl")
    for sentence, context, said in (
        ("Back", "button", "Terug"),
        ("today", "typed", "vandaag"),
        ("tomorrow", "typed", "morgen"),
    ):
        catalog.add(sentence, said, context=context)
    file = tmp_path / "nl" / "LC_MESSAGES" / "messages.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as made:
        write_mo(made, catalog)
    words = Words("nl-NL", "Europe/Amsterdam", tmp_path)
    assert languages(tmp_path) == ("en", "nl")
    assert own_name("nl") == "Nederlands"
    assert words.say(say_in("button", "Back")) == "Terug"
    assert guess("nl", "UTC") == "Europe/Amsterdam"
    at = datetime(2026, 11, 18, 15, tzinfo=UTC)
    for line in ("morgen 14:30", "donderdag 14:30", "19 november 14:30", "19-11-2026 14:30"):
        assert moment.read(line, words, at) == Wish((date(2026, 11, 19),), ((870, 871),)), line


def test_each_language_has_its_own_plurals() -> None:
    def days(number: int) -> Text:
        return say_many("{number} day", "{number} days", number)

    assert [Words("fr", HERE).say(days(each)) for each in (0, 1, 2)] == ["0 jour", "1 jour", "2 jours"]
    assert [Words("pt-BR", HERE).say(days(each)) for each in (0, 1, 2)] == ["0 dia", "1 dia", "2 dias"]
    assert [Words("de", HERE).say(days(each)) for each in (0, 1, 2)] == ["0 Tage", "1 Tag", "2 Tage"]
    six = [Words("ar", HERE).say(days(each)) for each in (0, 1, 2, 3, 11, 100)]
    assert six == ["0 يوم", "يوم واحد (1)", "يومان (2)", "3 أيام", "11 يومًا", "100 يوم"]


@pytest.mark.parametrize(
    ("locale", "value", "isolated"),
    [
        ("ar", "Agent One", True),
        ("ar", "+56 2 2345 6789", True),
        ("ar", "name@example.com", True),
        ("ar", "عين", False),
        ("ar", "14:30", False),
        ("ar", "12", False),
        ("en", "عين", True),
        ("en", "שלום", True),
        ("en", "Agent One", False),
        ("en", "+56 2 2345 6789", False),
        ("en", "Ñandú", False),
    ],
)
def test_what_runs_the_other_way_is_kept_apart(locale: str, value: str, isolated: bool) -> None:
    words = Words(locale, HERE)
    alone = words.say(value)
    assert alone == (f"\u2068{value}\u2069" if isolated else value)
    assert alone in words.say(say("Nothing here is called “{words}”.", words=value))


def test_no_name_turns_what_stands_around_it() -> None:
    for turn in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u202c":
        assert Words("en", HERE).say(f"Agent{turn}One") == "AgentOne"
        assert Words("ar", HERE).say(f"Agent{turn}One") == "\u2068AgentOne\u2069"


def test_nothing_is_kept_apart_twice() -> None:
    inner = say("{service}, {when}", service="Eye test", when=AT)
    said = Words("ar", HERE).say(say("That could be {options}. Please say which one.", options=(inner,)))
    assert said.count("\u2068") == said.count("\u2069") == 1


def test_what_is_kept_apart_is_read_without_its_marks() -> None:
    assert plain("\u2068Agent One\u2069") == plain("Agent One")


@pytest.mark.parametrize(
    ("zone", "at", "said"),
    [
        (HERE, AT, "Santiago, GMT-3"),
        (HERE, datetime(2026, 6, 24, tzinfo=UTC), "Santiago, GMT-4"),
        ("Asia/Kolkata", AT, "Kolkata, GMT+5:30"),
        ("Pacific/Chatham", AT, "Chatham, GMT+13:45"),
        ("Pacific/Chatham", datetime(2026, 6, 24, tzinfo=UTC), "Chatham, GMT+12:45"),
        ("Europe/London", AT, "London, GMT"),
        ("Europe/London", datetime(2026, 6, 24, tzinfo=UTC), "London, GMT+1"),
        ("America/St_Johns", AT, "St. John’s, GMT-3:30"),
        ("America/New_York", AT, "New York, GMT-5"),
        ("Etc/GMT+3", AT, "GMT-3"),
        ("UTC", AT, "UTC"),
        ("Etc/UTC", AT, "UTC"),
        ("Mars/Olympus", AT, "UTC"),
    ],
)
def test_a_zone_is_said_with_its_offset_at_that_instant(zone: str, at: datetime, said: str) -> None:
    assert Words("en", zone).zone(at) == said


def test_a_zone_and_its_offset_are_parted_by_the_language_s_own_comma() -> None:
    assert Words("ar", "Asia/Riyadh").zone(AT) == "الرياض، غرينتش+3"


def test_an_hour_that_comes_twice_is_told_apart_by_its_offset() -> None:
    words = Words("en-GB", "Europe/Madrid")
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert words.say(Clock(first)) == words.say(Clock(second)) == "02:30"
    assert words.say(first) == "Sunday, 25 October 2026, 02:30 (Madrid, GMT+2)"
    assert words.say(second) == "Sunday, 25 October 2026, 02:30 (Madrid, GMT+1)"


@pytest.mark.parametrize(
    "zone",
    [
        "",
        "Mars/Olympus",
        "America",
        "../UTC",
        "/etc/passwd",
        "\0",
        "x" * 5000,
        "right/UTC",
        "posixrules",
        "localtime",
        "\ud800",
    ],
)
def test_an_unknown_zone_is_utc(zone: str) -> None:
    words = Words("en", zone)
    assert words.zone(AT) == "UTC"
    assert words.local(AT) == AT
    assert words.local(AT).utcoffset() == timedelta()


def test_an_instant_is_the_same_from_whatever_zone_it_comes() -> None:
    words = Words("en-GB", HERE)
    elsewhere = AT.astimezone(timezone(timedelta(hours=9)))
    assert words.say(elsewhere) == words.say(AT)
    assert words.say(AT.replace(tzinfo=None)) == words.say(AT)
    assert words.say(Day(datetime(2026, 11, 25, 2, 59, tzinfo=UTC))) == "Tuesday 24 November"
    assert words.say(Day(datetime(2026, 11, 25, 3, tzinfo=UTC))) == "Wednesday 25 November"


def test_the_ends_of_time_are_said() -> None:
    for zone in (HERE, "Pacific/Chatham"):
        for at in (datetime.min, datetime.max):
            assert Words("es-CL", zone).say(at.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("locale", "names", "monday", "sunday"),
    [
        ("en-US", ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"), 1, 0),
        ("en-GB", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), 0, 6),
        ("es-CL", ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"), 0, 6),
        ("es-MX", ("dom", "lun", "mar", "mié", "jue", "vie", "sáb"), 1, 0),
    ],
)
def test_the_week_begins_where_it_begins_for_the_person(
    locale: str, names: tuple[str, ...], monday: int, sunday: int
) -> None:
    words = Words(locale, HERE)
    assert words.weekdays() == names
    assert words.week(date(2026, 11, 23)) == monday
    assert words.week(date(2026, 11, 22)) == sunday


def test_one_person_s_language_leaves_no_trace_in_another_s(babel_tower: Path) -> None:
    """Neither Swahili nor Spanish has weekdays of its own to stand alone: Babel keeps both in the same place."""
    spoken = [Words(name, HERE, babel_tower).weekdays()[0] for name in ("sw", "es-CL", "sw", "es")]
    assert spoken == ["Jumatatu", "lun", "Jumatatu", "lun"]


@pytest.mark.parametrize("month", ["2026-13", "", "x", "2026-11-02", "0000-01"])
def test_what_is_no_month_is_said_as_it_is(month: str) -> None:
    assert Words("es", HERE).say(Month(month)) == month


@pytest.mark.parametrize(
    ("number", "said"), [("NaN", "NaN"), ("Infinity", "∞"), ("-Infinity", "-∞"), ("sNaN", "sNaN"), ("1E+999", "1E+999")]
)
def test_what_is_hardly_a_number_is_said_somehow(number: str, said: str) -> None:
    assert Words("es", HERE).say(Decimal(number)) == said


@pytest.fixture(scope="module")
def babel_tower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty catalogue in every language."""
    folder = tmp_path_factory.mktemp("locales")
    for language in {name.partition("_")[0] for name in locale_identifiers()}:
        file = folder / language / "LC_MESSAGES" / "messages.mo"
        file.parent.mkdir(parents=True)
        with file.open("wb") as made:
            write_mo(made, Catalog())
    return folder


@pytest.mark.parametrize("name", sorted(locale_identifiers()))
def test_every_locale_of_the_world_can_be_spoken(babel_tower: Path, name: str) -> None:
    words = Words(name, HERE, babel_tower)
    assert str(words.locale) == name
    assert all(words.say(said) for said in (AT, Day(AT), Clock(AT), Month("2026-11"), Duration(90), ("a", "b", "c")))
    assert words.say(Interval(AT, AT + timedelta(minutes=30)))
    assert len(words.weekdays()) == 7


SAID = st.recursive(
    st.one_of(
        st.text(),
        st.integers(),
        st.decimals(),
        st.datetimes(),
        st.datetimes(timezones=st.just(UTC)),
        st.dates(),
        st.builds(Day, st.datetimes(timezones=st.just(UTC))),
        st.builds(Clock, st.datetimes(timezones=st.just(UTC))),
        st.builds(Interval, st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC))),
        st.builds(There, st.datetimes(timezones=st.just(UTC)), st.sampled_from([HERE, "UTC", "?"])),
        st.builds(Month, st.text(max_size=8)),
        st.builds(Duration, st.integers(-(10**6), 10**6)),
    ),
    lambda said: st.one_of(
        st.lists(said, max_size=4).map(tuple),
        st.lists(said, max_size=4).map(tuple).map(Either),
        st.builds(
            Text,
            st.text(alphabet="{}a! %", max_size=12),
            st.dictionaries(st.sampled_from(["a", "number"]), said),
            st.none() | st.text(max_size=3),
            st.none() | st.text(max_size=3),
        ),
    ),
    max_leaves=6,
)


@given(st.sampled_from(["en", "es-CL", "es", "xx", "ar-EG", "fa"]), st.sampled_from([HERE, "UTC", "?"]), SAID)
def test_nothing_that_can_be_said_raises(locale: str, zone: str, said: Said) -> None:
    assert isinstance(Words(locale, zone).say(said), str)


def test_the_week_begins_as_it_does_where_the_person_is() -> None:
    """A language alone does not tell: Telegram says "en" of people in London, and of people in New York."""
    for zone, day in (("America/New_York", "Sun"), ("Europe/London", "Mon"), ("Africa/Cairo", "Sat"), ("UTC", "Mon")):
        assert Words("en", zone).weekdays()[0] == day
    assert Words("en-GB", "America/New_York").weekdays()[0] == "Mon"
    assert Words("ar", "Asia/Riyadh").weekend == (4, 5)


def test_every_zone_has_a_week() -> None:
    for zone in available_timezones():
        words = Words("en", zone)
        assert words.week_begins in (0, 4, 5, 6), zone
        assert len(set(words.weekdays(3))) == 7


@pytest.mark.parametrize("locale", ["en", "es", "fr", "de", "it", "pt-BR", "pt-PT", "ar", "ar-EG", "fr-CA"])
@pytest.mark.parametrize("most", [3, 4])
def test_no_two_weekdays_read_alike_above_a_month(locale: str, most: int) -> None:
    names = Words(locale, "UTC").weekdays(most)
    assert len(set(names)) == 7
    assert all(0 < len(name) <= most for name in names)


def test_a_city_is_called_as_the_reader_calls_it_even_where_its_zone_was_renamed() -> None:
    assert Words("de", "Europe/Kyiv").place("Europe/Kyiv")[0] == "Kiew"
    assert Words("es", "UTC").place("Asia/Kolkata")[0] == "Calcuta"
    assert Words("ar", "UTC").place("America/Argentina/Buenos_Aires")[0] == "بوينوس أيرس"
    assert Words("en", "UTC").place("Asia/Calcutta")[0] == "Kolkata"
