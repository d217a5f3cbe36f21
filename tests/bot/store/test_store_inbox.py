"""Deliveries: each is taken once, handled once, and gone from the disk when it was."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from shelf import LATER, NOW, empty_desk
from sqlalchemy import select

from adapters import Who
from bot.store import inbox
from bot.store.desk import Desk
from bot.store.schema import inbox as table
from databases import both

pytestmark = both


@pytest.fixture
def desk() -> Iterator[Desk]:
    with empty_desk() as desk:
        yield desk


def receive(desk: Desk, key: str, platform: str = "terminal") -> int:
    id = inbox.receive(desk, platform, key, {"said": key}, NOW)
    assert id is not None
    return id


def test_a_delivery_comes_back_as_it_came(desk: Desk) -> None:
    payload = {"text": "ñandú \ud83d", "list": [1, 2.5, None, True], "deep": {"": {}}}
    id = inbox.receive(desk, "telegram", "update 1", payload, NOW + timedelta(microseconds=1700))
    assert id is not None
    delivery = inbox.Delivery(id, "telegram", payload, NOW + timedelta(milliseconds=1))
    assert inbox.load(desk, id) == delivery
    assert inbox.new(desk) == [delivery]


def test_the_same_key_again_is_a_repetition(desk: Desk) -> None:
    receive(desk, "1")
    assert inbox.receive(desk, "terminal", "1", {"said": "something else"}, LATER) is None
    assert [each.payload for each in inbox.new(desk)] == [{"said": "1"}]


def test_platforms_do_not_share_their_keys(desk: Desk) -> None:
    assert receive(desk, "1", "telegram") != receive(desk, "1", "slack")


def test_a_restart_finds_what_is_new_in_the_order_in_which_it_came(desk: Desk) -> None:
    ids = [receive(desk, key) for key in ("9", "1", "5", "3")]
    inbox.done(desk, ids[1])
    inbox.set_aside(desk, ids[2], "why")
    assert [each.id for each in inbox.new(desk)] == [ids[0], ids[3]]


def test_done_is_done_once_and_erases_the_payload(desk: Desk) -> None:
    id = receive(desk, "1")
    assert inbox.done(desk, id)
    assert not inbox.done(desk, id)
    assert not inbox.set_aside(desk, id, "too late")
    assert inbox.load(desk, id) is None
    assert desk.connection.execute(select(table.c.sealed)).scalar_one() is None


def test_a_repetition_of_what_was_done_is_one_still(desk: Desk) -> None:
    inbox.done(desk, receive(desk, "1"))
    assert inbox.receive(desk, "terminal", "1", {}, LATER) is None
    assert inbox.new(desk) == []


def sent(desk: Desk, key: str, user: str = "1", platform: str = "telegram") -> int:
    id = inbox.receive(desk, platform, key, {"said": key}, NOW, Who(platform, "", user))
    assert id is not None
    return id


def test_nothing_is_done_before_what_the_same_person_sent_before(desk: Desk) -> None:
    first, second, third = (sent(desk, key) for key in "123")
    assert not inbox.done(desk, third)
    assert [each.id for each in inbox.before(desk, third)] == [first, second]
    assert inbox.done(desk, first)
    assert not inbox.done(desk, third)
    assert inbox.done(desk, second)
    assert inbox.done(desk, third)


def test_what_is_set_aside_holds_up_nothing(desk: Desk) -> None:
    first, second = sent(desk, "1"), sent(desk, "2")
    assert inbox.set_aside(desk, first, "no such command")
    assert inbox.before(desk, second) == []
    assert inbox.done(desk, second)


def test_nobody_waits_for_somebody_else(desk: Desk) -> None:
    ids = [sent(desk, "1"), sent(desk, "2", user="2"), sent(desk, "3", platform="slack"), receive(desk, "4")]
    assert all(inbox.done(desk, id) for id in reversed(ids))


def test_whose_it_was_goes_with_what_it_said(desk: Desk) -> None:
    done, aside = sent(desk, "1"), sent(desk, "2")
    assert all(desk.connection.execute(select(table.c.whose)).scalars())
    inbox.done(desk, done)
    inbox.set_aside(desk, aside, "why")
    assert desk.connection.execute(select(table.c.whose)).scalars().all() == [None, None]


def test_what_is_set_aside_keeps_its_payload_and_says_why(desk: Desk) -> None:
    id = receive(desk, "1")
    assert inbox.set_aside(desk, id, "no such command")
    assert not inbox.done(desk, id)
    assert inbox.aside(desk) == [inbox.Delivery(id, "terminal", {"said": "1"}, NOW, "no such command")]
    assert inbox.load(desk, id) is None


def test_what_no_key_opens_is_set_aside_and_stops_nothing(desk: Desk) -> None:
    first, second = receive(desk, "1"), receive(desk, "2")
    swapped = desk.connection.execute(select(table.c.sealed).where(table.c.id == second)).scalar_one()
    desk.connection.execute(table.update().where(table.c.id == first).values(sealed=swapped))
    assert [each.id for each in inbox.new(desk)] == [second]
    assert inbox.aside(desk) == []
    assert desk.connection.execute(select(table.c.state).where(table.c.id == first)).scalar_one() == "aside"


def test_pruning_forgets_what_is_old_and_handled(desk: Desk) -> None:
    done, aside, new = (receive(desk, key) for key in ("done", "aside", "new"))
    inbox.done(desk, done)
    inbox.set_aside(desk, aside, "why")
    assert inbox.prune(desk, NOW) == 0
    assert inbox.prune(desk, LATER) == 2
    assert [each.id for each in inbox.new(desk)] == [new]
    assert inbox.aside(desk) == []
    assert receive(desk, "done") > new


def test_a_delivery_shows_nothing_of_what_it_says(desk: Desk) -> None:
    inbox.receive(desk, "terminal", "1", {"text": "canary"}, NOW)
    assert "canary" not in repr(inbox.new(desk))
