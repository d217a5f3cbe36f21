"""All that is stored moves from a file to PostgreSQL and back: everybody is found, everything opens, all goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from shelf import KEY, NOW, SOMEBODY, somebody
from test_store_at_rest import write_all_there_is
from typer.testing import CliRunner

import databases
from bot.cli import app
from bot.store import dialects, inbox, moving, persons
from bot.store.desk import Desk
from bot.store.lock import alone
from bot.store.moving import CannotMove, move
from bot.store.store import CannotOpen, Store
from bot.store.vault import Vault, new_key

pytestmark = pytest.mark.usefixtures("postgresql")

VAULT = Vault([KEY])


async def filled(folder: Path) -> str:
    """The address of a file with a row in every table, of which one has a number that was used and is free again."""
    address = f"sqlite:///{folder / 'former.db'}"
    store = await Store.open(address, VAULT)
    await store.transact("written", write_all_there_is)
    await store.transact("arrived", somebody)
    await store.close()
    return address


def rows(address: str) -> dict[str, list[tuple[object, ...]]]:
    """Of all that is to be kept."""
    engine = dialects.engine(address)
    with engine.connect() as connection:
        found = {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for table in moving.LASTING
        }
    engine.dispose()
    return found


async def looked(address: str) -> tuple[object, object, object]:
    def look(desk: Desk) -> tuple[object, object, object]:
        met = persons.find(desk, SOMEBODY.platform, SOMEBODY.workspace, SOMEBODY.user)
        newer = persons.load(desk, somebody(desk, "somebody new"))
        repeated = inbox.receive(desk, "telegram", "canary-key-2", {}, NOW)
        return met, newer.id, repeated

    store = await Store.open(address, VAULT)
    found = await store.transact("looked", look)
    await store.close()
    return found


async def test_every_row_arrives_and_the_program_goes_on_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "TOGETHER", 2)
    former, latter = await filled(tmp_path), databases.url(tmp_path)
    before = rows(former)
    moved = move(former, latter, VAULT)
    assert all(moved.values()), "there is something in every table"
    assert rows(latter) == rows(former) == before
    met, newer, repeated = await looked(latter)
    assert met
    assert newer not in {row[0] for row in before["persons"]}
    assert repeated is None


async def test_what_was_moved_can_be_moved_back(tmp_path: Path) -> None:
    former, latter = await filled(tmp_path), databases.url(tmp_path)
    move(former, latter, VAULT)
    back = f"sqlite:///{tmp_path / 'back.db'}"
    move(latter, back, VAULT)
    assert rows(back) == rows(former)
    assert (await looked(back))[2] is None


async def test_a_database_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    former, latter = await filled(tmp_path), databases.url(tmp_path)
    await (await Store.open(latter, VAULT)).close()
    before = rows(latter)
    with pytest.raises(CannotMove, match="holds data already"):
        move(former, latter, VAULT)
    assert rows(latter) == before


async def test_with_other_keys_nothing_is_moved(tmp_path: Path) -> None:
    former, latter = await filled(tmp_path), databases.url(tmp_path)
    with pytest.raises(CannotOpen, match="former key"):
        move(former, latter, Vault([new_key()]))
    assert not any(rows(latter).values())


async def test_while_a_program_runs_on_either_nothing_is_moved(tmp_path: Path) -> None:
    former, latter = await filled(tmp_path), databases.url(tmp_path)
    for taken in (former, latter):
        with alone(taken), pytest.raises(CannotOpen, match="runs on this data already"):
            move(former, latter, VAULT)
    assert not any(rows(latter).values())


async def test_the_command_moves_a_file_to_where_the_settings_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", databases.url(tmp_path))
    monkeypatch.setenv("SECRET_KEYS", KEY)
    done = CliRunner().invoke(app, ["move", str(tmp_path / "former.db")])
    assert done.exit_code == 0, done.output
    assert "persons" in done.output
    again = CliRunner().invoke(app, ["move", str(tmp_path / "former.db")])
    assert again.exit_code == 2
    assert "holds data already" in again.output
