"""On disk nobody reads anything: neither who, nor what was said, nor a token."""

from dataclasses import replace
from pathlib import Path

from shelf import APPOINTMENT, KEY, NOW, TOKENS, a_store

from adapters import Place, Who
from bot.store import answers, appointments, inbox, owed, paces, persons, places, sessions, writes
from bot.store.desk import Desk
from bot.store.schema import metadata
from conversations.calls import Book, FindServices
from conversations.kinds import FormField, Kind
from conversations.offers import Choice, Offer
from conversations.people import Person
from conversations.session import Session
from conversations.texts import say
from databases import both, kept

WHO = Who("telegram", "canary-workspace", "canary-user", "es", "America/Santiago")
ANSWERS = {"form.name": Choice("canary-answer"), "form.email": Choice("canary@example.com")}


def write_all_there_is(desk: Desk) -> None:
    taken = [inbox.receive(desk, "telegram", f"canary-key-{n}", {"text": "canary-payload"}, NOW) for n in range(3)]
    inbox.done(desk, taken[0] or 0)
    inbox.set_aside(desk, taken[1] or 0, "canary-error")
    contact = persons.add(desk, WHO, Person(details={"name": Choice("canary-detail")}))
    places.goes_on(desk, contact.id, Place("chat", "canary-place"))
    front = places.front(desk, contact.id)
    assert front
    places.anchored(desk, front.id, "canary-anchor", 1)
    call = Book(
        key="k-1",
        service="s",
        service_title="canary-title",
        agent=None,
        agent_name="",
        start=NOW,
        zone="UTC",
        form=(("1", "canary-written"),),
    )
    session = Session(
        key=contact.key,
        answers=ANSWERS,
        notice=say("canary-notice"),
        form=(FormField(id="1", name="n", kind=Kind.TEXT, label="canary-form"),),
        offer=Offer(FindServices(), (Choice("s", "canary-offer"),)),
        waiting=call,
    )
    sessions.save(desk, contact.id, session)
    writes.confirm(desk, contact.id, call, NOW)
    owed.owe(desk, contact.id, owed.Kind.CALL, "1", NOW)
    tokens = replace(TOKENS, action="canary-action", access="canary-access", join_url="https://example.com/canary-join")
    tokens = replace(
        tokens, reschedule_url="https://example.com/canary-move", cancel_url="https://example.com/canary-end"
    )
    appointments.add(
        desk, contact.id, replace(APPOINTMENT, service_title="canary-service", email="canary@example.com"), tokens
    )
    paces.hold(desk, desk.look_up("hold", "telegram", "canary-chat"), 60)
    asked = answers.Asked(FindServices(search="canary-search"), "services")
    begun = answers.find(desk, asked)
    assert isinstance(begun, answers.Begun)
    answers.keep(desk, asked, begun.number, "canary-found", 60)


@both
async def test_nothing_that_was_said_can_be_read_on_disk(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    await store.transact("written", write_all_there_is)
    # Both while it is open, when most stands in the log beside the file, and after.
    open_bytes = kept(tmp_path)
    await store.close()
    for content in (open_bytes, kept(tmp_path)):
        assert b"inbox" in content  # it is the database that is looked at
        assert b"canary" not in content.lower()
        assert b"example.com" not in content
        assert KEY.encode() not in content


@both
async def test_no_table_was_left_out(tmp_path: Path) -> None:
    def empty(desk: Desk) -> list[str]:
        return [table.name for table in metadata.sorted_tables if not desk.connection.execute(table.select()).first()]

    store = await a_store(tmp_path)
    await store.transact("written", write_all_there_is)
    assert await store.transact("read", empty) == []
    await store.close()
