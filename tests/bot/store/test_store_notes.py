"""What adapters keep of their own: by platform and name, sealed."""

from pathlib import Path

from shelf import a_store, empty_desk
from sqlalchemy import select

from bot.store import notes
from bot.store.schema import meta
from databases import both

pytestmark = both


def test_a_note_is_found_again_under_its_platform_and_name() -> None:
    with empty_desk() as desk:
        notes.note(desk, "one", "holds", {"chat": 1.5})
        notes.note(desk, "other", "holds", {"chat": 2})
        assert notes.noted(desk, "one", "holds") == {"chat": 1.5}
        assert notes.noted(desk, "other", "holds") == {"chat": 2}
        assert notes.noted(desk, "one", "anything else") == {}


def test_each_entry_is_changed_and_taken_away_by_itself() -> None:
    with empty_desk() as desk:
        notes.note(desk, "one", "holds", {"a": 1, "b": 1})
        notes.note(desk, "one", "holds", {"b": 2, "c": None})
        assert notes.noted(desk, "one", "holds") == {"a": 1, "b": 2}
        notes.note(desk, "one", "holds", {"a": None, "b": None})
        assert notes.noted(desk, "one", "holds") == {}
        assert desk.connection.execute(select(meta.c.name)).scalars().all() == []


def test_a_note_can_be_read_by_nobody_else() -> None:
    with empty_desk() as desk:
        notes.note(desk, "one", "holds", {"canary-chat": 1})
        [row] = desk.connection.execute(select(meta)).all()
        assert b"canary" not in repr(tuple(row)).encode()


async def test_a_note_outlives_the_program(tmp_path: Path) -> None:
    store = await a_store(tmp_path)
    await store.transact("noted", lambda desk: notes.note(desk, "one", "holds", {"a": 1}))
    await store.close()
    again = await a_store(tmp_path)
    assert await again.transact("looked", lambda desk: notes.noted(desk, "one", "holds")) == {"a": 1}
    await again.close()


def test_what_is_noted_under_somebodys_name_goes_with_them_and_nothing_else() -> None:
    with empty_desk() as desk:
        notes.note(desk, "one", "holds", {"123": 1, "124": 2, "method 123 1234": 3})
        notes.note(desk, "one", "contact buttons", {"123": 3})
        notes.note(desk, "other", "holds", {"123": 4})
        notes.forget(desk, "one", "123")
        assert notes.noted(desk, "one", "holds") == {"124": 2}
        assert notes.noted(desk, "one", "contact buttons") == {}
        assert notes.noted(desk, "other", "holds") == {"123": 4}
