"""Opening a database: its tables are brought up to date. What cannot be used is refused with its cure, untouched."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from shelf import KEY, NOW, SOMEBODY, a_database, a_store, somebody, url
from sqlalchemy import Connection, event, inspect, select, text

from bot.store import dialects, inbox, migrations, persons, schema, sessions
from bot.store.desk import Desk
from bot.store.schema import metadata
from bot.store.stepping import take
from bot.store.store import CannotOpen, Store
from bot.store.vault import Vault, new_key
from conversations.session import Session
from databases import BARE, both, somewhere


def rows(folder: Path) -> list[str]:
    """All that stands in the database."""
    with a_database(folder) as desk:
        run = desk.connection.exec_driver_sql
        return [f"{name} {row}" for name in sorted(tables(desk.connection)) for row in run(f"SELECT * FROM {name}")]


async def receive(folder: Path, *keys: str) -> None:
    store = await a_store(folder, *keys)
    await store.transact("received", lambda desk: inbox.receive(desk, "terminal", "1", {"a": "b"}, NOW))
    await store.close()


@both
async def test_what_was_stored_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    await receive(tmp_path)
    store = await a_store(tmp_path)
    assert [each.payload for each in await store.transact("read", inbox.new)] == [{"a": "b"}]
    await store.close()


@both
async def test_a_new_database_can_be_opened_by_many_at_once(tmp_path: Path) -> None:
    url(tmp_path, template=BARE)
    stores = await asyncio.gather(*(a_store(tmp_path) for _ in range(10)))
    names = {await store.transact("read", lambda desk: desk.look_up("person", "U1")) for store in stores}
    assert len(names) == 1
    for store in stores:
        await store.close()


async def test_opening_waits_for_another_program_that_is_just_making_the_file(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE something (x)")
    waits = Event()
    engine = dialects.engine(url(tmp_path))
    event.listen(engine, "connect", lambda raw, _: raw.set_trace_callback(_when("BEGIN IMMEDIATE", waits)), insert=True)

    def mode() -> object:
        with engine.connect() as connection:
            return connection.exec_driver_sql("PRAGMA journal_mode").scalar()

    opening = asyncio.create_task(asyncio.to_thread(mode))
    await asyncio.to_thread(waits.wait, 60)
    other.execute("COMMIT")
    other.close()
    assert await opening == "wal"
    engine.dispose()


def _when(wanted: str, seen: Event) -> Callable[[str], None]:
    return lambda statement: seen.set() if statement == wanted else None


async def test_the_folder_is_made_if_it_is_missing(tmp_path: Path) -> None:
    await receive(tmp_path / "new" / "folder")
    assert (tmp_path / "new" / "folder" / "bot.db").exists()


async def test_every_commit_is_flushed_and_every_reference_holds(tmp_path: Path) -> None:
    def settings(desk: Desk) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [desk.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    store = await a_store(tmp_path)
    assert await store.transact("read", settings) == ["wal", 2, 1, 5000]
    await store.close()


@both
async def test_another_key_is_refused_and_overwrites_nothing(tmp_path: Path) -> None:
    await receive(tmp_path)
    before = rows(tmp_path)
    with pytest.raises(CannotOpen, match="SECRET_KEYS") as caught:
        await a_store(tmp_path, wrong := new_key())
    assert wrong not in str(caught.value)
    assert rows(tmp_path) == before
    await receive(tmp_path)


@both
async def test_with_the_former_key_at_the_end_it_opens_and_finds_everybody(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    person = await store.transact("arrived", somebody)
    await store.close()
    store = await a_store(tmp_path, new_key(), KEY)
    found = await store.transact("read", lambda desk: persons.find(desk, "terminal", "here", SOMEBODY.user))
    assert found
    assert found.id == person
    await store.close()


@both
async def test_two_databases_have_different_names_for_the_same_person(tmp_path: Path) -> None:
    names = []
    for folder in ("one", "two"):
        store = await a_store(tmp_path / folder)
        names.append(await store.transact("read", lambda desk: desk.look_up("person", "U1")))
        await store.close()
    assert names[0] != names[1]


@both
async def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    await receive(tmp_path)
    with a_database(tmp_path) as desk:
        desk.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = rows(tmp_path)
    with pytest.raises(CannotOpen, match=r"newer version.*9999.*Install that version again"):
        await a_store(tmp_path)
    assert rows(tmp_path) == before


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://bot:password@example.com/bot", "SQLite"),
        ("postgresql://bot:password@127.0.0.1:1/bot", "Does it run"),
        ("no address, but a password", "address"),
        ("sqlite:////proc/nowhere/bot.db", "cannot be opened"),
    ],
)
async def test_an_address_that_cannot_be_used_is_refused_without_being_said(address: str, said: str) -> None:
    with pytest.raises(CannotOpen, match=said) as caught:
        await Store.open(address, Vault([KEY]))
    assert "password" not in str(caught.value)


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(letter := b"this is a letter, and no database at all" * 100)
    with pytest.raises(CannotOpen, match="not a database"):
        await a_store(tmp_path)
    assert (tmp_path / "bot.db").read_bytes() == letter


# The steps by which the tables came to be.


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata, "compare_type": True})
    return list(compare_metadata(context, metadata))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def partial_indexes(connection: Connection) -> list[tuple[str, str]]:
    """Alembic does not compare their conditions."""
    sql = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE sql LIKE '%INDEX%WHERE%' ORDER BY name",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef ~ 'public.*WHERE' ORDER BY indexname",
    }
    return [(row[0], row[1]) for row in connection.exec_driver_sql(sql[connection.dialect.name])]


@both
def test_the_steps_lead_to_the_tables_that_the_code_knows() -> None:
    engine, drawn = (dialects.engine(somewhere(name, template=BARE)) for name in ("led to", "drawn"))
    with engine.begin() as connection, drawn.begin() as other:
        migrations.upgrade(connection)
        metadata.create_all(other)
        assert differences(connection) == []
        assert partial_indexes(connection) == partial_indexes(other)
        assert len(partial_indexes(connection)) == 3
    engine.dispose()
    drawn.dispose()


@both
def test_a_missing_column_is_a_difference() -> None:
    engine = dialects.engine(somewhere(template=BARE))
    with engine.begin() as connection:
        migrations.upgrade(connection)
        connection.exec_driver_sql("ALTER TABLE meta DROP COLUMN sealed")
        assert differences(connection)
    engine.dispose()


def steps() -> list[str]:
    folder = Path(migrations.__file__).parent
    return [each.revision for each in ScriptDirectory(str(folder)).walk_revisions()][::-1]


@both
def test_every_step_can_be_gone_back_and_gone_again() -> None:
    engine = dialects.engine(somewhere(template=BARE))
    with engine.begin() as connection:
        for step in steps():
            before = tables(connection)
            migrations.upgrade(connection, step)
            assert migrations.current(connection) == step
            migrations.downgrade(connection, "-1")
            assert tables(connection) - {"alembic_version"} == before - {"alembic_version"}
            migrations.upgrade(connection, step)
        assert differences(connection) == []
        migrations.downgrade(connection, "base")
        assert tables(connection) == {"alembic_version"}
    engine.dispose()


@both
async def test_what_an_earlier_version_stored_is_there_after_the_steps_since(tmp_path: Path) -> None:
    """It had one key for all names, and did not know when a session moved last."""
    store = await a_store(tmp_path)
    person = await store.transact("arrived", somebody)
    await store.transact("begun", lambda desk: sessions.save(desk, person, Session(key="k", revision=7)))
    await store.close()
    with a_database(tmp_path) as desk:
        migrations.downgrade(desk.connection, "0001")
        desk.connection.execute(text("DELETE FROM meta WHERE name = 'people'"))
    take(url(tmp_path))
    store = await a_store(tmp_path)
    found = await store.transact("read", lambda desk: persons.find(desk, "terminal", "here", SOMEBODY.user))
    assert found
    assert await store.transact("read", lambda desk: sessions.load(desk, found.id)) == Session(key="k", revision=7)
    at = await store.transact("read", lambda desk: desk.connection.execute(select(schema.sessions.c.at)).scalar_one())
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=10), "their time begins now"
    await store.close()


def test_the_head_is_the_last_step() -> None:
    assert steps()[-1] == migrations.HEAD


def upgrade_and_fail(connection: Connection) -> None:
    migrations.upgrade(connection)
    assert tables(connection)
    raise ZeroDivisionError


@both
def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    engine = dialects.engine(url(tmp_path, template=BARE))
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        upgrade_and_fail(connection)
    with engine.begin() as connection:
        assert tables(connection) == set()
    engine.dispose()
