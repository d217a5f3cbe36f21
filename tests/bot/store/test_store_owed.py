"""What is owed: done by one at a time, by another if the first does not come back, and ended once."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from shelf import LATER, NOW, a_store, empty_desk, somebody

from bot.store import owed
from bot.store.desk import Desk
from bot.store.owed import Claim, Kind
from databases import both

pytestmark = both

LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with empty_desk() as desk:
        yield desk


def take(desk: Desk) -> Claim:
    claim = owed.claim(desk, NOW, LEASE)
    assert claim
    return claim


def test_what_is_owed_is_claimed_by_one_alone_and_ended(desk: Desk) -> None:
    person = somebody(desk)
    owed.owe(desk, person, Kind.CALL, "7", NOW)
    claim = take(desk)
    assert (claim.person_id, claim.kind, claim.ref, claim.attempts, claim.due_at) == (person, Kind.CALL, "7", 1, NOW)
    assert owed.claim(desk, NOW, LEASE) is None
    assert owed.ended(desk, claim)
    assert not owed.ended(desk, claim)
    assert owed.claim(desk, LATER, LEASE) is None


def test_that_a_message_may_have_been_made_is_known_to_whoever_comes_next_until_it_stands(desk: Desk) -> None:
    person = somebody(desk)
    shows = partial(owed.taken, person_id=person, kind=Kind.SHOW, ref="", now=NOW, lease=LEASE)
    assert not shows(desk).below
    claim = shows(desk)
    owed.goes_below(desk, claim)
    assert shows(replace(desk, node=2)).below
    assert shows(desk).below, "nobody has said where it stands"
    owed.stands(desk, claim)
    claim = shows(desk)
    assert not claim.below
    owed.goes_below(desk, claim)
    assert owed.ended(desk, claim)
    assert not shows(desk).below


@pytest.mark.parametrize("kind", list(Kind))
def test_owing_twice_is_owing_once(desk: Desk, kind: Kind) -> None:
    person = somebody(desk)
    owed.owe(desk, person, kind, "7", NOW)
    owed.owe(desk, person, kind, "7", LATER)
    assert [claim.due_at for claim in owed.claim_all(desk, LATER, LEASE)] == [NOW]


def test_a_person_a_kind_and_a_reference_make_the_difference(desk: Desk) -> None:
    one, two = somebody(desk, "1"), somebody(desk, "2")
    each = [(one, Kind.CALL, "7"), (one, Kind.SHOW, "7"), (one, Kind.CALL, "8"), (two, Kind.CALL, "7")]
    for person, kind, ref in each:
        owed.owe(desk, person, kind, ref, NOW)
    assert [(claim.person_id, claim.kind, claim.ref) for claim in owed.claim_all(desk, NOW, LEASE)] == each


def test_a_call_owed_again_while_it_is_done_is_not_done_twice(desk: Desk) -> None:
    person = somebody(desk)
    owed.owe(desk, person, Kind.CALL, "7", NOW)
    claim = take(desk)
    owed.owe(desk, person, Kind.CALL, "7", NOW)
    assert owed.claim(desk, NOW, LEASE) is None
    assert owed.ended(desk, claim)


@pytest.mark.parametrize("kind", [Kind.SHOW, Kind.CARD])
def test_what_is_drawn_and_owed_again_meanwhile_is_drawn_again(desk: Desk, kind: Kind) -> None:
    person = somebody(desk)
    owed.owe(desk, person, kind, "7", NOW)
    drawing = take(desk)
    owed.owe(desk, person, kind, "7", NOW)
    newer = take(desk)
    assert not owed.ended(desk, drawing)
    assert not owed.again(desk, drawing, NOW)
    assert owed.ended(desk, newer)


def test_what_is_drawn_and_not_begun_is_owed_once(desk: Desk) -> None:
    person = somebody(desk)
    for _ in range(2):
        owed.owe(desk, person, Kind.SHOW, "7", NOW)
    assert owed.ended(desk, take(desk))
    assert owed.claim(desk, LATER, LEASE) is None


def test_what_is_due_later_waits(desk: Desk) -> None:
    owed.owe(desk, somebody(desk), Kind.CALL, "7", LATER)
    assert owed.claim(desk, LATER - SECOND, LEASE) is None
    assert owed.claim(desk, LATER, LEASE)


def test_what_is_due_longest_comes_first(desk: Desk) -> None:
    person = somebody(desk)
    for ref, wait in (("third", 2), ("first", 0), ("second", 1)):
        owed.owe(desk, person, Kind.CALL, ref, NOW + wait * SECOND)
    first = owed.claim(desk, LATER, LEASE)
    assert first
    assert [first.ref, *(claim.ref for claim in owed.claim_all(desk, LATER, LEASE))] == ["first", "second", "third"]


def test_one_person_or_one_kind_can_be_claimed_alone(desk: Desk) -> None:
    one, two = somebody(desk, "1"), somebody(desk, "2")
    owed.owe(desk, one, Kind.SHOW, "1", NOW)
    owed.owe(desk, two, Kind.CALL, "2", NOW)
    owed.owe(desk, two, Kind.SHOW, "3", NOW)
    claim = owed.claim(desk, NOW, LEASE, person_id=two, kind=Kind.SHOW)
    assert claim
    assert claim.ref == "3"
    assert [each.ref for each in owed.claim_all(desk, NOW, LEASE, kind=Kind.SHOW)] == ["1"]
    assert [each.ref for each in owed.claim_all(desk, NOW, LEASE, person_id=two)] == ["2"]


def test_a_lease_that_lapsed_is_taken_over_and_the_first_end_does_not_count(desk: Desk) -> None:
    owed.owe(desk, somebody(desk), Kind.CALL, "7", NOW)
    lost = take(desk)
    assert owed.claim(desk, NOW + LEASE - SECOND, LEASE) is None
    taken = owed.claim(desk, NOW + LEASE, LEASE)
    assert taken
    assert taken.attempts == 2
    assert not owed.ended(desk, lost)
    assert not owed.again(desk, lost, NOW)
    assert owed.ended(desk, taken)


def test_the_first_may_still_end_what_nobody_took_over(desk: Desk) -> None:
    owed.owe(desk, somebody(desk), Kind.CALL, "7", NOW)
    assert owed.ended(desk, take(desk))


def test_what_was_not_done_comes_again_later(desk: Desk) -> None:
    owed.owe(desk, somebody(desk), Kind.CALL, "7", NOW)
    claim = take(desk)
    assert owed.again(desk, claim, LATER)
    assert not owed.ended(desk, claim)
    assert owed.claim(desk, LATER - SECOND, LEASE) is None
    once_more = owed.claim(desk, LATER, LEASE)
    assert once_more
    assert once_more.attempts == 2


def test_what_is_forgotten_is_owed_no_more_even_by_who_is_doing_it(desk: Desk) -> None:
    one, two = somebody(desk, "1"), somebody(desk, "2")
    for person, kind, ref in (
        (one, Kind.SHOW, "1"),
        (one, Kind.SHOW, "2"),
        (one, Kind.CALL, "1"),
        (two, Kind.SHOW, "1"),
    ):
        owed.owe(desk, person, kind, ref, NOW)
    claims = owed.claim_all(desk, NOW, LEASE, person_id=one, kind=Kind.SHOW)
    assert owed.forget(desk, one, Kind.SHOW, "2") == 1
    assert owed.forget(desk, one, Kind.SHOW) == 1
    assert not any(owed.ended(desk, claim) for claim in claims)
    assert [(each.person_id, each.kind) for each in owed.claim_all(desk, NOW, LEASE)] == [
        (one, Kind.CALL),
        (two, Kind.SHOW),
    ]


def test_a_claim_never_fits_what_is_owed_anew(desk: Desk) -> None:
    person = somebody(desk)
    owed.owe(desk, person, Kind.SHOW, "7", NOW)
    old = take(desk)
    owed.forget(desk, person, Kind.SHOW)
    owed.owe(desk, person, Kind.SHOW, "7", NOW)
    take(desk)
    assert not owed.ended(desk, old)


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_taken_is_owed_and_claimed_in_one(desk: Desk, kind: Kind) -> None:
    person = somebody(desk)
    claim = owed.taken(desk, person, kind, "7", NOW, LEASE)
    assert (claim.person_id, claim.kind, claim.ref, claim.attempts, claim.due_at) == (person, kind, "7", 1, NOW)
    assert owed.claim(desk, NOW, LEASE) is None
    assert owed.next_at(desk) == NOW + LEASE
    assert owed.ended(desk, claim)


@pytest.mark.parametrize("kind", list(Kind))
def test_taking_something_over_ends_the_claim_of_whoever_had_it(desk: Desk, kind: Kind) -> None:
    person = somebody(desk)
    owed.owe(desk, person, kind, "7", NOW)
    had = take(desk)
    claim = owed.taken(desk, person, kind, "7", LATER, LEASE)
    assert not owed.ended(desk, had)
    assert owed.next_at(desk) == LATER + LEASE
    assert owed.ended(desk, claim)


def test_after_a_crash_what_the_dead_had_claimed_is_free_at_once(desk: Desk) -> None:
    person = somebody(desk)
    owed.owe(desk, person, Kind.CALL, "1", NOW)
    owed.owe(desk, person, Kind.SHOW, "2", LATER)
    dead = take(replace(desk, node=666))
    owed.release(desk)
    assert not owed.ended(desk, dead)
    assert [claim.ref for claim in owed.claim_all(desk, NOW, LEASE)] == ["1"]
    assert owed.next_at(desk) == NOW + LEASE


def test_it_is_known_when_there_will_be_something_to_do(desk: Desk) -> None:
    person = somebody(desk)
    assert owed.next_at(desk) is None
    owed.owe(desk, person, Kind.CALL, "1", LATER)
    assert owed.next_at(desk) == LATER
    owed.owe(desk, person, Kind.CALL, "2", NOW)
    assert owed.next_at(desk) == NOW
    claim = take(desk)
    assert owed.next_at(desk) == NOW + LEASE
    owed.again(desk, claim, NOW + SECOND)
    assert owed.next_at(desk) == NOW + SECOND


def test_what_this_program_has_claimed_is_not_taken_from_it(desk: Desk) -> None:
    person = somebody(desk)
    owed.owe(desk, person, Kind.CALL, "1", NOW)
    mine = [take(desk), owed.taken(desk, person, Kind.SHOW, "", NOW, LEASE)]
    assert owed.release(desk) == set()
    assert all(owed.ended(desk, each) for each in mine)


def test_whoever_may_have_been_shown_something_is_known(desk: Desk) -> None:
    one, two, three, four = (somebody(desk, user) for user in "1234")
    owed.taken(replace(desk, node=666), one, Kind.SHOW, "", NOW, LEASE)
    owed.owe(desk, two, Kind.SHOW, "", NOW)
    owed.taken(desk, three, Kind.SHOW, "", NOW, LEASE)
    owed.taken(replace(desk, node=666), four, Kind.CARD, "7", NOW, LEASE)
    assert owed.release(desk) == {one, two}


async def test_of_all_who_race_for_it_one_has_it(tmp_path: Path) -> None:
    stores = [await a_store(tmp_path), await a_store(tmp_path)]
    person = await stores[0].transact("arrived", somebody)
    for ref in map(str, range(5)):
        await stores[0].transact("owed", partial(owed.owe, person_id=person, kind=Kind.CALL, ref=ref, due_at=NOW))
    racing = [store.transact("claim", lambda desk: owed.claim(desk, NOW, LEASE)) for store in stores for _ in range(10)]
    claims = [claim for claim in await asyncio.gather(*racing) if claim]
    assert sorted(claim.ref for claim in claims) == ["0", "1", "2", "3", "4"]
    ending = [store.transact("ended", partial(owed.ended, claim=claim)) for claim in claims for store in stores]
    assert sum(await asyncio.gather(*ending)) == 5
    for store in stores:
        await store.close()
