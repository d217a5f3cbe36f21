"""What the tests of the store share: a desk with nothing on it, and somebody to write down."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import databases
from adapters import Who
from bot.store import dialects, persons
from bot.store.desk import Desk
from bot.store.pepper import Pepper
from bot.store.schema import metadata
from bot.store.store import Store
from bot.store.vault import Vault, new_key
from bot.tokens import Tokens
from conversations.people import Appointment, Person

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
KEY = new_key()
PEPPER = Pepper(b"people", b"deliveries")
SOMEBODY = Who("terminal", "here", "U-somebody")
TOKENS = Tokens(
    action="token-action",
    access="token-access",
    join_url="https://example.com/?join=token-join",
    reschedule_url="https://example.com/?modify=token-reschedule",
    cancel_url="https://example.com/?modify=token-cancel",
)
APPOINTMENT = Appointment(
    id="",
    service="5f9d88b2c1e4",
    service_title="Video call",
    start=datetime(2026, 11, 24, 15, tzinfo=UTC),
    end=datetime(2026, 11, 24, 15, 30, tzinfo=UTC),
    zone="America/Santiago",
    email="somebody@example.com",
)


@contextmanager
def empty_desk(keys: tuple[str, ...] = (KEY,)) -> Iterator[Desk]:
    """Undone at the end."""
    engine = dialects.engine(databases.somewhere())
    try:
        with engine.connect() as connection:
            if not databases.in_postgresql():
                metadata.create_all(connection)
            yield Desk(connection, Vault(keys), PEPPER)
    finally:
        engine.dispose()


def somebody(desk: Desk, user: str = SOMEBODY.user) -> int:
    return persons.add(desk, Who(SOMEBODY.platform, SOMEBODY.workspace, user), Person()).id


def url(folder: Path, *, template: str = databases.TABLES) -> str:
    return databases.url(folder, template=template)


@contextmanager
def a_database(folder: Path) -> Iterator[Desk]:
    """What a store left, for looking at it from outside."""
    engine = dialects.engine(url(folder))
    try:
        with engine.begin() as connection:
            yield Desk(connection, Vault([KEY]), PEPPER)
    finally:
        engine.dispose()


async def a_store(folder: Path, *keys: str) -> Store:
    return await Store.open(url(folder), Vault(keys or [KEY]))
