"""Whatever is open, a command or a door may come: it leads to a screen with a way on, and what counts is not lost."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from test_reschedule import appointment

from chatting import NOW, ZONE, Chat
from conversations.aside import asides, set_aside
from conversations.calls import WRITES, FindAgents, FindDays, FindForm, FindHours, FindNear, FindServices
from conversations.cards import card, doors
from conversations.events import Reason
from conversations.menu import CONVERSATIONS
from conversations.path import in_doubt
from conversations.people import Person, State
from conversations.screens import Leave, Open, Resume
from conversations.session import Session
from dialogs import answered, chosen
from paper_calendar import EVERYTHING_ASKED, LONG_DAYS, MANY_SERVICES, PaperCalendar

PERSON = Person(
    zone=ZONE, appointments=(appointment("now", days=0), appointment("soon", days=2), appointment("late", days=60))
)
DOORS = (
    *(f"/{command}" for command in CONVERSATIONS),
    *("/unknown", "/", "/book s22", "/book nobody", "/reschedule soon", "/cancel late", "/appointments now"),
    *("/reschedule now", "/cancel nobody", "/timezone x", "/start x"),
)


def begun() -> Chat:
    return Chat(PaperCalendar(services=MANY_SERVICES), PERSON)


def to_the_summary() -> Chat:
    return answered(chosen(begun()))


def owing(call: type) -> Callable[[], Chat]:
    """The calendar does not answer a read yet."""

    def chat() -> Chat:
        waiting = begun().calendar_holds().opens("/book")
        for _ in range(10):
            if isinstance(waiting.session.waiting, call):
                return waiting
            if waiting.held:
                waiting.meets(waiting.answer(waiting.held.pop(0)))
            elif waiting.session.waiting is None:
                waiting.chooses(0)
        raise AssertionError(call)

    return chat


def failed(call: type) -> Callable[[], Chat]:
    return lambda: goes_until_it_fails(begun().calendar_is_silent(at=call).opens("/book"))


def goes_until_it_fails(chat: Chat) -> Chat:
    while not chat.session.failed:
        chat.chooses(0)
    return chat


def gone() -> Chat:
    return to_the_summary().calendar_refuses(Reason.HOUR_TAKEN).taps("Book it")


def all_kinds(*lines: str) -> Chat:
    return begun().opens("/book", EVERYTHING_ASKED).taps("Anyone").chooses(0).chooses(0).types(*lines)


def near_owed() -> Chat:
    chat = to_the_summary().calendar_refuses(Reason.HOUR_TAKEN).calendar_holds().taps("Book it")
    return chat.meets(chat.answer(chat.held.pop()))


def doubtful() -> Chat:
    return to_the_summary().calendar_is_silent().taps("Book it")


STATES: Mapping[str, Callable[[], Chat]] = {
    "menu": begun,
    "services": lambda: begun().opens("/book"),
    "second page": lambda: begun().opens("/book").taps("More"),
    "searched": lambda: begun().opens("/book").types("ey"),
    "nothing found": lambda: begun().opens("/book").types("dancing"),
    "agents": lambda: begun().opens("/book").chooses(0),
    "days": lambda: begun().opens("/book", "s4"),
    "another month": lambda: begun().opens("/book", "s4").taps("On to 2026-12"),
    "hours": lambda: begun().opens("/book", "s4").chooses(0),
    "parts of a long day": lambda: begun().opens("/book", LONG_DAYS).taps("Anyone").chooses(0),
    "a part": lambda: begun().opens("/book", LONG_DAYS).taps("Anyone").chooses(0).taps("Evening (72)"),
    "form": lambda: chosen(begun()),
    "number": lambda: all_kinds("Somebody"),
    "date": lambda: all_kinds("Somebody", "3"),
    "choice": lambda: all_kinds("Somebody", "3", "2000-01-31"),
    "several": lambda: all_kinds("Somebody", "3", "2000-01-31").taps("Yes", "No"),
    "several picked": lambda: all_kinds("Somebody", "3", "2000-01-31").taps("Yes", "No", "Heart"),
    "form begun": lambda: chosen(begun()).types("Somebody"),
    "wrong answer": lambda: chosen(begun()).types("Somebody", "nowhere"),
    "opened again": lambda: to_the_summary().taps("Change: First name"),
    "summary": to_the_summary,
    "hour gone": gone,
    "field refused": lambda: to_the_summary().calendar_refuses(Reason.FIELD_REFUSED, "E-mail").taps("Book it"),
    "under way": lambda: to_the_summary().calendar_holds().taps("Book it"),
    "in doubt": doubtful,
    "doubt aside": lambda: doubtful().opens("/book").chooses(0),
    "two doubts": lambda: answered(chosen(doubtful())).calendar_is_silent().taps("Book it"),
    "booked": lambda: to_the_summary().taps("Book it"),
    "left": lambda: chosen(begun()).leaves(),
    "something aside": lambda: chosen(begun()).opens("/cancel", "soon"),
    "a second one beside a doubt": lambda: chosen(doubtful()),
    "zone": lambda: chosen(begun()).opens("/timezone"),
    "settings": lambda: chosen(begun()).opens("/settings"),
    "an appointment": lambda: begun().opens("/appointments", "soon"),
    **{f"owing {call.__name__}": owing(call) for call in (FindServices, FindAgents, FindDays, FindHours, FindForm)},
    **{f"failed {call.__name__}": failed(call) for call in (FindServices, FindAgents, FindDays, FindHours, FindForm)},
    "owing FindNear": near_owed,
    "failed FindNear": lambda: (
        to_the_summary().calendar_refuses(Reason.HOUR_TAKEN).calendar_is_silent(at=FindNear).taps("Book it")
    ),
}


@cache
def first(state: str) -> Chat:
    return STATES[state]().returns()


def at(state: str) -> Chat:
    """A chat in a state, of its own: what is done to it happens to no other."""
    chat = copy(first(state))
    chat.calendar = replace(chat.calendar, taken=set(chat.calendar.taken))
    chat.screens, chat.writes, chat.held = chat.screens[-1:], list(chat.writes), list(chat.held)
    return chat


def goes_somewhere(chat: Chat, door: str) -> None:
    command, _, subject = door.removeprefix("/").partition(" ")
    before = chat.session
    chat.opens(f"/{command}", subject or None)
    screen = chat.screen
    buttons = tuple(screen.presses())
    assert any(isinstance(button.means, Leave | Open) for button in buttons) or (screen.busy and not buttons), door
    assert len({button.token for button in buttons}) == len(buttons)
    if isinstance(before.waiting, WRITES):
        assert chat.session.waiting == before.waiting
    elif command not in CONVERSATIONS:
        assert chat.session.answers == before.answers
        assert screen.notice
    else:
        assert chat.session.conversation in (command, "appointments")
        keeps_what_counts(chat, before)


def keeps_what_counts(chat: Chat, before: Session) -> None:
    """What was answered, or is in doubt, can be gone on with."""
    begun = [(each.conversation, each.answers, in_doubt(each)) for each in set_aside(before)]
    assert [(each.conversation, each.answers, in_doubt(each)) for each in asides(chat.session)] == begun
    assert not begun or chat.screen.busy or any(isinstance(button.means, Resume) for button in chat.screen.presses())


@pytest.mark.parametrize("state", STATES)
def test_any_command_or_door_leads_to_a_screen_with_a_way_on(state: str) -> None:
    for door in DOORS:
        goes_somewhere(at(state), door)


@pytest.mark.parametrize("state", STATES)
def test_every_button_of_every_state_leads_to_a_screen_with_a_way_on(state: str) -> None:
    for button in at(state).screen.presses():
        chat = at(state).presses(button.token)
        buttons = tuple(chat.screen.presses())
        assert any(isinstance(button.means, Leave | Open) for button in buttons) or (chat.screen.busy and not buttons)


@pytest.mark.parametrize("state", STATES)
def test_coming_back_to_any_state_shows_it_again_with_the_same_buttons(state: str) -> None:
    chat = at(state)
    before = [each.token for each in chat.screen.presses()]
    assert [each.token for each in chat.returns().screen.presses()] == before


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("line", ["", "hello", "1", "10:00", "yes", "/", "x" * 5000, "\ud800"])
def test_any_line_in_any_state_leads_to_a_screen_with_a_way_on(state: str, line: str) -> None:
    chat = at(state).types(line)
    buttons = tuple(chat.screen.presses())
    assert any(isinstance(button.means, Leave | Open) for button in buttons) or (chat.screen.busy and not buttons)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("days", [-1, 0, 1])
def test_every_door_of_every_card_leads_somewhere(state: State, days: int) -> None:
    moment = datetime(2026, 11, 22, 12, tzinfo=UTC) + timedelta(days=days)
    for shown in PERSON.appointments:
        for button in card(PERSON, shown, moment).buttons:
            chat = begun()
            chat.presses(button.token)
            assert any(isinstance(each.means, Leave | Open) for each in chat.screen.presses())
    assert doors(PERSON, NOW)
