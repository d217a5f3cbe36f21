"""30,000 lines typed at random in every state of a booking: none breaks anything, none is taken for what it is not.

The lines are read as the program reads them. An answer that was taken was offered, or fits what was asked.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

import pytest
from test_any_order import unmeasured
from test_any_state import STATES, at

from bot import reading
from chatting import Chat
from conversations.calls import WRITES
from conversations.drawing import show
from conversations.engine import advance
from conversations.events import Tapped, Typed
from conversations.forms import Field
from conversations.offers import Choice
from conversations.path import path
from conversations.screens import Answer, Button, Confirm, Pick, Retry, Screen
from conversations.session import Session

NUMBER = 30_000
WORDS = (
    *("eye", "test", "Anyone", "Agent Two", "anyone with agent", "tomorrow", "24", "24 november", "nov 28", "monday"),
    *(
        "10:00",
        "10.30",
        "3 pm",
        "1500",
        "9",
        "0",
        "-1",
        "5.5",
        "1,5",
        "NaN",
        "inf",
        "1e9",
        "²",
        "١٢",
        "①",
        "12/11/2026",
    ),
    *("somebody@example.com", "nowhere@", "https://example.com", "javascript:1", "+56 2 1234 5678", "yes", "no", "ok"),
    *(
        "book it",
        "book",
        "leave",
        "back",
        "skip",
        "more",
        "evening",
        "morning",
        "all",
        "keep",
        "change",
        "send it again",
    ),
    *("Yes", "No", "Heart", "Heart, Sleep", "Other", "search", "a friend", "privacy", "español", "UTC", "asia/kolkata"),
    *(
        "\ud800",
        "\u202e",
        "\x00",
        "é" * 70,
        "日本",
        "{curly}",
        "%s",
        "?",
        "??",
        "0?x",
        "/",
        "//",
        "-",
        "a-",
        "o-book",
        "'",
    ),
)


def lines(random: Random) -> Iterator[str]:
    """Words alone, together, cut and spoilt, and plain noise."""
    while True:
        words = random.choices(WORDS, k=random.choice((1, 1, 1, 2, 3)))
        line = random.choice((" ", ", ", "", "\n")).join(words)
        match random.randrange(6):
            case 0:
                line = line[: random.randrange(len(line) + 1)]
            case 1:
                line = line.upper()
            case 2:
                line = "".join(random.choices("abeiost 0123456789:.,@?/-+\u00e9\u200b", k=random.randrange(30)))
            case 3:
                line = random.choice(("", "  ", line * 50, line * 900))
        yield line


def buttons_of(screen: Screen) -> Iterator[tuple[str, Choice]]:
    for button in screen.presses():
        if isinstance(button.means, Answer):
            yield button.means.field, button.means.choice
            yield from button.means.choice.also


def fields_of(session: Session) -> dict[str, Field]:
    return {field.name: field for field in path(session)}


def taken_well(screen: Screen, before: Session, after: Session) -> Iterator[str]:
    """The questions whose answers are new; fails where one was neither offered nor fits."""
    offered = {(name, choice.value) for name, choice in buttons_of(screen)}
    for name, choice in after.answers.items():
        if before.answers.get(name) == choice or name in after.unasked or after.conversation != before.conversation:
            continue
        field = fields_of(after)[name]
        assert (name, choice.value) in offered or (not field.offers and field.fits(choice)) or many(field, choice), name
        yield name


def many(field: Field, choice: Choice) -> bool:
    """Several options at once, each of them one that was offered."""
    return isinstance(choice.value, tuple) and field.fits(choice)


def means(screen: Screen, token: str) -> Button:
    return next(button for button in screen.presses() if button.token == token)


def types(chat: Chat, line: str, happened: Counter[str]) -> None:
    session, person, screen = chat.session, chat.person, chat.screen
    heard = reading.hear(screen, line, person.locale, person.zone, session.at)
    event = heard if isinstance(heard, Tapped) else Typed(session.at, line, heard)
    after = advance(person, session, event)
    show(person, after)
    pressed = means(screen, event.token).means if isinstance(event, Tapped) else None
    if isinstance(after.waiting, WRITES) and after.waiting != session.waiting:
        assert isinstance(pressed, Confirm | Retry), line
    elsewhere = pressed and not isinstance(pressed, Answer)
    taken = [] if elsewhere else list(taken_well(screen, session, after))
    assert len(taken) <= 1 or isinstance(pressed, Answer), line
    assert after.answers.keys() >= session.answers.keys() or pressed or taken or after.conversation == "start", line
    happened["answered" if taken else "pressed" if pressed else "not taken"] += 1
    happened["options picked"] += isinstance(pressed, Pick)


@pytest.mark.timeout(300)
def test_thirty_thousand_random_lines_break_nothing_and_none_is_taken_wrongly(
    record_property: Callable[[str, object], None],
) -> None:
    random, happened = Random(20261122), Counter[str]()
    some = lines(random)
    chats = [at(state).returns() for state in STATES]
    with unmeasured():
        for number in range(NUMBER):
            chat = chats[number % len(chats)]
            line = next(some)
            try:
                types(chat, line, happened)
            except Exception as error:
                error.add_note(f"{list(STATES)[number % len(chats)]}: {line!r}")
                raise
    record_property("of the typed lines", ", ".join(f"{count} {name}" for name, count in happened.most_common()))
    assert happened["answered"] > 1000
    assert happened["options picked"] > 10
    assert happened["not taken"] > 5000


@pytest.mark.parametrize("seed", range(4))
def test_lines_typed_one_after_the_other_lead_on(seed: int) -> None:
    """A chat that is only typed at, and answered each time."""
    random = Random(seed)
    some = lines(random)
    chat = at("services")
    for _ in range(150):
        screen = show(chat.person, chat.session)
        line = next(some)
        heard = reading.hear(screen, line, chat.person.locale, chat.person.zone, chat.at)
        chat.meets(heard if isinstance(heard, Tapped) else Typed(chat.at, line, heard))
        assert chat.screen.buttons
        if chat.session.over:
            chat.opens(random.choice(("/book", "/timezone", "/settings", "/cancel")))


def hears(chat: Chat, line: str) -> Chat:
    heard = reading.hear(chat.screen, line, chat.person.locale, chat.person.zone, chat.at)
    return chat.meets(heard if isinstance(heard, Tapped) else Typed(chat.at, line, heard))


def test_part_of_a_name_looks_for_it_on_all_pages_and_presses_nothing() -> None:
    chat = hears(at("services"), "eye").sees("[Eye test] [Eye surgery]", "[Show all]").sees_no("Service: ")
    hears(hears(chat, "surgery").sees("[Eye surgery]").sees_no("[Eye test]"), "Eye surgery").sees(
        "Service: Eye surgery"
    )


def test_what_stands_elsewhere_on_the_screen_can_still_be_named_by_a_part() -> None:
    hears(at("services"), "leav").sees("Nothing here is called “leav”.")
    hears(hears(at("services"), "eye"), "show").sees("[Account opening]")


def test_a_day_means_the_day_and_not_one_of_its_soonest_hours() -> None:
    hears(at("days"), "24").sees("Day: 2026-11-24", "At what time?").sees_no("When: ")


def test_an_hour_means_this_day_and_nobody_else() -> None:
    hears(at("hour gone"), "10:00").sees("At what time?").sees_no("Shall I book this?")
    hears(at("hour gone"), "15:00").sees("When: 2026-11-24 15:00", "With: Anyone")


def test_the_word_skip_skips_a_question_that_can_be_skipped_and_is_a_name_where_it_cannot() -> None:
    chat = hears(at("form"), "Skip").sees("First name: Skip")
    for line in ("somebody@example.com", "skip", "Skip", "SKIP"):
        hears(chat, line)
    chat.sees("Shall I book this?", "Phone: Not given", "How did you hear of us?: Not given")
    chat.sees("Anything we should know?: Not given")


def test_an_hour_of_a_long_day_is_found_where_it_is_not_shown() -> None:
    hears(at("parts of a long day"), "14:35").sees("When: 2026-11-24 14:35")
