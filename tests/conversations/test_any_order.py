"""Whatever happens, in any order: no crash, no dead end, no answer that outlived what it hung on, no write sent twice.

A state machine taps, types and fills, lets the calendar answer, refuse, fall silent and answer too late, loses the
program's memory down to what it stores, and lets time pass. After every event all rules are checked.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import assert_never

import pytest
from hypothesis import Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from bot.store import codec
from chatting import KEY, NOW, ZONE, at_once, drawn, listened, spoken
from conversations.aside import MOST, asides, set_aside
from conversations.calls import (
    WRITES,
    Book,
    Call,
    Cancel,
    FindInfo,
    FindNear,
    FindServices,
    FindZones,
    Forget,
    Reschedule,
    SetZone,
    Write,
)
from conversations.doubt import PATIENCE
from conversations.drawing import show
from conversations.engine import OLD, advance
from conversations.events import (
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
    Understood,
    Unreadable,
)
from conversations.forms import Field
from conversations.kinds import FormField, Kind
from conversations.memory import remembered
from conversations.menu import CONVERSATIONS
from conversations.offers import ANYONE, SKIPPED, Choice, Value
from conversations.path import focus, in_doubt, path
from conversations.people import Appointment, Person, State, kept
from conversations.screens import Answer, Button, Confirm, Leave, Look, Open, Resume, Retry, Screen, pressed
from conversations.session import Session, nothing_yet
from conversations.texts import Said, say
from conversations.zones import zone_of
from paper_calendar import LENGTH, MANY_SERVICES, PaperCalendar, gone, told
from paper_calendar import ZONES as PAPER_ZONES

TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
ZONES = (ZONE, "Asia/Kolkata", "Pacific/Kiritimati")
NOBODY_ASKED = FindServices(page=99)
NUMBERS = st.integers(0, 2**20)
LINES = (
    *("Somebody", "somebody@example.com", "nowhere", "3", "2000-01-31", "https://example.com", "Heart", "Yes"),
    *("eye test", "e", "dental hygiene", "Asia", "europe/madrid", "no such thing"),
    *("Anyone", "10:00", "", " ", "NaN", "-1", "21", "x" * 60, "é" * 2000, "\ud800", "/book", "{curly}", "日本"),
)
"""Typed by people who answer, err and play: some are too long for every field."""
ODD_VALUES: tuple[Value, ...] = (
    *("", "x" * 3000, Decimal("NaN"), Decimal("Infinity"), Decimal(-5), NOW, NOW - timedelta(days=1)),
    *(date(2000, 1, 1), (), ("heart",), ("nothing", "like it"), None),
)
GOOD_LINES = {
    Kind.TEXT: "Somebody",
    Kind.LINES: "A line",
    Kind.EMAIL: "somebody@example.com",
    Kind.URL: "https://example.com",
    Kind.PHONE: "+56 2 1234 5678",
    Kind.NUMBER: "3",
    Kind.DATE: "2000-01-31",
}

APPOINTMENTS = (("early", "s3", 5), ("late", "s4", 60), ("later", "s1", 90), ("latest", "s5", 400))
ENDINGS = (
    *(*("settled",) * 58, *("doubt", "answered late", "sent again") * 5),
    *(*tuple(Reason) * 4, *(Reason.HOUR_TAKEN,) * 16),
)
NAMED = {"service": tuple(service.title for service in MANY_SERVICES), "zone": PAPER_ZONES}

SEEDS = range(44)

happened: Counter[str] = Counter()


class AnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.calendar = PaperCalendar(services=MANY_SERVICES)
        self.person = Person(zone=ZONE, appointments=tuple(appointment(*each) for each in APPOINTMENTS))
        self.session = nothing_yet(KEY)
        self.at = NOW
        self.screen = show(self.person, self.session)
        self.tokens: list[str] = []
        self.owed: list[Call] = []
        self.lost: list[Write] = []
        self.past: list[Found | Settled | Refused | Unanswered] = []
        self.keys: set[str] = set()
        self.prompt = True

    @initialize(prompt=st.booleans(), edition=st.integers(1, 2), zone=st.sampled_from(ZONES))
    def begin(self, prompt: bool, edition: int, zone: str) -> None:
        """With a prompt calendar, reads are answered before anything else happens."""
        self.prompt = prompt
        self.calendar.edition = edition
        self.person = replace(self.person, zone=zone)

    # What a person does.

    @rule(number=NUMBERS)
    def tap(self, number: int) -> None:
        if buttons := tuple(self.screen.presses()):
            self.happens(pressed(buttons[number % len(buttons)].token, self.at))

    @rule(number=NUMBERS, other=st.sampled_from(("shown", "another person's", "junk")))
    def tap_what_does_not_count(self, number: int, other: str) -> None:
        shown = self.tokens[number % len(self.tokens)] if self.tokens else "a-"
        stands = {button.token for button in self.screen.presses()}
        match other:
            case "shown":
                token = shown
            case "another person's":
                token = shown.replace(KEY, "an0therPers0n")
            case _:
                token = Random(number).choice(["", "-", "a", "a--", "ö" * 90, "p-book", shown[:-1], shown + "0"])
        if token not in stands:
            happened["taps that do not count"] += 1
            self.happens(Tapped(self.at, token))

    @rule(line=st.sampled_from(LINES), reading=st.sampled_from(("plain", "plain", "misread", "odd", "no question")))
    def type(self, line: str, reading: str) -> None:
        field = None if reading == "no question" else focus(self.session)
        self.happens(Typed(self.at, line, self._heard(field, line, reading)))

    def _heard(self, field: Field | None, line: str, reading: str) -> Heard | None:
        if field and reading == "misread":
            return Unreadable(say("This is no answer."))
        if field and reading == "odd":
            return Understood(Choice(ODD_VALUES[len(line) % len(ODD_VALUES)]))
        return listened(self.person, self.session, field, line)

    @rule(number=NUMBERS, old=st.booleans(), beside=st.booleans())
    def fill(self, number: int, old: bool, beside: bool) -> None:
        random = Random(number)
        fields = {field.name: field for field in path(self.session)}
        heard: dict[str, Heard] = {}
        for question in self.screen.questions:
            reading = random.choice(("plain", "plain", "good", "good", "good", "misread", "odd", "left out"))
            field = fields[question.name]
            line = GOOD_LINES.get(field.kind, "") if reading == "good" else random.choice(LINES)
            if reading == "good" and question.choices:
                line = spoken(random.choice(question.choices).label)
            answer = None if reading == "left out" else self._heard(field, line, reading)
            if answer:
                heard[question.name] = answer
        revision = self.session.revision - (1 + number % 3 if old else 0)
        tokens = [button.token for button in self.screen.presses()]
        pressed = random.choice(tokens) if beside and tokens else ""
        happened["pressed beside what was typed"] += bool(pressed and heard and not old)
        self.happens(Filled(self.at, revision, dict.fromkeys(heard, ""), heard, pressed))

    @rule(
        command=st.sampled_from((*CONVERSATIONS, "book", "unknown", "")),
        subject=st.sampled_from((None, None, "early", "late", "s2", "s4", "s12", "s22", "nobody's", "o" * 70)),
    )
    def open(self, command: str, subject: str | None) -> None:
        self.happens(Opened(self.at, command, subject))

    @rule()
    def come_back(self) -> None:
        self.happens(Returned(self.at))

    @rule(label=st.sampled_from(("Back", "Leave", "Go on", "Done", "Skip")))
    def press(self, label: str) -> None:
        self._press(lambda button: spoken(button.label).partition(":")[0] == label)

    @rule(number=NUMBERS, means=st.sampled_from(("look", "at once")))
    def press_one_like(self, number: int, means: str) -> None:
        """Looks elsewhere, or answers several questions by one tap."""
        wanted = [each for each in self.screen.presses() if isinstance(each.means, Look) or at_once(each)]
        if found := [each for each in wanted if isinstance(each.means, Look) == (means == "look")]:
            self.happens(pressed(found[number % len(found)].token, self.at))

    @rule(
        number=NUMBERS,
        command=st.sampled_from(
            ("book", "book", "book", "reschedule", "reschedule", "cancel", "cancel", "timezone", "")
        ),
        confirm=st.sampled_from((False, True, True, True, True, True)),
        days=st.sampled_from((0, 0, 0, 0, 0, 0, 0, 40)),
    )
    def walk_straight_to_the_confirmation(self, number: int, command: str, confirm: bool, days: int) -> None:
        """Without it the deepest faults slip through: few random walks get this far."""
        random = Random(number)
        if command:
            self.happens(Opened(self.at, command))
        for _ in range(30):
            if not self._settles_a_step(random):
                break
        self.at += timedelta(days=days)
        if confirm and self._press(lambda button: isinstance(button.means, Confirm)) and number % 8:
            self._write_ends(number)

    def _settles_a_step(self, random: Random) -> bool:
        call = self.session.waiting
        if call is not None:
            if isinstance(call, WRITES):
                return False
            self.answer(call)
            return True
        question = self.screen.question(self.screen.focus)
        if question is None:
            return self._press(lambda button: isinstance(button.means, Retry) and not in_doubt(self.session))
        if done := [button for button in self.screen.buttons if spoken(button.label) == "Done"]:
            self.happens(Tapped(self.at, done[0].token))
        elif question.name in NAMED and random.random() < 0.2:
            name = random.choice(NAMED[question.name])
            name = name[:-1] if random.random() < 0.3 else name
            self.happens(Typed(self.at, name, listened(self.person, self.session, focus(self.session), name)))
        elif question.choices:  # the first services are those with agents to choose from
            likely = question.choices[:3] if question.name == "service" and random.random() < 0.8 else question.choices
            self.happens(Tapped(self.at, random.choice(likely).token))
        elif question.kind is Kind.HOUR and question.looks:
            self.happens(Tapped(self.at, random.choice(question.looks).token))
        elif question.kind in GOOD_LINES:
            field = focus(self.session)
            line = GOOD_LINES[question.kind]
            self.happens(Typed(self.at, line, listened(self.person, self.session, field, line)))
        else:
            return False
        return True

    def _press(self, wanted: Callable[[Button], bool]) -> bool:
        button = next(filter(wanted, self.screen.presses()), None)
        if button:
            self.happens(pressed(button.token, self.at))
        return button is not None

    @precondition(lambda self: in_doubt(self.session) is not None)
    @rule(seconds=st.sampled_from((0, 30, 61)))
    def send_again(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)
        self._press(lambda button: isinstance(button.means, Retry))

    # What the calendar does.

    @precondition(lambda self: self.owed)
    @rule(number=NUMBERS)
    def calendar_answers(self, number: int) -> None:
        self.answer(self.owed[number % len(self.owed)])

    @precondition(lambda self: self.owed)
    @rule(
        number=NUMBERS, reason=st.sampled_from(Reason), blamed=st.sampled_from((None, "", "service", "field", "name"))
    )
    def calendar_refuses(self, number: int, reason: Reason, blamed: str | None) -> None:
        call = self.owed.pop(number % len(self.owed))
        self.refuse(call, reason, blamed, number)

    @precondition(lambda self: self.owed)
    @rule(number=NUMBERS, carried_out=st.booleans())
    def calendar_is_silent(self, number: int, carried_out: bool) -> None:
        call = self.owed.pop(number % len(self.owed))
        self.falls_silent(call, carried_out)

    @precondition(lambda self: isinstance(self.session.waiting, WRITES))
    @rule(number=NUMBERS)
    def write_ends(self, number: int) -> None:
        """Writes are few among so much else: they end often."""
        self._write_ends(number)

    def _write_ends(self, number: int) -> None:
        call = self.session.waiting
        if not isinstance(call, WRITES):
            return
        # Drawn from more than the number, of which some are drawn far oftener than others.
        outcome = Random(f"{number} {self.session.revision} {self.at}").choice(ENDINGS)
        if isinstance(outcome, Reason):
            self.owed.remove(call)
            self.refuse(call, outcome, "name" if number % 2 else "field", number)
            if outcome is Reason.HOUR_TAKEN:
                self.takes_what_is_near(Random(number))
        elif outcome == "settled":
            self.answer(call)
        else:
            self.owed.remove(call)
            self.falls_silent(call, carried_out=bool(number % 2))
            if outcome == "answered late":
                self.crash()
                self.settle(call)
            elif outcome == "sent again":
                self.send_again(seconds=(59, 60)[number % 2])

    def takes_what_is_near(self, random: Random) -> None:
        """Another agent where there is one, or another day."""
        if isinstance(self.session.waiting, FindNear):
            self.answer(self.session.waiting)
        near = [button for button in self.screen.presses() if at_once(button)]
        others = [button for button in near if isinstance(button.means, Answer) and len(button.means.choice.also) > 1]
        if near:
            self.happens(pressed(random.choice(others or near).token, self.at))

    @precondition(lambda self: self.lost)
    @rule(number=NUMBERS, settled=st.booleans())
    def write_is_answered_late(self, number: int, settled: bool) -> None:
        call = self.lost.pop(number % len(self.lost))
        happened["late answers to writes"] += 1
        if settled:
            self.settle(call)
        else:
            self.refuse(call, list(Reason)[number % len(Reason)], None, number)

    @precondition(lambda self: self.past)
    @rule(number=NUMBERS)
    def answer_comes_twice(self, number: int) -> None:
        happened["answers that came twice"] += 1
        self.happens(replace(self.past[number % len(self.past)], at=self.at))

    def answer(self, call: Call) -> None:
        self.owed.remove(call)
        if isinstance(call, WRITES):
            return self.settle(call)
        found = self.calendar.find(call, self.person, self.at)
        if isinstance(found, Appointment):
            self.person = told(self.person, found)
        return self.replies(Found(self.at, call, found))

    def settle(self, call: Write) -> None:
        if isinstance(call, Book) and call == self.session.waiting:
            self.person = remembered(self.person, self.session)
        self.person, id = self.calendar.settle(call, self.person)
        self.calendar.facts.pop(id, None)
        self.replies(Settled(self.at, call, id))

    def refuse(self, call: Call, reason: Reason, blamed: str | None, number: int) -> None:
        fields = self.session.form or ()
        if blamed in ("field", "name") and fields:
            field = fields[number % len(fields)]
            blamed = field.id if blamed == "field" else field.name
        if reason is Reason.TOKEN_SPENT and isinstance(call, Reschedule | Cancel | FindInfo):
            self.person = gone(self.person, call.appointment)
        if reason is Reason.HOUR_TAKEN and isinstance(call, Book | Reschedule):
            self.calendar.taken.add(call.start)
        if reason is Reason.FORM_CHANGED:
            self.calendar.edition += 1
        self.replies(Refused(self.at, call, reason, blamed, (None, 1, 40)[number % 3]))

    def falls_silent(self, call: Call, carried_out: bool) -> None:
        if isinstance(call, WRITES) and carried_out:
            self.lost.append(call)
        self.replies(Unanswered(self.at, call))

    def replies(self, event: Found | Settled | Refused | Unanswered) -> None:
        self.past = [*self.past[-20:], event]
        if event.call in (self.session.waiting, in_doubt(self.session)):
            happened[counted(event, self.session)] += 1
        self.happens(event)

    # What happens to the program, and around it.

    @rule()
    def crash(self) -> None:
        """What is not stored is lost; a read is asked again, a write that was sent is told as unknown."""
        happened["crashes"] += 1
        session = codec.load(codec.save(self.session))
        assert session == self.session
        self.session = session
        self.lost += [call for call in self.owed if isinstance(call, WRITES)]
        waiting = self.session.waiting
        self.owed = [] if waiting is None or isinstance(waiting, WRITES) else [waiting]
        if isinstance(waiting, WRITES):
            self.falls_silent(waiting, carried_out=False)

    @rule(seconds=st.sampled_from((1, 20, 61, 3600, 4 * 3600, 30 * 3600, 9 * 86400)))
    def time_passes(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule(zone=st.sampled_from(ZONES))
    def travel(self, zone: str) -> None:
        self.person = replace(self.person, zone=zone)
        before = self.session
        self.happens(Returned(self.at))
        the_instant_stays(before, self.session)

    @rule(
        id=st.sampled_from([each[0] for each in APPOINTMENTS]), change=st.sampled_from(("moved", "cancelled", "begun"))
    )
    def changes_elsewhere(self, id: str, change: str) -> None:
        """What the calendar says of an appointment when it is asked the next time."""
        start = self.at + (timedelta(days=5) if change == "moved" else -LENGTH / 2)
        cancelled = {"status": "canceled", "state": State.CANCELLED}
        self.calendar.facts[id] = cancelled if change == "cancelled" else {"start": start, "end": start + LENGTH}

    @rule(reverse=st.booleans())
    def form_changes(self, reverse: bool) -> None:
        self.calendar.edition += 1
        self.calendar.full_months = {"2026-12"} if reverse else set()

    # What must hold.

    def happens(self, event: Event) -> None:
        happened["events"] += 1
        before, screen = self.session, self.screen
        after = advance(self.person, before, event)
        if after.keep:
            after = self.keeps(before, after)
        self.session, self.screen = after, show(self.person, after)
        assert after.revision >= before.revision
        assert after.at == event.at
        refused = isinstance(event, Filled) and bool(after.errors)  # such a form stands as it was filled in
        if new_words(before, after) and not refused:
            assert after.revision > before.revision
        self.what_is_old_changes_nothing(before, screen, event)
        self.silence_is_doubt(before, event)
        self.doubt_stands(before, screen, event)
        self.what_was_begun_is_not_lost(before, screen, event)
        self.under_way_cannot_be_stopped(before, event)
        self.what_comes_along_is_what_was_shown(screen, event)
        self.a_search_answers_by_an_exact_name_only(before, event)
        for session in (after, *asides(after)):
            answers_hang_together(self.person, session)
        assert len([each for each in (after, *asides(after)) if in_doubt(each)]) <= 2
        assert len(asides(after)) <= MOST + 2  # two more, that are or were in doubt
        screen_is_sound(self.screen)
        self.tokens = [*self.tokens[-100:], *(each.token for each in self.screen.presses() if each.token[0] == "a")]
        call = after.waiting
        if call is not None and call != before.waiting:
            self.owed.append(call)
            if isinstance(call, WRITES):
                self.was_confirmed(before, screen, event, call)
            elif self.prompt:
                self.answer(call)
        assert self.session.waiting is None or self.session.waiting in self.owed  # or it is waited for in vain

    def keeps(self, before: Session, after: Session) -> Session:
        """As the program does, in the same transaction; what was set aside goes on by itself."""
        assert after.keep
        self.person = kept(self.person, after.keep)
        happened["kept"] += 1
        if isinstance(after.keep, Forget):
            self.owed, self.lost, self.past = [], [], []  # answers for somebody who was forgotten are dropped
        if before.aside and isinstance(after.keep, SetZone):
            the_instant_stays(before.aside, after)
        assert after.over or after.conversation != before.conversation
        return replace(after, keep=None)

    def what_comes_along_is_what_was_shown(self, screen: Screen, event: Event) -> None:
        """An hour with its day or its agent: all of them are answered, unless the hour has passed by now."""
        means = meaning(screen, event)
        if not isinstance(means, Answer) or not means.choice.also:
            return
        given = {means.field: means.choice, **dict(means.choice.also)}
        happened[f"at once: {' '.join(sorted(given))}"] += 1
        if not any(isinstance(each.value, datetime) and each.value <= event.at for each in given.values()):
            assert {name: self.session.answers[name].value for name in given} == {
                name: choice.value for name, choice in given.items()
            }

    def a_search_answers_by_an_exact_name_only(self, before: Session, event: Event) -> None:
        match event:
            case Found(call=FindServices(search=words) | FindZones(search=words) as call) if words:
                name = "service" if isinstance(call, FindServices) else "zone"
                found = self.session.answers.get(name)
                if call == before.waiting and found and found != before.answers.get(name):
                    happened["found by name"] += 1
                    assert str(found.label).casefold() == words.casefold()
            case Typed(heard=Unreadable()):
                assert before.answers.items() >= self.session.answers.items()
            case _:
                pass

    def what_is_old_changes_nothing(self, before: Session, screen: Screen, event: Event) -> None:
        match event:
            case Tapped(token=token) if token not in {button.token for button in screen.presses()}:
                self.nothing_but(before, self.session, OLD)
            case Filled(revision=revision) if revision != before.revision:
                self.nothing_but(before, self.session, OLD)
            case Found(call=call) | Settled(call=call) | Refused(call=call) | Unanswered(call=call):
                doubts = [in_doubt(each) for each in (before, *asides(before))]
                if call != before.waiting and call not in doubts:
                    happened["answers too late to count"] += 1
                    assert self.session == advance(self.person, before, Unanswered(event.at, NOBODY_ASKED))
            case _:
                pass

    def nothing_but(self, before: Session, after: Session, notice: Said) -> None:
        """Time alone may have changed more, and then says so itself."""
        idle = advance(self.person, before, Returned(after.at))
        assert replace(after, notice=None) == replace(idle, notice=None)
        if not isinstance(before.waiting, WRITES) and not idle.notice:
            assert after.notice == notice

    def silence_is_doubt(self, before: Session, event: Event) -> None:
        if isinstance(event, Unanswered) and isinstance(event.call, WRITES) and event.call == before.waiting:
            assert self.session.failed == event.call
            assert self.session.failed_at == event.at

    def doubt_stands(self, before: Session, screen: Screen, event: Event) -> None:
        """What may have been carried out stays as it was confirmed until it is answered, sent again or left."""
        doubt = in_doubt(before)
        if doubt is None:
            return
        means = meaning(screen, event)
        happened["events with two doubts"] += any(map(in_doubt, asides(before)))
        if self.session.failed == doubt:
            assert self.session.answers == before.answers
            assert self.session.failed_at == before.failed_at
        elif isinstance(event, Settled | Refused):
            assert event.call == doubt
        elif isinstance(event, Opened) or isinstance(means, Resume | Open):
            happened["doubts set aside"] += 1
            assert doubt in map(in_doubt, asides(self.session))
        else:
            assert isinstance(means, Leave | Retry)

    def what_was_begun_is_not_lost(self, before: Session, screen: Screen, event: Event) -> None:
        """Whatever comes in front, all that was begun can be gone on with; or it is said what cannot."""
        opened = isinstance(event, Opened) and event.command in CONVERSATIONS
        if not opened and not isinstance(meaning(screen, event), Resume | Open):
            return

        def begun(each: Session) -> tuple[object, ...]:
            """What is typed beside a press is added to what was begun."""
            return (each.conversation, *(() if isinstance(event, Filled) else (each.answers,)))

        there = [begun(each) for each in (self.session, *asides(self.session))]
        lost = [each for each in set_aside(before) if begun(each) not in there]
        happened["events with two aside"] += len(asides(before)) > 1
        if isinstance(meaning(screen, event), Resume):
            assert lost in ([], [asides(before)[0]])  # what has come in front goes on, and may be put right
        elif lost:
            happened["let go"] += 1
            assert not any(map(in_doubt, lost))
            gone = isinstance(event, Opened) and event.subject  # that it is for something that is gone is said instead
            assert "The oldest is let go" in spoken(self.session.notice or "") or gone

    def under_way_cannot_be_stopped(self, before: Session, event: Event) -> None:
        if isinstance(before.waiting, WRITES) and not isinstance(event, Settled | Refused | Unanswered):
            assert self.session.waiting == before.waiting
            assert self.session.revision == before.revision

    def was_confirmed(self, before: Session, screen: Screen, event: Event, call: Write) -> None:
        """A write comes of one confirmed summary, with a key of its own, or of the person's word to send it again."""
        assert call.key not in self.keys
        self.keys.add(call.key)
        means = meaning(screen, event)
        if isinstance(means, Retry):
            happened["doubts sent again"] += 1
            doubt = in_doubt(before)
            assert doubt is not None
            assert replace(call, key=doubt.key) == doubt
            assert event.at - (before.failed_at or event.at) >= PATIENCE
        else:
            assert isinstance(means, Confirm)
            assert isinstance(call, Cancel) or call.start > event.at
            assert dict(sent_as_shown(call, self.session.form or (), self.person, event.at)) == dict(
                settled_rows(screen)
            )


def appointment(id: str, service: str, days: int) -> Appointment:
    start = NOW + timedelta(days=days)
    return Appointment(id=id, service=service, service_title=service, start=start, end=start + LENGTH, zone=ZONE)


def counted(event: Found | Settled | Refused | Unanswered, session: Session) -> str:
    write = isinstance(event.call, WRITES)
    kind = type(event.call).__name__
    match event:
        case Found():
            return "answers to reads"
        case Settled():
            return "settled after doubt" if in_doubt(session) else f"settled: {kind}"
        case Refused():
            return f"{'writes' if write else 'reads'} refused: {event.reason}"
        case Unanswered():
            return f"doubt: {kind}" if write else "reads unanswered"
        case _:
            assert_never(event)


def meaning(screen: Screen, event: Event) -> object:
    tokens = {button.token: button.means for button in screen.presses()}
    match event:
        case Tapped(token=token):
            return tokens.get(token)
        case Filled(revision=screen.revision, pressed=token):
            return tokens.get(token)
    return None


def new_words(before: Session, after: Session) -> bool:
    return replace(after, notice=None, at=NOW, revision=0) != replace(before, notice=None, at=NOW, revision=0)


def answers_hang_together(person: Person, session: Session) -> None:
    """The calendar's choices bear the name of the question that they answer."""
    answers = session.answers
    service, agent = session.value("service"), session.value("agent")
    if moved := person.appointment(session.value("appointment")):
        service, agent = moved.service, moved.agent or moved.holder or ""
    whom = f"{service}/{None if agent in ('', ANYONE.value) else agent}"
    if "agent" in answers:
        assert answers["agent"].detail == f"agent of {service}"
    if "day" in answers:  # a day without a name was taken from the hour, in another zone
        assert answers["day"].detail.startswith(f"day of {whom}/") or not answers["day"].detail
    if "hour" in answers:
        assert answers["hour"].detail.startswith(f"hour of {whom}/")
        hour, day = (session.instant(name).astimezone(zone_of(session.zone)) for name in ("hour", "day"))
        assert hour.date() == day.date()
    parts = [field for field in path(session) if field.part_of]
    assert all(field.fits(answers[field.name]) for field in parts if field.name in answers)
    here = focus(session)
    if session.offer and here and not session.over and session.aside is not session:
        near = isinstance(session.offer.call, FindNear)
        assert all(named(here, whom, each.detail, near) for each in session.offer.choices) or here.part_of


def the_instant_stays(before: Session, after: Session) -> None:
    """An hour that was chosen, and whose service or appointment still is, is the same instant in any zone."""
    held = [name for name in ("service", "appointment") if name in before.answers]
    if "hour" in before.answers and before.instant("hour") > after.at and all(name in after.answers for name in held):
        happened["hours in another zone"] += before.zone != after.zone
        assert after.instant("hour") == before.instant("hour")


def named(field: Field, whom: str, detail: str, near: bool) -> bool:
    service = whom.partition("/")[0]
    match field.name:
        case "day":
            return detail.startswith(f"day of {whom}/")
        case "hour":
            return detail.startswith(f"hour of {service if near else whom}/")
        case "agent":
            return detail == f"agent of {service}"
        case _:
            return True


def screen_is_sound(screen: Screen) -> None:
    drawn(screen)
    buttons = tuple(screen.presses())
    assert all(TOKEN.fullmatch(button.token) for button in buttons)
    assert len({button.token for button in buttons}) == len(buttons)
    out = any(isinstance(button.means, Leave | Open) for button in buttons)
    assert out or (screen.busy and not buttons), drawn(screen)


def settled_rows(screen: Screen) -> Iterator[tuple[str, str]]:
    for label, value in screen.rows:
        if value != SKIPPED.label:
            yield spoken(label), spoken(value)


def sent_as_shown(call: Write, form: tuple[FormField, ...], person: Person, at: datetime) -> Iterator[tuple[str, str]]:
    """The rows that must have stood on the summary of what is sent."""
    match call:
        case Book():
            yield "Service", call.service_title
            yield "With", call.agent_name or "Anyone"
            yield "When", spoken(call.start)
            fields = {field.id: field for field in form}
            for id, value in call.form:
                yield fields[id].label, as_shown(fields[id], value)
        case Reschedule():
            yield "Appointment", titled(person, call.appointment, at)
            yield "New time", spoken(call.start)
        case Cancel():
            yield "Appointment", titled(person, call.appointment, at)
            if call.reason:
                yield "Reason", call.reason
        case _:
            assert_never(call)


def titled(person: Person, id: str, at: datetime) -> str:
    """By service and hour; of two alike the agent is said too."""
    known = person.appointment(id)
    assert known
    alike = [
        each for each in person.coming(at) if each.start == known.start and each.service_title == known.service_title
    ]
    agent = f"{known.agent_name}, " if len(alike) > 1 and known.agent_name else ""
    return f"{known.service_title}, {agent}{spoken(known.start)}"


def as_shown(field: FormField, value: Said) -> str:
    labels = {each.value: spoken(each.label) for each in field.options}
    if isinstance(value, tuple):
        return ", ".join(labels[each] for each in value if isinstance(each, str))
    return labels.get(value, spoken(value)) if isinstance(value, str) else spoken(value)


@contextmanager
def unmeasured() -> Iterator[None]:
    """Without coverage by tracing, which makes it four times as slow; examples are to reach every branch."""
    tracing = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracing)


def play(seeds: Iterable[int], *, shrink: bool = True) -> None:
    """Plays twenty chats of sixty steps for each seed. A step is often several events.

    Many short runs: in a long one Hypothesis mutates what it tried before, and some things hardly ever happen.
    """
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)
    for number in seeds:
        run_state_machine_as_test(
            seed(number)(AnyOrder),
            settings=settings(
                max_examples=20, stateful_step_count=60, phases=phases, database=None, report_multiple_bugs=False
            ),
        )


REFUSALS = tuple(f"writes refused: {reason}" for reason in Reason)
DOUBTS = (
    *("doubt: Book", "doubt: Reschedule", "doubt: Cancel"),
    *("settled after doubt", "doubts sent again", "doubts set aside"),
)
AT_ONCE = ("at once: day hour", "at once: agent day hour", "found by name", "kept", "hours in another zone")
MANY = {
    "events": 20_000,
    "settled": 500,
    "pressed beside what was typed": 50,
    **dict.fromkeys((*REFUSALS, *DOUBTS, *AT_ONCE), 20),
}


@pytest.mark.timeout(900)  # for shrinking, should it fail
def test_whatever_happens_in_any_order(record_property: Callable[[str, object], None]) -> None:
    happened.clear()
    with unmeasured():
        play(SEEDS)
    happened["settled"] = sum(number for name, number in happened.items() if name.startswith("settled"))
    record_property("happened in any order", ", ".join(f"{number} {name}" for name, number in happened.most_common()))
    assert {name: happened[name] for name, least in MANY.items() if happened[name] < least} == {}


@pytest.mark.proof
@pytest.mark.timeout(3000)
def test_whatever_happens_in_a_million_events() -> None:
    play(Random().sample(range(1000, 2**32), 1_000))
