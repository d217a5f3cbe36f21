"""Where a person stands in a conversation: a value, stored after every event. Only `engine.py` moves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from conversations.calls import Call, Keep, Write
from conversations.events import Trace
from conversations.kinds import FormField
from conversations.offers import Choice, Offer
from conversations.texts import Text

_NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`key` belongs to one person for good, `revision` rises with each new screen: both name a confirmed summary.

    `answers` go by field name, never by position; `unasked` names those that went without saying.
    `reopened` is an answered question that is open again: its answer stands until another takes its place.
    `picked` are the options marked of questions that take several, by field name, until they are given as the answer.
    `waiting` is owed by the calendar. `failed` is a read that got no answer, `why` what is said of that, or a write in
    doubt since `failed_at`, of which the calendar shows `trace`, as soon as it was asked.
    `lost` are answers that a refusal was about, until the question has another. `zone` is the one that the days are of.
    `keep` is to be done with what is kept of the person, and is empty again as soon as it is.
    `wanted` is what a door or a link named, until its question comes up. `outcome` is the appointment that a settled
    write was about.
    `aside` is what was in front before this, and can be gone on with; what was in front before that is under it.
    """

    key: str
    at: datetime = _NEVER
    revision: int = 0
    conversation: str = "start"
    answers: Mapping[str, Choice] = field(default_factory=dict)
    unasked: tuple[str, ...] = ()
    reopened: str | None = None
    wanted: str | None = None
    offer: Offer | None = None
    looking: Mapping[str, str] = field(default_factory=dict)
    picked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: tuple[FormField, ...] | None = None
    waiting: Call | None = None
    failed: Call | None = None
    failed_at: datetime | None = None
    trace: Trace | None = None
    why: Text | None = None
    errors: Mapping[str, Text] = field(default_factory=dict)
    notice: Text | None = None
    over: bool = False
    outcome: str | None = None
    aside: Session | None = None
    lost: Mapping[str, Choice] = field(default_factory=dict)
    zone: str = ""
    keep: Keep | None = None

    def value(self, name: str) -> str:
        """The answer to a question whose answers are ids or words; empty if it was not answered."""
        choice = self.answers.get(name)
        return choice.value if choice and isinstance(choice.value, str) else ""

    def instant(self, name: str) -> datetime:
        """The answer to a question for a day or an hour. It must have been answered."""
        value = self.answers[name].value
        if not isinstance(value, datetime):
            raise TypeError(name)
        return value


def nothing_yet(key: str) -> Session:
    """The session of somebody who has not begun anything: the menu."""
    return Session(key=key, over=True)


def only(write: Write, session: Session) -> Session:
    """A session of which nothing is known any more but the write that it waits for."""
    return replace(session, conversation=type(write).__name__.lower(), waiting=write, over=False)


def taken(session: Session, name: str) -> datetime | None:
    """The hour that somebody else took, as long as the person looks at what is near it."""
    lost = session.lost.get(name)
    everything = session.looking.get(name) == "all"
    return lost.value if lost and isinstance(lost.value, datetime) and not everything else None
