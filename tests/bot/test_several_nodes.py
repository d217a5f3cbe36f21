"""People and their conversations when several programs share a database: whichever is asked, it goes on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest
from chat_board import KEY, NOW, Board, Chat, Somebody, chatting, program, several
from test_runner_writes import all_writes

import databases
from adapters import Anchor, Place, Words
from bot.showing import LEASE, Sight
from bot.store import nodes, owed, persons, sessions, writes
from bot.store.desk import Desk
from bot.store.nodes import present
from bot.store.owed import Kind
from bot.store.store import Store
from bot.store.vault import Vault
from bot.store.writes import State
from conversations.calls import WRITES
from conversations.engine import advance
from conversations.events import Tapped
from conversations.screens import Confirm, Screen, pressed
from conversations.session import Session
from sandbox.calendar.traffic import Operation

pytestmark = pytest.mark.usefixtures("postgresql", "_quickly")


@pytest.fixture
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "BEAT", 0.01)


def at(chat: Chat, before: Somebody) -> Somebody:
    """The same person, at another node."""
    return Somebody(chat, before.user, before.place, before.last)


async def test_a_conversation_goes_on_wherever_a_load_balancer_leads(tmp_path: Path) -> None:
    async with several(tmp_path, 3) as chats:
        turns = cycle(chats)
        somebody = next(turns).somebody()
        await somebody.says("/book")
        for line in ("Account opening", "Agent One"):
            somebody = at(next(turns), somebody)
            await somebody.says(line)
        assert somebody.screen.focus == "day"
        assert (await somebody.session()).answers.keys() >= {"service", "agent"}


async def test_the_same_update_at_all_nodes_is_handled_once(tmp_path: Path) -> None:
    async with several(tmp_path, 3) as chats:
        somebody = chats[0].somebody()
        await somebody.books_up_to("form.firstname")
        before = await somebody.session()
        await asyncio.gather(*(at(chat, somebody).delivers("the same", text="Guest") for chat in chats))
        await asyncio.wait_for(_past(chats, before.revision), 60)
        assert (await somebody.session()).revision == before.revision + 1


async def _past(chats: list[Chat], before: int) -> None:
    """Until one of them has shown what is next."""
    newer = [asyncio.create_task(chat.until(partial(_shows_later, chat, before))) for chat in chats]
    await asyncio.wait(newer, return_when=asyncio.FIRST_COMPLETED)
    for each in newer:
        each.cancel()
    await asyncio.gather(*newer, return_exceptions=True)


def _shows_later(chat: Chat, before: int) -> bool:
    return any(each.screen.revision > before for each in chat.board.shown)


async def test_two_nodes_that_meet_somebody_at_once_meet_one_person(tmp_path: Path) -> None:
    async with several(tmp_path, 2) as chats:
        await asyncio.gather(*(chat.somebody("new").delivers(text="/book") for chat in chats))
        await asyncio.wait_for(_past(chats, -1), 60)
        met = await chats[0].look(lambda desk: persons.some(desk, 0, 10))
        assert [each.who.user for each in met] == ["new"]


async def test_people_at_several_nodes_book_under_one_budget(tmp_path: Path) -> None:
    """Nobody is refused for being too quick, and what one node has asked no other asks."""
    async with several(tmp_path, 3, per_second=20) as chats:
        people = [chat.somebody(f"somebody {number}") for number, chat in enumerate(chats * 2)]
        await asyncio.gather(*(each.books() for each in people))
        traffic, booked = chats[0].world.traffic, [each for each in people if each.screen.over]
        assert 429 not in traffic.by_status
        assert traffic.busiest_second() <= 20
        assert traffic.by_operation[Operation.FORM] == 1
        assert len(chats[0].world.ledger.standing()) == len(booked) > 0, "the others wanted the same hour"


@dataclass
class Slow(Board):
    """Holds the next screen back once it is armed, as a platform does that takes long to answer."""

    held: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    armed: bool = False

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        if self.armed:
            self.armed = False
            self.held.set()
            await self.go.wait()
        return await super().show(screen, place, anchor, words, below=below)


async def test_an_older_screen_that_comes_late_does_not_stay_on_top_of_a_newer_one(tmp_path: Path) -> None:
    slow = Slow()
    url = databases.url(tmp_path)
    async with (
        present(url) as one,
        present(url) as two,
        chatting(tmp_path, board=slow, node=one) as late,
        program(tmp_path, late.url, late.world, late.clock, node=two) as quick,
    ):
        somebody = late.somebody()
        await somebody.books_up_to("form.firstname")
        slow.armed = True
        await somebody.delivers(text="Guest")
        await slow.held.wait()
        newest = await at(quick, somebody).says("guest@example.com")
        slow.go.set()
        await late.until(lambda: slow.shown[-1].screen.revision == newest.revision)
        assert slow.shown[-2].screen.revision < newest.revision, "it came late, and another one over it"


async def test_what_another_node_shows_already_is_not_shown(tmp_path: Path) -> None:
    url = databases.url(tmp_path)
    async with present(url) as one, present(url) as two, chatting(tmp_path, node=one) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to("form.firstname")
        contact, session = await somebody.contact(), await somebody.session()
        before = len(chat.board.shown)
        other = await Store.open(url, Vault([KEY]), node=two.number)
        mine = await chat.look(lambda desk: owed.taken(desk, contact.id, Kind.SHOW, "", NOW, LEASE))
        await other.transact("taken", lambda desk: owed.taken(desk, contact.id, Kind.SHOW, "", NOW, LEASE))
        showing = chat.runner._showing
        await showing._show(Sight(contact, session, mine, below=False))
        assert len(chat.board.shown) == before
        await other.close()


async def test_a_write_that_a_dead_node_has_sent_is_told_by_another_and_not_sent_again(tmp_path: Path) -> None:
    async with present(databases.url(tmp_path)) as living, chatting(tmp_path, node=living) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        contact = await somebody.contact()
        async with present(databases.url(tmp_path)) as dying:
            store = await Store.open(databases.url(tmp_path), Vault([KEY]), node=dying.number)
            await store.transact("sent", lambda desk: _confirmed_and_sent(desk, contact.id, somebody))
            await store.close()
            await living.on_duty("looking", _nothing, lambda: None)  # by then it is known to live
        summary = somebody.screen
        await somebody.sees(lambda screen: not screen.busy and screen.revision > summary.revision)
        [entry] = await chat.look(all_writes)
        assert entry.state in {State.UNKNOWN, State.TOLD}
        assert chat.world.ledger.entries == []


async def _nothing() -> None: ...


def _confirmed_and_sent(desk: Desk, person: int, somebody: Somebody) -> None:
    """As the transaction of a confirmation and that of its sending leave it."""
    contact, session = persons.load(desk, person), sessions.load(desk, person)
    assert isinstance(session, Session)
    token = next(each.token for each in somebody.screen.buttons if isinstance(each.means, Confirm))
    tapped = pressed(token, somebody.chat.clock())
    assert isinstance(tapped, Tapped)
    after = advance(contact.person, session, tapped)
    assert isinstance(after.waiting, WRITES)
    sessions.save(desk, person, after)
    assert writes.confirm(desk, person, after.waiting, tapped.at)
    assert writes.sent(desk, person, after.waiting.key, tapped.at)
