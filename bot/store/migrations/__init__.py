"""How the tables came to be, step by step, and bringing a database up to date. Steps name no code of today: it changes.

A step that has been released is never changed. A new one: a file in `versions`, `HEAD` below, and `schema.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0004"


class NewerSchema(Exception):
    """The database was left by a newer version of the program. Holds the step it stands at."""


def upgrade(connection: Connection, step: str = "head") -> None:
    """In the caller's transaction: all of it or nothing. Raises NewerSchema."""
    at = current(connection)
    if at == HEAD:
        return  # loading alembic takes most of a second
    check(connection)
    from alembic import command

    command.upgrade(_config(connection), step)


def known() -> list[str]:
    """All steps of this version, the first one first."""
    from alembic.script import ScriptDirectory

    return [each.revision for each in ScriptDirectory(str(_HERE)).walk_revisions()][::-1]


def check(connection: Connection) -> None:
    """Raises NewerSchema for a step that this version does not know."""
    at = current(connection)
    if at in (None, HEAD):
        return
    if at not in known():
        raise NewerSchema(at)


def downgrade(connection: Connection, step: str) -> None:
    """Back to an earlier step, or to `base`: no tables at all. What the later steps added is lost."""
    from alembic import command

    command.downgrade(_config(connection), step)


def current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


_HERE = Path(__file__).parent


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
