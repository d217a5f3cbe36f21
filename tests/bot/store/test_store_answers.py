"""Answers kept for all programs: one asks, the others hear of it; what is dropped or put right is so for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from shelf import NOW, empty_desk
from sqlalchemy import func, select

from bot.store import answers
from bot.store.answers import LEASE, LONGEST, Answered, Asked, Begun, find, give_up, keep, known, look
from bot.store.desk import Desk
from bot.store.schema import answers as table
from bot.store.vault import Vault, new_key
from conversations.calls import FindHours
from databases import both

pytestmark = both

HOURS = FindHours("s1", "u1", NOW, "UTC")
ASKED = Asked(HOURS, "hours", "s1", "u1")
OTHERS = [
    Asked(replace(HOURS, agent=None), "hours", "s1"),
    Asked(replace(HOURS, service="s2"), "hours", "s2", "u1"),
    Asked(replace(HOURS, service="s2", agent="u2"), "hours", "s2", "u2"),
    Asked(("form", "f1"), "form"),
]
VALUE = (NOW,)
LASTS = 300.0


@pytest.fixture
def desk() -> Iterator[Desk]:
    with empty_desk() as desk:
        yield replace(desk, node=1)


def kept(desk: Desk, asked: Asked = ASKED, value: Any = VALUE, lasts: float = LASTS) -> None:
    begun = find(desk, asked)
    assert isinstance(begun, Begun)
    assert begun.mine
    assert keep(desk, asked, begun.number, value, lasts)


def set_back(desk: Desk, **by: int) -> None:
    """As if it had been so many microseconds earlier."""
    desk.connection.execute(table.update().values({name: table.c[name] - each for name, each in by.items()}))


def left(desk: Desk) -> list[Asked]:
    names = set(desk.connection.execute(select(table.c.question)).scalars())
    return [each for each in [ASKED, *OTHERS] if each.name in names]


def test_whoever_comes_first_is_to_ask_and_the_others_hear_of_it(desk: Desk) -> None:
    first, second = find(desk, ASKED), find(desk, ASKED)
    assert isinstance(first, Begun)
    assert (first.mine, second) == (True, Begun(first.number))
    assert look(desk, ASKED, first.number) == Begun(first.number)
    assert keep(desk, ASKED, first.number, VALUE, LASTS)
    assert find(desk, ASKED) == look(desk, ASKED, first.number) == Answered(VALUE)
    assert known(desk, [ASKED.name, OTHERS[0].name]) == {ASKED.name: VALUE}


def test_equal_questions_have_one_name_and_others_have_others() -> None:
    assert replace(ASKED).name == ASKED.name
    assert len({each.name for each in [ASKED, *OTHERS]}) == 1 + len(OTHERS)


def test_what_has_lasted_is_asked_anew_and_is_no_more_than_a_hint(desk: Desk) -> None:
    kept(desk, lasts=0)
    assert known(desk, [ASKED.name]) == {}
    assert known(desk, [ASKED.name], fresh=False) == {ASKED.name: VALUE}
    kept(desk)
    assert find(desk, ASKED) == Answered(VALUE)


def test_an_answer_from_before_the_clock_was_set_back_does_not_last_for_ever(desk: Desk) -> None:
    kept(desk)
    set_back(desk, until=-2 * LONGEST)
    assert known(desk, [ASKED.name]) == {}
    kept(desk)


def test_what_was_given_up_is_asked_by_the_next_one(desk: Desk) -> None:
    first = find(desk, ASKED)
    assert isinstance(first, Begun)
    give_up(desk, ASKED, first.number)
    assert look(desk, ASKED, first.number) is None
    kept(desk)


@pytest.mark.parametrize("by", [LEASE, -2 * LEASE])
def test_whoever_does_not_come_back_is_not_waited_for(desk: Desk, by: int) -> None:
    first = find(desk, ASKED)
    assert isinstance(first, Begun)
    set_back(desk, leased_until=by)
    assert look(desk, ASKED, first.number) is None
    kept(desk)
    assert not keep(desk, ASKED, first.number, (), LASTS), "late, it changes nothing"
    give_up(desk, ASKED, first.number)
    assert find(desk, ASKED) == Answered(VALUE)


def test_whoever_is_no_more_is_not_waited_for(desk: Desk) -> None:
    first = find(replace(desk, node=2), ASKED)
    assert isinstance(first, Begun)
    assert look(desk, ASKED, first.number) is None
    kept(desk)


@pytest.mark.parametrize(
    ("topic", "stays"),
    [
        (([], None, None), []),
        ((["hours"], None, None), [OTHERS[3]]),
        ((["hours"], "s1", None), OTHERS[1:]),
        ((["hours"], "s1", "u1"), OTHERS[2:]),
        ((["form"], None, None), [ASKED, *OTHERS[:3]]),
    ],
)
def test_what_is_dropped_is_what_it_is_about(
    desk: Desk, topic: tuple[list[str], str | None, str | None], stays: list[Asked]
) -> None:
    kept(desk)
    begun = [find(desk, each) for each in OTHERS]
    answers.drop(desk, *topic)
    assert left(desk) == stays
    number = begun[3].number if isinstance(begun[3], Begun) else 0
    assert keep(desk, OTHERS[3], number, (), LASTS) == (OTHERS[3] in stays), "on its way, it was dropped too"


def test_what_is_known_better_takes_the_place_of_an_answer_for_as_long_as_that_lasts(desk: Desk) -> None:
    kept(desk)
    kept(desk, OTHERS[1], (), lasts=0)
    find(desk, OTHERS[0])
    seen: list[dict[Any, Any]] = []

    def change(kept: Any) -> Any:
        seen.append(dict(kept))
        return {HOURS: (), OTHERS[0].says: None}

    answers.revise(desk, ["hours"], "s1", "u1", change)
    assert seen == [{HOURS: VALUE, OTHERS[0].says: None, OTHERS[1].says: ()}]
    assert known(desk, [each.name for each in [ASKED, *OTHERS]]) == {ASKED.name: ()}
    assert left(desk) == [ASKED, OTHERS[1]]


def test_what_cannot_be_read_is_forgotten(desk: Desk) -> None:
    kept(desk)
    answers.revise(replace(desk, vault=Vault([new_key()])), [], None, None, dict)
    assert left(desk) == []


def test_it_is_sealed(desk: Desk) -> None:
    kept(desk, OTHERS[3], "canary")
    assert b"canary" not in desk.connection.execute(select(table.c.sealed)).scalar_one()


def test_what_is_no_hint_any_more_is_taken_away(desk: Desk) -> None:
    kept(desk)
    assert answers.prune(desk) == 0
    set_back(desk, leased_until=LONGEST + LEASE)
    assert answers.prune(desk) == 1
    assert desk.connection.execute(select(func.count()).select_from(table)).scalar() == 0
