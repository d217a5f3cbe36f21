"""Moving all that is stored from one database to another, such as from a file to PostgreSQL. No row is opened.

What was moved opens with the same secret keys; what it was moved from stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import DBAPIError

from bot.store import dialects, migrations, pepper
from bot.store.lock import alone
from bot.store.schema import PASSING, meta, metadata
from bot.store.store import reached, ready, unusable
from bot.store.vault import Vault

LASTING = [table for table in metadata.sorted_tables if table not in PASSING]

TOGETHER = 500
"""Rows that are read and written at once."""


class CannotMove(Exception):
    """Nothing was moved. Says why, and what to do."""


def move(source: str, target: str, vault: Vault) -> Mapping[str, int]:
    """How many rows of each table were moved: all or none. Raises CannotOpen and CannotMove."""
    with alone(source), alone(target):
        former, _ = ready(source, vault)  # brings it up to date, and shows that the keys are its own
        latter = reached(target)
        try:
            with former.connect() as here, latter.begin() as there:
                return _moved(here, there, vault)
        except migrations.NewerSchema as error:
            raise CannotMove(f"The new database is of a newer version (schema {error}): name an empty one.") from None
        except DBAPIError as error:
            raise unusable(latter, error) from error
        finally:
            former.dispose()
            latter.dispose()


def _moved(here: Connection, there: Connection, vault: Vault) -> Mapping[str, int]:
    room = dialects.of(there.engine)
    room.alone_in(there)
    migrations.upgrade(there)
    if there.execute(select(meta.c.name).limit(1)).first():
        raise CannotMove("The new database holds data already: name an empty one, or take its tables away.")
    moved = {table.name: _table(here, there, table) for table in LASTING}
    for table in LASTING:
        if table.autoincrement_column is not None:
            room.goes_on_after(there, table.autoincrement_column)
    _prove(there, moved, vault)
    return moved


def _table(here: Connection, there: Connection, table: Table) -> int:
    number = 0
    rows = here.execution_options(stream_results=True).execute(select(table))
    for some in rows.mappings().partitions(TOGETHER):
        there.execute(table.insert(), [dict(row) for row in some])
        number += len(some)
    return number


def _prove(there: Connection, moved: Mapping[str, int], vault: Vault) -> None:
    found = {table.name: there.execute(select(func.count()).select_from(table)).scalar_one() for table in LASTING}
    if found != moved:
        raise CannotMove("Not every row arrived in the new database: try again.")
    pepper.prove(there, vault)
