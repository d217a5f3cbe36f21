"""All that moves a conversation: `advance` makes the next session of a session and an event. Nothing is asked here.

Every event goes through `advance`, and nothing that a person, a platform or the calendar sends makes it raise.

A question in focus waits for its choices (`waiting` holds a read), a confirmed summary for its write; there is no other
waiting. A read's answer counts only while it is waited for. A write is never sent again but by the person's own word:
without an answer it is in doubt (`failed` holds it) and stays as it was confirmed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from math import ceil
from typing import assert_never

from conversations.calls import WRITES, Call, Cancel, FindInfo, Reschedule, SetLanguage, SetZone
from conversations.drawing import PATIENCE, show
from conversations.events import (
    Delayed,
    Event,
    Filled,
    Found,
    Heard,
    Opened,
    Reason,
    Refused,
    Returned,
    Settled,
    Tapped,
    Typed,
    Unanswered,
    Unreadable,
    Wished,
)
from conversations.forms import Ending, Field, Go, Tell
from conversations.kinds import SILENT, FormField, Kind
from conversations.menu import CONVERSATIONS
from conversations.offers import Choice, Offer, base36, short
from conversations.path import behind, choices, conversation, focus, in_doubt, path, picked, sought
from conversations.people import Appointment, Person, State, kept
from conversations.screens import (
    Answer,
    Back,
    Change,
    Confirm,
    Join,
    Leave,
    Look,
    Open,
    Pick,
    Press,
    Resume,
    Retry,
)
from conversations.session import Session
from conversations.texts import Text, say, say_many
from conversations.wishes import Wish, fitting, left, refused_by
from conversations.zones import beginning, zone_of

LONGEST = 60
"""Characters of the words that are looked for."""

OLD = say("That button is from an earlier message. This is where we are now.")

PASSED = say("This hour has passed. Please choose another.")

CROWDED = say("Many people are asking right now. Please stay: it is your turn in a moment.")

TWO_DOUBTS = say("Two things are not known to have arrived. Please send one of them again first, or leave it.")

NOTICES: dict[Reason, Text] = {
    Reason.HOUR_TAKEN: say("Sorry, this hour has just been taken. Nothing else is lost: please choose another."),
    Reason.DATE_PAST: say("This date has passed. Please choose another."),
    Reason.SERVICE_GONE: say("This service is not offered any more. Please choose another."),
    Reason.FORM_CHANGED: say("The questions have changed meanwhile. Your answers are kept where they still fit."),
    Reason.FIELD_REFUSED: say("One of the answers was not accepted."),
    Reason.TOKEN_SPENT: say("This appointment cannot be changed any more: it was cancelled, moved or has begun."),
    Reason.KEY_REFUSED: say("Appointments are not available right now. The fault is ours; nothing was changed."),
    Reason.AWAY: say("The calendar cannot be reached right now. Nothing was changed; please try again in a moment."),
    Reason.NOT_ACCEPTED: say("The calendar did not accept this. Nothing was changed."),
}


def advance(person: Person, session: Session, event: Event) -> Session:
    """The next session. `revision` rises with something new to be seen; a notice alone leaves the buttons valid."""
    # A new session, or one whose conversation is no longer known, stands at the menu.
    before = replace(session, at=event.at, over=session.over or not conversation(session).fields)
    match event:
        case Returned() | Opened() | Tapped() | Typed() | Filled():
            after = _did(person, replace(before, notice=None), event)
        case Found() | Settled() | Refused() | Unanswered():
            after = _heard_back(person, before, event)
        case Delayed(call=call):
            after = replace(before, notice=CROWDED) if call == before.waiting else before
        case _:
            assert_never(event)
    after = _onward(person, after)
    new = replace(after, notice=None) != replace(before, notice=None)
    return replace(after, revision=session.revision + 1) if new else after


# What a person did.


def _did(person: Person, session: Session, event: Returned | Opened | Tapped | Typed | Filled) -> Session:
    if isinstance(event, Returned):
        return session
    if isinstance(session.waiting, WRITES):
        return replace(session, notice=say("One moment, please: this is on its way and cannot be stopped any more."))
    match event:
        case Opened(command=command, subject=subject):
            return _open(session, command, subject)
        case Tapped(token=token):
            button = next((each for each in show(person, session).presses() if each.token == token), None)
            return _press(person, session, button.means) if button else replace(session, notice=OLD)
        case Typed(text=text, heard=heard):
            return _type(person, session, text, heard)
        case Filled():
            return _fill(person, session, event)
        case _:
            assert_never(event)


def _open(session: Session, command: str, subject: str | None) -> Session:
    if command not in CONVERSATIONS:
        return replace(session, notice=say("I do not know /{command}.", command=command))
    if in_doubt(session) and session.aside and in_doubt(session.aside):
        return replace(session, notice=TWO_DOUBTS)
    opened = _fresh(session, command)
    return replace(opened, wanted=subject, aside=_aside(session), over=not conversation(opened).fields)


def _fresh(session: Session, command: str) -> Session:
    return Session(key=session.key, at=session.at, revision=session.revision, conversation=command, aside=session.aside)


def _aside(session: Session) -> Session | None:
    """What can be gone on with later: this conversation if anything was answered in it, unless another is in doubt."""
    doubt = session.aside and in_doubt(session.aside)
    if session.over or doubt or not session.answers:
        return session.aside
    failed = in_doubt(session)
    return replace(session, waiting=None, failed=failed, why=None, offer=None, aside=None, notice=None, revision=0)


def _press(person: Person, session: Session, press: Press) -> Session:
    match press:
        case Answer(field=name, choice=choice):
            return _answer(session, _field(session, name), choice)
        case Pick(field=name, value=value):
            return _pick(session, _field(session, name), value)
        case Look(field=name, word=word):
            return _look(session, name, word)
        case Change(field=name):
            return _reopen(session, name)
        case Back():
            field = behind(session)
            return _reopen(session, field.name) if field else session
        case Leave():
            return _leave(session)
        case Confirm():
            return _confirm(person, session)
        case Retry():
            return _retry(session)
        case Resume():
            return _resume(session)
        case Open(command=command, subject=subject):
            return _open(session, command, subject)
        case Join(appointment=appointment):
            return _open(session, "appointments", appointment)
        case _:
            assert_never(press)


def _look(session: Session, name: str, word: str) -> Session:
    errors = {each: why for each, why in session.errors.items() if each != name}
    return replace(session, looking={**session.looking, name: word}, errors=errors, wish=None)


def _type(person: Person, session: Session, text: str, heard: Heard | Wished | None) -> Session:
    field = focus(session)
    if session.over:
        return _open(session, "start", None)
    if heard is None or field is None or session.waiting or session.failed:
        notice = heard.why if isinstance(heard, Unreadable) else say("Please use the buttons to go on.")
        return replace(session, notice=notice)
    if isinstance(heard, Wished):
        return _wish(person, session, field, heard.wish)
    words = " ".join(text.split())[:LONGEST]
    if isinstance(heard, Unreadable) and field.searches and words:
        return _look(session, field.name, f"0?{words}")
    return _take(person, session, field, heard)


def _wish(person: Person, session: Session, field: Field, wish: Wish) -> Session:
    """Goes to where the wish can be met: to the question for the day, and to the month of that day."""
    day = next((each for each in path(session) if each.kind is Kind.DAY), field)
    errors = {each: why for each, why in session.errors.items() if each != field.name}
    chosen = _local_day(session, day, person.zone)
    if not wish.days or wish.days == (chosen,):
        return replace(session, wish=replace(wish, days=()), errors=errors)
    session = _reopen(session, day.name) if day.name in session.answers else session
    month = f"{wish.days[0]:%Y-%m}"
    here = session.offer.here if session.offer else ""
    looking = session.looking if month == here else {**session.looking, day.name: month}
    return replace(session, wish=wish, errors=errors, looking=looking)


def _local_day(session: Session, day: Field, zone: str) -> date | None:
    answer = session.answers.get(day.name)
    return answer.value.astimezone(zone_of(zone)).date() if answer and isinstance(answer.value, datetime) else None


def _fill(person: Person, session: Session, filled: Filled) -> Session:
    """Each answer in turn, as if it had been given alone."""
    if filled.revision != session.revision:
        return replace(session, notice=OLD)
    for question in show(person, session).questions:
        if question.name in filled.heard:
            session = _take(person, session, _field(session, question.name), filled.heard[question.name])
    return session


def _take(person: Person, session: Session, field: Field, heard: Heard) -> Session:
    """Takes an answer if it can be one, or says beside the question why not."""
    if isinstance(heard, Unreadable):
        return _blame(session, field, heard.why)
    refusal = field.limits.refusal(heard.choice.value)
    if refusal:
        return _blame(session, field, refusal)
    choice = _offered(person, session, field, heard.choice)
    if choice is None:
        return _blame(session, field, say("This cannot be an answer here. Please use the buttons or try again."))
    return _answer(session, field, choice)


def _offered(person: Person, session: Session, field: Field, choice: Choice) -> Choice | None:
    """The answer as it was offered, in its words; None if it was not, or does not fit."""
    if not field.fits(choice):
        return None
    if field.offers is None or field.kind is Kind.CHOICES or choice.value is None:
        return choice
    offered = choices(person, session, field)
    return next((each for each in offered if (each.value, each.also) == (choice.value, choice.also)), None)


def _blame(session: Session, field: Field, why: Text) -> Session:
    """Says beside a question why its answer was not taken. One that was answered before is open again."""
    reopened = field.name if field.name in session.answers else None
    return replace(session, errors={**session.errors, field.name: why}, reopened=session.reopened or reopened)


def _reopen(session: Session, name: str) -> Session:
    """Opens an answered question again. Its answer stands until another is given."""
    value = session.answers[name].value
    picked = value if isinstance(value, tuple) else ()
    again = replace(session, reopened=name, picked=picked, offer=None, wish=None)
    return replace(again, waiting=None, failed=None, why=None, errors={})


def _pick(session: Session, field: Field, value: str) -> Session:
    """Takes an option or puts it back. Options are picked of one question at a time, which comes into focus."""
    before = picked(session, field)
    marked = tuple(each for each in before if each != value) if value in before else (*before, value)
    return replace(session, picked=marked, reopened=field.name)


def _leave(session: Session) -> Session:
    if in_doubt(session):
        farewell = say("Left. Whether it arrived is still not known: please watch for an e-mail.")
    else:
        farewell = conversation(session).left
    return replace(_fresh(session, session.conversation), over=True, notice=farewell)


def _confirm(person: Person, session: Session) -> Session:
    if _still_true(person, session) != session:
        return session  # what follows by itself takes the answer back, and says why
    return _end(person, session)


def _end(person: Person, session: Session) -> Session:
    """What the answers stand for: a write to wait for, something to keep, another conversation, an appointment."""
    ends = conversation(session).ends
    return _ended(session, ends(person, session, _write_key(session))) if ends else session


def _ended(session: Session, ending: Ending) -> Session:
    over = replace(_fresh(session, session.conversation), over=True)
    match ending:
        case Go(command=command, subject=subject):
            return _open(over, command, subject)
        case Tell(appointment=appointment):
            return replace(over, outcome=appointment, notice=session.notice)
        case SetLanguage() | SetZone():
            resumed = _resume(over) if session.aside else over
            return replace(resumed, keep=ending, notice=conversation(session).done)
        case _:
            return replace(session, waiting=ending)


def _write_key(session: Session) -> str:
    return f"{session.key}-{base36(session.revision)}"


def _retry(session: Session) -> Session:
    call = session.failed
    if not isinstance(call, WRITES):
        return replace(session, failed=None, why=None)
    left = PATIENCE - (session.at - (session.failed_at or session.at))
    if left.total_seconds() > 0:
        seconds = ceil(left.total_seconds())
        wait = say_many(
            "Please give the e-mail {number} more second to arrive.",
            "Please give the e-mail {number} more seconds to arrive.",
            seconds,
        )
        return replace(session, notice=wait)
    return replace(session, failed=None, failed_at=None, waiting=replace(call, key=_write_key(session)))


def _resume(session: Session) -> Session:
    aside = _aside(replace(session, aside=None))
    return replace(session.aside or session, at=session.at, revision=session.revision, aside=aside)


# What the calendar answered.


def _heard_back(person: Person, session: Session, event: Found | Settled | Refused | Unanswered) -> Session:
    if session.aside and event.call == in_doubt(session.aside):
        # What was booked is told by its card. What was not can be gone on with, where the refusal leaves it.
        aside = None if isinstance(event, Settled) else _heard_back(person, session.aside, event)
        return replace(session, aside=aside)
    if event.call != session.waiting and event.call != in_doubt(session):
        return session
    match event:
        case Found(result=result):
            return _found(person, session, result)
        case Settled(appointment=appointment):
            return replace(_fresh(session, session.conversation), over=True, outcome=appointment)
        case Refused():
            return _refused(person, replace(session, waiting=None, failed=None, failed_at=None, offer=None), event)
        case Unanswered(at=at):
            return _unanswered(session, at)
        case _:
            assert_never(event)


def _found(person: Person, session: Session, result: Offer | tuple[FormField, ...] | Appointment) -> Session:
    session = replace(session, waiting=None, notice=None if session.notice == CROWDED else session.notice)
    match result:
        case Offer():  # what is forgotten now takes an older offer with it, not this one
            return replace(_put_right(person, session), offer=result)
        case tuple():
            return _form_found(session, result)
        case Appointment():
            changeable = result.state is State.BOOKED and result.start > session.at
            if conversation(session).changes and not changeable:
                session = replace(session, notice=_spent(result, session.at))
            return _known(session)
        case _:
            assert_never(result)


def _known(session: Session) -> Session:
    return _answer(session, _standing(session, Kind.INFO), Choice(""), unasked=True)


def _form_found(session: Session, form: tuple[FormField, ...]) -> Session:
    """The form's questions take their place. Answers given to an earlier form stay, by name, where they still fit."""
    standing = _standing(session, Kind.FORM)
    session = _answer(replace(session, form=form), standing, Choice(""), unasked=True)
    parts = {field.name: field for field in path(session) if field.part_of == standing.name}
    prefix = f"{standing.name}."
    kept = {
        name: choice
        for name, choice in session.answers.items()
        if not name.startswith(prefix) or (name in parts and parts[name].fits(choice))
    }
    return replace(session, answers=kept, picked=())


def _standing(session: Session, kind: Kind) -> Field:
    return next(field for field in path(session) if field.kind is kind)


def _refused(person: Person, session: Session, refused: Refused) -> Session:
    """Takes back the answer that the refusal is about, and says why. The rest stays."""
    notice = _notice(person, refused)
    typed = (field for field in path(session) if field.part_of or (field.offers is None and field.kind not in SILENT))
    blamed = next((field for field in typed if refused.blamed in _api_names(field)), None)
    if refused.reason is Reason.FIELD_REFUSED and refused.blamed and blamed and blamed.name in session.answers:
        return _blame(_reopen(session, blamed.name), blamed, _rule(refused))
    undone = next((field for field in path(session) if refused.reason in field.undone_by), None)
    here = focus(session)
    # What was asked for the question in focus is not about its answer: opened again, it would ask the same for ever.
    itself = not isinstance(refused.call, WRITES) and undone and here and undone.name == here.name
    if undone and undone.name in session.answers and not itself:
        # Opened by hand, so that the only choice, perhaps the refused one, is not taken unasked: that would never end.
        lost = {undone.name: session.answers[undone.name]}
        looking = {name: word for name, word in session.looking.items() if name != undone.name}
        session = _forget(replace(session, looking=looking), undone.name)
        return replace(session, reopened=undone.name, lost=lost, notice=notice)
    if isinstance(refused.call, WRITES):
        return replace(session, notice=notice)
    choosing = refused.reason in (Reason.DATE_PAST, Reason.HOUR_TAKEN, Reason.SERVICE_GONE)  # where nothing is offered
    return _unread(session, refused.call, refused.at, NOTICES[Reason.NOT_ACCEPTED] if choosing else notice)


def _notice(person: Person, refused: Refused) -> Text:
    about = refused.call.appointment if isinstance(refused.call, FindInfo | Reschedule | Cancel) else ""
    appointment = person.appointment(about)
    spent = refused.reason is Reason.TOKEN_SPENT and appointment
    return _spent(spent, refused.at) if spent else NOTICES[refused.reason]


def _spent(appointment: Appointment, at: datetime) -> Text:
    """One refusal covers all this; what is known here tells it apart."""
    match appointment.state:
        case State.CANCELLED:
            return say("This appointment cannot be changed any more: it is cancelled.")
        case _ if appointment.end <= at:
            return say("This appointment cannot be changed any more: it is over.")
        case _ if appointment.start <= at:
            return say("This appointment cannot be changed any more: it has begun.")
        case _:
            return say("This appointment cannot be changed any more: it was cancelled or moved elsewhere.")


def _api_names(field: Field) -> tuple[str, str]:
    return field.id, field.name.removeprefix(f"{field.part_of}.")


def _rule(refused: Refused) -> Text:
    if refused.limit is None:
        return say("This answer was not accepted. Please give another.")
    return say_many(
        "This answer is too long: {number} character is the most.",
        "This answer is too long: {number} characters are the most.",
        refused.limit,
    )


def _unanswered(session: Session, at: datetime) -> Session:
    if session.waiting is None:
        return session
    call = session.waiting
    if isinstance(call, WRITES):
        return replace(session, waiting=None, failed=call, failed_at=at)
    why = say("The calendar does not answer. Nothing you said is lost.")
    return _unread(replace(session, waiting=None), call, at, why)


def _unread(session: Session, call: Call, at: datetime, why: Text) -> Session:
    """A read failed: it is asked again by the person's word, or done without."""
    if isinstance(call, FindInfo) and _standing(session, Kind.INFO).optional:
        return _known(replace(session, notice=why))
    return replace(session, failed=call, failed_at=at, why=why)


# What follows by itself.


def _onward(person: Person, session: Session) -> Session:
    """Gives the answers that need no asking, and asks the calendar for what the question in focus offers."""
    # What goes on in another zone must not first ask in the old one.
    person = kept(person, session.keep) if session.keep else person
    while not (session.over or session.waiting or session.failed):
        session = _put_right(person, session)
        field = focus(session)
        if field is None and conversation(session).confirm is None:
            return _onward(person, _end(person, session))
        if field is None or field.offers is None:
            return session
        offers = field.offers(person, session)
        if not isinstance(offers, tuple):
            if session.offer is None or session.offer.call != offers:
                return replace(session, waiting=offers, offer=None)
            offers = session.offer.choices
        if session.wanted and field.name in (conversation(session).subject, conversation(session).further):
            session = _wanted(session, field, offers)
            continue
        if session.wish:
            granted = _granted(person, session, field, offers)
            if granted == session:
                return session
            session = granted
            continue
        choice = _without_asking(session, field, offers)
        if choice is None:
            return session
        session = _answer(session, field, choice, unasked=not sought(session, field))
    return session


def _put_right(person: Person, session: Session) -> Session:
    """Takes back, one after the other, what is not true any more."""
    while (right := _still_true(person, _rezoned(person, session))) != session:
        session = right
    return session


def _wanted(session: Session, field: Field, offers: tuple[Choice, ...]) -> Session:
    """Answers what a door named. Without it the question is opened by hand, so that no other takes its place."""
    wanted, further = session.wanted or "", conversation(session).further not in (None, field.name)
    named = {short(each.value): each for each in offers}
    word = next((word for word in named if wanted == word or (further and wanted.startswith(f"{word}-"))), None)
    if word is not None:
        choice, rest = named[word], wanted[len(word) + 1 :]
        return _answer(replace(session, wanted=rest or None), field, choice, unasked=True)
    if field.searches and session.offer and session.offer.after:
        return _look(session, field.name, session.offer.after)  # it may stand on a later page
    here = {name: word for name, word in session.looking.items() if name != field.name}
    gone = say("What that button was for is not there any more.")
    return replace(session, wanted=None, reopened=field.name, notice=gone, looking=here)


def _granted(person: Person, session: Session, field: Field, offers: tuple[Choice, ...]) -> Session:
    """Meets a wish with what is free: answers where only one thing can be meant, says so where nothing is free.

    Otherwise the session stays as it is: the person must choose among what fits.
    """
    wish, found = session.wish, fitting(field.kind, offers, session.wish, person.zone)
    if wish is None or not (wish.days if field.kind is Kind.DAY else wish.times if field.kind is Kind.HOUR else ()):
        return session if wish and field.kind is Kind.DAY else replace(session, wish=None)
    if not found:
        day = _local_day(session, _before(session, field), person.zone)
        why = refused_by(field.kind, wish, day, person.zone)
        # Where nothing at all is free, nobody wants to be left.
        looking = {each: word for each, word in session.looking.items() if offers or each != field.name}
        return replace(session, wish=None, looking=looking, errors={**session.errors, field.name: why})
    sure = len(wish.days) == 1 if field.kind is Kind.DAY else wish.clear
    return _answer(session, field, found[0]) if sure and len(found) == 1 else session


def _before(session: Session, hour: Field) -> Field:
    """The question for the day of an hour."""
    return next((each for each in path(session) if each.kind is Kind.DAY and each.name in hour.after), hour)


def _without_asking(session: Session, field: Field, offers: tuple[Choice, ...]) -> Choice | None:
    """The only choice there is, where it goes without saying or a line has named it."""
    if len(offers) != 1:
        return None
    alone = field.sole and field.name != session.reopened
    words = sought(session, field)
    named = words and str(offers[0].label).casefold() == words.casefold()
    return offers[0] if alone or named else None


def _rezoned(person: Person, session: Session) -> Session:
    """A day begins elsewhere in another zone: without an hour it is asked again, an hour stays the instant it is."""
    if session.zone == person.zone:
        return session
    for field in path(session) if session.zone else ():
        if field.kind is not Kind.DAY or field.name not in session.answers:
            continue
        hour = _hour(session, field)
        if hour is None:
            session = _forget(session, field.name)
            continue
        day = hour.astimezone(zone_of(person.zone)).date()
        session = replace(session, answers={**session.answers, field.name: Choice(beginning(day, person.zone))})
    return replace(session, zone=person.zone, looking={}, wish=None)


def _hour(session: Session, day: Field) -> datetime | None:
    """The hour chosen on a day, or the one that was taken from it."""
    known = {**session.lost, **session.answers}
    hours = (known[field.name].value for field in path(session) if day.name in field.after and field.name in known)
    return next((hour for hour in hours if isinstance(hour, datetime)), None)


def _still_true(person: Person, session: Session) -> Session:
    """Takes back an answer that time or a change elsewhere has made impossible, and renews the words of the others."""
    for field in path(session):
        answer = session.answers.get(field.name)
        if answer is None:
            continue
        if field.kind is Kind.HOUR and isinstance(answer.value, datetime) and answer.value <= session.at:
            return replace(_forget(session, field.name), notice=PASSED)
        offers = field.offers(person, session) if field.offers else None
        if not isinstance(offers, tuple) or field.part_of:
            continue
        standing = next((each for each in offers if each.value == answer.value), None)
        if standing is None:
            return _forget(session, field.name)
        session = replace(session, answers={**session.answers, field.name: standing})  # in the words of today
    return session


def _field(session: Session, name: str) -> Field:
    return next(field for field in path(session) if field.name == name)


def _answer(session: Session, field: Field, choice: Choice, *, unasked: bool = False) -> Session:
    """Gives a question its answer, and others theirs that come with it."""
    given = {field.name: replace(choice, also=()), **dict(choice.also)}
    stand = {name: session.answers[name] for name in field.after if name in session.answers}
    for each in path(session):
        if each.name in given:
            session = _give(session, each, given[each.name], unasked=unasked)
    # An hour with another agent is still of its day.
    return replace(session, answers={**stand, **session.answers})


def _give(session: Session, field: Field, choice: Choice, *, unasked: bool) -> Session:
    """Another answer than before undoes all that hung on the old one."""
    here = focus(session)
    standing = session.answers.get(field.name)
    if standing and standing.value != choice.value:
        session = _forget(session, field.name)
    others = tuple(name for name in session.unasked if name != field.name)
    return replace(
        session,
        answers={**session.answers, field.name: choice},
        unasked=(*others, field.name) if unasked else others,
        reopened=None if session.reopened == field.name else session.reopened,
        errors={name: why for name, why in session.errors.items() if name != field.name},
        looking={name: word for name, word in session.looking.items() if name != field.name or not field.searches},
        lost={},
        offer=None,
        wish=left(session.wish, field.kind),
        picked=() if here and here.name == field.name else session.picked,
    )


def _forget(session: Session, name: str) -> Session:
    """Drops an answer and all that hangs on it. No other function removes an answer."""
    for field in path(session):
        if name in field.after:
            session = _forget(session, field.name)
    forgotten = next(field for field in path(session) if field.name == name)
    return replace(
        session,
        answers={each: choice for each, choice in session.answers.items() if each != name},
        unasked=tuple(each for each in session.unasked if each != name),
        looking={each: word for each, word in session.looking.items() if name not in _hung(session, each)},
        lost={each: choice for each, choice in session.lost.items() if each != name},
        form=None if forgotten.kind is Kind.FORM else session.form,
        reopened=None if session.reopened == name else session.reopened,
        offer=None,
    )


def _hung(session: Session, name: str) -> tuple[str, ...]:
    return next((field.after for field in path(session) if field.name == name), ())
