"""Files reach people through the whole program: when they ask, and again when what they hold has changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest
import vobject  # type: ignore[import-untyped]
from chat_board import Board, Chat, Clock, Somebody, chatting

from adapters import Attachment, NotYet, Place, Words
from bot import bringing
from bot.logs import configure
from bot.store import persons
from conversations.people import Appointment
from conversations.screens import Add, Button, Open, Screen
from databases import both

pytestmark = both


@dataclass
class Pinboard(Board):
    """A board to which files can be pinned."""

    files: list[Attachment] = field(default_factory=list)
    loses: int = 0
    unasked: bool = False

    async def send(self, attachment: Attachment, place: Place, words: Words) -> None:
        self.news.set()
        if self.loses:
            self.loses -= 1
            raise NotYet("the platform is away")
        self.files.append(attachment)


async def booked(chat: Chat) -> Somebody:
    somebody = chat.somebody()
    await somebody.books_up_to(None)
    await somebody.presses(somebody.button("Confirm"))
    return somebody


def door(screen: Screen, command: str) -> str:
    return next(each.token for each in screen.buttons if isinstance(each.means, Open) and each.means.command == command)


async def opens(somebody: Somebody, command: str) -> Screen:
    revision = somebody.screen.revision
    await somebody.delivers(press=door(somebody.screen, command))
    return await somebody.sees(lambda screen: screen.revision > revision and not screen.busy)


def last_choice(screen: Screen) -> Button:
    question = screen.question(screen.focus)
    assert question
    return question.choices[-1]


async def appointment(chat: Chat) -> Appointment:
    person = await chat.look(lambda desk: persons.load(desk, 1).person)
    return person.appointments[0]


def event(file: Attachment) -> vobject.base.Component:
    return vobject.readOne(file.content.decode("utf-8"))


async def test_a_file_comes_when_it_is_asked_for_and_links_lead_out(tmp_path: Path) -> None:
    board = Pinboard()
    async with chatting(tmp_path, board=board) as chat:
        somebody = await booked(chat)
        assert board.files == []
        screen = await opens(somebody, "calendar")
        await chat.until(lambda: len(board.files) == 1)
        read = event(board.files[0])
        assert read.method.value == "PUBLISH"
        assert read.vevent.dtstart.value == (await appointment(chat)).start
        links = {each.means.calendar: each.url for each in screen.buttons if isinstance(each.means, Add)}
        assert links["Google"].startswith("https://calendar.google.com/")
        assert all("eyJ" not in url for url in links.values())
        assert "v-schedule-action=join" in read.vevent.url.value


async def test_it_comes_with_the_confirmation_where_it_disturbs_nobody(tmp_path: Path) -> None:
    board = Pinboard(unasked=True)
    async with chatting(tmp_path, board=board) as chat:
        somebody = await booked(chat)
        await chat.until(lambda: len(board.files) == 1)
        start = (await appointment(chat)).start
        await opens(somebody, "cancel")
        if somebody.screen.focus:
            await somebody.says("I am ill.")
        await somebody.presses(somebody.button("Confirm"))
        await chat.until(lambda: len(board.files) == 2)
    first, second = map(event, board.files)
    assert (first.method.value, first.vevent.dtstart.value) == ("PUBLISH", start)
    assert (second.method.value, second.vevent.uid.value) == ("CANCEL", first.vevent.uid.value)


async def test_who_has_the_file_gets_a_newer_one_when_it_is_moved_and_cancelled(tmp_path: Path) -> None:
    board = Pinboard()
    async with chatting(tmp_path, board=board) as chat:
        somebody = await booked(chat)
        await opens(somebody, "calendar")
        await chat.until(lambda: len(board.files) == 1)
        screen = await opens(somebody, "reschedule")
        while screen.focus:
            screen = await somebody.presses(last_choice(screen))
        await somebody.presses(somebody.button("Confirm"))
        await chat.until(lambda: len(board.files) == 2)
        screen = await opens(somebody, "cancel")
        if screen.focus:
            await somebody.says("I am ill.")
        await somebody.presses(somebody.button("Confirm"))
        await chat.until(lambda: len(board.files) == 3)
    events = [event(each) for each in board.files]
    assert len({each.vevent.uid.value for each in events}) == 1
    assert [each.vevent.sequence.value for each in events] == ["0", "1", "2"]
    assert [each.method.value for each in events] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert events[0].vevent.dtstart.value != events[1].vevent.dtstart.value


async def test_who_never_asked_for_a_file_gets_none(tmp_path: Path) -> None:
    board = Pinboard()
    async with chatting(tmp_path, board=board) as chat:
        somebody = await booked(chat)
        screen = await opens(somebody, "cancel")
        if screen.focus:
            await somebody.says("I am ill.")
        await somebody.presses(somebody.button("Confirm"))
    assert board.files == []


async def test_a_file_that_was_lost_on_the_way_is_sent_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bringing, "PAUSES", (0.001, 0.001))
    board = Pinboard(loses=2)
    async with chatting(tmp_path, board=board) as chat:
        await opens(await booked(chat), "calendar")
        await chat.until(lambda: len(board.files) == 1)
    assert board.loses == 0


async def test_a_file_that_cannot_be_sent_is_owed_until_it_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "PAUSES", ())
    board, clock, written = Pinboard(loses=1), Clock(), StringIO()
    configure("DEBUG", stream=written)
    async with chatting(tmp_path, board=board, clock=clock) as chat:
        await opens(await booked(chat), "calendar")
        await chat.until(lambda: board.loses == 0)
        assert board.files == []
    async with chatting(tmp_path, board=board, clock=clock) as chat:
        await chat.until(lambda: len(board.files) == 1)
    assert "something owed could not be brought" in written.getvalue()
    assert "eyJ" not in written.getvalue()


async def test_a_platform_without_files_does_without(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        screen = await opens(await booked(chat), "calendar")
        assert screen.over
