"""What can go wrong with the calendar, by what is known of it afterwards. Nothing is asked or said here.

    CalendarError
    ├── Refusal    the calendar said no: nothing was changed; `reason` says what can be done
    ├── NotSent    it never got there: nothing was changed
    └── NoAnswer   no answer, or none that can be understood: a read can be repeated, a write is in doubt

No error holds a token, a URL or words of the API, which may repeat what a person wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.calendar.operations import ABOUT_A_SERVICE, MONTHS, SCHEDULES, Key, Operation
from conversations.calls import Call
from conversations.events import Reason, Refused, Unanswered

HONEYPOT = "videsk_essential"
"""An element of submitted forms that people do not see and that must be empty."""

LONGEST_REASON = 1000
SPENT = "token is not valid any more"
"""What the API says of the token of an appointment that was cancelled, moved or is over. In other words a 401 says only
that the token was not recognised, and nothing of the appointment.
"""

_ELEMENT = re.compile(r"""element\s+["'“]([^"'”]+)["'”]""")
_CHARACTERS = re.compile(r"characters\D*(\d+)")


class CalendarError(Exception):
    """`again`: a read may be repeated, not before `after` seconds have passed, where the calendar said so."""

    def __init__(self, why: str, *, again: bool = False, after: float | None = None) -> None:
        super().__init__(why)
        self.again = again
        self.after = after


class Refusal(CalendarError):
    """`blamed` is the API's id of the field refused, or the question's name; `limit` how many characters it takes."""

    def __init__(
        self,
        reason: Reason,
        blamed: str | None = None,
        limit: int | None = None,
        *,
        again: bool = False,
        after: float | None = None,
    ) -> None:
        super().__init__(reason.value, again=again, after=after)
        self.reason = reason
        self.blamed = blamed
        self.limit = limit


class NotSent(CalendarError):
    pass


class NoAnswer(CalendarError):
    pass


@dataclass(frozen=True, slots=True)
class Problem:
    """The body that the API sends with an error, as far as it tells one from another."""

    message: str
    subject: str

    @classmethod
    def of(cls, body: object) -> Problem | None:
        """None if the body is not the API's own: a proxy or a firewall spoke."""
        if not isinstance(body, Mapping) or not isinstance(message := body.get("message"), str):
            return None
        subject = body.get("data")
        return cls(message, subject if isinstance(subject, str) else "")


def judged(operation: Operation, status: int, problem: Problem | None, after: float | None = None) -> CalendarError:
    """What an answer that is not a success means.

    5xx: the API broke while it worked, perhaps after the deed. 408: it, or a proxy, gave up waiting, for the request or
    for whoever carries it out. 3xx: "see other" is what some say after a deed. All of these leave a write in doubt.
    429 is said before anything is done, and every other 4xx says that the request was not carried out.
    """
    if status >= 500 or status == 408:
        return NoAnswer(f"status {status}", again=True, after=after)
    if status < 400:
        return NoAnswer(f"status {status}")
    if status == 429:
        return Refusal(Reason.AWAY, again=True, after=after)
    return _refusal(operation, status, problem)


def _refusal(operation: Operation, status: int, problem: Problem | None) -> Refusal:
    match status:
        case 401 | 403 if operation.key is Key.API:
            return Refusal(Reason.KEY_REFUSED)
        case 401 if problem and SPENT in problem.message:
            return Refusal(Reason.TOKEN_SPENT)
        case 404 if operation is Operation.FORM:
            # Which segment is asked is the operator's setting.
            return Refusal(Reason.KEY_REFUSED)
        case 404 if problem and operation in ABOUT_A_SERVICE:
            return Refusal(Reason.SERVICE_GONE)
        case 409 if operation in SCHEDULES or operation is Operation.RESCHEDULE:
            return Refusal(Reason.HOUR_TAKEN)
        case 400 | 422 if problem and operation is Operation.CANCEL:
            return _cancel_refused(problem)
        case 400 | 422 if problem:
            return _input_refused(operation, problem)
    return Refusal(Reason.NOT_ACCEPTED)


def _cancel_refused(problem: Problem) -> Refusal:
    # The message repeats what the person wrote: nothing else may be read from it.
    if "cancelReason" in problem.message:
        return Refusal(Reason.FIELD_REFUSED, "reason", LONGEST_REASON)
    return Refusal(Reason.NOT_ACCEPTED)


def _input_refused(operation: Operation, problem: Problem) -> Refusal:
    if problem.subject == "dateInPast":
        return Refusal(Reason.DATE_PAST)
    if problem.subject == "date" and operation not in MONTHS:
        # We write dates as the page does: an instant that is refused all the same is one that can't be had.
        return Refusal(Reason.DATE_PAST)
    if operation in SCHEDULES:
        return _booking_refused(problem)
    return Refusal(Reason.NOT_ACCEPTED)


def _booking_refused(problem: Problem) -> Refusal:
    message = problem.message
    if HONEYPOT in message or HONEYPOT in problem.subject:
        return Refusal(Reason.NOT_ACCEPTED, HONEYPOT)
    if element := _ELEMENT.search(message):
        characters = _CHARACTERS.search(message)
        return Refusal(Reason.FIELD_REFUSED, element[1], int(characters[1]) if characters else None)
    if "not as field" in message:
        return Refusal(Reason.FORM_CHANGED)
    if "service id" in message:
        return Refusal(Reason.SERVICE_GONE)
    if '"referrer"' in message:
        # The page that carries the widget is the operator's setting.
        return Refusal(Reason.KEY_REFUSED)
    return Refusal(Reason.NOT_ACCEPTED)


def answer(call: Call, error: CalendarError, at: datetime) -> Refused | Unanswered:
    """The event that an error is for the conversation."""
    match error:
        case Refusal(reason=reason, blamed=blamed, limit=limit):
            return Refused(at, call, reason, blamed, limit)
        case NotSent():
            return Refused(at, call, Reason.AWAY)
        case _:
            return Unanswered(at, call)
