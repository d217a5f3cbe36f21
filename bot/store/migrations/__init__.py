"""How the tables came to be, step by step, and bringing a database up to date. Steps name no code of today: it changes.

A step that has been released is never changed. A new one: a file in `versions`, `HEAD` below, and `schema.py`.

The name of a step says which programs can use the tables that it leaves, so that even one that does not know it can
tell: after `0005_since_0003` those whose newest step is 0003 or a later one, after `0005` none before it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0005_since_0003"


class NewerSchema(Exception):
    """The database was left by a newer version, and this one cannot use it. Holds the step it stands at."""


def upgrade(connection: Connection, step: str = "head") -> None:
    """In the caller's transaction: all of it or nothing. Tables of a newer version that can be used stay as they are.

    Raises NewerSchema.
    """
    if current(connection) == HEAD:
        return  # loading alembic takes most of a second
    check(connection)
    if is_newer(connection):
        return
    from alembic import command

    command.upgrade(_config(connection), step)


def known() -> list[str]:
    """All steps of this version, the first one first."""
    from alembic.script import ScriptDirectory

    return [each.revision for each in ScriptDirectory(str(_HERE)).walk_revisions()][::-1]


def check(connection: Connection) -> None:
    """Raises NewerSchema for tables that this version cannot use."""
    at = current(connection)
    if at and is_newer(connection) and oldest(at) > number(HEAD):
        raise NewerSchema(at)


def is_newer(connection: Connection) -> bool:
    """Whether a newer version has changed the tables, and only that one knows how to take them back."""
    at = current(connection)
    return at not in (None, HEAD) and at not in known()


def shuts_out(connection: Connection, step: str = HEAD) -> bool:
    """Whether programs that can use the tables as they stand could not do so after a step."""
    at = current(connection)
    return at is not None and oldest(step) > number(at)


def named(word: str) -> str:
    """The step of this version that is named, or whose number is given. Raises ValueError."""
    for step in known():
        if word in (step, number(step)):
            return step
    raise ValueError(f"there is no step {word}: this version knows {', '.join(known())}")


def number(step: str) -> str:
    """Without what it says of programs."""
    return step.partition("_since_")[0]


def oldest(step: str) -> str:
    """The number of the step that a program must know to use the tables."""
    own, _, former = step.partition("_since_")
    return former or own


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
