"""The pieces of Block Kit that screens are made of, within its limits. What stands in them is not known here.

Whatever people and calendars write goes into `plain_text` or into the text of `rich_text`: neither is parsed, so that
nothing becomes a mention, a link or a look. The limits are those of Slack's reference of Block Kit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from adapters.cutting import MORE, clean, cut, in_a_line

Block = dict[str, Any]
T = TypeVar("T")

IN_MESSAGE, IN_VIEW = 50, 100
"""Blocks of a message; of a modal or a page."""

TITLE, LABEL, BUTTON, OPTION, PLACEHOLDER, HEADER = 24, 2000, 75, 75, 150, 150
SECTION, NOTE = 3000, 2000
"""Characters of a title, a label, a button, an option, a placeholder, a header; of a section and of a note."""

TOGETHER = 25
"""Elements of one block of actions."""

OPTIONS = 100
"""Options of one select, options of one group, and groups."""

TICKS = 10
"""Options of one group of check boxes."""

METADATA = 3000


def plain(text: str, most: int) -> Block:
    """Text that is not parsed. Slack takes no empty one."""
    return {"type": "plain_text", "text": cut(text, most) or MORE, "emoji": False}


def in_line(text: str, most: int) -> Block:
    return plain(in_a_line(text), most)


def header(text: str) -> Block:
    return {"type": "header", "text": in_line(text, HEADER)}


def section(text: str, accessory: Block | None = None) -> Block:
    return {"type": "section", "text": plain(clean(text), SECTION), **({"accessory": accessory} if accessory else {})}


def note(text: str) -> Block:
    """Smaller, and grey."""
    return {"type": "context", "elements": [plain(clean(text), NOTE)]}


def divider() -> Block:
    return {"type": "divider"}


def actions(name: str, elements: Sequence[Block]) -> Iterator[Block]:
    """As many blocks of actions as the elements need, each with a name of its own."""
    for number, some in enumerate(parted(elements, TOGETHER)):
        yield {"type": "actions", "block_id": f"{name}.{number}", "elements": list(some)}


def button(name: str, label: str, token: str, style: str = "") -> Block:
    pressed: Block = {"type": "button", "action_id": name, "text": in_line(label, BUTTON), "value": token}
    return {**pressed, "style": style} if style else pressed


def link(name: str, label: str, url: str) -> Block:
    return {"type": "button", "action_id": name, "text": in_line(label, BUTTON), "url": url}


def option(label: str, token: str) -> Block:
    return {"text": in_line(label, OPTION), "value": token}


def select(name: str, prompt: str, groups: Sequence[tuple[str, Sequence[Block]]]) -> Block:
    """One of many options, under the heads of their groups; without heads if there is only one group."""
    shown: Block = {"type": "static_select", "action_id": name, "placeholder": in_line(prompt, PLACEHOLDER)}
    if len(groups) == 1 and len(groups[0][1]) <= OPTIONS:
        return {**shown, "options": list(groups[0][1])}
    parts = [(head, part) for head, options in groups for part in parted(options, OPTIONS)]
    return {
        **shown,
        "option_groups": [{"label": in_line(head, OPTION), "options": list(part)} for head, part in parts[:OPTIONS]],
    }


def rich(*runs: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(runs)}]}


def run(text: str, **style: bool) -> Block:
    return {"type": "text", "text": cut(clean(text), SECTION) or MORE, **({"style": style} if style else {})}


def moment(at: datetime, said: str) -> Block:
    """An instant, drawn by each reader's own Slack in the reader's own zone."""
    return {
        "type": "date",
        "timestamp": int(at.timestamp()),
        "format": "{date_long} {time}",
        "fallback": cut(clean(said), SECTION),
    }


def parted(items: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), most):
        yield items[start : start + most]


def escaped(text: str) -> str:
    """Text where Slack parses: only these three mean something to it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
