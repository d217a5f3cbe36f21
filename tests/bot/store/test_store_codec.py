"""Sessions as bytes: what comes back is what went in, small, and readable by every later version."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters import Who
from bot.store import codec
from bot.store.vault import Vault, new_key
from conversations.calls import (
    Book,
    Call,
    Cancel,
    FindAgents,
    FindDays,
    FindForm,
    FindHours,
    FindInfo,
    FindServices,
    Reschedule,
)
from conversations.drawing import show
from conversations.engine import advance
from conversations.events import Found, Opened, Tapped, Unanswered
from conversations.kinds import FormField, Kind, Limits
from conversations.offers import ANYONE, Choice, Offer
from conversations.people import Appointment, Person
from conversations.screens import Answer
from conversations.session import Session
from conversations.texts import Clock, Day, Duration, Either, Interval, Month, Said, Text, There, say

words = st.text(st.characters(exclude_categories=()), max_size=8)  # with halves of surrogate pairs
zones = st.one_of(st.just(UTC), st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))))
instants = st.one_of(
    st.datetimes(datetime(1969, 1, 1), datetime(2100, 1, 1), timezones=zones),
    st.integers(0, 10**8).map(lambda minutes: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
)
numbers = st.decimals(allow_nan=False, allow_infinity=False)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=4).map(tuple)


def named(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(words, strategy, max_size=3)


leaves: st.SearchStrategy[Said] = st.one_of(
    words,
    instants,
    st.dates(),
    numbers,
    st.integers(),
    instants.map(Day),
    instants.map(Clock),
    st.builds(Interval, instants, instants),
    st.builds(There, instants, words),
    words.map(Month),
    st.integers().map(Duration),
)
said: st.SearchStrategy[Said] = st.recursive(
    leaves,
    lambda deeper: (
        several(deeper)
        | several(deeper).map(Either)
        | st.builds(Text, words, named(deeper), maybe(words), maybe(words))
    ),
    max_leaves=5,
)
texts = st.builds(Text, words, named(said), maybe(words), maybe(words))
values = st.one_of(st.none(), words, numbers, instants, st.dates(), several(words))
choices = st.builds(Choice, values, said, words)
hours = st.lists(instants, min_size=2, max_size=5).map(lambda many: tuple(map(Choice, many)))
reads = st.one_of(
    st.builds(FindServices, st.integers(0, 9), words),
    st.builds(FindAgents, words),
    st.builds(FindDays, words, maybe(words), maybe(words), words),
    st.builds(FindHours, words, maybe(words), instants, words),
    st.builds(FindForm, words),
    st.builds(FindInfo, words),
)
answered = several(st.tuples(words, st.one_of(words, numbers, several(words))))
writes = st.one_of(
    st.builds(Book, words, words, words, maybe(words), words, instants, words, answered),
    st.builds(Reschedule, words, words, instants),
    st.builds(Cancel, words, words, words),
)
calls = reads | writes
offers = st.builds(Offer, calls, several(choices) | hours, words, maybe(words), maybe(words))
limits = st.builds(Limits, maybe(numbers), maybe(numbers), maybe(st.integers(1)))
fields = st.builds(
    FormField,
    id=words,
    name=words,
    kind=st.sampled_from(Kind),
    label=words,
    hint=words,
    placeholder=words,
    required=st.booleans(),
    options=several(choices),
    limits=limits,
)


def sessions(aside: st.SearchStrategy[Session | None]) -> st.SearchStrategy[Session]:
    return st.builds(
        Session,
        key=words,
        at=instants,
        revision=st.integers(0),
        conversation=words,
        answers=named(choices),
        unasked=several(words),
        reopened=maybe(words),
        wanted=maybe(words),
        offer=maybe(offers),
        looking=named(words),
        picked=named(several(words)),
        form=maybe(several(fields)),
        waiting=maybe(calls),
        failed=maybe(calls),
        failed_at=maybe(instants),
        errors=named(texts),
        notice=maybe(texts),
        over=st.booleans(),
        outcome=maybe(words),
        aside=aside,
    )


@given(sessions(maybe(sessions(st.none()))))
@example(Session(key=""))
def test_a_session_comes_back_as_it_was(session: Session) -> None:
    assert codec.load(codec.save(session)) == session


@given(st.one_of(values, said, st.tuples(values), st.lists(choices, min_size=2).map(tuple), named(values), calls))
def test_a_value_comes_back_with_its_type(value: Any) -> None:
    back = codec.load(codec.save(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("value", [0, False, "", None, (), Decimal(0), ("",), ((),), (None,), {}, {"": ()}, Kind.DAY])
def test_what_is_nearly_equal_does_not_take_another_ones_place(value: Any) -> None:
    back = codec.load(codec.save(Choice(value, value)))
    assert repr(back) == repr(Choice(value, value))


def test_a_word_of_the_format_may_be_said_by_a_person() -> None:
    for word in ("", "min", "date", "number", "*choice", "choice"):
        value = (word, word, {word: (word,)})
        assert codec.load(codec.save(value)) == value


def test_instants_come_back_in_utc() -> None:
    here = datetime(2026, 11, 24, 12, 30, 15, 7, tzinfo=timezone(timedelta(hours=-3)))
    for value in (here, (here, here.replace(microsecond=0))):
        assert "tzinfo=datetime.timezone.utc" in repr(codec.load(codec.save(value)))


@pytest.mark.parametrize("value", [1.5, b"x", datetime(2026, 1, 1), object(), [1], (datetime(2026, 1, 1),) * 2])
def test_what_nobody_knows_is_refused_when_it_is_saved(value: object) -> None:
    with pytest.raises(TypeError):
        codec.save(value)


def classes_in(hint: Any, found: set[type]) -> set[type]:
    """Every dataclass and enum that a value of this type can hold."""
    for part in typing.get_args(hint):
        classes_in(part, found)
    if isinstance(hint, type) and hint not in found and (dataclasses.is_dataclass(hint) or issubclass(hint, StrEnum)):
        found.add(hint)
        for part in typing.get_type_hints(hint).values() if dataclasses.is_dataclass(hint) else ():
            classes_in(part, found)
    return found


def test_every_class_that_a_session_or_a_person_can_hold_has_a_word() -> None:
    found: set[type] = set()
    for each in (Session, Person, Who, Said, Call):
        classes_in(each, found)
    assert found == {*codec.CLASSES.values(), *codec.ENUMS.values()}
    assert types.NoneType not in found
    assert Appointment in found


def test_no_word_of_the_format_has_two_meanings() -> None:
    known = [*codec.CLASSES, *codec.ENUMS, "min", "s", "us", "date", "number"]
    assert len(known) == len(set(known))
    assert not any(word == "" or word.startswith("*") for word in known)


# One session with all there is, as the second format stores it. Never changed: such rows lie in databases. If it does
# not load any more, FORMAT must rise, and what holds no format number (persons, appointments, calls) must be migrated.
SECOND = (
    "b5574d8f9b3010fd2b883359010ee9e658eda5a7b687ed6915ad9cc4d9a0752005d2a68af8ef9d198fb1099036aa1a25e0f86b8679f39e87"
    "91fc7a17bf62fce0e2ab545b3ec671928a79b6e8a5dc3cf9d7045a88ed729dec5239df646ab1fb103f26cb548ab5cb95f0a92cea936e8c81"
    "a86363f849ea5d208b8098f59f13f03eae93ecd2aea30b5811a370fe90c5a15bb12eab6262c95636e85a0ae8cce274962ebd654d09825c4f"
    "2c4428e0b7f6e6836a8f7b868931c935c2bd93448a79e4d4f21cdec7c15bb8f7b8d8a71fc7f87e168a51c032b18823f82656a30d87e8e691"
    "8c1b8e52e68e2b062794e51f44d11e93976b9808138c33a917bab9cb95de1a2f731b76e4700a3f81a12fe4413938e04a2046216f0a33c00d"
    "5ef962da91cdb395ebd179a16abfc3c66ab5ea9f6c1fc9c86763e4b933b2cf0dc1a01325076fd07bd472a3f6a5de1af8cde091072bf5fd94"
    "5736997652d72ac2a3df3451ba8f48ecdafa4eded1c549e878425f794cf65a7a90fc9037067f6e5264117636d23130816d28d1481441fae5"
    "793067399ca355f1864704ce14dea0910aaf36e997505660674906fbfe151978d26b93375a0dc590b912cac4fe7935a98208164df08514ad"
    "6e64d50c32dfd1e8dbf353e8b29150a0fcf3a50a5384fa058f330adc8b997a867fa4325d05392cb0527c24596df6241a6e3697a2fe8193c1"
    "a02b3a7d4d1d68f7570d45b00adef21f2ab8003e6d50568186e10770cb95a28cae8f6c4b8277a390bdfcdcaba20d2e406fb86e74b979873b"
    "95087007afe06a368406e85ddbb3888bc702cfb2b635d6e40838a464688da49a1a376672c9f2c20d7c02d3e304c9c83f59853abce1931fb6"
    "3a35e8ab8871862dd60126d66e83f44860d6b025c6ae2beb0f70c89219afa8e7979798d273a4c21f141e5365aa574ffcf18da86775fac0bf"
    "7076f61173acec51ade532d4e5b6756d406e81eefa3ef61db2ef6bb6411baf7e03"
)


def test_what_was_stored_in_this_format_still_loads() -> None:
    assert codec.FORMAT == 2
    assert codec.load(bytes.fromhex(SECOND)) == EVERYTHING


SERVICE = "63d9b1f2a4c5e6f708192a3b"
EVERYTHING = Session(
    key="k3y00000",
    at=datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC),
    revision=41,
    conversation="book",
    answers={
        "service": Choice(SERVICE, "Consultation", "Half an hour"),
        "agent": ANYONE,
        "day": Choice(datetime(2026, 11, 24, 3, tzinfo=UTC)),
        "form.age": Choice(Decimal("4.50")),
        "form.born": Choice(date(2000, 2, 29)),
        "form.topics": Choice(("a", "b")),
        "form.note": Choice(None),
    },
    unasked=("agent",),
    reopened="hour",
    wanted="x",
    offer=Offer(
        FindHours(SERVICE, None, datetime(2026, 11, 24, 3, tzinfo=UTC), "America/Santiago"),
        tuple(Choice(datetime(2026, 11, 24, hour, tzinfo=UTC)) for hour in (12, 13, 15)),
        "here",
        "before",
        "after",
    ),
    looking={"day": "2026-11"},
    picked={"form.topics": ("a",)},
    form=(
        FormField(id="1", name="age", kind=Kind.NUMBER, label="Age", limits=Limits(Decimal(1), Decimal(9), 3)),
        FormField(id="2", name="note", kind=Kind.LINES, label="Note", hint="h", placeholder="p", required=True),
        FormField(id="3", name="topics", kind=Kind.CHOICES, label="Topics", options=(Choice("a", "A"), Choice("b"))),
    ),
    waiting=Book(
        key="k3y00000-15",
        service=SERVICE,
        service_title="Consultation",
        agent="a1",
        agent_name="Agent One",
        start=datetime(2026, 11, 24, 12, tzinfo=UTC),
        zone="UTC",
        form=(("1", Decimal(4)), ("3", ("a", "b")), ("2", "x")),
    ),
    failed=FindServices(2, "x"),
    failed_at=datetime(2026, 11, 22, 9, 30, 5, tzinfo=UTC),
    errors={"form.age": say("Please give {max} or less.", max=Decimal(9))},
    notice=Text("{when} {day} {clock} {month} {for} {number} {all}", {
        "when": datetime(2026, 11, 24, 12, tzinfo=UTC),
        "day": Day(datetime(2026, 11, 24, 12, tzinfo=UTC)),
        "clock": Clock(datetime(2026, 11, 24, 12, tzinfo=UTC)),
        "month": Month("2026-11"),
        "for": Duration(30),
        "number": 2,
        "all": ("a", say("b")),
    }, plural="many"),
    outcome="appointm01",
    aside=Session(
        key="k3y00000",
        conversation="cancel",
        answers={"appointment": Choice("appointm01", say("{service}", service="Consultation"))},
        failed=Cancel("k3y00000-3", "appointm01", "reason"),
    ),
)  # fmt: skip


# How large: measured with what the engine itself makes of answers as the calendar gives them.

SANTIAGO = timezone(timedelta(hours=-3))
BODIES = {
    FindServices: lambda call: Offer(call, tuple(
        Choice(f"63d9b1f2a4c5e6f70819{each:04x}", f"Consultation about number {each}", "A talk of half an hour")
        for each in range(8)
    ), "1", None, "1"),
    FindAgents: lambda call: Offer(call, (ANYONE, Choice("63d9b1f2a4c5e6f7081aaaaa", "Agent One"))),
    FindDays: lambda call: Offer(call, tuple(
        Choice(datetime(2026, 12, day, tzinfo=SANTIAGO)) for day in range(1, 31) if day % 7 not in (5, 6)
    ), "2026-12", "2026-11", "2027-01"),
    FindHours: lambda call: Offer(call, tuple(
        Choice(datetime(2026, 12, 1, 8, tzinfo=SANTIAGO) + timedelta(minutes=5 * each)) for each in range(156)
    )),
}  # fmt: skip


def at_the_question(name: str) -> Session:
    """Books with the first choice each time until this question is asked."""
    at = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
    person = Person(zone="America/Santiago")
    session = advance(person, Session(key="k3y0z9x8"), Opened(at, "book"))
    while True:
        while session.waiting:
            session = advance(
                person, session, Found(at, session.waiting, BODIES[type(session.waiting)](session.waiting))
            )
        screen = show(person, session)
        if screen.focus == name:
            return session
        answers = [each for each in screen.presses() if isinstance(each.means, Answer)]
        session = advance(person, session, Tapped(at, answers[0].token))


def sealed_size(session: Session) -> int:
    return len(Vault([new_key()]).seal("session", 1, codec.save((session, (None,)))))


def test_a_day_of_156_hours_takes_little_room() -> None:
    session = at_the_question("hour")
    assert session.offer
    assert len(session.offer.choices) == 156
    assert codec.load(codec.save(session)) == session
    assert sealed_size(session) <= 400


def test_hours_at_odd_distances_with_names_beside_them_take_little_room() -> None:
    session = at_the_question("hour")
    assert session.offer
    start = datetime(2026, 12, 1, 11, tzinfo=UTC)
    odd = tuple(
        Choice(start + timedelta(minutes=each * 5 + each // 7 * 15 + each % 3), detail=f"Agent {each * each % 11}")
        for each in range(156)
    )
    assert sealed_size(dataclasses.replace(session, offer=dataclasses.replace(session.offer, choices=odd))) <= 1500


def test_a_month_of_days_takes_little_room() -> None:
    session = at_the_question("day")
    assert session.offer
    assert len(session.offer.choices) == 22
    assert sealed_size(session) <= 300


def test_every_session_on_the_way_comes_back_as_it_was() -> None:
    person = Person()
    for name in ("service", "agent", "day", "hour"):
        session = at_the_question(name)
        elsewhere = advance(person, session, Opened(session.at, "cancel"))
        assert session.offer
        lost = advance(
            person, dataclasses.replace(session, waiting=session.offer.call), Unanswered(session.at, session.offer.call)
        )
        for each in (session, elsewhere, lost):
            assert codec.load(codec.save(each)) == each


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(words, deeper, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(words, JSON, max_size=3))
def test_a_payload_comes_back_as_it_was(payload: Mapping[str, Any]) -> None:
    assert codec.unpack(codec.pack(payload)) == payload


def test_what_is_cut_off_does_not_load() -> None:
    saved = codec.save(EVERYTHING)
    for length in range(0, len(saved), 7):
        with pytest.raises(Exception):  # noqa: B017, PT011
            codec.load(saved[:length])
