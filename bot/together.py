"""What all programs that share a database agree upon while they run, as those see it who need it. Where one program has
it for itself, nothing of this is used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any, TypeVar

from bot.calendar import NotSent
from bot.calendar.cache import Answers, Begun, Change
from bot.calendar.models import packed, unpacked
from bot.calendar.questions import Question, Segment, Topic, about
from bot.calendar.turns import Moment, Tick
from bot.store import answers, paces
from bot.store.answers import Answered, Asked
from bot.store.desk import Desk
from bot.store.nodes import Node
from bot.store.paces import Pace
from bot.store.store import NotCommitted, Store
from conversations.calls import FindServices

T = TypeVar("T")

CALENDAR = "calendar"
"""The row from which all requests to the calendar take their turns."""


class CalendarRow:
    """See `Row`."""

    def __init__(self, store: Store, node: Node) -> None:
        self._store, self._node = store, node

    @property
    def programs(self) -> int:
        return self._node.programs

    async def take(self, apart: float, *, ahead: float, within: float, tick: Tick) -> Moment:
        return await _done(self._store, "turn taken", _takes(apart, ahead, within, tick))

    async def rests(self) -> float:
        """Seconds for which nobody leaves."""
        return await self._store.insist("looked", lambda desk: paces.held(desk, CALENDAR))

    async def rest(self, seconds: float) -> None:
        """Nobody leaves for so long. Raises NotCommitted."""
        await self._store.transact("rested", lambda desk: paces.hold(desk, CALENDAR, seconds))


def _takes(apart: float, ahead: float, within: float, tick: Tick) -> Callable[[Desk], Moment]:
    def work(desk: Desk) -> Moment:
        asked = tick()
        found = paces.take(desk, CALENDAR, Pace(apart), within=within, ahead=ahead)
        return Moment(found.at, found.now, asked, tick(), found.taken)

    return work


class CalendarShelf:
    """See `Shelf`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, question: Question, number: int | None = None) -> Any | Begun | None:
        asked = _asked(question)
        found: Answered | answers.Begun | None
        if number is None:
            found = await self._do("question asked", lambda desk: answers.find(desk, asked))
        else:
            found = await self._do("looked", lambda desk: answers.look(desk, asked, number))
        match found:
            case Answered(value):
                return _unpacked(question, value)
            case answers.Begun(begun, mine):
                return Begun(begun, mine)
            case None:
                return None

    async def keep(self, question: Question, number: int, answer: object, lasts: timedelta) -> None:
        asked, value = _asked(question), _packed(question, answer)
        await self._do("answer kept", lambda desk: answers.keep(desk, asked, number, value, lasts.total_seconds()))

    async def give_up(self, question: Question, number: int) -> None:
        await self._do("answer given up", lambda desk: answers.give_up(desk, _asked(question), number))

    async def known(self, questions: Collection[Question]) -> Answers:
        return await self._known(questions, fresh=True)

    async def last(self, questions: Collection[Question]) -> Answers:
        return await self._known(questions, fresh=False)

    async def drop(self, topic: Topic) -> None:
        await self._do("answers dropped", lambda desk: answers.drop(desk, *_named(topic)))

    async def revise(self, topic: Topic, change: Change) -> None:
        await self._do("answers revised", lambda desk: answers.revise(desk, *_named(topic), change))

    async def _known(self, questions: Collection[Question], *, fresh: bool) -> Answers:
        named = {_asked(each).name: each for each in questions}
        found = await self._do("looked", lambda desk: answers.known(desk, named, fresh=fresh))
        return {named[name]: _unpacked(named[name], value) for name, value in found.items()}

    async def _do(self, name: str, work: Callable[[Desk], T]) -> T:
        return await _done(self._store, name, work)


async def _done(store: Store, name: str, work: Callable[[Desk], T]) -> T:
    try:
        return await store.transact(name, work)
    except NotCommitted:
        raise NotSent("the database is away") from None


def _asked(question: Question) -> Asked:
    says = ("form", question.id) if isinstance(question, Segment) else question
    return Asked(says, type(question).__name__, *about(question))


def _named(topic: Topic) -> tuple[list[str], str | None, str | None]:
    return [each.__name__ for each in topic.kinds], topic.service, topic.agent


def _packed(question: Question, answer: Any) -> Any:
    return packed(answer) if isinstance(question, FindServices) else answer


def _unpacked(question: Question, value: Any) -> Any:
    return unpacked(value) if isinstance(question, FindServices) else value
