"""What the last run left is taken up at the start, kind by kind. Real kills stand in `tests/kill`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from chat_board import KEY, Board, Chat, Somebody, chatting
from sqlalchemy import func, select

import databases
from bot import runner
from bot.performing import Performing
from bot.runner import Runner
from bot.store import inbox, owed, schema, sessions, store, writes
from bot.store.desk import Desk
from bot.store.owed import Claim, Kind
from bot.store.vault import Vault
from bot.store.writes import State
from conversations.calls import Book
from conversations.engine import advance
from conversations.events import Opened, Tapped
from conversations.offers import base36
from conversations.session import Session
from conversations.texts import Text, say
from databases import both, in_a_file
from faulty_disk import faulty_disk
from sandbox.calendar import Operation
from sandbox.calendar.faults import limited

pytestmark = both


@in_a_file
async def test_a_commit_that_the_disk_refuses_does_not_end_a_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "STUBBORN", (0.001,))
    with faulty_disk() as disk:
        async with chatting(tmp_path) as chat:
            await chat.somebody().says("/book")
            recover = Runner.recover

        async def on_a_bad_disk(runner: Runner) -> None:
            disk.set(at=1)
            await recover(runner)

        monkeypatch.setattr(Runner, "recover", on_a_bad_disk)
        async with chatting(tmp_path, world=chat.world, clock=chat.clock) as chat:
            assert disk.written > 1
            assert (await chat.somebody().says("/book")).focus


@pytest.mark.parametrize("set_back", [0, 3600])
async def test_how_long_the_calendar_wants_to_be_left_alone_outlives_the_program(tmp_path: Path, set_back: int) -> None:
    async with chatting(tmp_path, per_second=20) as chat:
        chat.world.faults.add(limited(Operation.SERVICES, retry_after=60))
        await chat.somebody().says("/book")
    asked = chat.world.traffic.total
    assert asked == 1
    chat.clock.forward(seconds=-set_back)
    async with chatting(tmp_path, world=chat.world, clock=chat.clock, per_second=20) as chat:
        assert 55 < chat.calendar.delay <= 60
        await chat.somebody().says("/book")
        assert chat.world.traffic.total == asked


def nothing_is_owed(desk: Desk) -> bool:
    return desk.connection.execute(select(func.count()).select_from(schema.owed)).scalar_one() == 0


async def leave(somebody: Somebody, session: Session) -> None:
    """Puts the session on disk with its call owed, as one transaction does, and goes no further."""
    contact, clock = await somebody.contact(), somebody.chat.clock

    def left(desk: Desk) -> None:
        sessions.save(desk, contact.id, session)
        owed.owe(desk, contact.id, Kind.CALL, str(session.revision), clock())

    await somebody.chat.look(left)


async def confirmed(somebody: Somebody) -> tuple[Session, Book]:
    """Somebody has pressed the button; nothing has left."""
    await somebody.books_up_to(None)
    contact, at = await somebody.contact(), somebody.chat.clock()
    session = advance(contact.person, await somebody.session(), Tapped(at, somebody.button("Confirm").token))
    call = session.waiting
    assert isinstance(call, Book)
    await leave(somebody, session)
    assert await somebody.chat.look(lambda desk: writes.confirm(desk, contact.id, call, at))
    return session, call


async def receive(chat: Chat, said: str, kind: str = "text") -> None:
    """Puts a line or a press in the inbox, and goes no further."""
    payload = {"user": "somebody", "place": "somebody", kind: said}
    at = chat.clock()

    def received(desk: Desk) -> int | None:
        return inbox.receive(desk, "board", said, payload, at)

    assert await chat.look(received)


def asked(chat: Chat) -> int:
    return chat.world.traffic.by_operation[Operation.SCHEDULE_USER]


async def test_a_message_that_was_received_is_handled(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await receive(chat, "/book")
    async with chatting(tmp_path) as chat:
        await chat.somebody().sees(lambda screen: screen.focus == "service")
        assert await chat.look(inbox.new) == []


async def test_messages_that_were_received_are_handled_in_their_order(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody().books_up_to("form.firstname")
        for line in ("Guest", "guest@example.com", "Skip"):
            await receive(chat, line)
    async with chatting(tmp_path) as chat:
        await chat.somebody().sees(lambda screen: screen.focus == "form.channel")


async def test_a_question_to_the_calendar_is_asked_again(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.says("/start")
        contact = await somebody.contact()
        await leave(somebody, advance(contact.person, await somebody.session(), Opened(chat.clock(), "book")))
    async with chatting(tmp_path) as chat:
        await chat.somebody().sees(lambda screen: screen.focus == "service")
        await chat.somebody().says("Account opening")
    async with chatting(tmp_path) as chat:
        assert await chat.look(nothing_is_owed)


async def test_a_confirmed_write_that_never_left_is_sent_once(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await confirmed(chat.somebody())
    async with chatting(tmp_path, world=chat.world) as chat:
        await chat.somebody().sees(lambda screen: screen.over)
        assert asked(chat) == 1
        assert len((await chat.somebody().contact()).person.appointments) == 1


async def sent(somebody: Somebody) -> Book:
    """A write that is on disk as sent, and goes no further."""
    _, call = await confirmed(somebody)
    contact, clock = await somebody.contact(), somebody.chat.clock
    assert await somebody.chat.look(lambda desk: writes.sent(desk, contact.id, call.key, clock()))
    return call


async def test_a_write_that_may_have_left_is_told_and_not_sent(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        call = await sent(somebody)
    async with chatting(tmp_path, world=chat.world) as chat:
        screen = await chat.somebody().sees(lambda screen: not screen.busy)
        [unsure, *_] = screen.lines
        assert isinstance(unsure, Text)
        assert "I am not sure" in unsure.message
    assert asked(chat) == 0
    async with chatting(tmp_path, world=chat.world) as chat:
        [entry] = await chat.look(lambda desk: writes.in_state(desk, State.TOLD))
        assert entry.key == call.key
        assert await chat.look(nothing_is_owed)


async def test_a_doubt_that_was_left_was_told_though_nobody_knew_that_it_was_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "DRAIN", 0)
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await sent(somebody)
    async with chatting(tmp_path, world=chat.world, board=Board(refuses=99)) as chat:
        await chat.until(lambda: chat.board.tried > 0)
        [entry] = await chat.look(lambda desk: writes.in_state(desk, State.UNKNOWN))
        contact = await chat.somebody().contact()
        await receive(chat, f"a-{contact.key}-{base36((await chat.somebody().session()).revision)}-leave", "press")
    async with chatting(tmp_path, world=chat.world) as chat:
        await chat.somebody().sees(lambda screen: screen.over)
        assert [each.key for each in await chat.look(lambda desk: writes.in_state(desk, State.TOLD))] == [entry.key]


async def test_a_doubt_that_was_set_aside_before_it_was_shown_is_told_in_front(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "DRAIN", 0)
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        call = await sent(somebody)
    async with chatting(tmp_path, world=chat.world, board=Board(refuses=99)) as chat:
        await chat.until(lambda: chat.board.tried > 0)
        await receive(chat, "/start")
    monkeypatch.undo()
    async with chatting(tmp_path, world=chat.world) as chat:
        screen = await chat.somebody().sees(lambda screen: bool(screen.notice))
        assert "I am not sure" in str(screen.notice)
        assert not screen.question("service")
    async with chatting(tmp_path, world=chat.world) as chat:
        assert [each.key for each in await chat.look(lambda desk: writes.in_state(desk, State.TOLD))] == [call.key]


async def test_a_screen_that_is_owed_is_shown(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        standing = await somebody.books_up_to("day")
        contact = await somebody.contact()
    between = await store.Store.open(databases.url(tmp_path), Vault([KEY]))
    await between.transact("owed", lambda desk: owed.owe(desk, contact.id, Kind.SHOW, "", chat.clock()))
    await between.close()
    async with chatting(tmp_path) as chat:
        assert await chat.somebody().sees(lambda screen: True) == standing
    async with chatting(tmp_path) as chat:
        assert await chat.look(nothing_is_owed)


@in_a_file  # in PostgreSQL the program takes up what is owed while it runs, and may do so before it ends
async def test_a_screen_that_is_owed_since_yesterday_does_not_call_yesterday_today(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        assert say("That is today.") in (await somebody.books_up_to(None)).lines
        contact = await somebody.contact()
        await chat.look(lambda desk: owed.owe(desk, contact.id, Kind.SHOW, "", chat.clock()))
    chat.clock.forward(days=1)
    async with chatting(tmp_path, world=chat.world, clock=chat.clock) as chat:
        assert say("That is today.") not in (await chat.somebody().sees(lambda screen: True)).lines


async def test_what_an_answer_draws_meanwhile_is_not_drawn_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call and a screen are owed, and the call is answered before the screen's turn comes."""
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.says("/start")
        contact = await somebody.contact()
        await leave(somebody, advance(contact.person, await somebody.session(), Opened(chat.clock(), "book")))
        await chat.look(lambda desk: owed.owe(desk, contact.id, Kind.SHOW, "", chat.clock()))
    board, take_up = Board(), Performing.take_up

    async def late(performing: Performing, claim: Claim) -> None:
        while claim.kind is Kind.SHOW and not any(each.screen.focus == "service" for each in board.shown):
            board.news.clear()
            await board.news.wait()
        await take_up(performing, claim)

    monkeypatch.setattr(Performing, "take_up", late)
    async with chatting(tmp_path, board=board):
        assert len([each for each in board.shown if each.screen.focus == "service"]) == 1
    assert len([each for each in board.shown if each.screen.focus == "service"]) == 1


async def test_a_press_comes_below_what_may_have_been_shown_without_anybody_knowing(tmp_path: Path) -> None:
    """A life ended after a new message had left, and before its place was on disk: changing the old one misleads."""
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        screen = await somebody.books_up_to("service")
        contact = await somebody.contact()
        question = screen.question("service")
        assert question
        await chat.look(lambda desk: owed.owe(desk, contact.id, Kind.SHOW, "", chat.clock()))
        await receive(chat, question.choices[0].token, "press")
    async with chatting(tmp_path) as chat:
        await chat.somebody().sees(lambda screen: screen.focus == "agent")
    assert chat.board.shown[0].below


async def test_a_press_changes_the_message_in_place_if_all_was_shown(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        question = (await chat.somebody().books_up_to("service")).question("service")
        assert question
        await receive(chat, question.choices[0].token, "press")
    async with chatting(tmp_path) as chat:
        await chat.somebody().sees(lambda screen: screen.focus == "agent")
    assert not any(each.below for each in chat.board.shown)


async def test_a_card_that_is_owed_is_shown(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        contact = await somebody.contact()
        [appointment] = contact.person.appointments
        await chat.look(lambda desk: owed.owe(desk, contact.id, Kind.CARD, appointment.id, chat.clock()))
    async with chatting(tmp_path, world=chat.world) as chat:
        card = await chat.somebody().sees(lambda screen: True)
        assert any(value == appointment.service_title for _, value in card.rows)
    async with chatting(tmp_path, world=chat.world) as chat:
        assert await chat.look(nothing_is_owed)


async def test_what_is_owed_for_later_is_left_alone(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody().says("/start")
        contact = await chat.somebody().contact()
        later = chat.clock() + timedelta(hours=1)
        await chat.look(lambda desk: owed.owe(desk, contact.id, Kind.SHOW, "", later))
    async with chatting(tmp_path) as chat:
        pass
    assert chat.board.shown == []


async def test_a_platform_that_is_switched_off_keeps_its_messages(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.look(lambda desk: inbox.receive(desk, "elsewhere", "left", {"text": "Hello"}, chat.clock()))
    async with chatting(tmp_path) as chat:
        assert [each.payload for each in await chat.look(inbox.new)] == [{"text": "Hello"}]


async def test_a_lost_session_does_not_take_a_confirmed_write_with_it(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await confirmed(chat.somebody())
        await chat.look(lambda desk: desk.connection.execute(schema.sessions.update().values(format=999)))
    async with chatting(tmp_path, world=chat.world) as chat:
        await chat.somebody().sees(lambda screen: screen.over and bool(screen.rows))
        assert asked(chat) == 1
        assert len((await chat.somebody().contact()).person.appointments) == 1


async def test_a_lost_session_does_not_hide_a_doubt(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        call = await sent(somebody)
        await chat.look(lambda desk: desk.connection.execute(schema.sessions.update().values(format=999)))
    async with chatting(tmp_path, world=chat.world) as chat:
        await chat.somebody().sees(lambda screen: any(type(each.means).__name__ == "Retry" for each in screen.buttons))
        assert asked(chat) == 0
        contact = await chat.somebody().contact()
        entry = await chat.look(lambda desk: writes.load(desk, contact.id, call.key))
        assert entry
        assert entry.state in (State.UNKNOWN, State.TOLD)
