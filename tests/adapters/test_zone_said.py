"""Wherever a time can be chosen, each platform says in which zone it is."""

from collections.abc import Callable

import pytest

from adapters.slack.render import message, modal
from adapters.telegram.render import render
from adapters.terminal.lines import Ink, page_lines
from adapters.terminal.render import draw
from bot.words import Words
from chatting import ZONE, Chat
from conversations.screens import Screen
from paper_calendar import LONG_DAYS, MANY_SERVICES, PaperCalendar
from slack_limits import texts

ENGLISH = Words("en", ZONE)

FACES: dict[str, Callable[[Screen], str]] = {
    "terminal": lambda screen: "\n".join(page_lines(draw(screen, ENGLISH), 80, Ink())),
    "telegram": lambda screen: render(screen, ENGLISH).text,
    "slack-modal": lambda screen: "\n".join(texts(modal(screen, ENGLISH))),
    "slack-message": lambda screen: "\n".join(texts(message(screen, ENGLISH))),
}


def the_soonest() -> Chat:
    return Chat().opens("/book").taps("Account opening", "Agent One").sees("[2026-11-24, 10:00]")


def hours_of_a_day() -> Chat:
    return the_soonest().chooses(0).sees("[10:00]")


def parts_of_a_long_day() -> Chat:
    chat = Chat(PaperCalendar(services=MANY_SERVICES)).opens("/book", LONG_DAYS).taps("Anyone")
    return chat.chooses(0).sees("[Morning (24)]")


@pytest.mark.parametrize("says", FACES.values(), ids=FACES)
@pytest.mark.parametrize("timed", [the_soonest, hours_of_a_day, parts_of_a_long_day])
def test_the_zone_is_said_once_wherever_an_hour_can_be_chosen(
    timed: Callable[[], Chat], says: Callable[[Screen], str]
) -> None:
    assert says(timed().screen).count("Time zone: Santiago, GMT-3") == 1


@pytest.mark.parametrize("says", FACES.values(), ids=FACES)
def test_no_zone_is_said_where_there_is_no_hour(says: Callable[[Screen], str]) -> None:
    assert "Time zone" not in says(Chat().opens("/book").taps("Account opening").screen)
