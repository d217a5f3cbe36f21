"""A tour: somebody books, moves and cancels, line by line, and every screen is checked. It only types and looks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from conversations.screens import Answer, Button, Screen

Check = Callable[[Screen], bool]


class Failed(Exception):
    """A screen was not what it should have been."""


@dataclass
class Tour:
    """The lines to be typed. `steal` lets somebody else take the next booking's hour; `form` fills it in at once."""

    steal: Callable[[], None]
    form: bool
    zone: ZoneInfo
    failed: bool = field(default=False, init=False)
    _look: Callable[[], Screen | None] = field(default_factory=lambda: _unwatched, init=False)
    _ended: bool = field(default=False, init=False)

    def watch(self, look: Callable[[], Screen | None]) -> None:
        self._look = look

    async def lines(self) -> AsyncIterator[str]:
        """Each line is typed when the answer to the one before is on the screen, and that answer has been checked."""
        for line, expected, check in self._steps():
            yield line() if callable(line) else line
            if not check(self._screen()):
                raise Failed(f"after {line if isinstance(line, str) else 'a button'!r} it should {expected}")
        self._ended = True

    def finish(self, double_bookings: int) -> None:
        if not self._ended:
            raise Failed("it ended too soon")
        if double_bookings:
            raise Failed("an agent was booked twice")

    def _steps(self) -> Iterator[tuple[str | Callable[[], str], str, Check]]:
        yield "/book", "ask for the service", _asks("service")
        yield "something that is not offered", "say that it did not understand", _complains("service")
        yield "Account opening", "ask for the agent", _asks("agent")
        yield self._first("agent"), "ask for the day", _asks("day")
        yield self._last_day, "ask for the hour", _asks("hour")
        yield self._first("hour"), "ask for the form", _asks("form.firstname")
        yield from self._filled_at_once() if self.form else self._filled_in_turn()
        self.steal()
        yield self._way(0), "say that the hour has just been taken", _notices("hour")
        yield self._last("hour"), "show the summary again", _sums_up
        yield self._way(0), "say that it is booked", _is_over
        yield "/reschedule", "ask for another day", _asks("day")
        yield self._last_day, "ask for the hour", _asks("hour")
        yield self._first("hour"), "ask whether to move it", _sums_up
        yield self._way(0), "say that it is moved", _is_over
        yield "/cancel", "ask why", _asks("reason")
        yield "I cannot come that day.", "ask whether to cancel", _sums_up
        yield self._way(0), "say that it is cancelled", _is_over

    def _filled_in_turn(self) -> Iterator[tuple[str | Callable[[], str], str, Check]]:
        yield "Guest", "ask for the e-mail", _asks("form.email")
        yield "guest at example", "say what an e-mail looks like", _complains("form.email")
        yield "guest@example.com", "ask for the telephone", _asks("form.phone")
        yield self._way(0), "ask how to be reached", _asks("form.channel")
        yield self._first("form.channel"), "ask for a remark", _asks("form.comments")
        yield self._way(0), "show the summary", _sums_up

    def _filled_at_once(self) -> Iterator[tuple[str | Callable[[], str], str, Check]]:
        for line in ("Guest", "guest at example", "", "1"):
            yield line, "wait for the rest of the form", _asks("form.firstname")
        yield "", "say what an e-mail looks like", _complains("form.email")
        yield "guest@example.com", "show the summary", _sums_up

    def _screen(self) -> Screen:
        screen = self._look()
        if screen is None:
            raise Failed("there is no screen")
        return screen

    def _first(self, name: str) -> Callable[[], str]:
        return lambda: self._number(self._choices(name)[0])

    def _last(self, name: str) -> Callable[[], str]:
        return lambda: self._number(self._choices(name)[-1])

    def _way(self, place: int) -> Callable[[], str]:
        return lambda: self._number(self._screen().buttons[place])

    def _last_day(self) -> str:
        """The day of the month: that is how days stand on the screen."""
        means = self._choices("day")[-1].means
        if not isinstance(means, Answer) or not isinstance(means.choice.value, datetime):
            raise Failed("a day should be a day")
        return str(means.choice.value.astimezone(self.zone).day)

    def _choices(self, name: str) -> tuple[Button, ...]:
        question = self._screen().question(name)
        if question is None or not question.choices:
            raise Failed(f"there is nothing to choose for {name!r}")
        return question.choices

    def _number(self, button: Button) -> str:
        """A button by its number on the screen, which is the same in every language."""
        return f"/{self._screen().menu().index(button) + 1}"


def _unwatched() -> None:
    """What is seen of a screen before there is one to look at."""


def _asks(name: str) -> Check:
    def asks(screen: Screen) -> bool:
        question = screen.question(name)
        return screen.focus == name and question is not None and question.error == ""

    return asks


def _complains(name: str) -> Check:
    def complains(screen: Screen) -> bool:
        question = screen.question(name)
        return question is not None and question.error != ""

    return complains


def _notices(name: str) -> Check:
    return lambda screen: screen.focus == name and screen.notice != ""


def _sums_up(screen: Screen) -> bool:
    return screen.focus is None and not screen.over and bool(screen.rows)


def _is_over(screen: Screen) -> bool:
    return screen.over and bool(screen.rows)
