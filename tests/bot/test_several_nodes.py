"""People and their conversations when several programs share a database: whichever is asked, it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest
from chat_board import KEY, NOW, Board, Chat, Shown, Somebody, anywhere, chatting, program, several
from sqlalchemy import select
from test_runner_writes import all_writes

import databases
from adapters import Anchor, Place, Words
from bot.showing import LEASE, Sight
from bot.store import nodes, owed, persons, schema, sessions, writes
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

pytestmark = pytest.mark.usefixtures("postgresql", "_quickly")

LINES = {"firstname": "Guest", "email": "guest@example.com", "phone": "Skip"}
"""What the form asks for first, as it is typed."""


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


async def test_what_was_sent_before_is_handled_before_though_another_node_has_received_it(tmp_path: Path) -> None:
    async with several(tmp_path, 2) as chats:
        busy, free = chats
        somebody = busy.somebody()
        await somebody.books_up_to("form.firstname")
        async with busy.runner._tasks.in_turn((await somebody.contact()).who.key):
            await somebody.delivers(text="Guest")
            await at(free, somebody).says("guest@example.com")
        answers = (await somebody.session()).answers
        assert [answers[name].value for name in ("form.firstname", "form.email")] == ["Guest", "guest@example.com"]


async def test_lines_that_reach_nodes_one_after_the_other_are_handled_so(tmp_path: Path) -> None:
    async with several(tmp_path, 3) as chats:
        people = [chats[0].somebody(f"guest {number}") for number in range(5)]
        for somebody in people:
            await somebody.books_up_to("form.firstname", agent="Anyone")
        await asyncio.gather(*(_says_all(cycle(chats), somebody) for somebody in people))
        for somebody in people:
            await anywhere(chats, partial(_is_asked, chats, somebody, "form.channel"))
            answers = (await somebody.session()).answers
            assert [answers[f"form.{name}"].value for name in LINES] == ["Guest", "guest@example.com", None]


async def _says_all(turns: Iterator[Chat], somebody: Somebody) -> None:
    """Does not wait for any answer."""
    for line in LINES.values():
        await at(next(turns), somebody).delivers(text=line)


def _is_asked(chats: list[Chat], somebody: Somebody, name: str) -> bool:
    return any(screen.focus == name for chat in chats for screen in at(chat, somebody).screens)


async def test_the_same_update_at_all_nodes_is_handled_once(tmp_path: Path) -> None:
    async with several(tmp_path, 3) as chats:
        somebody = chats[0].somebody()
        await somebody.books_up_to("form.firstname")
        before = await somebody.session()
        await asyncio.gather(*(at(chat, somebody).delivers("the same", text="Guest") for chat in chats))
        await anywhere(chats, partial(_shown_past, chats, before.revision))
        assert (await somebody.session()).revision == before.revision + 1


def _shown_past(chats: list[Chat], before: int) -> bool:
    """Whether one of them has shown what is next."""
    return any(each.screen.revision > before for chat in chats for each in chat.board.shown)


async def test_two_nodes_that_meet_somebody_at_once_meet_one_person(tmp_path: Path) -> None:
    async with several(tmp_path, 2) as chats:
        await asyncio.gather(*(chat.somebody("new").delivers(text="/book") for chat in chats))
        await anywhere(chats, partial(_shown_past, chats, -1))
        met = await chats[0].look(lambda desk: persons.some(desk, 0, 10))
        assert [each.who.user for each in met] == ["new"]


@dataclass
class Slow(Board):
    """Holds the next screen back once it is armed, before or after it stands there, as a platform does that is slow."""

    held: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)
    armed: str = ""

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        await self._wait("before")
        made = await super().show(screen, place, anchor, words, below=below)
        await self._wait("after")
        return made if below or anchor is None else anchor

    async def _wait(self, when: str) -> None:
        if self.armed == when:
            self.armed = ""
            self.held.set()
            await self.go.wait()


def standing(chat: list[Shown]) -> list[int]:
    """The revisions of what stands in a chat, from top to bottom."""
    messages: dict[object, int] = {}
    for number, each in enumerate(chat, 1):
        made = each.below or each.anchor is None
        messages[f"message {number}" if made else each.anchor] = each.screen.revision
    return list(messages.values())


@asynccontextmanager
async def one_chat(folder: Path) -> AsyncIterator[tuple[list[Chat], list[Slow]]]:
    """Two nodes that show what they show in one and the same chat, where somebody is asked for their name."""
    url, chat = databases.url(folder), list[Shown]()
    late, quick = Slow(shown=chat), Slow(shown=chat)
    async with (
        present(url) as one,
        present(url) as two,
        chatting(folder, board=late, node=one) as first,
        program(folder, first.url, first.world, first.clock, board=quick, node=two) as second,
    ):
        await first.somebody().books_up_to("form.firstname")
        await _nobody_shows([first])
        yield [first, second], [late, quick]


@asynccontextmanager
async def late_and_quick(folder: Path, quickly: str = "") -> AsyncIterator[tuple[list[Chat], list[Slow], int]]:
    """One of them takes long to show a screen, the other one shows what is newer; gives its revision, too."""
    async with one_chat(folder) as (chats, [late, quick]):
        late.armed, quick.armed = "before", quickly
        await chats[0].somebody().delivers(text="Guest")
        await late.held.wait()
        somebody = Somebody(chats[1], "somebody", "somebody", quick.shown[-1].screen)
        newest = await somebody.says("guest@example.com")
        yield chats, [late, quick], newest.revision


async def test_an_older_screen_that_comes_late_does_not_stay_below_a_newer_one(tmp_path: Path) -> None:
    async with late_and_quick(tmp_path) as (chats, [late, quick], newest):
        await _nobody_shows(chats)
        late.go.set()
        await anywhere(chats, lambda: standing(quick.shown)[-3:] == [newest, newest - 1, newest])


async def test_an_older_screen_that_comes_while_a_newer_one_is_shown_does_not_stay_below_it(tmp_path: Path) -> None:
    async with late_and_quick(tmp_path, quickly="after") as (chats, [late, quick], newest):
        late.go.set()
        await _nobody_shows(chats)
        assert standing(quick.shown)[-2:] == [newest, newest - 1], "the older one has come late"
        quick.go.set()
        await anywhere(chats, lambda: standing(quick.shown)[-3:] == [newest, newest - 1, newest])


async def test_what_is_next_stands_below_a_message_that_another_node_has_made_and_told_nobody_of(
    tmp_path: Path,
) -> None:
    async with one_chat(tmp_path) as (chats, [late, quick]):
        late.armed = "after"
        await chats[0].somebody().delivers(text="Guest")
        await late.held.wait()
        asked = quick.shown[-1].screen
        somebody = Somebody(chats[1], "somebody", "somebody", asked)
        after = await somebody.presses(somebody.button("Back"))
        assert standing(quick.shown)[-1] == after.revision > asked.revision
        late.go.set()


async def _nobody_shows(chats: list[Chat]) -> None:
    """Until nothing is on its way to the chat, as far as the database knows."""
    shows = select(schema.owed.c.id).where(schema.owed.c.kind == Kind.SHOW, schema.owed.c.leased_until.is_not(None))
    while await chats[0].look(lambda desk: desk.connection.execute(shows).first()):
        continue


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
        assert not await chat.runner._showing._show(Sight(contact, session, mine, below=False))
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
