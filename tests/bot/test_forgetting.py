"""Forgetting: whoever asks, and in whatever state, nothing of the person is left in any file; no booking is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from chat_board import KEY, Chat, Somebody, chatting
from sqlalchemy import LargeBinary, select

import databases
from adapters import NotYet, Place, Who
from adapters.holds import Holds
from bot import erasing, runner
from bot.erasing import UnderWay, Unknown, erase, erase_workspace, tell
from bot.logs import configure
from bot.settings import Settings
from bot.store import appointments, forgetting, persons, places, schema
from bot.store.desk import Desk
from bot.store.store import NotCommitted, Store
from conversations.people import Person
from conversations.screens import Screen
from conversations.texts import Text
from databases import both, in_a_file
from sandbox.calendar import Fault, Then, faults
from sandbox.calendar.ledger import Deed

pytestmark = both

PERSONAL = ("persons", "sessions", "places", "appointments", "owed", "writes")
TYPED = (b"guest@example.com", b"Ring twice.", b"somebody", b"Account opening")


def settings(folder: Path) -> Settings:
    values = {"videsk_api_token": "asked-by-nobody", "videsk_referrer": "https://example.com/", "data_dir": folder}
    return Settings.model_validate(
        {**values, "database_url": databases.url(folder), "secret_keys": (KEY,)},
    )


@dataclass
class Traces:
    """What was sealed in any row at any time: of each value a piece that occurs nowhere by chance."""

    pieces: set[bytes] = field(default_factory=set)

    async def gather(self, chat: Chat) -> None:
        self.pieces |= await chat.look(pieces)

    def left_in(self, folder: Path) -> int:
        content = databases.kept(folder)
        assert not [each for each in TYPED if each in content]
        return sum(piece in content for piece in self.pieces)


def pieces(desk: Desk) -> set[bytes]:
    tables = [schema.metadata.tables[name] for name in (*PERSONAL, "inbox")]
    sealed = [column for table in tables for column in table.columns if isinstance(column.type, LargeBinary)]
    values = (value for column in sealed for value in desk.connection.execute(select(column)).scalars())
    return {value[30:54] for value in values if value}


def rows(desk: Desk) -> dict[str, int]:
    tables = (schema.metadata.tables[name] for name in PERSONAL)
    return {each.name: number for each in tables if (number := len(desk.connection.execute(select(each)).all()))}


def notice(screen: Screen) -> str:
    return screen.notice.message if isinstance(screen.notice, Text) else ""


async def forgets(somebody: Somebody) -> Screen:
    """By the person's own word; the last screen."""
    screen = await somebody.says("/forget")
    question = screen.question("forget")
    assert question
    await somebody.delivers(press=question.choices[0].token)
    return await somebody.sees(lambda screen: "forgotten you" in notice(screen))


async def nothing(somebody: Somebody) -> None: ...


async def mid_way(somebody: Somebody) -> None:
    await somebody.books_up_to("form.comments")


async def booked(somebody: Somebody) -> None:
    await somebody.books()


async def in_doubt(somebody: Somebody) -> None:
    await somebody.books_up_to(None)
    somebody.chat.world.faults.add(faults.reset("writes", commit=True))
    await somebody.presses(somebody.button("Confirm"))


async def a_fault_of_ours(somebody: Somebody) -> None:
    await somebody.books_up_to("agent")
    await somebody.delivers(poison=1, text="somebody")
    await somebody.sees(lambda screen: "Something went wrong" in notice(screen))


async def in_two_places(somebody: Somebody) -> None:
    await somebody.says("/book")
    await Somebody(somebody.chat, somebody.user, "elsewhere", somebody.last).says("Account opening")
    await somebody.says("/appointments")


STATES = (nothing, mid_way, booked, in_doubt, a_fault_of_ours, in_two_places)


@pytest.mark.parametrize("state", STATES)
async def test_who_wants_to_be_forgotten_leaves_nothing(
    state: Callable[[Somebody], Awaitable[None]], tmp_path: Path
) -> None:
    traces = Traces()
    (tmp_path / "kept").mkdir()
    with (tmp_path / "kept" / "log").open("w") as log:
        configure("DEBUG", stream=log)
        async with chatting(tmp_path / "kept") as chat:
            somebody = chat.somebody()
            await somebody.says("/start")
            await traces.gather(chat)
            await state(somebody)
            await traces.gather(chat)
            await somebody.says("/language")
            await traces.gather(chat)
            assert await chat.look(rows)
            last = await forgets(somebody)
            assert last.over
            assert last.buttons, "there is a way on"
            assert await chat.look(rows) == {}
            await chat.runner.tidy()
            assert len(traces.pieces) > 3
            assert traces.left_in(tmp_path / "kept") == 0
    assert traces.left_in(tmp_path / "kept") == 0


@asynccontextmanager
async def a_crowd(folder: Path) -> AsyncIterator[tuple[Chat, Somebody, Somebody]]:
    """Others who came before and after, and whose rows lie around somebody's; and one of them."""
    async with chatting(folder) as chat:
        for number in range(12):
            other = chat.somebody(f"before {number}")
            await other.says("/book")
        somebody = chat.somebody()
        await somebody.books()
        for number in range(12):
            await chat.somebody(f"after {number}").says("/book")
        yield chat, somebody, other


def of_somebody(desk: Desk, person: int) -> set[bytes]:
    values = []
    for name in PERSONAL:
        table = schema.metadata.tables[name]
        mine = table.c.id if name == "persons" else table.c.person_id
        sealed = [column for column in table.columns if isinstance(column.type, LargeBinary)]
        values += [row for column in sealed for row in desk.connection.execute(select(column).where(mine == person))]
    return {value[0][30:54] for value in values if value[0]}


async def test_nobody_else_is_forgotten_with_them(tmp_path: Path) -> None:
    async with a_crowd(tmp_path) as (chat, somebody, other):
        theirs = Traces(await chat.look(lambda desk: of_somebody(desk, 13)))
        assert len(theirs.pieces) >= 6
        await forgets(somebody)
        await chat.runner.tidy()
        assert theirs.left_in(tmp_path) == 0
        left = await chat.look(rows)
        assert (left["persons"], left["sessions"]) == (24, 24)
        assert (await other.says("Account opening")).focus == "agent"


async def test_who_comes_back_is_a_stranger(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        before = await somebody.contact()
        await forgets(somebody)
        await somebody.delivers(text="/book")
        await somebody.sees(lambda screen: screen.focus == "service")
        after = await somebody.contact()
        assert (after.person.appointments, after.person.details) == ((), {})
        assert after.key != before.key
        assert after.id != before.id


async def test_what_is_booked_stays_booked(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        await forgets(somebody)
        [entry] = chat.world.ledger.entries
        assert entry.deed is Deed.BOOKED


async def test_an_answer_that_comes_for_the_forgotten_is_for_nobody(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to("agent")
        chat.world.faults.add(faults.late("*", 0.5))
        await somebody.delivers(text="Agent One")
        await somebody.sees(lambda screen: screen.busy)
        await forgets(somebody)
    assert "forgotten" in notice(somebody.screens[-1])
    async with chatting(tmp_path, world=chat.world) as later:
        assert await later.look(rows) == {}


async def test_the_end_of_the_program_leaves_nothing_either(tmp_path: Path) -> None:
    traces = Traces()
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        await traces.gather(chat)
        await forgets(somebody)
    assert traces.left_in(tmp_path) == 0


async def refuses(_store: Store) -> None:
    raise NotCommitted


@in_a_file
async def test_scrubbing_is_made_up_for_after_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the program had died between the erasing and the next clean-up."""
    traces = Traces()
    with monkeypatch.context() as patch:
        patch.setattr(Store, "scrub", refuses)
        async with chatting(tmp_path) as chat:
            somebody = chat.somebody()
            await somebody.books()
            await traces.gather(chat)
            await forgets(somebody)
            assert traces.left_in(tmp_path), "or what follows would prove nothing"
    async with chatting(tmp_path, world=chat.world) as later:
        await later.runner.tidy()
        assert traces.left_in(tmp_path) == 0
        assert not await forgetting.scrub(later.store), "once is enough"


async def test_what_cannot_be_scrubbed_now_is_scrubbed_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.says("/book")
        await forgets(somebody)

        with monkeypatch.context() as patch:
            patch.setattr(Store, "scrub", refuses)
            with pytest.raises(NotCommitted):
                await chat.runner.tidy()
        assert await forgetting.scrub(chat.store)


# By the operator.


async def test_the_operator_can_forget_somebody_while_the_program_runs(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        traces = Traces()
        await somebody.books()
        await traces.gather(chat)
        assert await erase(settings(tmp_path), "board:somebody") == "scrubbed"
        assert await chat.look(rows) == {}
        assert traces.left_in(tmp_path) == 0
        await somebody.delivers(text="/book")
        assert (await somebody.sees(lambda screen: screen.focus == "service")).revision < 5
    with pytest.raises(Unknown):
        await erase(settings(tmp_path), "board:nobody")


async def test_a_write_under_way_is_waited_for_and_its_outcome_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "PAUSE", 0.05)
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        chat.world.faults.add(faults.late("writes", 0.5))
        await somebody.delivers(press=somebody.button("Confirm").token)
        await somebody.sees(lambda screen: screen.busy)
        assert await erase(settings(tmp_path), "board:somebody") == "scrubbed"
        # It was told before anything was erased: the confirmation stands in the chat, and in the e-mail.
        assert len(chat.world.ledger.entries) == 1
        assert await chat.look(rows) == {}


async def test_a_write_that_is_never_settled_stops_the_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "PAUSE", 0.001)
    monkeypatch.setattr(runner, "DRAIN", 0)
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        chat.world.faults.add(Fault("writes", then=Then.HANG, commit=False))
        await somebody.delivers(press=somebody.button("Confirm").token)
        await somebody.sees(lambda screen: screen.busy)
        with pytest.raises(UnderWay):
            await erase(settings(tmp_path), "board:somebody")
        assert await chat.look(rows)
        chat.world.faults.clear()


async def test_a_workspace_is_part_of_a_name(tmp_path: Path) -> None:
    def arrive(desk: Desk) -> None:
        for workspace in ("T1", "T2"):
            contact = persons.add(desk, Who("slack", workspace, "U1"), Person())
            places.goes_on(desk, contact.id, Place("chat", workspace))

    async with chatting(tmp_path) as chat:
        await chat.look(arrive)
        await erase(settings(tmp_path), "slack:T1:U1")
        assert await chat.look(lambda desk: persons.find(desk, "slack", "T1", "U1")) is None
        assert await chat.look(lambda desk: persons.find(desk, "slack", "T2", "U1"))


# By a workspace that goes.


async def test_a_workspace_that_goes_takes_its_people_with_it(tmp_path: Path) -> None:
    everybody = [(f"T{number % 2}", f"U{number}") for number in range(3 * erasing.AT_ONCE)]

    def arrive(desk: Desk) -> None:
        for workspace, user in everybody:
            persons.add(desk, Who("slack", workspace, user), Person())

    async with chatting(tmp_path) as chat:
        traces = Traces()
        await chat.look(arrive)
        [first] = await chat.look(lambda desk: persons.some(desk, 0, 1))
        traces.pieces = await chat.look(lambda desk: of_somebody(desk, first.id))
        await erase_workspace(chat.store, "slack", "T0")
        left = await chat.look(lambda desk: persons.some(desk, 0, 1000))
        assert {each.who.workspace for each in left} == {"T1"}
        assert len(left) == len(everybody) / 2
        await chat.runner.tidy()
        assert traces.pieces
        assert traces.left_in(tmp_path) == 0


async def test_a_workspace_is_not_forgotten_before_what_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "DRAIN", 0)
    async with chatting(tmp_path) as chat:
        somebody, other = chat.somebody(), chat.somebody("other")
        await other.says("/book")
        await somebody.books_up_to(None)
        chat.world.faults.add(Fault("writes", then=Then.HANG, commit=False))
        await somebody.delivers(press=somebody.button("Confirm").token)
        await somebody.sees(lambda screen: screen.busy)
        with pytest.raises(NotYet):
            await erase_workspace(chat.store, "board", "")
        assert [each.who.user for each in await chat.look(lambda desk: persons.some(desk, 0, 9))] == ["somebody"]
        chat.world.faults.clear()


# /export.


def told(screens: list[Screen]) -> str:
    return "\n".join(str(row) for screen in screens for row in screen.rows)


async def exports(somebody: Somebody) -> list[Screen]:
    screen = await somebody.says("/export")
    question = screen.question("export")
    assert question
    await somebody.delivers(press=question.choices[0].token)
    await somebody.chat.until(lambda: bool(accounts(somebody)))
    return accounts(somebody)


def accounts(somebody: Somebody) -> list[Screen]:
    return [each for each in somebody.screens if each.title == Text("What I keep of you")]


async def test_everybody_is_shown_their_own_data_and_never_a_token(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody, other = chat.somebody(), chat.somebody("other")
        await other.books_up_to("form.comments")
        await somebody.books()
        screens = await exports(somebody)
        [appointment] = (await somebody.contact()).person.appointments
        tokens = await chat.look(lambda desk: appointments.tokens(desk, appointment.id))
    assert tokens
    shown = told(screens)
    for words in ("board", "somebody", "guest@example.com", "Ring twice.", "Account opening", "America/Santiago"):
        assert words in shown, words
    assert "other" not in shown
    for secret in (tokens.action, tokens.access, tokens.join_url, tokens.reschedule_url, tokens.cancel_url):
        assert secret not in repr(screens)


async def test_an_export_that_could_not_be_shown_is_shown_later(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.says("/export")
        question = somebody.screen.question("export")
        assert question
        chat.board.refuses = 2
        await somebody.delivers(press=question.choices[0].token)
        await chat.until(lambda: chat.board.refuses == 0)
        assert not accounts(somebody)
        chat.clock.forward(seconds=120)
        await chat.runner.tidy()
        await chat.until(lambda: bool(accounts(somebody)))


async def test_the_operator_can_tell_somebody_what_is_kept_of_them(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody().books()
        lines = await tell(settings(tmp_path), "board:somebody")
    assert lines[0] == "What I keep of you"
    assert any("guest@example.com" in line for line in lines)
    with pytest.raises(Unknown):
        await tell(settings(tmp_path), "board:nobody")


@in_a_file  # in PostgreSQL, where all programs share it, a name stands for somebody and cannot be read
async def test_what_an_adapter_notes_of_others_brings_nobody_back_who_was_forgotten(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        host, holds, somebody = chat.runner.host(chat.board), Holds(), chat.somebody()
        await holds.take_up(host)
        await somebody.says("/start")
        for name in (somebody.user, f"method {somebody.user}", "another"):
            await holds.hold(name, seconds=60)
        await forgets(somebody)
        await holds.hold("whoever", seconds=60)
        assert (await host.noted("holds")).keys() == {"another", "whoever"}
