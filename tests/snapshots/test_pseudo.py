"""Every screen in a language that is long, accented and of both directions: nothing breaks, and all is translated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from snapshot_booth import ZONE
from snapshot_files import HERE, changed, left
from test_slack_snapshots import as_message, as_modal, read
from test_slack_snapshots import screens as slack_screens
from test_snapshots import printed as on_paper
from test_snapshots import screens

from adapters.cutting import size
from adapters.slack.render import home, modal
from adapters.telegram.render import BUTTONS, LABEL, render
from adapters.telegram.runs import TEXT
from adapters.terminal.cells import cells
from bot.words import Words
from conversations.screens import Screen
from conversations.texts import Text
from pseudo import LOCALE, catalogues
from sandbox.slack.kit import Surface, check_view
from slack_limits import sound, texts

WIDTHS = (40, 80)
FOLDER = HERE / "pseudo"


@lru_cache(maxsize=1)
def words() -> Words:
    return Words(LOCALE, ZONE, catalogues(Path(mkdtemp())))


def printed(name: str, width: int) -> str:
    screen, whole = screens()[name]
    return on_paper(screen, whole, words(), width)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_of_the_terminal_is_longer_than_the_paper(width: int) -> None:
    # Addresses stand in one piece, however long they are.
    lines = {name: [line for line in printed(name, width).splitlines() if "https://" not in line] for name in screens()}
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


# How each of them looks, on each platform


def as_chat(name: str) -> str:
    """A message of Telegram's, and the rows of its buttons."""
    message = render(screens()[name][0], words())
    rows = [" ".join(f"[ {each['text']} ]" for each in row) for row in message.keyboard]
    return "\n".join([message.text, "", *rows]) + "\n"


def in_slack(name: str) -> str:
    screen = screens()[name][0]
    return f"{as_modal(screen, words())}\n{as_message(screen, words())}"


PLATFORMS: dict[str, Callable[[str], str]] = {
    "terminal": lambda name: printed(name, 80),
    "telegram": as_chat,
    "slack": in_slack,
}


def snapshots(platform: str) -> dict[Path, str]:
    """Every screen there is; Slack's page has several on it."""
    drawn = {FOLDER / platform / f"{name}.txt": PLATFORMS[platform](name) for name in screens()}
    if platform == "slack":
        drawn[FOLDER / platform / "home.txt"] = read(home(slack_screens()[1], words())["blocks"])
    return drawn


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_screen_looks_as_it_was_seen_last(platform: str) -> None:
    assert changed(snapshots(platform)) == [], "`make snapshots` draws them anew"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_snapshot_is_left_of_a_screen_that_is_no_more(platform: str) -> None:
    assert left(FOLDER / platform, snapshots(platform)) == []
