"""Racing confirmations: two quick taps, two devices, one update delivered twice, all at once. One booking each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from chat_board import NOW, Chat, anywhere, chatting, several
from test_runner_writes import all_writes

from adapters import Place, Who
from bot.store import persons, places, sessions
from bot.store.desk import Desk
from bot.store.writes import Entry, State
from conversations.calls import Book
from conversations.drawing import show
from conversations.offers import Choice
from conversations.people import Person
from conversations.screens import Confirm
from conversations.session import Session
from databases import both

FEW, MANY = 100, 1000
TOGETHER = 25
"""Persons who race at the same time, each against themselves."""

Slot = tuple[str, datetime]


def slots(chat: Chat) -> Iterator[Slot]:
    """Free hours of agents, each once."""
    service = chat.world.service("Account opening")
    for days in range(1, 120):
        for agent in service.agents:
            for hour in chat.world.hours([agent], NOW + timedelta(days=days), ZoneInfo("UTC")):
                yield agent, hour


async def at_the_summary(chat: Chat, pattern: Session, user: str, slot: Slot) -> str:
    """Somebody who has answered everything, as one transaction leaves it. Gives the token that confirms."""
    (agent, start), email = slot, f"{user.replace(' ', '')}@example.com"

    def put(desk: Desk) -> str:
        contact = persons.add(desk, Who("board", "", user), Person(zone="America/Santiago", zone_known=True))
        answers = {**pattern.answers, "agent": Choice(agent, agent), "hour": Choice(start), "form.email": Choice(email)}
        day = start.astimezone(ZoneInfo("America/Santiago")).replace(hour=0, minute=0)
        session = replace(pattern, key=contact.key, answers={**answers, "day": Choice(day)})
        sessions.save(desk, contact.id, session)
        places.goes_on(desk, contact.id, Place("chat", user))
        screen = show(contact.person, session)
        return next(each.token for each in screen.buttons if isinstance(each.means, Confirm))

    return await chat.look(put)


async def races(chats: Sequence[Chat], user: str, token: str, chance: Random) -> None:
    """Taps of one person, all at once, at any node; some of them are the same update, delivered again."""
    elsewhere = chance.choice((user, f"{user} elsewhere"))
    hands = [chat.somebody(user, place) for chat in chats for place in (user, elsewhere)]
    keys = [f"{user} {number}" for number in range(chance.randint(1, 3))]
    taps = [*keys, *chance.choices(keys, k=chance.randint(1, 2))]
    chance.shuffle(taps)
    await asyncio.gather(*(chance.choice(hands).delivers(key, press=token) for key in taps))


async def race(folder: Path, number: int) -> None:
    async with chatting(folder) as chat:
        await race_over([chat], number)


async def race_over(chats: Sequence[Chat], number: int) -> None:
    chat = chats[0]
    somebody = chat.somebody()
    await somebody.books_up_to(None)
    pattern, chance = await somebody.session(), Random(number)
    entered = [
        (f"racer {index}", await at_the_summary(chat, pattern, f"racer {index}", slot))
        for index, slot in enumerate(islice(slots(chat), number))
    ]
    for first in range(0, number, TOGETHER):
        await asyncio.gather(*(races(chats, *each, chance) for each in entered[first : first + TOGETHER]))
        await anywhere(chats, partial(_told, chats, min(first + TOGETHER, number)))
    written = await chat.look(all_writes)
    _each_once(chat, written, number)


def _told(chats: Sequence[Chat], number: int) -> bool:
    """Whether so many have seen how it ended, at whichever of their places. One that was left has no key."""
    return len({each.screen.key for chat in chats for each in chat.board.shown if each.screen.over} - {""}) >= number


def _each_once(chat: Chat, written: list[Entry], number: int) -> None:
    ledger = chat.world.ledger
    assert ledger.double_bookings() == []
    assert Counter((each.agent, each.start) for each in ledger.entries) == Counter(
        (each.call.agent, each.call.start) for each in written if isinstance(each.call, Book)
    )
    assert len(ledger.entries) == number
    assert {each.state for each in written} == {State.BOOKED}


@both
async def test_racing_confirmations_book_once_each(tmp_path: Path) -> None:
    await race(tmp_path, FEW)


@pytest.mark.usefixtures("postgresql")
async def test_racing_confirmations_over_three_nodes_book_once_each(tmp_path: Path) -> None:
    async with several(tmp_path, 3) as chats:
        await race_over(chats, FEW)


@pytest.mark.proof
@pytest.mark.usefixtures("postgresql")
async def test_a_thousand_racing_confirmations_over_three_nodes_book_once_each(tmp_path: Path) -> None:
    async with several(tmp_path, 3) as chats:
        await race_over(chats, MANY)


@pytest.mark.proof
@both
async def test_a_thousand_racing_confirmations_book_once_each(tmp_path: Path) -> None:
    await race(tmp_path, MANY)
