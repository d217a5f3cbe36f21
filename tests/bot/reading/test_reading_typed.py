"""A written answer is taken as it is meant, or refused with a word on how to write it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from reading_screens import AT, BACK, HERE, LEAVE, asked, asking, meant, pressed

from bot.reading import hear, text
from conversations.events import Understood, Unreadable
from conversations.kinds import Kind, Limits
from conversations.offers import SKIPPED, Choice
from conversations.screens import Answer, Button, Screen
from conversations.texts import say, say_in

SKIP = Button("skip", say_in("button", "Skip"), Answer("asked", SKIPPED))

TEXT, LINES, EMAIL, URL, PHONE, NUMBER, DATE = (
    asking(kind, buttons=(SKIP, BACK, LEAVE))
    for kind in (Kind.TEXT, Kind.LINES, Kind.EMAIL, Kind.URL, Kind.PHONE, Kind.NUMBER, Kind.DATE)
)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("  Agent  One ", "Agent One"),
        ("two\nlines\r\nand\tone", "two lines and one"),
        ("bell\a and \x1b[31mred\x1b[0m", "bell and [31mred[0m"),
        ("e\u0301", "é"),
        ("half \ud83d a pair", "half a pair"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("3", "3"),
        ("Skip it", "Skip it"),
        ("“Quoted”", "“Quoted”"),
        ("yes", "yes"),
        ("{0.__class__}", "{0.__class__}"),
    ],
)
def test_a_text_is_what_was_typed_in_one_clean_line(line: str, value: str) -> None:
    assert meant(TEXT, line) == value


KEEP = Button("keep", say_in("button", "Keep: {answer}", answer="Somebody"), Answer("asked", Choice("Somebody")))


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.LINES])
@pytest.mark.parametrize(
    ("locale", "line", "token"),
    [
        *(("en", line, "skip") for line in ("Skip", "skip", " SKIP \n")),
        *(("es", line, "skip") for line in ("Omitir", "omitir")),
        ("en", "keep: somebody", "keep"),
        ("es", "Dejar: Somebody", "keep"),
    ],
)
def test_the_very_word_of_a_button_that_answers_a_text_presses_it(
    kind: Kind, locale: str, line: str, token: str
) -> None:
    assert pressed(asking(kind, buttons=(SKIP, KEEP, BACK, LEAVE)), line, locale) == token


@pytest.mark.parametrize(("locale", "line"), [("en", "Skip"), ("es", "Omitir"), ("es", "Skip"), ("en", "Omitir")])
def test_where_no_such_button_stands_the_word_is_the_text(locale: str, line: str) -> None:
    assert meant(asking(Kind.TEXT, buttons=(BACK, LEAVE)), line, locale) == line


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.LINES])
@pytest.mark.parametrize(
    ("locale", "line", "quoted"),
    [
        ("en", "back", '"back"'),
        ("en", " LEAVE. ", "“LEAVE.”"),
        ("en", "Skip!", "'Skip!'"),
        ("en", "keep", "‘keep’"),
        ("es", "atras", "«atras»"),
        ("es", "Dejar", "„Dejar“"),
        ("ar", "رجوع", "«رجوع»"),
    ],
)
def test_a_text_that_is_a_button_s_word_is_taken_for_neither(kind: Kind, locale: str, line: str, quoted: str) -> None:
    """Somebody may be called Back; who means it says so by quotation marks."""
    screen = asking(kind, buttons=(SKIP, KEEP, BACK, LEAVE))
    why = say(
        "“{line}” stands on a button too. Please press it; or, if that is your answer, write it in quotation marks.",
        line=line.strip(),
    )
    heard = hear(screen, line, locale, "Europe/Berlin", AT)
    assert heard == Unreadable(why)
    assert meant(screen, quoted, locale) == line.strip()


def test_lines_stay_lines() -> None:
    assert meant(LINES, " one\r\ntwo\rthree\u2028four\x85\n") == "one\ntwo\nthree\nfour"
    assert meant(LINES, "a  b\x00") == "a  b"


@pytest.mark.parametrize("line", ["", "  ", "\n\t", "\u200b\u200d", "\x00", "\u2060"])
def test_a_text_that_cannot_be_seen_is_none(line: str) -> None:
    assert asked(TEXT, line) == asked(LINES, line) == "Please write an answer."


def test_a_text_has_an_end() -> None:
    assert meant(TEXT, "x" * 4000) == "x" * 4000
    assert asked(TEXT, "x" * 4001) == "That is 1 character too long; up to 4,000 fit."
    assert asked(LINES, "x" * 5500, "es") == "Sobran 1.500 caracteres; caben hasta 4.000."


def test_a_text_is_read_alone_too() -> None:
    assert isinstance(text.read("x", lines=False), Understood)
    assert isinstance(text.read("", lines=True), Unreadable)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (" name@example.com ", "name@example.com"),
        ("First.Last+tag@Example.COM", "First.Last+tag@example.com"),
        ("ñandú@example.com", "ñandú@example.com"),
        ("name@xn--bcher-kva.example.com", "name@bücher.example.com"),
    ],
)
def test_an_e_mail_address_is_read(line: str, value: str) -> None:
    assert meant(EMAIL, line) == value


@pytest.mark.parametrize(
    ("line", "why"),
    [
        *((each, "An e-mail address has an @ in it.") for each in ("name", "", "name.example.com")),
        *((each, "Please give one e-mail address.") for each in ("a@example.com, b@example.com", "a@@example.com")),
        *((each, "There is no space in an e-mail address.") for each in ("a b@example.com", "Me <name@example.com>")),
        *((each, "What stands after the @ is not complete.") for each in ("name@example", "name@example.")),
        *((each, "That is no e-mail address.") for each in ("name@", "@example.com", "name@exa\u202emple.com")),
        *((each, "That is no e-mail address.") for each in (f"{'x' * 65}@example.com", "name@-example.com")),
    ],
)
def test_what_is_no_e_mail_address_is_refused_with_the_reason(line: str, why: str) -> None:
    assert asked(EMAIL, line) == f"{why} It should look like name@example.com."


@pytest.mark.parametrize(
    "line",
    [
        *(
            "https://example.com",
            "http://example.com/a?b=c#d",
            "https://sub.example.com:8443/",
            "https://bücher.example",
        ),
        *("https://[2001:db8::1]/", "https://192.0.2.1/x", "https://example.com./"),
    ],
)
def test_a_web_address_is_read(line: str) -> None:
    assert meant(URL, f" {line} ") == line


@pytest.mark.parametrize(
    "line",
    [
        *("ftp://example.com", "javascript:alert(1)", "https://", "https://example"),
        *("https://example.com:99999", "https://example.com:x", "https://[::1", "https://.com"),
        *(
            "https://example..com",
            "https://-example.com",
            "https://example.com\\@example.org",
            "https://a\u202eb.com",
            "",
        ),
    ],
)
def test_what_is_no_web_address_is_refused(line: str) -> None:
    assert asked(URL, line) == "That is no whole web address. It should look like https://example.com/page."


def test_a_web_address_without_its_beginning_is_shown_whole() -> None:
    for line in ("example.com", "www.example.com/page"):
        assert asked(URL, line) == f"A web address begins with https:// or http://. Did you mean https://{line}?"
    assert asked(URL, "https://exa mple.com").startswith("There is no space in a web address.")


@pytest.mark.parametrize(
    ("line", "value", "shown"),
    [
        ("+56 2 2345 6789", "+56223456789", "+56 2 2345 6789"),
        ("2 2345 6789", "+56223456789", "+56 2 2345 6789"),
        ("(+56) 2 2345.6789", "+56223456789", "+56 2 2345 6789"),
        ("٢٢٣٤٥٦٧٨٩", "+56223456789", "+56 2 2345 6789"),
        ("＋５６　２２３４５６７８９", "+56223456789", "+56 2 2345 6789"),
        ("+1\u2011555\u2011010\u20119999", "+15550109999", "+1 555-010-9999"),
        ("+44 20 7946 0000", "+442079460000", "+44 20 7946 0000"),
    ],
)
def test_a_phone_number_is_read_and_shown_as_it_is_written(line: str, value: str, shown: str) -> None:
    assert hear(PHONE, line, "es-CL", HERE, AT) == Understood(Choice(value, shown))


@pytest.mark.parametrize(
    ("locale", "zone", "line", "value"),
    [
        ("en", "Europe/London", "020 7946 0000", "+442079460000"),
        ("en-US", "America/New_York", "(212) 555-0123", "+12125550123"),
        ("de", "Europe/Berlin", "030 123456", "+4930123456"),
        ("pt-BR", "America/Sao_Paulo", "(11) 2345-6789", "+551123456789"),
        ("en-IN", "Asia/Calcutta", "22 2345 6789", "+912223456789"),
        ("en-GB", "UTC", "020 7946 0000", "+442079460000"),  # by the language alone
        ("fr-FR", "America/Santiago", "01 23 45 67 89", "+33123456789"),  # no number of Chile's
    ],
)
def test_a_number_as_it_is_dialled_at_home_gets_its_country(locale: str, zone: str, line: str, value: str) -> None:
    assert meant(PHONE, line, locale, zone) == value


@pytest.mark.parametrize(
    ("line", "why"),
    [
        *((each, "That is no phone number. It should look like") for each in ("call me", "+56 2 2345 x 6789", "")),
        *((each, "That is no phone number. It should look like") for each in ("12+345678", "++5612345678", "-123456")),
        *((each, "This phone number is too short. It should look like") for each in ("123456", "12345", "+56 2 23")),
        *((each, "This phone number is too long. It should look like") for each in ("1234567890123456",)),
        ("(02) 2345-6789", "Please begin with + and your country's code, like this:"),  # dialled so until 2016
        ("+999 12345678", "No country has this code. The number should look like"),
    ],
)
def test_what_is_no_phone_number_is_refused_with_the_reason(line: str, why: str) -> None:
    assert asked(PHONE, line).startswith(f"{why} +56 ")


def test_where_no_country_is_known_its_code_is_asked_for() -> None:
    assert asked(PHONE, "2 2345 6789", "en", "UTC") == (
        "Please begin with + and your country's code, like this: +56 2 2345 6789."
    )
    assert meant(PHONE, "+56 2 2345 6789", "en", "UTC") == "+56223456789"


@pytest.mark.parametrize(
    ("locale", "line", "value"),
    [
        ("en", "12", "12"),
        ("en", "1,234,567.89", "1234567.89"),
        ("en", "1.234", "1.234"),
        ("en", "1,5", "1.5"),
        ("en", "-3", "-3"),
        ("en", "\u22123", "-3"),
        ("en", "+3", "3"),
        ("en", "007", "7"),
        ("en", "0.5", "0.5"),
        ("en", "١٢٣", "123"),
        ("ar", "١٬٢٣٤٫٥", "1234.5"),
        ("ar-EG", "١٬٢٣٤٫٥", "1234.5"),
        ("en-IN", "12,34,567", "1234567"),
        ("es", "1.234.567,89", "1234567.89"),
        ("es", "1.234", "1234"),
        ("es", "1,234", "1.234"),
        ("es", "1.5", "1.5"),
        ("es", "0.500", "0.500"),
        ("es-MX", "1,234", "1234"),
        ("es-CR", "1\u00a0234,5", "1234.5"),
        ("es-CL", "12.50", "12.50"),
    ],
)
def test_a_number_is_read_as_it_is_written_there(locale: str, line: str, value: str) -> None:
    assert meant(NUMBER, line, locale) == Decimal(value)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "",
            "x",
            "NaN",
            "Infinity",
            "1e5",
            "0x10",
            "1,23,4",
            "1,234,5",
            "1.2.3",
            "1,2,3",
            "--3",
            "3-",
            "1 2",
            "½",
            ".",
        ),
        *("5.", ".5", "12 kg", "1_000", "٫٫", "1,,234", ",123"),
    ],
)
def test_what_is_no_number_is_refused(line: str) -> None:
    assert asked(NUMBER, line) == "That is no number I can read. It should look like 12.5."


def test_the_example_of_a_number_is_written_as_it_is_there() -> None:
    assert asked(NUMBER, "x", "es") == "No entiendo ese número. Debería ser como 12,5."


@pytest.mark.parametrize(("limits", "example"), [(Limits(Decimal(1), Decimal(7)), "7"), (Limits(Decimal(18)), "18")])
def test_the_example_of_a_number_is_one_that_could_be_given(limits: Limits, example: str) -> None:
    scale = replace(NUMBER, questions=(replace(NUMBER.questions[0], limits=limits),))
    assert asked(scale, "family") == f"That is no number I can read. It should look like {example}."


@pytest.mark.parametrize(
    ("locale", "line"),
    [
        ("en", "1990-05-24"),
        ("en", "19900524"),
        ("en", "1990/5/24"),
        ("en", "24.5.1990"),
        ("en", "5/24/1990"),
        ("en", "24/05/1990"),
        ("en", "May 24, 1990"),
        ("en", "24 May 1990"),
        ("en", "Thursday, May 24, 1990"),
        ("en", "5/24/90"),
        ("en-GB", "24 May 1990"),
        ("en-GB", "Thursday, 24 May 1990"),
        ("en-GB", "24/05/1990"),
        ("es", "24 de mayo de 1990"),
        ("es", "jueves, 24 de mayo de 1990"),
        ("es", "24 may 1990"),
        ("es", "24/5/90"),
        ("es-CL", "24-05-1990"),
        ("en", "1990 May 24"),
        ("en-CA", "90-05-24"),
        ("es-CL", "２４－０５－１９９０"),
    ],
)
def test_a_date_is_read_as_it_is_written_there(locale: str, line: str) -> None:
    assert meant(DATE, line, locale) == date(1990, 5, 24)


def test_a_date_near_by_is_read_by_name() -> None:
    assert meant(DATE, "Today", "en") == date(2026, 11, 22)
    assert meant(DATE, "mañana", "es-CL") == date(2026, 11, 23)
    assert meant(DATE, "manana", "es-CL") == date(2026, 11, 23)


def test_today_is_the_day_where_the_person_is() -> None:
    assert meant(DATE, "today", "en", "Pacific/Kiritimati") == date(2026, 11, 23)


@pytest.mark.parametrize(("locale", "day"), [("en-US", (1990, 5, 6)), ("en-GB", (1990, 6, 5)), ("es", (1990, 6, 5))])
def test_the_order_of_day_and_month_is_the_locale_s(locale: str, day: tuple[int, int, int]) -> None:
    assert meant(DATE, "05/06/1990", locale) == date(*day)


def test_where_no_order_is_known_the_person_is_asked() -> None:
    assert asked(DATE, "05/06/1990", "en") == (
        "That could be Sunday, May 6, 1990 or Tuesday, June 5, 1990. Please write it like this: 1990-05-06."
    )
    assert meant(DATE, "05/05/1990", "en") == date(1990, 5, 5)


def test_two_digits_are_a_year_only_where_there_is_one_to_be_meant() -> None:
    assert meant(DATE, "24/5/26", "es") == date(2026, 5, 24)
    assert meant(DATE, "24/5/90", "es") == date(1990, 5, 24)
    assert asked(DATE, "24/5/30", "en-GB") == (
        "That could be Saturday, 24 May 1930 or Friday, 24 May 2030. Please write it like this: 1930-05-24."
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("24 May", "Please write the year too, like this: 2026-11-22."),
        ("24/5", "Please write the year too, like this: 2026-11-22."),
        ("30 February 1990", "There is no such date. Please write it like this: 2026-11-22."),
        ("1990-02-30", "There is no such date. Please write it like this: 2026-11-22."),
        ("Friday, 24 May 1990", "There is no such date. Please write it like this: 2026-11-22."),
        ("24 May 0000", "That is no date I can read. Please write it like this: 2026-11-22."),
        ("1990-13-01", "That is no date I can read. Please write it like this: 2026-11-22."),
        ("next Friday", "That is no date I can read. Please write it like this: 2026-11-22."),
        ("Friday", "That is no date I can read. Please write it like this: 2026-11-22."),
        ("", "That is no date I can read. Please write it like this: 2026-11-22."),
        ("1 2 3 4 5 6 7 8 9 10 11 12", "That is no date I can read. Please write it like this: 2026-11-22."),
        ("24 May 1990 10:00", "That is no date I can read. Please write it like this: 2026-11-22."),
    ],
)
def test_what_is_no_whole_date_is_refused(line: str, why: str) -> None:
    assert asked(DATE, line) == why


@pytest.mark.parametrize("question", [EMAIL, URL, PHONE, NUMBER, DATE])
def test_what_cannot_be_an_answer_may_be_a_button(question: Screen) -> None:
    assert pressed(question, "skip") == "skip"
    assert pressed(question, "LEAVE") == "leave"
    assert pressed(question, "lea") is None


@pytest.mark.parametrize("question", [EMAIL, URL, PHONE, DATE])
def test_a_bare_number_presses_where_it_can_be_no_answer(question: Screen) -> None:
    assert pressed(question, "2") == "back"


def test_a_bare_number_is_the_answer_where_it_can_be_one() -> None:
    assert meant(NUMBER, "2") == Decimal(2)
    assert meant(TEXT, "2") == meant(LINES, "2") == "2"


@pytest.mark.parametrize("question", [EMAIL, URL, PHONE, NUMBER, DATE])
def test_a_line_beyond_measure_is_no_answer(question: Screen) -> None:
    assert asked(question, "1" * 201) == "That is too long to be understood here."
