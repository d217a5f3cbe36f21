"""Retention in the store: a bounded number of rows at each call, however many are over their time."""

from __future__ import annotations

from datetime import timedelta

from shelf import NOW, empty_desk, somebody

from bot.store import sessions, writes
from bot.store.retention import AT_ONCE, prune
from bot.store.schema import persons
from bot.store.writes import State
from conversations.calls import Cancel
from conversations.session import Session
from databases import both

pytestmark = both

DAYS = 30


def test_nobody_waits_for_a_great_many_to_go() -> None:
    with empty_desk() as desk:
        for each in range(AT_ONCE + 5):
            person = somebody(desk, str(each))
            writes.confirm(desk, person, Cancel("k", "a", ""), NOW)
            writes.sent(desk, person, "k", NOW)
            writes.move(desk, person, "k", State.SENT, State.REFUSED, NOW)
            sessions.save(desk, person, Session(key="k", at=NOW))
        later = NOW + timedelta(days=DAYS + 1)
        assert prune(desk, later, DAYS) == AT_ONCE + AT_ONCE
        assert 5 <= prune(desk, later, DAYS) <= 5 + 5, "with whoever goes, their writes go"
        assert prune(desk, later, DAYS) == 0
        assert not desk.connection.execute(persons.select()).first()
