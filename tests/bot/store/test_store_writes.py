"""Writes: each arrow is taken once, by one, and no arrow leads back from where nobody knows."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from shelf import LATER, NOW, a_store, empty_desk, somebody
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.store import writes
from bot.store.desk import Desk
from bot.store.schema import writes as table
from bot.store.writes import ARROWS, Entry, State
from conversations.calls import Book, Cancel, Reschedule, Write
from databases import both

BOOK = Book(
    key="k3y-1",
    service="s",
    service_title="Video call",
    agent=None,
    agent_name="",
    start=NOW,
    zone="UTC",
    form=(("1", Decimal("4.5")), ("2", ("a", "b"))),
)
# Spelled out, as the rules for a request without an answer have them.
ALLOWED = {
    (State.CONFIRMED, State.SENT),
    (State.SENT, State.BOOKED),
    (State.SENT, State.REFUSED),
    (State.SENT, State.UNKNOWN),
    (State.UNKNOWN, State.BOOKED),
    (State.UNKNOWN, State.REFUSED),
    (State.UNKNOWN, State.TOLD),
    (State.TOLD, State.BOOKED),
    (State.TOLD, State.REFUSED),
}
WAYS = {
    State.CONFIRMED: (),
    State.SENT: (State.SENT,),
    State.BOOKED: (State.SENT, State.BOOKED),
    State.REFUSED: (State.SENT, State.REFUSED),
    State.UNKNOWN: (State.SENT, State.UNKNOWN),
    State.TOLD: (State.SENT, State.UNKNOWN, State.TOLD),
}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with empty_desk() as desk:
        yield desk


def brought_to(desk: Desk, person: int, state: State, call: Write = BOOK) -> None:
    assert writes.confirm(desk, person, call, NOW)
    old = State.CONFIRMED
    for new in WAYS[state]:
        assert writes.move(desk, person, call.key, old, new, NOW)
        old = new


@both
@pytest.mark.parametrize("call", [BOOK, Reschedule("k3y-2", "a1", NOW), Cancel("k3y-3", "a1", "ill")])
def test_a_confirmed_write_comes_back_as_it_was_confirmed(desk: Desk, call: Write) -> None:
    person = somebody(desk)
    assert writes.confirm(desk, person, call, NOW)
    entry = Entry(person, call.key, call, State.CONFIRMED, NOW, None, None)
    assert writes.load(desk, person, call.key) == entry
    assert writes.in_state(desk, State.CONFIRMED) == [entry]


@both
def test_a_write_that_is_not_there_cannot_be_loaded_or_moved(desk: Desk) -> None:
    assert writes.load(desk, 1, "k3y-1") is None
    assert not writes.sent(desk, 1, "k3y-1", NOW)


@both
@pytest.mark.parametrize("state", list(State))
def test_a_key_is_confirmed_once_whatever_became_of_it(desk: Desk, state: State) -> None:
    person = somebody(desk)
    brought_to(desk, person, state)
    assert not writes.confirm(desk, person, BOOK, LATER)
    entry = writes.load(desk, person, BOOK.key)
    assert entry
    assert entry.state is state


@both
@pytest.mark.parametrize("state", list(State))
def test_while_one_is_confirmed_or_sent_no_other_of_the_same_person_is(desk: Desk, state: State) -> None:
    person, other = somebody(desk, "1"), somebody(desk, "2")
    brought_to(desk, person, state)
    again = Cancel("k3y-9", "a1", "")
    assert writes.confirm(desk, other, again, NOW)
    assert writes.confirm(desk, person, again, NOW) == (state not in {State.CONFIRMED, State.SENT})


@both
def test_the_database_itself_forbids_a_second_live_write(desk: Desk) -> None:
    person = somebody(desk)
    brought_to(desk, person, State.UNKNOWN)
    brought_to(desk, person, State.SENT, Cancel("k3y-9", "a1", ""))
    with pytest.raises(IntegrityError), desk.connection.begin_nested():
        desk.connection.exec_driver_sql("UPDATE writes SET state = 'sent'")


@both
@pytest.mark.parametrize(("old", "new"), list(product(State, State)))
def test_only_the_arrows_of_the_rules_can_be_taken(desk: Desk, old: State, new: State) -> None:
    person = somebody(desk)
    brought_to(desk, person, old)
    if (old, new) in ALLOWED:
        assert writes.move(desk, person, BOOK.key, old, new, LATER)
    else:
        with pytest.raises(ValueError, match="cannot become"):
            writes.move(desk, person, BOOK.key, old, new, LATER)
    entry = writes.load(desk, person, BOOK.key)
    assert entry
    assert entry.state is (new if (old, new) in ALLOWED else old)


@both
@pytest.mark.parametrize(("really", "arrow"), list(product(State, sorted(ALLOWED))))
def test_an_arrow_is_taken_only_from_where_the_write_stands(
    desk: Desk, really: State, arrow: tuple[State, State]
) -> None:
    person = somebody(desk)
    brought_to(desk, person, really)
    assert writes.move(desk, person, BOOK.key, *arrow, LATER) == (really is arrow[0])


@both
def test_every_state_has_its_arrows_named() -> None:
    assert set(ARROWS) == set(State)


@both
def test_it_is_known_when_it_was_sent_and_what_it_made(desk: Desk) -> None:
    person = somebody(desk)
    writes.confirm(desk, person, BOOK, NOW)
    assert writes.sent(desk, person, BOOK.key, LATER)
    assert not writes.sent(desk, person, BOOK.key, LATER)
    end = LATER + timedelta(seconds=1)
    assert writes.move(desk, person, BOOK.key, State.SENT, State.BOOKED, end, appointment="a1")
    assert writes.load(desk, person, BOOK.key) == Entry(person, BOOK.key, BOOK, State.BOOKED, end, LATER, "a1")


@both
def test_a_restart_finds_what_was_sent_the_oldest_first(desk: Desk) -> None:
    one, two, three = (somebody(desk, user) for user in "123")
    for person, wait in ((one, 2), (two, 1), (three, 0)):
        writes.confirm(desk, person, BOOK, NOW)
        if person != three:
            writes.sent(desk, person, BOOK.key, NOW + timedelta(seconds=wait))
    assert [(entry.person_id, entry.call) for entry in writes.in_state(desk, State.SENT)] == [(two, BOOK), (one, BOOK)]


@both
def test_an_entry_shows_nothing_of_the_answers(desk: Desk) -> None:
    person = somebody(desk)
    writes.confirm(desk, person, Cancel("k3y-3", "a1", "canary"), NOW)
    assert "canary" not in repr(writes.in_state(desk, State.CONFIRMED))


@both
async def test_of_all_who_race_to_send_it_one_may(tmp_path: Path) -> None:
    stores = [await a_store(tmp_path), await a_store(tmp_path)]
    person = await stores[0].transact("arrived", somebody)
    confirming = [store.transact("c", lambda desk: writes.confirm(desk, person, BOOK, NOW)) for store in stores * 10]
    assert sum(await asyncio.gather(*confirming)) == 1
    sending = [store.transact("s", lambda desk: writes.sent(desk, person, BOOK.key, NOW)) for store in stores * 10]
    assert sum(await asyncio.gather(*sending)) == 1
    for store in stores:
        await store.close()


class Writes(RuleBasedStateMachine):
    """Everybody tries every arrow at any time. What was sent once is never to be sent again, unless it never left."""

    keys = st.sampled_from(["k3y-1", "k3y-2", "k3y-3"])
    people = st.integers(0, 1)

    def __init__(self) -> None:
        super().__init__()
        self._opened = empty_desk()
        self.desk = self._opened.__enter__()
        self.persons = [somebody(self.desk, str(each)) for each in range(2)]
        self.expected: dict[tuple[int, str], State] = {}

    def live(self, person: int) -> list[str]:
        return [key for (who, key), state in self.expected.items() if who == person and state in {"confirmed", "sent"}]

    @rule(person=people, key=keys)
    def confirm(self, person: int, key: str) -> None:
        free = (person, key) not in self.expected and not self.live(person)
        assert writes.confirm(self.desk, self.persons[person], Cancel(key, "a1", ""), NOW) == free
        if free:
            self.expected[person, key] = State.CONFIRMED

    @rule(person=people, key=keys, arrow=st.sampled_from(sorted(ALLOWED)))
    def move(self, person: int, key: str, arrow: tuple[State, State]) -> None:
        stands = self.expected.get((person, key)) is arrow[0]
        assert writes.move(self.desk, self.persons[person], key, *arrow, NOW) == stands
        if stands:
            self.expected[person, key] = arrow[1]

    @invariant()
    def the_table_says_the_same(self) -> None:
        rows = self.desk.connection.execute(select(table.c.person_id, table.c.key, table.c.state))
        found = {(person, key): state for person, key, state in rows}
        assert found == {(self.persons[person], key): state for (person, key), state in self.expected.items()}
        assert all(len(self.live(person)) <= 1 for person in range(2))

    def teardown(self) -> None:
        self._opened.__exit__(None, None, None)


TestWrites = Writes.TestCase
TestWrites.settings = settings(stateful_step_count=15)


@both
@pytest.mark.parametrize("state", State)
def test_a_write_is_live_from_its_confirmation_to_its_answer(desk: Desk, state: State) -> None:
    person = somebody(desk)
    brought_to(desk, person, state)
    entry = writes.live(desk, person)
    assert (entry.call if entry else None) == (BOOK if state in (State.CONFIRMED, State.SENT) else None)
    assert writes.live(desk, person + 1) is None
