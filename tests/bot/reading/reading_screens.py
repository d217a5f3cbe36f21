"""Screens to be read at, and short ways to say what a line means there. Nothing is tested here."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.reading import hear
from bot.words import Words
from conversations.events import Tapped, Understood, Unreadable, Wished
from conversations.kinds import Kind
from conversations.offers import Choice, Value, short
from conversations.screens import Answer, Back, Button, Confirm, Leave, Pick, Question, Screen
from conversations.texts import Clock, Day, Said, say, say_in

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday
HERE = "America/Santiago"

BACK = Button("back", say_in("button", "Back"), Back())
LEAVE = Button("leave", say_in("button", "Leave"), Leave())
CONFIRM = Button("confirm", say_in("button", "Book it"), Confirm())


def chosen(value: Value, label: Said = "") -> Button:
    return Button(f"c{short(value)}", label or str(value), Answer("asked", Choice(value, label)))


def picked(value: str, label: str) -> Button:
    return Button(f"p{value}", label, Pick("asked", value))


def moment(written: str, zone: str = HERE) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone))


def day(written: str) -> Button:
    at = moment(written)
    return Button(written, Day(at), Answer("asked", Choice(at)))


def hour(written: str) -> Button:
    at = moment(f"2026-11-24T{written}")
    return Button(written, Clock(at), Answer("asked", Choice(at)))


def question(
    kind: Kind, choices: Sequence[Button] = (), looks: Sequence[Button] = (), optional: bool = False
) -> Question:
    return Question(
        name="asked", label="", prompt="", kind=kind, choices=tuple(choices), looks=tuple(looks), optional=optional
    )


def asking(
    kind: Kind, *choices: Button, looks: Sequence[Button] = (), buttons: Sequence[Button] = (BACK, LEAVE)
) -> Screen:
    return Screen(
        key="k",
        revision=1,
        title=say("Book an appointment"),
        questions=(question(kind, choices, looks),),
        focus="asked",
        buttons=tuple(buttons),
    )


def menu(*buttons: Button) -> Screen:
    return Screen(key="k", revision=1, title="", buttons=buttons)


def meant(screen: Screen, line: str, locale: str = "en-GB", zone: str = HERE) -> Value | Tapped | Unreadable:
    """The value that was understood, or a button's `Tapped`; what can't be read as it is."""
    match hear(screen, line, locale, zone, AT):
        case Understood(choice=choice):
            return choice.value
        case Wished() as wished:
            raise TypeError(wished)  # no written answer is one
        case heard:
            return heard


def pressed(screen: Screen, line: str, locale: str = "en-GB", zone: str = HERE) -> str | None:
    """The token of the button that a line presses; None if it presses none."""
    heard = hear(screen, line, locale, zone, AT)
    return heard.token if isinstance(heard, Tapped) else None


def asked(screen: Screen, line: str, locale: str = "en-GB", zone: str = HERE) -> str:
    """What is said back to a line that can't be read, or that could mean several things."""
    heard = hear(screen, line, locale, zone, AT)
    return Words(locale, zone).say(heard.why) if isinstance(heard, Unreadable) else f"understood: {heard}"
