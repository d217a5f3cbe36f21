"""The loop, over the real store and a calendar that is asked: what is delivered is handled, once and in order."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from chat_board import Somebody, chatting
from sqlalchemy import select

from adapters import NotTaken
from bot import runner, showing
from bot.store import inbox, schema
from bot.store.desk import Desk
from conversations.screens import Screen
from conversations.texts import Text
from databases import both
from sandbox.calendar import Fault, Then, faults

pytestmark = both


def notice(screen: Screen) -> str:
    return screen.notice.message if isinstance(screen.notice, Text) else ""


def states(desk: Desk) -> list[str]:
    return list(desk.connection.execute(select(schema.inbox.c.state).order_by(schema.inbox.c.id)).scalars())


async def test_what_is_delivered_twice_is_handled_once(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.delivers("the same key", text="/book")
        first = await somebody.sees(lambda screen: screen.focus == "service")
        await somebody.delivers("the same key", text="/book")
        await somebody.delivers("another key", text="Account opening")
        second = await somebody.sees(lambda screen: screen.focus == "agent")
        assert await chat.look(states) == ["done", "done"]
    assert second.revision == first.revision + 2, "asked, and answered by the calendar"


async def test_the_same_key_at_once_is_handled_once(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await asyncio.gather(*(somebody.delivers("the same key", text="/book") for _ in range(5)))
        await somebody.sees(lambda screen: screen.focus == "service")
        assert await chat.look(states) == ["done"]


async def test_what_cannot_be_understood_is_set_aside_and_the_next_is_served(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.delivers(broken=1)
        await somebody.delivers(nothing=1)
        await somebody.says("/book")
        assert sorted(await chat.look(states)) == ["aside", "done", "done"]
        [aside] = await chat.look(inbox.aside)
    assert aside.payload == {"user": "somebody", "place": "somebody", "broken": 1}
    assert aside.error == "ValueError"


async def test_a_fault_of_an_adapter_is_set_aside_too(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.delivers(fault=1)
        await somebody.says("/book")
        assert sorted(await chat.look(states)) == ["aside", "done"]


async def test_a_fault_of_an_adapter_does_not_stop_the_next_start(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.look(lambda desk: inbox.receive(desk, "board", "left", {"fault": 1}, chat.clock()))
    async with chatting(tmp_path) as chat:
        await chat.somebody().says("/book")
        assert sorted(await chat.look(states)) == ["aside", "done"]


async def test_who_ran_into_a_fault_of_ours_is_told_so(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to("agent")
        await somebody.delivers(poison=1)
        sorry = await somebody.sees(lambda screen: "Something went wrong" in notice(screen))
        after = await somebody.says("Agent One")
        assert sorted(await chat.look(states)) == ["aside", "done", "done", "done"]
    assert sorry.focus == "agent"
    assert after.focus == "day"


async def test_twenty_messages_at_once_are_taken_in_their_order(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to("form.firstname")
        lines = ["Guest", "guest@example.com", "Skip", "Phone call", "Ring twice."]
        lines[3:4] = [await _channel(somebody)]
        lines += [f"/nobody{number}" for number in range(15)]
        await asyncio.gather(*(somebody.delivers(text=line) for line in lines))
        screen = await somebody.sees(lambda screen: _command(screen) == "nobody14")
        answers = (await somebody.session()).answers
    assert screen.focus is None
    assert [answers[name].value for name in ("form.firstname", "form.email", "form.comments")] == [
        "Guest",
        "guest@example.com",
        "Ring twice.",
    ]


async def _channel(somebody: Somebody) -> str:
    """A way to be reached, in the form's own words."""
    form = (await somebody.session()).form or ()
    channel = next(each for each in form if each.name == "channel")
    return str(channel.options[0].label or channel.options[0].value)


def _command(screen: Screen) -> object:
    return screen.notice.values.get("command") if isinstance(screen.notice, Text) else None


async def test_nobody_waits_for_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The calendar hangs for one service; whoever asks about another is served."""
    monkeypatch.setattr(runner, "DRAIN", 0.1)
    async with chatting(tmp_path) as chat:
        slow, quick = chat.somebody("slow"), chat.somebody("quick")
        about = chat.world.service("Quick question").id
        chat.world.faults.add(Fault("*", times=None, about=about, then=Then.HANG, commit=False))
        await slow.books_up_to("agent", service="Quick question")
        await slow.delivers(text="Anyone")
        await slow.sees(lambda screen: screen.busy)
        assert (await quick.books()).over
        assert slow.screens[-1].busy


async def test_an_answer_that_nobody_waits_for_any_more_changes_nothing(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to("agent")
        chat.world.faults.add(faults.late("*", 0.3))
        await somebody.delivers(text="Agent One")
        await somebody.sees(lambda screen: screen.busy)
        left = await somebody.presses(somebody.button("Leave"))
    assert left.over
    assert somebody.screens[-1] == left


async def test_who_waits_for_the_screen_gets_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "FLICKER", 30.0)
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        screen = await somebody.delivers(text="/book", within=30)
        assert screen is not None
        assert screen.busy
        assert await somebody.delivers(within=30, broken=1) is None
        await somebody.sees(lambda screen: screen.focus == "service")


async def test_the_end_waits_for_what_is_under_way(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        chat.world.faults.add(faults.late("writes", 0.3))
        await somebody.delivers(press=somebody.button("Confirm").token)
    assert somebody.screens[-1].over
    async with chatting(tmp_path, world=chat.world) as later:
        contact = await later.somebody().contact()
    assert len(contact.person.appointments) == 1


async def test_a_session_of_another_version_ends_kindly_and_appointments_are_kept(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        await somebody.books_up_to("hour")
        await chat.look(lambda desk: desk.connection.execute(schema.sessions.update().values(format=999)))
        await somebody.delivers(text="Hello")
        lost = await somebody.sees(lambda screen: "lost our thread" in notice(screen))
        somebody.last = lost
        assert lost.over
        assert (await somebody.says("/reschedule")).focus == "day"


async def test_after_a_lost_session_no_write_has_the_name_of_an_earlier_one(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        await chat.look(lambda desk: desk.connection.execute(schema.sessions.update().values(format=999)))
        assert (await somebody.books()).over
        assert len((await somebody.contact()).person.appointments) == 2


@pytest.mark.parametrize("name", ["advanced", "found", "sent", "settled", "shown"])
async def test_the_disk_refuses_for_a_moment_and_nothing_is_lost(name: str, tmp_path: Path) -> None:
    async with chatting(tmp_path, witness=_Refusing(name)) as chat:
        assert (await chat.somebody().books()).over
        assert len((await chat.somebody().contact()).person.appointments) == 1
        assert len(chat.world.ledger.entries) == 1


class _Refusing:
    """Lets the first commit of this name fail, with all that is committed together with it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.refused = False

    def committing(self, name: str) -> None:
        if name == self.name and not self.refused:
            self.refused = True
            raise OSError("the disk is full")

    def committed(self, name: str) -> None: ...


async def test_what_could_not_be_received_is_not_taken_and_can_be_sent_again(tmp_path: Path) -> None:
    async with chatting(tmp_path, witness=_Refusing("received")) as chat:
        somebody = chat.somebody()
        with pytest.raises(NotTaken):
            await somebody.delivers("a key", text="/book")
        await somebody.delivers("a key", text="/book")
        assert (await somebody.sees(lambda screen: screen.focus == "service")).notice == ""
