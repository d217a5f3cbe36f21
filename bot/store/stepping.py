"""Taking the tables to a step, forward or back, by an operator's word. What the steps do is the migrations' matter."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from bot.store import dialects, migrations
from bot.store.lock import alone
from bot.store.store import newer, reached, unusable


@dataclass(frozen=True, slots=True)
class Taken:
    """From which step, empty if there were no tables, to which."""

    before: str
    after: str


def take(database: str, step: str = migrations.HEAD) -> Taken:
    """All of it or nothing. Forward while programs run, back only while none does: what was added is lost.

    Raises CannotOpen, and ValueError for a step that this version does not know.
    """
    if step not in migrations.known():
        raise ValueError(f"there is no step {step}: this version knows {', '.join(migrations.known())}")
    engine = reached(database)
    try:
        with engine.begin() as connection:
            dialects.of(engine).alone_in(connection)
            migrations.check(connection)
            before = migrations.current(connection) or ""
            if before > step:
                with alone(database):
                    migrations.downgrade(connection, step)
            else:
                migrations.upgrade(connection, step)
            return Taken(before, step)
    except migrations.NewerSchema as error:
        raise newer(error) from None
    except DBAPIError as error:
        raise unusable(engine, error) from error
    finally:
        engine.dispose()
