"""Blocks as a person sees them: what they say, what can be used in them, what in them became a mention or a link.

What a person has chosen or written in them stands in `inputs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.kit import elements_of
from sandbox.slack.mrkdwn import KNOWN_EMOJI, Read, Reader, drawn_date, mrkdwn, plain

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Element:
    """Something that can be used: a button, a menu, an input. `label` is what a person knows it by."""

    block_id: str
    action_id: str
    kind: str
    label: str
    raw: Json = field(repr=False)
    block: Json = field(repr=False)

    @property
    def key(self) -> tuple[str, str]:
        return self.block_id, self.action_id

    @property
    def is_input(self) -> bool:
        return bool(self.block["type"] == "input")

    @property
    def names(self) -> tuple[str, ...]:
        """By what it may be called, besides its label."""
        placeholder = self.raw.get("placeholder", {}).get("text", "")
        return tuple(name for name in (self.label, self.action_id, self.raw.get("value"), placeholder) if name)


def elements(blocks: Sequence[Json]) -> list[Element]:
    found = []
    for block in blocks:
        for raw in elements_of(block):
            label = _label(raw, block)
            found.append(Element(block["block_id"], raw.get("action_id", ""), raw["type"], label, raw, block))
    return found


def _label(raw: Json, block: Json) -> str:
    if raw["type"] == "button":
        return str(raw["text"]["text"])
    if block["type"] == "input":
        return str(block["label"]["text"])
    return str(raw.get("placeholder", {}).get("text") or (block.get("text") or {}).get("text", ""))


def find(among: Sequence[Element], what: str) -> Element | None:
    """By label first, then by action_id, value or placeholder, then by block_id."""
    by_label = (each for each in among if each.label == what)
    by_name = (each for each in among if what in each.names)
    by_block = (each for each in among if each.block_id == what)
    return next(by_label, None) or next(by_name, None) or next(by_block, None)


# Reading


def read_text(text: Json, reader: Reader) -> Read:
    """A text object."""
    if text["type"] == "plain_text":
        return plain(text["text"], emoji=text.get("emoji", True))
    bare = not text.get("verbatim", False)
    return mrkdwn(text["text"], reader, links=bare, names=bare)


def read_blocks(blocks: Sequence[Json], reader: Reader, value: Callable[[Element], str] = lambda _: "") -> Read:
    """All of them, a line a block; `value` draws what stands in an element."""
    whole, lines = Read(), []
    by_block: dict[str, list[Element]] = {}
    for element in elements(blocks):
        by_block.setdefault(element.block_id, []).append(element)
    for block in blocks:
        for read in _texts(block, reader):
            whole.add(read)
            lines.append(read.text)
        lines += [_drawn(element, value(element)) for element in by_block.get(block.get("block_id", ""), [])]
    whole.text = "\n".join(line for line in lines if line)
    return whole


def _drawn(element: Element, value: str) -> str:
    match element.kind:
        case "button":
            return f"[ {element.label} ]"
        case "checkboxes" | "radio_buttons" | "overflow":
            offered = " · ".join(str(option["text"]["text"]) for option in element.raw["options"])
            return f"( {offered} )" + (f" = {value}" if value else "")
        case _:
            placeholder = element.raw.get("placeholder", {}).get("text", "")
            return f"[ {value or placeholder} ▾]" if "select" in element.kind else f"[ {value or placeholder} ]"


def _texts(block: Json, reader: Reader) -> Iterator[Read]:
    match block["type"]:
        case "section":
            for text in ([block["text"]] if block.get("text") else []) + list(block.get("fields") or ()):
                yield read_text(text, reader)
        case "header":
            yield read_text(block["text"], reader)
        case "context":
            for each in block["elements"]:
                yield Read(each["alt_text"]) if each["type"] == "image" else read_text(each, reader)
        case "input":
            label = read_text(block["label"], reader)
            label.text += " (optional)" if block.get("optional") else ""
            yield label
            if block.get("hint"):
                yield read_text(block["hint"], reader)
        case "image":
            yield Read((block.get("title") or {}).get("text") or block["alt_text"])
        case "markdown":
            yield Read(block["text"])
        case "rich_text":
            for part in block["elements"]:
                yield _rich(part, reader)
        case "divider":
            yield Read("──")


RICH_STYLES = {"rich_text_quote": "quote", "rich_text_preformatted": "pre"}


def _rich(part: Json, reader: Reader) -> Read:
    read = Read()
    if part["type"] == "rich_text_list":
        parts = [_rich(each, reader) for each in part["elements"]]
        for each in parts:
            read.add(each)
        read.text = "\n".join(f"• {each.text}" for each in parts)
        return read
    for run in part["elements"]:
        read.text += _run(run, read, reader)
    if part["type"] in RICH_STYLES:
        read.formatted.append((RICH_STYLES[part["type"]], read.text))
    return read


def _run(run: Json, read: Read, reader: Reader) -> str:
    text = _run_text(run, read, reader)
    read.formatted += [(style, text) for style, on in (run.get("style") or {}).items() if on]
    return text


def _run_text(run: Json, read: Read, reader: Reader) -> str:
    match run["type"]:
        case "link":
            read.links.append((run.get("text") or run["url"], run["url"]))
            return str(run.get("text") or run["url"])
        case "user":
            read.mentions.append(run["user_id"])
            return f"@{reader.users.get(run['user_id'], run['user_id'])}"
        case "usergroup":
            read.mentions.append(run["usergroup_id"])
            return f"@{run['usergroup_id']}"
        case "broadcast":
            read.mentions.append(run["range"])
            return f"@{run['range']}"
        case "channel":
            return f"#{reader.channels.get(run['channel_id'], run['channel_id'])}"
        case "date":
            if run.get("url"):
                read.links.append((run["format"], run["url"]))
            return drawn_date(run["timestamp"], run["format"], reader) or str(run.get("fallback", ""))
        case "emoji":
            return KNOWN_EMOJI.get(run["name"], f":{run['name']}:")
        case _:
            return str(run.get("text", run.get("value", "")))
