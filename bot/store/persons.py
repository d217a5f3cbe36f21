"""Who the bot talks to: found by the platform's own name for them, which is kept only as a hash and sealed.

Their appointments have a table of their own; what they are in the middle of is their session's matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from adapters import Who
from bot.store import appointments
from bot.store.desk import Desk, random_word
from bot.store.dialects import hold as hold_row
from bot.store.dialects import insert_unless_there
from bot.store.schema import persons
from conversations.people import Person

_PURPOSE = "person"

_ALL = select(persons)
# Whoever finds a person has them until the end of the transaction: it is a person's turn that other nodes wait for.
_HELD = _ALL.with_for_update(key_share=True)
_FIND = _HELD.where(persons.c.look_up == bindparam("look_up"))
_LOAD = _HELD.where(persons.c.id == bindparam("row"))
_SOME = _HELD.where(persons.c.id > bindparam("after")).order_by(persons.c.id).limit(bindparam("at_most"))
_ADD = insert_unless_there(persons).returning(persons.c.id)
_CHANGE = persons.update().where(persons.c.id == bindparam("row"))


@dataclass(frozen=True, slots=True)
class Contact:
    """A person and who they are to a platform. `key` is the key of all their sessions: short, random, for good."""

    id: int
    key: str
    who: Who
    person: Person


class Forgotten(KeyError):
    """There is no such person any more."""


def find(desk: Desk, platform: str, workspace: str, user: str) -> Contact | None:
    return _one(desk, _FIND, look_up=_look_up(desk, platform, workspace, user))


def some(desk: Desk, after: int, at_most: int) -> list[Contact]:
    """A few of all people, in the order of their ids, from the next one after that id on."""
    rows = desk.connection.execute(_SOME, {"after": after, "at_most": at_most}).all()
    return [_contact(desk, row) for row in rows]


def load(desk: Desk, id: int) -> Contact:
    """Raises Forgotten."""
    contact = _one(desk, _LOAD, row=id)
    if contact is None:
        raise Forgotten(id)
    return contact


def hold(desk: Desk, id: int) -> None:
    """What is read of them from now on stays so until the end of the transaction, whatever other nodes do."""
    hold_row(desk.connection, persons.c.id, id)


def add(desk: Desk, who: Who, person: Person) -> Contact:
    """Somebody new; or, if another node has met them in this very moment, whom it has met."""
    look_up = _look_up(desk, who.platform, who.workspace, who.user)
    key = random_word(8)
    row = {"look_up": look_up, "key": key, "sealed": _seal(desk, look_up, who, person)}
    id = desk.connection.execute(_ADD, row).scalar()
    if id is None:
        return _one(desk, _FIND, look_up=look_up) or add(desk, who, person)
    return Contact(id, key, who, replace(person, appointments=()))


def save(desk: Desk, contact: Contact) -> None:
    """Keeps the profile's hints and the person, but not the appointments: see `appointments`."""
    who = contact.who
    look_up = _look_up(desk, who.platform, who.workspace, who.user)
    sealed = _seal(desk, look_up, who, contact.person)
    desk.connection.execute(_CHANGE, {"row": contact.id, "sealed": sealed})


def name_anew(desk: Desk, after: Desk) -> None:
    """Gives everybody the name by which `after` finds them, and seals them with its newest key."""
    anew = []
    for row in desk.connection.execute(_ALL):
        who, person = desk.unseal(_PURPOSE, row.look_up, row.sealed)
        look_up = _look_up(after, who.platform, who.workspace, who.user)
        anew.append({"row": row.id, "look_up": look_up, "sealed": _seal(after, look_up, who, person)})
    if anew:
        desk.connection.execute(_CHANGE, anew)


def _look_up(desk: Desk, platform: str, workspace: str, user: str) -> str:
    return desk.look_up("person", platform, workspace, user)


def _seal(desk: Desk, look_up: str, who: Who, person: Person) -> bytes:
    return desk.seal(_PURPOSE, look_up, (who, replace(person, appointments=())))


def _one(desk: Desk, statement: Select[Any], **named: Any) -> Contact | None:
    row = desk.connection.execute(statement, named).first()
    return _contact(desk, row) if row else None


def _contact(desk: Desk, row: Row[Any]) -> Contact:
    who, person = desk.unseal(_PURPOSE, row.look_up, row.sealed)
    booked = appointments.of(desk, row.id)
    return Contact(row.id, row.key, who, replace(person, appointments=booked))
