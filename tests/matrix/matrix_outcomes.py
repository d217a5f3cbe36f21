"""What a person meets when the calendar errs: what is said, what is asked again, how it goes on. Nothing is played.

The sentences are written out, so that one that was changed by mistake is found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from matrix_cells import API_KEY, TOKEN, Cell, Pair
from matrix_crowd import Guest

from conversations.screens import Retry


class Way(StrEnum):
    """How a person goes on after an error."""

    TRY_AGAIN = "Try again"
    CONFIRM_AGAIN = "the summary stands: confirm again"
    ANSWER = "one question is open again"
    ANOTHER = "the appointment is gone: another one"
    STANDS = "the appointment stands, unconfirmed"
    UNHINDERED = "nothing was missed"


@dataclass(frozen=True)
class Outcome:
    """`again` are the questions whose answers are lost, rightly: no other may be asked a second time."""

    way: Way
    says: str = ""
    again: frozenset[str] = frozenset()


def answer(says: str, *again: str) -> Outcome:
    return Outcome(Way.ANSWER, says, frozenset(again))


FAULT_OURS = "Appointments are not available right now. The fault is ours; nothing was changed."
NOT_ACCEPTED = "The calendar did not accept this. Nothing was changed."
GONE = Outcome(
    Way.ANOTHER,
    "This appointment cannot be changed any more: it was cancelled or moved elsewhere.",
    frozenset({"day", "hour"}),
)
# The calendar has told of no appointment so early: nobody knows whether it ever does.
UNCONFIRMED = Outcome(Way.STANDS, "The calendar does not confirm this appointment now.")
PASSED = answer("This date has passed. Please choose another.", "day", "hour")
TAKEN = answer("Sorry, this hour has just been taken. Nothing else is lost: please choose another.", "hour")
REASON_TOO_LONG = answer("This answer is too long: 1000 characters are the most.", "reason")

READS: dict[str, Outcome] = {
    API_KEY: Outcome(Way.TRY_AGAIN, FAULT_OURS),
    TOKEN: UNCONFIRMED,
    "expired-appointment": UNCONFIRMED,
    "invalid-timezone": Outcome(Way.TRY_AGAIN, NOT_ACCEPTED),
    "invalid-time-zone": Outcome(Way.TRY_AGAIN, NOT_ACCEPTED),
    "invalid-date": PASSED,
    "date-is-in-the-past": PASSED,
}
# A month is asked at its beginning or now: there is no other one to be chosen.
MONTHS: dict[str, Outcome] = {
    **READS,
    "invalid-date": Outcome(Way.TRY_AGAIN, NOT_ACCEPTED),
    "date-is-in-the-past": Outcome(Way.TRY_AGAIN, NOT_ACCEPTED),
}
WRITES: dict[str, Outcome] = {
    API_KEY: Outcome(Way.CONFIRM_AGAIN, FAULT_OURS),
    TOKEN: Outcome(Way.CONFIRM_AGAIN, NOT_ACCEPTED),
    "cancellation-error": GONE,
    "rescheduling-error": GONE,
    "invalid-timezone": Outcome(Way.CONFIRM_AGAIN, NOT_ACCEPTED),
    "invalid-date": PASSED,
    "invalid-service-id": answer(
        "This service is not offered any more. Please choose another.", "service", "agent", "day", "hour"
    ),
    "error-in-form-fields-1": answer("This answer is too long: 50 characters are the most.", "form.firstname"),
    "error-in-form-fields-2": Outcome(
        Way.CONFIRM_AGAIN, "The questions have changed meanwhile. Your answers are kept where they still fit."
    ),
    "invalid-cancellation-reason-1": REASON_TOO_LONG,
    "invalid-cancellation-reason-2": REASON_TOO_LONG,
    "time-unavailable": TAKEN,
}
TABLE: dict[str, dict[str, Outcome]] = {
    **dict.fromkeys(("services", "service_hours", "user_hours", "info"), READS),
    **dict.fromkeys(("service_dates", "user_dates"), MONTHS),
    **dict.fromkeys(("schedule_service", "schedule_user", "reschedule", "cancel"), WRITES),
}


def expected(cell: Cell) -> Outcome:
    """What is due where an operation errs at a step. A KeyError is an empty cell."""
    taken = "near" in cell.step.name
    if cell.pair.operation in cell.step.besides:
        return TAKEN if taken else Outcome(Way.UNHINDERED)
    if cell.step.foretold and cell.pair.error == "expired-appointment":
        return GONE
    outcome = of(cell.pair)
    return replace(outcome, again=outcome.again | TAKEN.again) if taken else outcome


def of(pair: Pair) -> Outcome:
    return TABLE[pair.operation][pair.error]


SENTENCES = {outcome.says for row in TABLE.values() for outcome in row.values()}


def way(guest: Guest) -> Way:
    """Which way on a screen shows."""
    if guest.find(Retry):
        return Way.TRY_AGAIN
    if guest.sums_up:
        return Way.CONFIRM_AGAIN
    if guest.question is None:
        return Way.STANDS if UNCONFIRMED.says in guest.text else Way.ANOTHER
    return Way.ANSWER if any(sentence in guest.text for sentence in SENTENCES) else Way.UNHINDERED
