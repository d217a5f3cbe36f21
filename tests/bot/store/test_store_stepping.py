"""The tables are taken forward and back by an operator's word, on both databases."""

from pathlib import Path

import pytest
from shelf import a_database, a_store, somebody, url
from sqlalchemy import text

from bot.store import migrations
from bot.store.lock import alone
from bot.store.stepping import Taken, take
from bot.store.store import CannotOpen
from databases import BARE, both

pytestmark = both


def test_new_tables_are_made_and_the_second_time_nothing_happens(tmp_path: Path) -> None:
    database = url(tmp_path, template=BARE)
    assert take(database) == Taken("", migrations.HEAD)
    assert take(database) == Taken(migrations.HEAD, migrations.HEAD)


async def test_tables_are_taken_back_and_forward_again_with_all_that_both_know(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    person = await store.transact("arrived", somebody)
    await store.close()
    assert take(url(tmp_path), "0001") == Taken(migrations.HEAD, "0001")
    assert take(url(tmp_path)) == Taken("0001", migrations.HEAD)
    store = await a_store(tmp_path)
    assert await store.transact("arrived again", somebody) == person
    await store.close()


async def test_while_a_program_runs_they_are_not_taken_back(tmp_path: Path) -> None:
    await (await a_store(tmp_path)).close()
    with alone(url(tmp_path)), pytest.raises(CannotOpen, match="runs on this data already"):
        take(url(tmp_path), "0001")
    assert take(url(tmp_path)) == Taken(migrations.HEAD, migrations.HEAD)


async def test_what_a_newer_version_left_is_refused_with_the_cure(tmp_path: Path) -> None:
    await (await a_store(tmp_path)).close()
    with a_database(tmp_path) as desk:
        desk.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CannotOpen, match=f"booking-bot migrate {migrations.HEAD}"):
        take(url(tmp_path))


def test_a_step_that_nobody_knows_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no step 0815"):
        take(url(tmp_path, template=BARE), "0815")
