"""The main screens as Slack draws them: what was sent, read back from its blocks by the stand-in, in each language."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from snapshot_booth import ZONE, booth
from snapshot_files import HERE, changed, left
from snapshot_scenes import SCENES, having
from test_snapshots import LOCALES

from adapters.slack import render
from bot.words import Words
from chatting import NOW
from conversations.cards import card, page, superseded
from conversations.screens import Screen
from conversations.session import nothing_yet
from sandbox.slack.drawing import read_blocks
from sandbox.slack.elements import options_of
from sandbox.slack.inputs import Inputs
from sandbox.slack.mrkdwn import Reader

FOLDER = HERE / "slack"
MAIN = (
    *("start", "help", "book-services", "book-agents", "book-days", "book-hours", "book-hours-of-a-long-day"),
    *("book-form-whole", "book-form-whole-of-every-type", "book-form-whole-refused", "book-summary", "book-done"),
    *("book-hour-taken-from-anyone", "book-services-unanswered", "book-busy-booking", "book-in-doubt", "old-button"),
    *("appointments-several", "appointments-to-join", "move-days", "move-summary", "move-done", "cancel-reason"),
    *("cancel-summary", "cancel-done", "language", "timezone", "privacy", "calendar"),
)
READER = Reader(ZoneInfo(ZONE), now=NOW)


@lru_cache(maxsize=1)
def screens() -> tuple[dict[str, Screen], tuple[Screen, ...]]:
    """The main ones by name, and a page."""
    with booth() as opened:
        person = having(opened, 2)
        soon = having(opened, minutes=3)
        appointment, near = person.appointments[0], soon.appointments[0]
        cards = {
            "card": card(person, appointment, NOW),
            "card-to-join": card(soon, near, NOW),
            "card-superseded": superseded(appointment),
        }
        main = {scene.name: scene.screen(opened) for scene in SCENES if scene.name in MAIN}
        return {**main, **cards}, page(person, nothing_yet("key"), NOW)


def read(blocks: Sequence[Any]) -> str:
    """What stands in blocks, inputs and the options of menus."""
    inputs = Inputs()
    inputs.redraw(blocks)
    options = [f"  {each['text']['text']}" for each in _options(blocks)]
    return "\n".join([read_blocks(blocks, READER, inputs.drawn).text, *(["▾", *options] if options else [])]) + "\n"


def _options(blocks: Sequence[Any]) -> list[Any]:
    elements = [each for block in blocks for each in [*block.get("elements", ()), block.get("element", {})]]
    return [option for each in elements if "select" in each.get("type", "") for option in options_of(each)]


def as_modal(screen: Screen, words: Words) -> str:
    view = render.modal(screen, words)
    foot = [f"[ {view[name]['text']} ]" for name in ("close", "submit") if name in view]
    return f"═══ {view['title']['text']}\n{read(view['blocks'])}{''.join(foot)}\n"


def as_message(screen: Screen, words: Words) -> str:
    message = render.message(screen, words)
    return f"── as a message\n{read(message['blocks'])}── its fallback\n{message['text']}\n"


def snapshots() -> dict[Path, str]:
    main, home = screens()
    drawn = {
        FOLDER / locale / f"{name}.txt": as_modal(screen, words) + "\n" + as_message(screen, words)
        for locale, words in ((each, Words(each, ZONE)) for each in LOCALES)
        for name, screen in main.items()
    }
    pages = {FOLDER / each / "home.txt": read(render.home(home, Words(each, ZONE))["blocks"]) for each in LOCALES}
    return {**drawn, **pages}


@pytest.mark.parametrize("locale", LOCALES)
def test_the_main_screens_look_in_slack_as_they_were_seen_last(locale: str) -> None:
    drawn = {file: text for file, text in snapshots().items() if file.parent.name == locale}
    assert len(drawn) == len(MAIN) + 4
    assert changed(drawn) == [], "`make snapshots` draws them anew"


def test_no_snapshot_of_slack_is_left_of_a_screen_that_is_no_more() -> None:
    assert left(FOLDER, snapshots()) == []
