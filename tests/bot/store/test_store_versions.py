"""Two versions at once on one database: what a step adds is in nobody's way, and what is in the way says so first."""

from __future__ import annotations

from pathlib import Path

import pytest
from shelf import KEY, a_database, a_store, url
from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, LargeBinary, MetaData, String, Table, text

from bot.store import dialects, migrations
from bot.store.nodes import present
from bot.store.stepping import Taken, take
from bot.store.store import CannotOpen, Store
from bot.store.vault import Vault
from databases import BARE, both

OFTEN = 6
"""From the fifth time on a statement is prepared: the database remembers what it was about."""

OLDEST = migrations.named(migrations.oldest(migrations.HEAD))
"""The step of the oldest program that the tables of today still serve, as they say."""


def value(column: Column[object], row: int) -> object:
    match column.type:
        case Boolean():
            return False
        case Integer() | BigInteger():
            return row
        case String():
            return f"{column.name} {row}"
        case LargeBinary():
            return b"sealed"
        case _:
            raise AssertionError(column)


def uses(connection: Connection, table: Table, row: int) -> None:
    """Writes a row with all the columns that a program knows, reads it, and changes it."""
    values = {column.name: value(column, row) for column in table.columns}
    connection.execute(table.insert().values(values))
    mine = [column == values[column.name] for column in table.primary_key.columns]
    assert dict(connection.execute(table.select().where(*mine)).one()._mapping) == values
    assert connection.execute(table.update().where(*mine).values(values)).rowcount == 1


def lives(connection: Connection, tables: list[Table]) -> None:
    """Does so in all of them, again and again, and takes everything away."""
    for row in range(1, OFTEN + 1):
        for table in tables:
            uses(connection, table, row)
    for table in reversed(tables):
        assert connection.execute(table.delete()).rowcount == OFTEN
    connection.commit()


@both
def test_a_program_of_the_oldest_version_that_is_served_goes_on_while_the_tables_are_taken_further(
    tmp_path: Path,
) -> None:
    database = url(tmp_path, template=BARE)
    take(database, OLDEST)
    engine, former = dialects.engine(database), MetaData()
    with engine.connect() as connection:
        former.reflect(connection)
        tables = [each for each in former.sorted_tables if each.name != "alembic_version"]
        lives(connection, tables)
        assert take(database) == Taken(OLDEST, migrations.HEAD)
        lives(connection, tables)
    engine.dispose()


def later(folder: Path, step: str) -> None:
    """A version that is not written yet has taken the tables further."""
    with a_database(folder) as desk:
        for change in (
            "ALTER TABLE persons ADD COLUMN later VARCHAR",
            "CREATE TABLE later (id INTEGER PRIMARY KEY)",
            f"UPDATE alembic_version SET version_num = '{step}'",
        ):
            desk.connection.execute(text(change))


@both
async def test_tables_of_a_newer_version_that_serve_this_one_are_used_and_left_as_they_are(tmp_path: Path) -> None:
    await (await a_store(tmp_path)).close()
    later(tmp_path, step := f"9999_since_{migrations.number(migrations.HEAD)}")
    await (await a_store(tmp_path)).close()
    assert take(url(tmp_path)) == Taken(step, step)


@both
async def test_only_the_newer_version_takes_its_tables_back(tmp_path: Path) -> None:
    await (await a_store(tmp_path)).close()
    later(tmp_path, f"9999_since_{migrations.number(migrations.HEAD)}")
    with pytest.raises(CannotOpen, match="have that version take the tables back"):
        take(url(tmp_path), "0001")


@both
async def test_tables_that_serve_this_version_no_more_are_refused_with_the_cure(tmp_path: Path) -> None:
    await (await a_store(tmp_path)).close()
    later(tmp_path, "9999_since_9998")
    with pytest.raises(CannotOpen, match="Install that version again"):
        await a_store(tmp_path)


@pytest.mark.usefixtures("postgresql")
async def test_tables_are_not_taken_further_than_programs_that_run_can_follow(tmp_path: Path) -> None:
    database = url(tmp_path, template=BARE)
    take(database, "0001")
    async with present(database) as node:
        with pytest.raises(CannotOpen, match="End all of them, run `booking-bot migrate`"):
            await Store.open(database, Vault([KEY]), node=node.number)
        with pytest.raises(CannotOpen, match="runs on this data already"):
            take(database)
    assert take(database) == Taken("0001", migrations.HEAD)


def test_a_step_is_named_by_its_number_or_its_name() -> None:
    assert migrations.named(migrations.HEAD) == migrations.named(migrations.number(migrations.HEAD)) == migrations.HEAD
