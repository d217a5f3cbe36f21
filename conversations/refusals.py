"""What is left of a session when the calendar refuses or is silent, and what is said of it. Nothing is asked here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from conversations.answers import blame, forget, known, reopen, silent
from conversations.calls import WRITES, Call, Cancel, FindInfo, FindTrace, Reschedule
from conversations.characters import seen
from conversations.events import Reason, Refused
from conversations.forms import Field
from conversations.kinds import SILENT, Kind
from conversations.offers import Choice
from conversations.path import focus, in_doubt, path
from conversations.people import Person
from conversations.session import Session
from conversations.standing import SPENT, spent
from conversations.texts import Text, say, say_many

NOTICES: dict[Reason, Text] = {
    Reason.HOUR_TAKEN: say("Sorry, this hour has just been taken. Nothing else is lost: please choose another."),
    Reason.DATE_PAST: say("This date has passed. Please choose another."),
    Reason.SERVICE_GONE: say("This service is not offered any more. Please choose another."),
    Reason.FORM_CHANGED: say("The questions have changed meanwhile. Your answers are kept where they still fit."),
    Reason.FIELD_REFUSED: say("One of the answers was not accepted."),
    Reason.TOKEN_SPENT: SPENT,
    Reason.KEY_REFUSED: say("Appointments are not available right now. The fault is ours; nothing was changed."),
    Reason.AWAY: say("The calendar cannot be reached right now. Nothing was changed; please try again in a moment."),
    Reason.BOOKED_OFTEN: say("I do not book more for one person in a day. Nothing was booked: come back tomorrow."),
    Reason.MANY_COMING: say(
        "You have as many appointments ahead as I keep for one person. Nothing was booked: cancel one first, or come "
        "back when one is over."
    ),
    Reason.NOT_ACCEPTED: say("The calendar did not accept this. Nothing was changed."),
}


def refused(person: Person, session: Session, refusal: Refused) -> Session:
    """Takes back the answer that the refusal is about, and says why. The rest stays."""
    notice = _notice(person, refusal)
    typed = (field for field in path(session) if field.part_of or (field.offers is None and field.kind not in SILENT))
    blamed = next((field for field in typed if refusal.blamed in _api_names(field)), None)
    if refusal.reason is Reason.FIELD_REFUSED and refusal.blamed and blamed and blamed.name in session.answers:
        lost = {blamed.name: session.answers[blamed.name]}
        return replace(blame(reopen(session, blamed.name), blamed, _rule(refusal, lost[blamed.name])), lost=lost)
    undone = next((field for field in path(session) if refusal.reason in field.undone_by), None)
    here = focus(session)
    # What was asked for the question in focus is not about its answer: opened again, it would ask the same for ever.
    itself = not isinstance(refusal.call, WRITES) and undone and here and undone.name == here.name
    if undone and undone.name in session.answers and not itself:
        # Opened by hand, so that the only choice, perhaps the refused one, is not taken unasked: that would never end.
        lost = {undone.name: session.answers[undone.name]}
        looking = {name: word for name, word in session.looking.items() if name != undone.name}
        session = forget(replace(session, looking=looking), undone.name)
        return replace(session, reopened=undone.name, lost=lost, notice=notice)
    if isinstance(refusal.call, WRITES):
        return replace(session, notice=notice)
    choosing = refusal.reason in (Reason.DATE_PAST, Reason.HOUR_TAKEN, Reason.SERVICE_GONE)  # where nothing is offered
    return _unread(session, refusal.call, refusal.at, NOTICES[Reason.NOT_ACCEPTED] if choosing else notice)


def _notice(person: Person, refusal: Refused) -> Text:
    if refusal.reason is Reason.TOKEN_SPENT and isinstance(refusal.call, FindInfo | Reschedule | Cancel):
        return spent(person, refusal.call.appointment, refusal.at)
    return NOTICES[refusal.reason]


def _api_names(field: Field) -> tuple[str, str]:
    return field.id, field.name.removeprefix(f"{field.part_of}.")


def _rule(refusal: Refused, answer: Choice) -> Text:
    if refusal.limit is None:
        return say("This answer was not accepted. Please give another.")
    if isinstance(answer.value, str) and seen(answer.value) <= refusal.limit:
        return say_many(
            "This answer is too long: {number} character is the most. The calendar counts an emoji as several.",
            "This answer is too long: {number} characters are the most. The calendar counts an emoji as several.",
            refusal.limit,
        )
    return say_many(
        "This answer is too long: {number} character is the most.",
        "This answer is too long: {number} characters are the most.",
        refusal.limit,
    )


def unanswered(session: Session, at: datetime) -> Session:
    """A write without an answer is in doubt, and stays as it was confirmed: what the calendar shows of it is asked."""
    call = session.waiting
    if call is None or in_doubt(session):  # it is known already
        return session
    if isinstance(call, WRITES):
        return replace(session, waiting=FindTrace(call), failed=call, failed_at=at, trace=None)
    why = say("The calendar does not answer. Nothing you said is lost.")
    return _unread(replace(session, waiting=None), call, at, why)


def _unread(session: Session, call: Call, at: datetime, why: Text) -> Session:
    """A read failed: it is asked again by the person's word, or done without."""
    if isinstance(call, FindInfo) and silent(session, Kind.INFO).optional:
        return known(replace(session, notice=why))
    return replace(session, failed=call, failed_at=at, why=why)
