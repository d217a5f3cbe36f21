"""Where each person stands in a conversation: one row a person. What was shown of it is a place's matter.

A form is the same for everybody who books the service: it is kept once, and a session holds its digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from bot.store import codec
from bot.store.desk import Desk
from bot.store.dialects import insert_or_change, insert_unless_there
from bot.store.schema import forms, sessions
from bot.store.vault import Sealed
from conversations.kinds import FormField
from conversations.session import Session

_SESSION, _FORM = "session", "form"

_SAVE = insert_or_change(sessions, "person_id")
_LOAD = select(sessions.c.format, sessions.c.revision, sessions.c.sealed).where(
    sessions.c.person_id == bindparam("person")
)
_SAVE_FORM = insert_unless_there(forms)
_LOAD_FORM = select(forms.c.sealed).where(forms.c.digest == bindparam("digest"))


@dataclass(frozen=True, slots=True)
class Unknown:
    """A stored session that can't be gone on with: "sealed" otherwise, of another "format", or with a broken "body".

    Its revision is known all the same: what comes after must not use it again, since it names screens and writes.
    """

    why: str
    revision: int = field(default=0, compare=False)


def save(desk: Desk, person_id: int, session: Session) -> None:
    body = (_without_forms(session), tuple(_keep(desk, each.form) for each in _layers(session)))
    sealed = desk.seal(_SESSION, person_id, body)
    row = {"format": codec.FORMAT, "revision": session.revision, "sealed": sealed, "at": session.at}
    desk.connection.execute(_SAVE, {"person_id": person_id, **row})


def load(desk: Desk, person_id: int) -> Session | Unknown | None:
    """None if they never began. Whatever stands in the row, this does not raise."""
    row = desk.connection.execute(_LOAD, {"person": person_id}).first()
    if row is None:
        return None
    if row.format != codec.FORMAT:
        return Unknown("format", row.revision)
    try:
        session, digests = desk.unseal(_SESSION, person_id, row.sealed)
        return _with_forms(desk, session, digests)
    except Sealed:
        return Unknown("sealed", row.revision)
    except Exception:  # what was meant to be a session can be broken in every way there is
        return Unknown("body", row.revision)


def _layers(session: Session) -> list[Session]:
    """The session, the one set aside under it, and so on."""
    return [session, *(_layers(session.aside) if session.aside else ())]


def _without_forms(session: Session) -> Session:
    if session.form is None and session.aside is None:
        return session
    return replace(session, form=None, aside=_without_forms(session.aside) if session.aside else None)


def _with_forms(desk: Desk, session: Session, digests: tuple[str | None, ...]) -> Session:
    aside = _with_forms(desk, session.aside, digests[1:]) if session.aside else None
    return replace(session, form=_form(desk, digests[0]), aside=aside)


def _keep(desk: Desk, form: tuple[FormField, ...] | None) -> str | None:
    if form is None:
        return None
    digest, saved = _named(form)
    desk.connection.execute(_SAVE_FORM, {"digest": digest, "sealed": desk.vault.seal(_FORM, digest, saved)})
    return digest


@lru_cache(maxsize=64)
def _named(form: tuple[FormField, ...]) -> tuple[str, bytes]:
    """A form's digest, and the form: there are a few, and each is kept again and again."""
    saved = codec.save(form)
    return hashlib.sha256(saved).hexdigest()[:32], saved


def _form(desk: Desk, digest: str | None) -> tuple[Any, ...] | None:
    if digest is None:
        return None
    sealed = desk.connection.execute(_LOAD_FORM, {"digest": digest}).scalar_one()
    form: tuple[Any, ...] = desk.unseal(_FORM, digest, sealed)
    return form
