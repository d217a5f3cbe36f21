"""The HTML of `parse_mode=HTML`, read as strictly as the real server reads it: text and entities, or a refusal.

Limits of length are not checked here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.errors import Refusal, malformed
from sandbox.telegram.text import Entity, Text, check_date_time, units, url_fault

KINDS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("span", "tg-spoiler"), "spoiler"),
    **{"code": "code", "pre": "pre", "blockquote": "blockquote"},
    **{"a": "text_link", "tg-emoji": "custom_emoji", "tg-time": "date_time"},
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TAG = re.compile(r"<(?P<close>/)?(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<rest>[^>\"']*(?:(?:\"[^\"]*\"|'[^']*')[^>\"']*)*)>")
ATTRIBUTE = re.compile(r"([a-zA-Z_-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]+));?")


@dataclass
class Open:
    """A tag that waits for its end."""

    name: str
    attributes: dict[str, str]
    offset: int
    entity: dict[str, Any]


@dataclass
class Reading:
    """What has been read so far."""

    source: str
    at: int = 0
    said: list[str] = field(default_factory=list)
    size: int = 0
    open: list[Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.said.append(text)
        self.size += units(text)

    @property
    def byte(self) -> int:
        """Where it stands, as the server counts in its errors."""
        return len(self.source[: self.at].encode("utf-8", "surrogatepass"))


def parse(source: str) -> Text:
    """Raises Refusal "can't parse entities: …"."""
    reading = Reading(source)
    while reading.at < len(source):
        match source[reading.at]:
            case "<":
                _tag(reading)
            case "&":
                _reference(reading)
            case letter:
                reading.say(letter)
                reading.at += 1
    if reading.open:
        raise _refused(f'Can\'t find end tag corresponding to start tag "{reading.open[-1].name}"')
    ordered = sorted(reading.entities, key=lambda entity: (entity["offset"], -entity["length"]))
    return Text("".join(reading.said), tuple(ordered))


def _refused(why: str) -> Refusal:
    return malformed(f"can't parse entities: {why}")


def _reference(reading: Reading) -> None:
    """What is no reference at all stays as it stands: "Q & A"."""
    match = REFERENCE.match(reading.source, reading.at)
    letter = "" if match is None else _meant(match)
    if match is None or not letter:
        reading.say("&")
        reading.at += 1
    else:
        reading.say(letter)
        reading.at = match.end()


def _meant(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED.get(name, "")
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""


def _tag(reading: Reading) -> None:
    match = TAG.match(reading.source, reading.at)
    if match is None:
        if reading.source.startswith("</", reading.at):
            raise _refused(f"Unexpected end tag at byte offset {reading.byte}")
        what = reading.source[reading.at + 1 :].split(">")[0].split(" ")[0]
        if what and ">" in reading.source[reading.at :]:
            raise _refused(f'Unsupported start tag "{what}" at byte offset {reading.byte}')
        raise _refused(f"Unclosed start tag at byte offset {reading.byte}")
    name = match["name"].lower()
    if match["close"]:
        _end(reading, name)
    else:
        _begin(reading, name, _attributes(match["rest"]))
    reading.at = match.end()


def _attributes(rest: str) -> dict[str, str]:
    read = {}
    for name, double, single, bare in ATTRIBUTE.findall(rest):
        read[name.lower()] = REFERENCE.sub(lambda match: _meant(match) or match[0], double or single or bare)
    return read


def _begin(reading: Reading, name: str, attributes: dict[str, str]) -> None:
    if name not in KINDS:
        raise _refused(f'Unsupported start tag "{name}" at byte offset {reading.byte}')
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _refused(f'Tag "span" must have class "tg-spoiler" at byte offset {reading.byte}')
    reading.open.append(Open(name, attributes, reading.size, _entity(name, attributes)))


def _entity(name: str, attributes: dict[str, str]) -> dict[str, Any]:
    kind = KINDS[name]
    match name:
        case "blockquote" if "expandable" in attributes:
            return {"type": "expandable_blockquote"}
        case "tg-emoji":
            if not attributes.get("emoji-id", "").isdecimal():
                raise _refused("Invalid custom emoji identifier specified")
            return {"type": kind, "custom_emoji_id": attributes["emoji-id"]}
        case "tg-time":
            return {"type": kind, **_time(attributes)}
        case "code" if attributes.get("class", "").startswith("language-"):
            return {"type": kind, "language": attributes["class"].removeprefix("language-")}
        case _:
            return {"type": kind}


def _time(attributes: dict[str, str]) -> dict[str, Any]:
    unix, form = attributes.get("unix", ""), attributes.get("format", "")
    if not re.fullmatch(r"\d{1,12}", unix, re.ASCII):
        raise _refused("invalid date specified")
    check_date_time(int(unix), form)
    return {"unix_time": int(unix)} | ({"date_time_format": form} if form else {})


def _end(reading: Reading, name: str) -> None:
    if not reading.open:
        raise _refused(f"Unexpected end tag at byte offset {reading.byte}")
    began = reading.open.pop()
    if began.name != name:
        where = f"byte offset {reading.byte}"
        raise _refused(f'Unmatched end tag at {where}, expected "</{began.name}>", found "</{name}>"')
    length = reading.size - began.offset
    if length > 0:
        _keep(reading, began, length)


def _keep(reading: Reading, began: Open, length: int) -> None:
    entity = {**began.entity, "offset": began.offset, "length": length}
    if began.name == "a":
        covered = "".join(reading.said)
        url = began.attributes.get("href") or covered.encode("utf-16-le")[2 * began.offset :].decode("utf-16-le")
        # A link that is none is left out without a word; so is one without an address.
        if url_fault(url):
            return
        entity["url"] = url
    language = entity.pop("language", None) if began.name == "code" else None
    inside = reading.open and reading.open[-1].name == "pre"
    if language and inside:
        reading.open[-1].entity["language"] = language
        return
    if began.name == "pre":
        inner = [each for each in reading.entities if each["type"] == "code" and each["offset"] >= began.offset]
        reading.entities = [each for each in reading.entities if each not in inner]
    reading.entities.append(entity)
