"""A link from the calendar's e-mail, pasted: what was in doubt is found, what was booked elsewhere is taken up."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from chat_board import Somebody, brings_more, chatting
from test_runner_writes import all_writes, in_doubt

from bot.calendar import Calendar
from bot.store import appointments
from bot.store.desk import Desk
from bot.store.writes import State as Write
from bot.tokens import Tokens
from conversations.people import Appointment, State
from conversations.screens import Open, Resume, Screen
from conversations.texts import Text
from databases import both
from sandbox.calendar import Fault, Operation, World, faults

pytestmark = both


def held_by(folder: Path, secret: str) -> list[Path]:
    return [file for file in folder.iterdir() if secret.encode() in file.read_bytes()]


BOOKED = "This appointment is booked."


def link(world: World, action: str) -> str:
    """As it stands in the e-mail."""
    newest = list(world.appointments.values())[-1]
    token = world.access_token(newest) if action == "join" else world.action_token(newest)
    return f"Here it is: https://example.com/booking?v-schedule-action={action}&v-schedule-auth={token} thanks"


def sentences(screen: Screen) -> list[str]:
    return [each.message for each in (screen.notice, *screen.lines) if isinstance(each, Text)]


async def books_in_doubt(somebody: Somebody) -> None:
    await somebody.books_up_to(None)
    somebody.chat.world.faults.add(faults.reset("writes", commit=True))
    assert in_doubt(await somebody.presses(somebody.button("Confirm")))


async def held(somebody: Somebody) -> list[tuple[Appointment, Tokens | None]]:
    contact = await somebody.contact()

    def look(desk: Desk) -> list[tuple[Appointment, Tokens | None]]:
        return [(each, appointments.tokens(desk, each.id)) for each in appointments.of(desk, contact.id)]

    return await somebody.chat.look(look)


def resumes(screen: Screen) -> bool:
    return any(isinstance(button.means, Resume) for button in screen.buttons)


async def cancels(somebody: Somebody) -> None:
    screen = await somebody.says("/cancel")
    if screen.focus == "reason":
        screen = await somebody.says("Skip")
    screen = await somebody.presses(somebody.button("Confirm"))
    assert screen.over


async def test_a_booking_in_doubt_is_found_by_the_link_to_join_and_changed_by_the_other(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await books_in_doubt(somebody)
        screen = await somebody.says(link(chat.world, "join"))
        assert BOOKED in sentences(screen)
        assert not resumes(screen)
        [entry] = await chat.look(all_writes)
        assert entry.state is Write.BOOKED
        [(appointment, _)] = await held(somebody)
        assert (appointment.id, appointment.agent_name) == (entry.appointment, "Agent One")
        assert not appointment.changeable

        assert BOOKED in sentences(await somebody.says(link(chat.world, "modify")))
        [(appointment, _)] = await held(somebody)
        assert appointment.changeable
        await cancels(somebody)
        assert chat.world.ledger.standing() == []


async def test_a_move_in_doubt_is_found_and_its_appointment_stays_the_one_it_was(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        [(before, _)] = await held(somebody)
        await somebody.says("/reschedule")
        while somebody.screen.focus:
            question = somebody.screen.question(somebody.screen.focus)
            assert question
            await somebody.presses([each for each in question.choices if not brings_more(each)][-1])
        chat.world.faults.add(faults.reset("writes", commit=True))
        assert in_doubt(await somebody.presses(somebody.button("Confirm")))

        assert BOOKED in sentences(await somebody.says(link(chat.world, "join")))
        await somebody.says(link(chat.world, "modify"))
        [(after, _)] = await held(somebody)
        assert after.id == before.id
        assert after.start > before.start
        assert {entry.state for entry in await chat.look(all_writes)} == {Write.BOOKED}
        await cancels(somebody)


async def test_a_link_to_change_what_is_in_doubt_is_not_taken_for_that_of_another_appointment(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await books_in_doubt(somebody)
        await somebody.says(link(chat.world, "join"))
        [(first, before)] = await held(somebody)
        assert not first.changeable

        await somebody.books_up_to(None, agent="Agent Two")
        chat.world.faults.add(faults.reset("writes", commit=True))
        assert in_doubt(await somebody.presses(somebody.button("Confirm")))
        await somebody.says(link(chat.world, "modify"))
        assert await held(somebody) == [(first, before)]


async def test_what_was_booked_elsewhere_is_taken_up(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody().books()
        guest = chat.somebody("guest")
        screen = await guest.says(link(chat.world, "join"))
        assert BOOKED in sentences(screen)
        assert not [button for button in screen.buttons if isinstance(button.means, Open) and button.means.subject]
        await guest.says(link(chat.world, "modify"))
        [(appointment, _)] = await held(guest)
        assert (appointment.service_title, appointment.changeable) == ("Account opening", True)
        await cancels(guest)


@pytest.mark.parametrize("action", ["join", "modify"])
async def test_a_link_to_what_is_known_here_opens_it(action: str, tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        before = await held(somebody)
        asked = chat.world.traffic.by_operation[Operation.INFO]
        assert BOOKED in sentences(await somebody.says(link(chat.world, action)))
        assert [tokens for _, tokens in await held(somebody)] == [tokens for _, tokens in before]
        assert chat.world.traffic.by_operation[Operation.INFO] == asked + 1


async def test_a_link_that_tells_nothing_is_told_so_and_leaves_nothing(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody, other = chat.somebody(), chat.somebody("other")
        await other.books()
        screen = await somebody.says(link(chat.world, "modify"))
        assert any("paste a link" in each for each in sentences(screen))
        await somebody.says("https://example.com/?v-schedule-action=join&v-schedule-auth=a.b.c")
        assert await held(somebody) == []


async def test_a_link_is_kept_while_the_calendar_is_away_and_tried_again(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody().books()
        guest = chat.somebody("guest")
        chat.world.revoked = True
        chat.world.faults.add(Fault("info", status=503, times=None))
        await guest.says(link(chat.world, "join"))
        assert [each.state for each, _ in await held(guest)] == [State.LINKED]
        assert any("No appointment" in each for each in sentences(await guest.says("/appointments")))
        chat.world.faults.clear()
        await guest.presses(guest.button("Resume"))
        assert [each.state for each, _ in await held(guest)] == [State.BOOKED]


async def test_an_earlier_link_that_led_nowhere_gives_way_to_the_next(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody().books()
        guest = chat.somebody("guest")
        chat.world.faults.add(Fault("info", status=503, times=None))
        await guest.says(link(chat.world, "join"))
        await guest.says(link(chat.world, "modify"))
        assert len(await held(guest)) == 1


async def test_no_token_of_a_link_is_seen_or_kept_anywhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with chatting(tmp_path) as chat:
        await chat.somebody().books()
        guest = chat.somebody("guest")
        pasted = link(chat.world, "join")
        token = pasted.partition("auth=")[2].partition(" ")[0]
        await guest.says("/book")  # where a line is looked for among the services
        screen = await guest.says(pasted)
        for whatever in (repr(await guest.session()), repr(screen), caplog.text):
            assert token not in whatever
            assert "v-schedule" not in whatever
    assert held_by(tmp_path, token) == []


async def test_a_link_that_comes_while_something_is_on_its_way_is_offered_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on, carry_out = asyncio.Event(), asyncio.Event(), Calendar.carry_out

    async def slow(calendar: Calendar, *call: Any, **who: Any) -> Any:
        asked.set()
        await go_on.wait()
        return await carry_out(calendar, *call, **who)

    async with chatting(tmp_path) as chat:
        await chat.somebody().books()
        guest, pasted = chat.somebody("guest"), link(chat.world, "join")
        await guest.books_up_to(None, agent="Agent Two")
        monkeypatch.setattr(Calendar, "carry_out", slow)
        await guest.delivers(press=guest.button("Confirm").token)
        await asked.wait()
        await guest.delivers(text=pasted)
        await guest.sees(lambda screen: any("on its way" in each for each in sentences(screen)))
        go_on.set()
        await guest.sees(lambda screen: screen.over)
        await guest.presses(next(each for each in guest.screen.buttons if each.means == Open("link")))
        assert {each.agent_name for each, _ in await held(guest)} == {"Agent One", "Agent Two"}
        assert {each.state for each, _ in await held(guest)} == {State.BOOKED}
