"""The tour looks at what it gets: a screen that is not right ends it. The whole tour is played in `test_cli`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.tour import Failed, Tour
from conversations.kinds import Kind
from conversations.screens import Question, Screen


def tour() -> Tour:
    return Tour(steal=lambda: None, form=False, zone=ZoneInfo("UTC"))


def asking(name: str) -> Screen:
    question = Question(name=name, label=name, prompt=name, kind=Kind.CHOICE)
    return Screen(key="key", revision=1, title="Book", questions=(question,), focus=name)


async def test_a_right_screen_brings_the_next_line() -> None:
    playing = tour()
    playing.watch(lambda: asking("service"))
    lines = playing.lines()
    assert [await anext(lines), await anext(lines)] == ["/book", "something that is not offered"]
    await lines.aclose()  # type: ignore[attr-defined]


async def test_a_wrong_screen_ends_the_tour() -> None:
    playing = tour()
    playing.watch(lambda: asking("agent"))
    lines = playing.lines()
    await anext(lines)
    with pytest.raises(Failed, match="after '/book' it should ask for the service"):
        await anext(lines)


async def test_no_screen_ends_the_tour() -> None:
    lines = tour().lines()
    await anext(lines)
    with pytest.raises(Failed, match="there is no screen"):
        await anext(lines)


def test_a_tour_that_was_not_played_to_the_end_has_failed() -> None:
    with pytest.raises(Failed, match="too soon"):
        tour().finish(0)
