"""A file is saved beside what is there, and where it is stands on the screen."""

import asyncio
from pathlib import Path

import pytest
from terminal_fakes import PLACE, English, FakeHost

from adapters import Attachment
from adapters.terminal.app import PlainTerminal
from adapters.terminal.chat import TextualTerminal
from adapters.terminal.saving import save
from chatting import spoken

FILE = Attachment("appointment.ics", "text/calendar", b"BEGIN:VCALENDAR\r\n")


def test_a_file_is_saved_as_it_is_and_where_is_said(tmp_path: Path) -> None:
    said = save(FILE, tmp_path / "new")
    assert spoken(said) == f"Your file is saved here: {tmp_path / 'new' / 'appointment.ics'}"
    assert (tmp_path / "new" / "appointment.ics").read_bytes() == FILE.content


def test_no_file_is_written_over(tmp_path: Path) -> None:
    for _ in range(3):
        save(FILE, tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "appointment-2.ics",
        "appointment-3.ics",
        "appointment.ics",
    ]


@pytest.mark.parametrize("name", ["../above.ics", "/etc/above.ics"])
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    save(Attachment(name, "text/calendar", b"x"), tmp_path / "in")
    assert [each.name for each in (tmp_path / "in").iterdir()] == ["above.ics"]


async def test_the_plain_face_prints_where_it_is(tmp_path: Path) -> None:
    printed: list[str] = []

    async def nothing() -> object:
        return
        yield

    terminal = PlainTerminal(nothing(), printed.append, folder=tmp_path)  # type: ignore[arg-type]
    await terminal.send(FILE, PLACE, English())
    assert str(tmp_path / "appointment.ics") in "".join(printed)


async def test_the_other_face_shows_where_it_is(tmp_path: Path) -> None:
    terminal = TextualTerminal(folder=tmp_path)
    app = terminal.chat(FakeHost(terminal))
    async with app.run_test(size=(200, 40)) as pilot:
        await pilot.pause()
        before = len(app.talk.children)
        await terminal.send(FILE, PLACE, English())
        await pilot.pause()
        await asyncio.sleep(0)
        assert len(app.talk.children) == before + 1
    assert (tmp_path / "appointment.ics").exists()
