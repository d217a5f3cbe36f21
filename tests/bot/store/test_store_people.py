"""Persons, the sessions they are in, and the places where they are shown them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shelf import APPOINTMENT, KEY, NOW, SOMEBODY, TOKENS, empty_desk, somebody
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from adapters import Place, Who
from bot.store import appointments, codec, forgetting, owed, persons, places, sessions
from bot.store.desk import Desk
from bot.store.places import Spot
from bot.store.schema import forms
from bot.store.schema import sessions as sessions_table
from bot.store.sessions import Unknown
from bot.store.vault import new_key
from conversations.kinds import FormField, Kind
from conversations.offers import Choice
from conversations.people import Person
from conversations.session import Session
from databases import both

pytestmark = both

PERSON = Person(locale="es", zone="America/Santiago", zone_known=True, details={"name": Choice("Somebody")})


@pytest.fixture
def desk() -> Iterator[Desk]:
    with empty_desk() as desk:
        yield desk


# Persons.


def test_a_person_is_found_by_platform_workspace_and_user(desk: Desk) -> None:
    contact = persons.add(desk, SOMEBODY, PERSON)
    assert persons.find(desk, SOMEBODY.platform, SOMEBODY.workspace, SOMEBODY.user) == contact
    assert persons.load(desk, contact.id) == contact
    assert contact.who == SOMEBODY
    assert contact.person == PERSON


def test_what_was_opened_stays_in_memory_until_anybody_is_forgotten(desk: Desk) -> None:
    id = somebody(desk)
    opened = persons.load(desk, id).who
    assert persons.load(desk, id).who is opened
    forgetting.erase(desk, persons.load(desk, somebody(desk, "U2")))
    assert persons.load(desk, id).who is not opened


@pytest.mark.parametrize(
    "words",
    [("slack", "here", "U1"), ("terminal", "there", "U1"), ("terminal", "here", "U2"), ("terminal", "hereU1", "")],
)
def test_another_platform_workspace_or_user_is_somebody_else(desk: Desk, words: tuple[str, str, str]) -> None:
    persons.add(desk, Who("terminal", "here", "U1"), PERSON)
    assert persons.find(desk, *words) is None


def test_nobody_is_added_twice(desk: Desk) -> None:
    met = persons.add(desk, SOMEBODY, PERSON)
    assert persons.add(desk, replace(SOMEBODY, locale="es"), PERSON) == met


def test_a_key_fits_on_a_button(desk: Desk) -> None:
    keys = {persons.add(desk, Who("terminal", "here", str(each)), PERSON).key for each in range(20)}
    assert len(keys) == 20
    assert all(len(key) == 8 and key.isascii() and key.isalnum() and key == key.lower() for key in keys)


def test_what_is_learnt_of_a_person_is_kept(desk: Desk) -> None:
    contact = persons.add(desk, SOMEBODY, Person())
    details = {"born": Choice(date(2000, 2, 29)), "": Choice(("a", "b"))}
    learnt = replace(contact, who=replace(SOMEBODY, zone="UTC"), person=replace(PERSON, details=details))
    persons.save(desk, learnt)
    assert persons.load(desk, contact.id) == learnt


def test_a_person_comes_with_the_appointments_of_the_table_and_saves_none(desk: Desk) -> None:
    contact = persons.add(desk, SOMEBODY, replace(PERSON, appointments=(APPOINTMENT,)))
    assert contact.person.appointments == ()
    persons.save(desk, replace(contact, person=replace(PERSON, appointments=(APPOINTMENT,))))
    assert persons.load(desk, contact.id).person.appointments == ()
    id = appointments.add(desk, contact.id, APPOINTMENT, TOKENS)
    assert persons.load(desk, contact.id).person.appointments == (replace(APPOINTMENT, id=id),)


def test_a_person_who_is_not_there_cannot_be_loaded(desk: Desk) -> None:
    with pytest.raises(KeyError):
        persons.load(desk, 1)


def test_an_old_key_still_finds_people(desk: Desk) -> None:
    contact = persons.add(desk, SOMEBODY, PERSON)
    with empty_desk((new_key(), KEY)) as other:
        rotated = Desk(desk.connection, other.vault, desk.pepper)
        assert persons.find(rotated, SOMEBODY.platform, SOMEBODY.workspace, SOMEBODY.user) == contact


# Sessions.

FORM = (FormField(id="7", name="name", kind=Kind.TEXT, label="Name", required=True),)
OTHER_FORM = (FormField(id="8", name="note", kind=Kind.LINES, label="Note"),)


def test_who_never_began_has_no_session(desk: Desk) -> None:
    assert sessions.load(desk, somebody(desk)) is None


def test_the_newest_session_of_each_is_kept(desk: Desk) -> None:
    one, two = somebody(desk, "1"), somebody(desk, "2")
    for revision in (1, 2):
        sessions.save(desk, one, Session(key="one", at=NOW, revision=revision))
    sessions.save(desk, two, Session(key="two", at=NOW))
    assert sessions.load(desk, one) == Session(key="one", at=NOW, revision=2)
    assert sessions.load(desk, two) == Session(key="two", at=NOW)


def test_a_form_is_kept_once_and_comes_back_in_every_session(desk: Desk) -> None:
    aside = Session(key="k", conversation="reschedule", form=OTHER_FORM)
    stored = [
        Session(key="k", form=FORM),
        Session(key="k", form=FORM, aside=aside),
        Session(key="k", form=OTHER_FORM, aside=replace(aside, form=None)),
        Session(key="k", form=()),
    ]
    for number, session in enumerate(stored):
        person = somebody(desk, str(number))
        sessions.save(desk, person, session)
        sessions.save(desk, person, session)
        assert sessions.load(desk, person) == session
    assert desk.connection.execute(select(func.count()).select_from(forms)).scalar() == 3


def test_the_form_does_not_stand_in_the_session(desk: Desk) -> None:
    person = somebody(desk)
    sizes = []
    for form in (FORM, FORM * 200):
        sessions.save(desk, person, Session(key="k", form=form))
        sizes.append(len(desk.connection.execute(select(sessions_table.c.sealed)).scalar_one()))
    assert sizes[0] == sizes[1]


def test_a_session_of_another_format_is_unknown(desk: Desk) -> None:
    person = somebody(desk)
    sessions.save(desk, person, Session(key="k"))
    desk.connection.execute(sessions_table.update().values(format=codec.FORMAT + 1))
    assert sessions.load(desk, person) == Unknown("format")


def test_a_session_in_another_persons_row_is_unknown(desk: Desk) -> None:
    one, two = somebody(desk, "1"), somebody(desk, "2")
    sessions.save(desk, one, Session(key="k"))
    desk.connection.execute(sessions_table.update().values(person_id=two))
    assert sessions.load(desk, two) == Unknown("sealed")


def test_a_session_whose_form_is_lost_is_unknown(desk: Desk) -> None:
    person = somebody(desk)
    sessions.save(desk, person, Session(key="k", form=FORM))
    desk.connection.execute(forms.delete())
    assert sessions.load(desk, person) == Unknown("body")


BROKEN = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([None, 1, "x", (), (Session(key="k"),), (Session(key="k"), ()), (1, 2, 3), {"a": "b"}]).map(
        codec.save
    ),
    st.sampled_from(
        [
            [],
            [[]],
            ["nobody", {}],
            ["session", {"kee": "k"}],
            ["", ["session", {}], ["", None]],
            ["", ["session", {"key": "k", "aside": 1}], ["", None]],
            ["min"],
            ["min", "x"],
            ["min", 10**30],
            ["*choice", 3, {"value": ["", 1]}],
            ["kind", "unkind"],
        ]
    ).map(codec.pack),
)


@given(BROKEN)
def test_a_broken_session_is_unknown_and_never_an_error(body: bytes) -> None:
    with empty_desk() as desk:
        person = somebody(desk)
        sealed = desk.vault.seal("session", person, body)
        values = {"person_id": person, "format": codec.FORMAT, "revision": 1, "sealed": sealed, "at": NOW}
        desk.connection.execute(sessions_table.insert().values(values))
        assert sessions.load(desk, person) == Unknown("body")


def test_a_session_that_was_unknown_can_be_begun_anew(desk: Desk) -> None:
    person = somebody(desk)
    sessions.save(desk, person, Session(key="k"))
    desk.connection.execute(sessions_table.update().values(format=99))
    sessions.save(desk, person, Session(key="k", revision=9))
    assert sessions.load(desk, person) == Session(key="k", revision=9)


# Places.

CHAT, HOME = Place("chat", "C1"), Place("home", "C1")


def test_nobody_has_a_front_before_they_come(desk: Desk) -> None:
    assert places.front(desk, somebody(desk)) is None


def test_the_place_where_it_goes_on_is_the_front(desk: Desk) -> None:
    person = somebody(desk)
    assert places.goes_on(desk, person, CHAT) is None
    front = places.front(desk, person)
    assert front
    assert (front.place, front.anchor, front.shown) == (CHAT, None, None)
    assert places.goes_on(desk, person, CHAT) is None


def test_another_place_relieves_the_one_before(desk: Desk) -> None:
    person = somebody(desk)
    places.goes_on(desk, person, CHAT)
    chat = places.front(desk, person)
    assert chat
    places.anchored(desk, chat.id, "message 7", 3)
    assert places.goes_on(desk, person, HOME) == Spot(chat.id, CHAT, "message 7", 3)
    home = places.front(desk, person)
    assert home
    assert home.place == HOME
    assert places.goes_on(desk, person, CHAT) == home
    assert places.front(desk, person) == Spot(chat.id, CHAT, "message 7", 3)


def test_an_anchor_can_change_and_go(desk: Desk) -> None:
    person = somebody(desk)
    places.goes_on(desk, person, CHAT)
    spot = places.at(desk, person, CHAT)
    assert spot
    for anchor, revision in (("first", 1), ("", 2), (None, 3)):
        places.anchored(desk, spot.id, anchor, revision)
        assert places.front(desk, person) == Spot(spot.id, CHAT, anchor, revision)


def test_people_in_one_place_do_not_see_each_others_anchors(desk: Desk) -> None:
    one, two = somebody(desk, "1"), somebody(desk, "2")
    places.goes_on(desk, one, CHAT)
    mine = places.at(desk, one, CHAT)
    assert mine
    places.anchored(desk, mine.id, "mine", 1)
    assert places.at(desk, two, CHAT) is None
    assert places.goes_on(desk, two, CHAT) is None
    assert places.front(desk, two) != mine


def test_two_places_cannot_both_be_in_front(desk: Desk) -> None:
    person = somebody(desk)
    places.goes_on(desk, person, CHAT)
    places.goes_on(desk, person, HOME)
    with pytest.raises(IntegrityError), desk.connection.begin_nested():
        desk.connection.exec_driver_sql("UPDATE places SET front = true")


def test_instants_are_kept_to_the_millisecond_and_need_a_zone(desk: Desk) -> None:
    person = somebody(desk)
    owed.owe(desk, person, owed.Kind.CALL, "1", datetime(2026, 11, 22, 9, 30, 0, 999_999, tzinfo=UTC))
    assert owed.next_at(desk) == datetime(2026, 11, 22, 9, 30, 0, 999_000, tzinfo=UTC)
    with pytest.raises(Exception, match="offset-naive"), desk.connection.begin_nested():
        owed.owe(desk, person, owed.Kind.CALL, "2", datetime(2026, 11, 22))
