"""All that moves a conversation: `advance` makes the next session of a session and an event. Nothing is asked here.

Every event goes through `advance`, and nothing that a person, a platform or the calendar sends makes it raise.

A question in focus waits for its choices (`waiting` holds a read), a confirmed summary for its write; there is no other
waiting. A read's answer counts only while it is waited for. A write is never sent again but by the person's own word:
without an answer it is in doubt (`failed` holds it) and stays as it was confirmed.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import assert_never

from conversations.answers import answer, field_named, form_known, known, pick, reopen, take
from conversations.aside import asides, begun, in_front, set_aside, with_room
from conversations.calls import WRITES, Export, FindTrace, Forget, Invite, SetLanguage, SetZone
from conversations.doubt import PATIENCE
from conversations.drawing import show
from conversations.events import (
    Delayed,
    Event,
    Filled,
    Found,
    Heard,
    Opened,
    Refused,
    Returned,
    Settled,
    Tapped,
    Trace,
    Typed,
    Unanswered,
    Understood,
    Unreadable,
    Wished,
)
from conversations.forms import Ending, Field, Go, Tell
from conversations.granting import granted, wished
from conversations.kinds import FormField, Kind
from conversations.menu import CONVERSATIONS
from conversations.offers import Choice, Offer, base36, begins_with, short
from conversations.path import behind, conversation, focus, in_doubt, path, sought
from conversations.people import Appointment, Person, kept
from conversations.refusals import refused, unanswered
from conversations.screens import (
    Add,
    Answer,
    Back,
    Button,
    Change,
    Check,
    Confirm,
    Join,
    Leave,
    Look,
    Open,
    Pick,
    Press,
    Resume,
    Retry,
    Return,
)
from conversations.session import Session
from conversations.standing import put_right, spent, still_true
from conversations.texts import say, say_many
from conversations.wishes import by_month

LONGEST = 60
"""Characters of the words that are looked for."""

OLD = say("That button is from an earlier message. This is where we are now.")

GONE = say("What that button was for is not there any more.")

ON_ITS_WAY = say("One moment, please: this is on its way and cannot be stopped any more.")

CROWDED = say("Many people are asking right now. Please stay: it is your turn in a moment.")

TWO_DOUBTS = say("Two things are not known to have arrived. Please send one of them again first, or leave it.")


def advance(person: Person, session: Session, event: Event) -> Session:
    """The next session. `revision` rises with something new to be seen; a notice alone leaves the buttons valid."""
    # A new session, or one whose conversation is no longer known, stands at the menu.
    before = replace(session, at=event.at, over=session.over or not conversation(session).fields)
    match event:
        case Returned() | Opened() | Tapped() | Typed() | Filled():
            after = _did(person, _quiet(before), event)
        case Found() | Settled() | Refused() | Unanswered():
            after = _heard_back(person, before, event)
        case Delayed(call=call):
            after = replace(before, notice=CROWDED) if call == before.waiting else before
        case _:
            assert_never(event)
    after = _onward(person, after)
    new = _quiet(after) != _quiet(before)
    return replace(after, revision=session.revision + 1) if new and not _is_refused(before, after, event) else after


def _quiet(session: Session) -> Session:
    return replace(session, notice=None) if session.notice else session


def _is_refused(before: Session, after: Session, event: Event) -> bool:
    """A form that was refused still stands before the person, as it is filled in: so do its buttons."""
    stands = isinstance(event, Filled) and event.revision == before.revision and not event.pressed
    return stands and bool(after.errors) and _asked(before) == _asked(after)


def _asked(session: Session) -> str:
    """What is asked together."""
    field = focus(session)
    return field.part_of or field.name if field else ""


# What a person did.


def _did(person: Person, session: Session, event: Returned | Opened | Tapped | Typed | Filled) -> Session:
    if isinstance(event, Returned):
        return session
    if isinstance(session.waiting, WRITES):
        return replace(session, notice=ON_ITS_WAY)
    match event:
        case Opened(command=command, subject=subject, words=words):
            return _searched(_open(session, command, subject), words)
        case Tapped(token=token):
            button = _named(person, session, token)
            return _press(person, session, button.means) if button else replace(session, notice=OLD)
        case Typed(text=text, heard=heard):
            return _type(person, session, text, heard)
        case Filled(pressed=""):
            return _fill(person, session, event)
        case Filled():
            return _press_beside(person, session, event)
        case _:
            assert_never(event)


def _open(session: Session, command: str, subject: str | None) -> Session:
    if command not in CONVERSATIONS:
        return replace(session, notice=say("I do not know /{command}.", command=command))
    staying, let_go = with_room(set_aside(session))
    opened = in_front(_fresh(session, command), staying)
    titles = tuple(conversation(each).title for each in let_go)
    let_go_of = say("You had begun several things. The oldest is let go: {what}.", what=titles) if titles else None
    return replace(opened, wanted=subject, notice=let_go_of or session.notice, over=not conversation(opened).fields)


def _searched(session: Session, words: str) -> Session:
    """Looks for words that came with the command, where its first search is."""
    words = " ".join(words.split())[:LONGEST]
    field = next((each for each in path(session) if each.searches), None)
    if session.over or session.answers or not field or not words:
        return session
    return replace(session, looking={field.name: f"0?{words}"})


def _fresh(session: Session, command: str) -> Session:
    return Session(key=session.key, at=session.at, revision=session.revision, conversation=command, aside=session.aside)


def _press(person: Person, session: Session, press: Press) -> Session:
    match press:
        case Answer(field=name, choice=choice):
            return answer(session, field_named(session, name), choice)
        case Pick(field=name, value=value):
            return pick(session, field_named(session, name), value)
        case Look(field=name, word=word):
            return _look(session, name, word)
        case Change(field=name):
            return reopen(session, name)
        case Back():
            field = behind(session)
            return reopen(session, field.name) if field else session
        case Leave():
            return _leave(session)
        case Confirm():
            return _confirm(person, session)
        case Retry():
            return _retry(session)
        case Check():
            doubt = in_doubt(session)
            return replace(session, waiting=FindTrace(doubt)) if doubt else session
        case Resume():
            return _resume(session)
        case Open(command=command, subject=subject):
            return _open(session, command, subject)
        case Join(appointment=appointment):
            return _open(session, "appointments", appointment)
        case Add() | Return():
            return session  # the link is all there is to it, or where one stands is
        case _:
            assert_never(press)


def _look(session: Session, name: str, word: str) -> Session:
    """Looks elsewhere. Of a wish only what is there remains; where one is already, one looks past it."""
    errors = {each: why for each, why in session.errors.items() if each != name}
    here = session.offer is not None and session.offer.here == word
    days = () if here else by_month(session.wish).get(word, ())
    wish = replace(session.wish, days=days) if session.wish and days else None
    return replace(session, looking={**session.looking, name: word}, errors=errors, wish=wish)


def _type(person: Person, session: Session, text: str, heard: Heard | Wished | None) -> Session:
    field = focus(session)
    if session.over:
        return _open(session, "start", None)
    if heard is None or field is None or session.waiting or session.failed:
        notice = heard.why if isinstance(heard, Unreadable) else say("Please use the buttons to go on.")
        return replace(session, notice=notice)
    if isinstance(heard, Wished):
        return wished(person, session, field, heard.wish)
    words = " ".join(text.split())[:LONGEST]
    if isinstance(heard, Unreadable) and field.searches and words:
        return _look(session, field.name, f"0?{words}")
    return take(person, session, field, heard)


def _fill(person: Person, session: Session, filled: Filled) -> Session:
    """Each answer in turn, as if it had been given alone."""
    if filled.revision != session.revision:
        return replace(session, notice=OLD)
    for question in show(person, session).questions:
        if question.name in filled.heard:
            session = take(person, session, field_named(session, question.name), filled.heard[question.name])
    return session


def _named(person: Person, session: Session, token: str) -> Button | None:
    """The button of this token, if it stands on the screen."""
    return next((each for each in show(person, session).presses() if each.token == token), None)


def _press_beside(person: Person, session: Session, filled: Filled) -> Session:
    """A press in a form that is half filled in: what stands there is kept, and then it is what any press is."""
    button, before = _named(person, session, filled.pressed), behind(session)
    if button is None or filled.revision != session.revision:
        return replace(session, notice=OLD)
    press = Change(before.name) if before and isinstance(button.means, Back) else button.means
    return _press(person, _kept(person, session, filled), press)


def _kept(person: Person, session: Session, filled: Filled) -> Session:
    """With the answers that a form was given and that can be taken. Of the others nothing is said: they were not sent.

    Other questions are answered only by what is sent: an answer may end a conversation, or bring others along.
    """
    for question in show(person, session).questions:
        field, heard = field_named(session, question.name), filled.heard.get(question.name)
        if field.part_of and isinstance(heard, Understood) and heard.choice.value is not None:
            took = take(person, session, field, heard)
            session = session if question.name in took.errors else took
    return session


def _leave(session: Session) -> Session:
    if in_doubt(session):
        farewell = say("Left. Whether it arrived is still not known: please watch for an e-mail.")
    else:
        farewell = conversation(session).left
    return replace(_fresh(session, session.conversation), over=True, notice=farewell)


def _confirm(person: Person, session: Session) -> Session:
    if still_true(person, session) != session:
        return session  # what follows by itself takes the answer back, and says why
    return _end(person, session)


def _end(person: Person, session: Session) -> Session:
    """What the answers stand for: a write to wait for, something to keep, another conversation, an appointment."""
    ends = conversation(session).ends
    return _ended(session, ends(person, session, _write_key(session))) if ends else session


def _ended(session: Session, ending: Ending) -> Session:
    # What was said on the way here, such as what was let go for it, is said yet.
    over = replace(_fresh(session, session.conversation), over=True, notice=session.notice)
    match ending:
        case Go(command=command, subject=subject):
            return _open(over, command, subject)
        case Tell(appointment=appointment):
            return replace(over, outcome=appointment)
        case Forget():
            return replace(over, keep=ending, aside=None, notice=conversation(session).done)
        case Invite(appointment=appointment):
            return replace(over, outcome=appointment, keep=ending)
        case SetLanguage() | SetZone() | Export():
            resumed = _resume(over) if session.aside else over
            return replace(resumed, keep=ending, notice=session.notice or conversation(session).done)
        case _ if len([each for each in asides(session) if in_doubt(each)]) > 1:
            return replace(session, notice=TWO_DOUBTS)
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
    return replace(session, failed=None, failed_at=None, trace=None, waiting=replace(call, key=_write_key(session)))


def _resume(session: Session) -> Session:
    """What was set aside last comes in front; what was there goes last, so that all can be reached by this alone."""
    newest, *others = asides(session)
    resumed = replace(newest, at=session.at, revision=session.revision)
    return in_front(resumed, (*others, *begun(session)))


# What the calendar answered.


def _heard_back(person: Person, session: Session, event: Found | Settled | Refused | Unanswered) -> Session:
    others = asides(session)
    about = next((each for each in others if event.call == in_doubt(each)), None)
    if about:
        # What was booked is told by its card. What was not can be gone on with, where the refusal leaves it.
        after = () if isinstance(event, Settled) else (_heard_back(person, about, event),)
        place = others.index(about)
        return in_front(session, (*others[:place], *after, *others[place + 1 :]))
    if event.call != session.waiting and event.call != in_doubt(session):
        return session
    if session.notice == CROWDED:  # the turn has come
        session = replace(session, notice=None)
    match event:
        case Refused(call=FindTrace()) | Unanswered(call=FindTrace()):
            return replace(session, waiting=None)
        case Found(result=result):
            return _found(person, session, result)
        case Settled(appointment=appointment):
            return replace(_fresh(session, session.conversation), over=True, outcome=appointment)
        case Refused():
            fresh = replace(session, waiting=None, failed=None, failed_at=None, trace=None, offer=None)
            return refused(person, fresh, event)
        case Unanswered(at=at):
            return unanswered(session, at)
        case _:
            assert_never(event)


def _found(person: Person, session: Session, result: Offer | tuple[FormField, ...] | Appointment | Trace) -> Session:
    session = replace(session, waiting=None)
    match result:
        case Offer():  # what is forgotten now takes an older offer with it, not this one
            return replace(put_right(person, session), offer=result)
        case tuple():
            return form_known(session, result)
        case Appointment():
            return known(_about(session, result))
        case Trace():
            return replace(session, trace=result)
        case _:
            assert_never(result)


def _about(session: Session, appointment: Appointment) -> Session:
    """The calendar may tell that it is another appointment than was thought: one that is known here already."""
    subject = conversation(session).subject or ""
    if session.value(subject) == appointment.id:
        return session
    return replace(session, answers={**session.answers, subject: Choice(appointment.id)})


# What follows by itself.


def _onward(person: Person, session: Session) -> Session:
    """Gives the answers that need no asking, and asks the calendar for what the question in focus offers."""
    # What goes on in another zone must not first ask in the old one.
    person = kept(person, session.keep) if session.keep else person
    while not (session.over or session.waiting or session.failed):
        session = put_right(person, session)
        field = focus(session)
        if field is None and conversation(session).confirm is None:
            return _onward(person, _end(person, session))
        if field is None or field.offers is None:
            return session
        if field.kind is Kind.DAY and person.zone_guessed:
            return _onward(person, _open(session, "timezone", None))  # days begin somewhere
        offers = field.offers(person, session)
        if not isinstance(offers, tuple):
            if session.offer is None or session.offer.call != offers:
                return replace(session, waiting=offers, offer=None)
            offers = session.offer.choices
        if session.wanted and field.name in (conversation(session).subject, conversation(session).further):
            session = _wanted(person, session, field, offers)
            continue
        if session.wish:
            met = granted(person, session, field, offers)
            if met == session:
                return session
            session = met
            continue
        choice = _without_asking(session, field, offers)
        if choice is None:
            return session
        session = answer(session, field, choice, unasked=not sought(session, field))
    return session


def _wanted(person: Person, session: Session, field: Field, offers: tuple[Choice, ...]) -> Session:
    """Answers what a door named. Without it the question is opened by hand, so that no other takes its place."""
    wanted, further = session.wanted or "", conversation(session).further not in (None, field.name)
    fits = begins_with if further else lambda wanted, value: wanted == short(value)
    choice = next((each for each in offers if fits(wanted, each.value)), None)
    if choice is not None:
        rest = wanted[len(short(choice.value)) + 1 :]
        return answer(replace(session, wanted=rest or None), field, choice, unasked=True)
    here = {name: word for name, word in session.looking.items() if name != field.name}
    known_here = conversation(session).changes and person.appointment(wanted)
    why = spent(person, wanted, session.at) if known_here else GONE
    return replace(session, wanted=None, reopened=field.name, notice=why, looking=here)


def _without_asking(session: Session, field: Field, offers: tuple[Choice, ...]) -> Choice | None:
    """The only choice there is, where it goes without saying or a line has named it."""
    if len(offers) != 1:
        return None
    alone = field.sole and field.name != session.reopened
    words = sought(session, field)
    named = words and str(offers[0].label).casefold() == words.casefold()
    return offers[0] if alone or named else None
