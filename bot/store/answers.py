"""Answers that are kept for all programs: each question has a row, and whoever writes a number into it is to ask.

Instants are those of the database's clock. What the questions mean is not known here.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, not_, or_, select

from bot.store import codec
from bot.store.desk import Desk
from bot.store.dialects import insert_or_change, now
from bot.store.paces import SECOND
from bot.store.schema import answers

LEASE = 12 * SECOND
"""How long somebody who lives may ask: longer than the calendar is waited for."""

LONGEST = 600 * SECOND
"""No answer lasts for longer: one that does was kept before the clock was set back. Nor is any a hint for longer."""

AT_ONCE = 200
"""Rows that one clean-up takes away at most."""

_PURPOSE = "answer"

_FORMAT = 1
"""Rises when an answer is another value than before: programs that do not understand each other keep their own."""

_NAMED = answers.c.question == bindparam("its")
_ASKED = and_(_NAMED, answers.c.number == bindparam("its_number"), answers.c.until.is_(None))
_FRESH = and_(answers.c.until > now(), answers.c.until <= now() + LONGEST)
_LEASED = and_(answers.c.leased_until > now(), answers.c.leased_until <= now() + LEASE)

_LOOK = select(answers.c.question, answers.c.sealed, answers.c.number, answers.c.until).where(_NAMED)
_KNOWN = select(answers.c.question, answers.c.sealed).where(answers.c.question.in_(bindparam("names", expanding=True)))
_KEEP = answers.update().where(_ASKED).values(until=now() + bindparam("lasts"))
_GIVE_UP = answers.delete().where(_ASKED)
_OLD = answers.c.leased_until < now() - LONGEST
_PRUNE = answers.delete().where(
    answers.c.question.in_(select(answers.c.question).where(_OLD).limit(AT_ONCE)),
    _OLD,
)
_REVISE = answers.update().where(_NAMED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is kept: what it says, and what is looked for when answers change."""

    says: Any
    kind: str
    service: str | None = None
    agent: str | None = None

    @property
    def name(self) -> str:
        said = json.dumps([_FORMAT, codec.FORMAT, self.kind, codec.unpack(codec.save(self.says))])
        return sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answered:
    value: Any


@dataclass(frozen=True, slots=True)
class Begun:
    """Somebody asks, under this number; `mine`, if that is whoever hears it."""

    number: int
    mine: bool = False


def find(desk: Desk, asked: Asked) -> Answered | Begun:
    """The answer, if it is fresh; else who asks, which is from now on whoever hears it, if nobody does."""
    number = secrets.randbits(62)
    begun = desk.connection.execute(
        insert_or_change(answers, "question", where=_is_free(desk), until=None)
        .values(leased_until=now() + LEASE)
        .returning(answers.c.number),
        {
            **{"question": asked.name, "kind": asked.kind, "service": asked.service, "agent": asked.agent},
            **{"number": number, "node": desk.node, "sealed": _sealed(desk, asked.name, asked.says, None)},
        },
    ).first()
    if begun:
        return Begun(number, mine=True)
    return look(desk, asked) or find(desk, asked)


def look(desk: Desk, asked: Asked, number: int | None = None) -> Answered | Begun | None:
    """The answer, or who asks. None if there is neither, or it is not the one of this number who asks, or who lives."""
    row = desk.connection.execute(_LOOK, {"its": asked.name}).first()
    if row is None or number not in (None, row.number):
        return None
    if row.until is not None:
        return Answered(_opened(desk, row)[1])
    free = select(answers.c.number).where(answers.c.question == asked.name, _is_free(desk))
    return None if desk.connection.execute(free).first() else Begun(row.number)


def keep(desk: Desk, asked: Asked, number: int, value: Any, lasts: float) -> bool:
    """What came of asking lasts for so many seconds. False if it was dropped meanwhile."""
    changes = {"sealed": _sealed(desk, asked.name, asked.says, value), "lasts": round(lasts * SECOND)}
    return desk.connection.execute(_KEEP, {"its": asked.name, "its_number": number, **changes}).rowcount == 1


def give_up(desk: Desk, asked: Asked, number: int) -> None:
    """Nothing came of asking."""
    desk.connection.execute(_GIVE_UP, {"its": asked.name, "its_number": number})


def known(desk: Desk, names: Collection[str], *, fresh: bool = True) -> Mapping[str, Any]:
    """The answers that there are, by the questions' names: those that are fresh, or also those that were."""
    statement = _KNOWN.where(_FRESH if fresh else answers.c.until.is_not(None))
    return {row.question: _opened(desk, row)[1] for row in desk.connection.execute(statement, {"names": [*names]})}


def drop(desk: Desk, kinds: Collection[str], service: str | None, agent: str | None) -> int:
    """Forgets what is kept or asked about a service or an agent, or about all. How many."""
    return desk.connection.execute(answers.delete().where(_about(kinds, service, agent))).rowcount


Change = Callable[[Mapping[Any, Any]], Mapping[Any, Any]]


def revise(desk: Desk, kinds: Collection[str], service: str | None, agent: str | None, change: Change) -> None:
    """As `drop`, but `change` says what takes whose place: of what is said, the answers, None while it is asked.

    What cannot be read any more is forgotten.
    """
    rows = select(answers.c.question, answers.c.sealed, answers.c.until).where(_about(kinds, service, agent))
    kept, names = {}, {}
    for row in desk.connection.execute(rows.order_by(answers.c.question).with_for_update()).all():
        for says, value in _readable(desk, row):
            kept[says], names[says] = (value if row.until is not None else None), row.question
    for says, value in change(kept).items():
        if value is None:
            desk.connection.execute(answers.delete().where(_NAMED), {"its": names[says]})
        else:
            desk.connection.execute(_REVISE, {"its": names[says], "sealed": _sealed(desk, names[says], says, value)})


def prune(desk: Desk) -> int:
    """Takes away what is not even a hint any more. How many."""
    return desk.connection.execute(_PRUNE).rowcount


def _is_free(desk: Desk) -> ColumnElement[bool]:
    """Whether nobody has an answer that lasts, and nobody who lives is asking."""
    asked = and_(answers.c.until.is_(None), _LEASED, not_(desk.left(answers.c.node)))
    return not_(or_(and_(answers.c.until.is_not(None), _FRESH), asked))


def _about(kinds: Collection[str], service: str | None, agent: str | None) -> ColumnElement[bool]:
    named = [column == value for column, value in ((answers.c.service, service), (answers.c.agent, agent)) if value]
    of_these = answers.c.kind.in_(kinds) if kinds else answers.c.kind.is_not(None)
    return and_(of_these, or_(false(), *named)) if named else of_these


def _readable(desk: Desk, row: Any) -> Iterator[tuple[Any, Any]]:
    try:
        yield _opened(desk, row)
    except Exception:  # another version of the program has kept it
        desk.connection.execute(answers.delete().where(_NAMED), {"its": row.question})


def _sealed(desk: Desk, name: str, says: Any, value: Any) -> bytes:
    return desk.seal(_PURPOSE, name, (says, value))


def _opened(desk: Desk, row: Any) -> tuple[Any, Any]:
    says, value = desk.unseal(_PURPOSE, row.question, row.sealed)
    return says, value
