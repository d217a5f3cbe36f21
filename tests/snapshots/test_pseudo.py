"""Every screen in a language that is long, accented and of both directions: nothing breaks, and all is translated."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from snapshot_booth import ZONE
from test_snapshots import HERE, UPDATING, screens

from adapters.cutting import size
from adapters.slack.blocks import Block
from adapters.slack.render import home, modal
from adapters.telegram.render import BUTTONS, LABEL, render
from adapters.telegram.runs import TEXT
from adapters.terminal.cells import cells
from adapters.terminal.lines import Ink, asked_lines, busy_lines, page_lines
from adapters.terminal.render import draw
from bot.words import Words
from conversations.screens import Screen
from conversations.texts import Text, say
from pseudo import LOCALE, catalogues
from sandbox.slack.kit import Surface, check_view
from slack_limits import sound, texts

WIDTHS = (40, 80)
KEPT = ("book-summary", "book-days", "book-hours", "book-form-whole", "appointments-one", "privacy", "timezone")
"""Those that are kept to be looked at."""


@lru_cache(maxsize=1)
def words() -> Words:
    return Words(LOCALE, ZONE, catalogues(Path(mkdtemp())))


def printed(name: str, width: int) -> list[str]:
    screen, whole = screens()[name]
    page = draw(screen, words(), whole_form=whole)
    lines = [*page_lines(page, width, Ink()), *(busy_lines(page, width, Ink()) if page.busy else ())]
    for asked in page.form:
        lines += ["", *asked_lines(asked, width, Ink(), empty=words().say(say("Leave it empty to skip.")))]
    return lines


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_of_the_terminal_is_longer_than_the_paper(width: int) -> None:
    # Addresses stand in one piece, however long they are.
    lines = {name: [line for line in printed(name, width) if "https://" not in line] for name in screens()}
    found = {name: max(map(cells, each), default=0) for name, each in lines.items()}
    assert {name: length for name, length in found.items() if length > width} == {}


def test_every_message_of_telegram_keeps_to_its_limits() -> None:
    for name, (screen, _) in screens().items():
        message = render(screen, words())
        assert size(message.text) <= TEXT, name
        buttons = [each for row in message.keyboard for each in row]
        assert len(buttons) <= BUTTONS, name
        assert all(0 < size(each["text"]) <= LABEL for each in buttons), name
        assert all(len(each.get("callback_data", "").encode()) <= 64 for each in buttons), name


def test_every_modal_and_message_of_slack_keeps_to_its_limits() -> None:
    for screen, _ in screens().values():
        sound(screen, words())


def test_a_page_of_slack_keeps_to_its_limits() -> None:
    cards = [screen for screen, _ in screens().values() if screen.over]
    for screen in cards:
        assert check_view(home([screen], words()), Surface.HOME) == []
    assert check_view(home(cards, words()), Surface.HOME) == []


def labels(screen: Screen) -> list[list[str]]:
    """What stands on the buttons of a screen, on each platform that cuts them."""
    telegram = [each["text"] for row in render(screen, words()).keyboard for each in row if each.get("callback_data")]
    slack = [text for block in modal(screen, words())["blocks"] if block["type"] == "actions" for text in texts(block)]
    return [[each for each in telegram if each.startswith("[")], [each for each in slack if each.startswith("[")]]


def test_no_two_buttons_are_cut_until_they_read_alike() -> None:
    for name, (screen, _) in screens().items():
        for each in labels(screen):
            assert len(set(each)) == len(each), name


def untranslated(name: str) -> Iterator[str]:
    """Labels and sentences of our own that stand there without their brackets."""
    screen, _ = screens()[name]
    for each in (screen.title, *screen.lines, screen.notice, *(label for label, _ in screen.rows)):
        if isinstance(each, Text):
            said = words().say(each)
            if not said.startswith("["):
                yield said


def test_every_sentence_is_translated() -> None:
    assert {name: found for name in screens() if (found := list(untranslated(name)))} == {}


@pytest.mark.parametrize("name", KEPT)
def test_a_screen_looks_as_it_was_seen_last(name: str) -> None:
    compare(HERE / "pseudo" / f"{name}.txt", printed(name, 80))


@pytest.mark.parametrize("name", KEPT)
def test_a_message_of_telegram_looks_as_it_was_seen_last(name: str) -> None:
    drawn = render(screens()[name][0], words())
    rows = [" ".join(f"[ {each['text']} ]" for each in row) for row in drawn.keyboard]
    compare(HERE / "pseudo" / "telegram" / f"{name}.txt", [drawn.text, "", *rows])


@pytest.mark.parametrize("name", KEPT)
def test_a_modal_of_slack_looks_as_it_was_seen_last(name: str) -> None:
    view = modal(screens()[name][0], words())
    ways = [f"[ {view[each]['text']} ]" for each in ("submit", "close") if each in view]
    compare(HERE / "pseudo" / "slack" / f"{name}.txt", [view["title"]["text"], "", *map(block, view["blocks"]), *ways])


def block(drawn: Block) -> str:
    """A block of Slack's as a line of what is written in it."""
    return f"{drawn['type']}: {' | '.join(texts(drawn))}"


def compare(file: Path, lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    if UPDATING:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    assert file.read_text("utf-8") == text
