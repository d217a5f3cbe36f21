"""What was in front and can be gone on with: sessions under a session, the newest first. None is moved on here."""

from __future__ import annotations

from dataclasses import replace

from conversations.path import in_doubt
from conversations.session import Session

MOST = 2
"""Conversations that can be gone on with. Those in doubt do not count: none of them is ever let go."""


def asides(session: Session) -> tuple[Session, ...]:
    """What is set aside, the newest first, each without what is under it."""
    return (replace(session.aside, aside=None), *asides(session.aside)) if session.aside else ()


def in_front(session: Session, others: tuple[Session, ...]) -> Session:
    """The session with the others set aside under it, in their order."""
    return replace(session, aside=in_front(others[0], others[1:]) if others else None)


def set_aside(session: Session) -> tuple[Session, ...]:
    """What is set aside once another conversation is in front: this one, and what was before."""
    return (*begun(session), *asides(session))


def begun(session: Session) -> tuple[Session, ...]:
    """The session alone as it is kept, if anything was answered in it."""
    if session.over or not session.answers:
        return ()
    failed = in_doubt(session)
    kept = replace(session, waiting=None, failed=failed, why=None, offer=None, aside=None, notice=None, revision=0)
    return (kept,)


def with_room(others: tuple[Session, ...]) -> tuple[tuple[Session, ...], tuple[Session, ...]]:
    """Those that there is room for, and the oldest that there is none for."""
    over = [place for place, each in enumerate(others) if not in_doubt(each)][MOST:]
    kept = tuple(each for place, each in enumerate(others) if place not in over)
    return kept, tuple(others[place] for place in over)
