"""What can happen: what a person did, and what the calendar answered. Events are past, and valid once built.

Every event carries `at`, the UTC instant at which it is handled: the only clock the conversations have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from conversations.calls import Call, Write
from conversations.kinds import FormField
from conversations.offers import Choice, Offer
from conversations.people import Appointment
from conversations.texts import Text
from conversations.wishes import Wish


@dataclass(frozen=True, slots=True)
class Understood:
    choice: Choice


@dataclass(frozen=True, slots=True)
class Unreadable:
    why: Text


@dataclass(frozen=True, slots=True)
class Wished:
    """A day, an hour or both, in words of the person's own: met with what is free before it is an answer."""

    wish: Wish


Heard = Understood | Unreadable
"""What was read in a typed line, for the question that was open."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The person came back to where screens are shown, and said nothing."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A command was given. `subject` is an appointment's or a service's id, where a door or a link named one; `words`
    are what was written beside the command, to be looked for where it offers a search.
    """

    at: datetime
    command: str
    subject: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Tapped:
    at: datetime
    token: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A line was typed. `heard` is what it says to the question in focus; None if it was not read, or none was open."""

    at: datetime
    text: str
    heard: Heard | Wished | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """Several questions of one screen were answered at once; by question, what was typed or picked, and what was heard.

    A choice is named by its button's token. With `pressed`, the token of a button, it is what stood there when that was
    pressed: nothing of it was sent, and nothing is refused.
    """

    at: datetime
    revision: int
    values: Mapping[str, str | tuple[str, ...]]
    heard: Mapping[str, Heard] = field(default_factory=dict)
    pressed: str = ""


class Trace(StrEnum):
    """What the calendar shows of a write that got no answer. Evidence, no proof: it may still arrive."""

    NONE = "none"  # all is as it was before
    SEEN = "seen"  # all is as the write would have it, or somebody else
    UNCLEAR = "unclear"  # nothing can be seen


@dataclass(frozen=True, slots=True)
class Found:
    at: datetime
    call: Call
    result: Offer | tuple[FormField, ...] | Appointment | Trace


@dataclass(frozen=True, slots=True)
class Settled:
    """A write was carried out; its appointment is stored."""

    at: datetime
    call: Write
    appointment: str


class Reason(StrEnum):
    """Why the calendar refused, by what can be done about it."""

    HOUR_TAKEN = "hour taken"  # another hour
    DATE_PAST = "date past"  # another day or hour
    SERVICE_GONE = "service gone"  # back to the services
    FORM_CHANGED = "form changed"  # read the form again
    FIELD_REFUSED = "field refused"  # this field, within its limit
    TOKEN_SPENT = "token spent"  # noqa: S105 cancelled, moved or over: nothing to do with this appointment
    KEY_REFUSED = "key refused"  # the operator's matter
    AWAY = "away"  # it never got there: later
    BOOKED_OFTEN = "booked often"  # by this person in a day: tomorrow
    MANY_COMING = "many coming"  # of this person's: when one is over
    NOT_ACCEPTED = "not accepted"  # anything else


@dataclass(frozen=True, slots=True)
class Refused:
    """`blamed` is the API's id or name of the field refused, `limit` how many characters it takes, where it said so."""

    at: datetime
    call: Call
    reason: Reason
    blamed: str | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No answer, or none that can be understood. A write may have been carried out: it is in doubt."""

    at: datetime
    call: Call


@dataclass(frozen=True, slots=True)
class Delayed:
    """Others are asking too: the answer takes its time."""

    at: datetime
    call: Call


Event = Returned | Opened | Tapped | Typed | Filled | Found | Settled | Refused | Unanswered | Delayed
