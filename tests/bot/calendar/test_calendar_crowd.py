"""Thirty people at once, under the calendar's own limit of requests: all of them book, and it never has to refuse."""

from __future__ import annotations

import asyncio
from datetime import datetime

from calendar_asking import REFERRER, SANTIAGO
from pydantic import SecretStr

from bot.calendar import Booking, Calendar, Refusal
from bot.calendar.forms import forms_of
from conversations.calls import Book, FindAgents, FindDays, FindForm, FindHours, FindNear, FindServices, FormValue
from conversations.events import Reason
from conversations.kinds import Kind
from conversations.offers import ANYONE, Choice
from sandbox.calendar import World
from sandbox.serving import serving

PEOPLE = 30
PER_SECOND = 20
TITLES = ("Account opening", "Quick question", "Tax return review", "Vaccination", "Physiotherapy", "Dental hygiene")


async def book(calendar: Calendar, world: World, person: int) -> Booking:
    """As a conversation does it: each step asks for what it shows; an hour that is gone leads to the nearest one."""
    title = TITLES[person % len(TITLES)]
    await calendar.find(FindServices(), person=person)
    service = world.service(title).id
    agents = (await calendar.find(FindAgents(service), person=person)).choices
    chosen = agents[person % len(agents)].value
    agent = None if chosen == ANYONE.value else str(chosen)
    days = (await calendar.find(FindDays(service, agent, None, SANTIAGO), person=person)).choices
    day = instant([each for each in days if not each.also][person // len(TITLES)])
    hours = (await calendar.find(FindHours(service, agent, day, SANTIAGO), person=person)).choices
    form = await calendar.find(FindForm(service), person=person)
    values: tuple[tuple[str, FormValue], ...] = tuple(
        (each.id, f"person-{person}@example.com" if each.kind is Kind.EMAIL else "Agent One")
        for each in form
        if each.required
    )
    start, number = instant(hours[0]), 0
    while True:
        number += 1
        call = Book(f"{person}-{number}", service, title, agent, "", start, SANTIAGO, values)
        try:
            return await calendar.carry_out(call, None, world.now(), person=person)
        except Refusal as refusal:
            if refusal.reason is not Reason.HOUR_TAKEN:
                raise
        near = await calendar.find(FindNear(service, agent, start, SANTIAGO), person=person)
        start = instant(next(each for each in near.choices if not each.also))


def instant(choice: Choice) -> datetime:
    assert isinstance(choice.value, datetime)
    return choice.value


async def test_thirty_people_book_at_once_without_one_request_too_many() -> None:
    world = World(requests_per_second=PER_SECOND)
    async with serving(world) as url:
        calendar = Calendar(
            url,
            SecretStr(world.api_token()),
            REFERRER,
            form=forms_of(world.form_segments()),
            requests_per_second=PER_SECOND,
        )
        try:
            async with asyncio.TaskGroup() as group:
                booked = [group.create_task(book(calendar, world, person)) for person in range(PEOPLE)]
        finally:
            await calendar.close()
    assert {each.result().email for each in booked} == {f"person-{person}@example.com" for person in range(PEOPLE)}
    assert world.traffic.busiest_second() <= PER_SECOND
    assert 429 not in world.traffic.by_status
    assert len(world.ledger.standing()) == PEOPLE
    assert world.ledger.double_bookings() == []
