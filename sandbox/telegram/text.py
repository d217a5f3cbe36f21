"""Text as Telegram counts it (UTF-16 units), and the entities in it: found, checked, trimmed.

The HTML that bots send is read in `html`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram.errors import TEXT_BLANK, malformed

Entity = Mapping[str, Any]

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
MOST_ENTITIES = 100
PLAIN_KINDS = frozenset(
    {
        *(
            "mention",
            "hashtag",
            "cashtag",
            "bot_command",
            "url",
            "email",
            "phone_number",
            "bold",
            "italic",
            "underline",
        ),
        *("strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre"),
        *("text_link", "text_mention", "custom_emoji", "date_time"),
    }
)
NEEDED = {"text_link": "url", "text_mention": "user", "custom_emoji": "custom_emoji_id", "date_time": "unix_time"}
FOUND = (
    ("bot_command", re.compile(r"(?<![\w/@])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/])", re.ASCII)),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,}", re.ASCII)),
    ("url", re.compile(r"(?<!\w)https?://[^\s<>\"]*[^\s<>\".,;:!?)]")),
    ("mention", re.compile(r"(?<![\w@/])@[a-zA-Z][a-zA-Z0-9_]{2,31}(?!\w)", re.ASCII)),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d_])\w{1,256}")),
)
DATE_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")


@dataclass(frozen=True)
class Text:
    """What a message says."""

    text: str
    entities: tuple[Entity, ...] = ()


def units(text: str) -> int:
    """Its length in UTF-16 units: what lies beyond the first plane, most emoji say, counts twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def between(text: str, offset: int, length: int) -> str:
    """The part that an entity covers."""
    part = text.encode("utf-16-le", "surrogatepass")[2 * offset : 2 * (offset + length)]
    return part.decode("utf-16-le", "replace")


def found(
    text: str, kinds: tuple[str, ...] = ("bot_command", "email", "url", "mention", "hashtag")
) -> tuple[Entity, ...]:
    """The entities that Telegram finds by itself, in the order of the text, none inside another."""
    taken: list[tuple[int, int, str]] = []
    for kind, pattern in FOUND:
        for match in pattern.finditer(text) if kind in kinds else ():
            if all(match.end() <= start or match.start() >= end for start, end, _ in taken):
                taken.append((match.start(), match.end(), kind))
    return tuple(
        {"type": kind, "offset": units(text[:start]), "length": units(text[start:end])}
        for start, end, kind in sorted(taken)
    )


def check_entities(text: str, entities: Any) -> tuple[Entity, ...]:
    """The entities that a bot gave. Raises Refusal."""
    if not isinstance(entities, list):
        raise malformed("expected an Array of MessageEntity")
    return tuple(kept for entity in entities for kept in _checked(entity, units(text)))


def _checked(entity: Any, size: int) -> Iterator[Entity]:
    if not isinstance(entity, dict):
        raise malformed("can't parse MessageEntity: expected an Object")
    kind, offset, length = entity.get("type"), entity.get("offset"), entity.get("length")
    if not isinstance(kind, str) or kind not in PLAIN_KINDS:
        raise malformed("can't parse MessageEntity: Unsupported type specified")
    for name, value in (("offset", offset), ("length", length)):
        if not isinstance(value, int) or isinstance(value, bool):
            raise malformed(f'can\'t parse MessageEntity: Field "{name}" must be a valid Number')
    if (needed := NEEDED.get(kind)) and needed not in entity:
        raise malformed(f"can't parse MessageEntity: Can't find field \"{needed}\"")
    _check_bounds(offset, length, size)
    _check_content(entity)
    yield {name: value for name, value in entity.items() if value is not None}


def _check_bounds(offset: Any, length: Any, size: int) -> None:
    if offset < 0:
        raise malformed(f"receive an entity with incorrect offset {offset}")
    if length <= 0:
        raise malformed(f"receive an entity with incorrect length {length}")
    if offset >= size:
        raise malformed(f"entity begins after the end of the text at UTF-16 offset {offset}")
    if offset + length > size:
        end = offset + length
        raise malformed(
            f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {end}"
        )


def _check_content(entity: Entity) -> None:
    if entity["type"] == "text_link" and (fault := url_fault(str(entity["url"]))):
        raise malformed(f"entity URL '{entity['url']}' is invalid: {fault}")
    if entity["type"] == "date_time":
        check_date_time(entity["unix_time"], entity.get("date_time_format") or "")


def check_date_time(unix_time: object, form: object) -> None:
    """Raises Refusal unless it is a point in time and a format such as "wDT" or "r"."""
    if not isinstance(unix_time, int) or isinstance(unix_time, bool) or not 0 < unix_time < 2**31:
        raise malformed("can't parse entities: invalid date specified")
    if not isinstance(form, str) or not DATE_TIME_FORMAT.fullmatch(form):
        raise malformed("can't parse entities: invalid date-time format specified")


def url_fault(url: str, schemes: tuple[str, ...] = ("http", "https", "tg")) -> str:
    """What is wrong with a link, as the server says it; empty if nothing is."""
    if not url:
        return "URL host is empty"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return "Wrong HTTP URL"
    # The server takes "example.com" for "http://example.com/"; mailto, without slashes, is no scheme for it.
    bare = "://" not in url
    if parts.scheme not in schemes and not (bare and "." in (parts.scheme or url)):
        return "Unsupported URL protocol" if parts.scheme else "Wrong HTTP URL"
    host = url.split("/")[0] if bare else host
    if any(letter.isspace() for letter in url) or (parts.scheme != "tg" and "." not in host):
        return "Wrong HTTP URL"
    return ""


def tidied(said: Text) -> Text:
    """Without the white space around it. Raises Refusal if nothing remains."""
    text = said.text.rstrip()
    if not text.strip():
        raise TEXT_BLANK
    first = min((entity["offset"] for entity in said.entities), default=units(text))
    blank = min(len(text) - len(text.lstrip()), first)
    size = units(text) - blank
    moved = (_moved(entity, blank, size) for entity in said.entities)
    return Text(text[blank:], tuple(entity for entity in moved if entity["length"] > 0))


def _moved(entity: Entity, by: int, size: int) -> Entity:
    offset = entity["offset"] - by
    return {**entity, "offset": offset, "length": min(entity["length"], size - offset)}


def with_found(said: Text) -> Text:
    """With the entities that Telegram finds by itself, where the sender set none."""
    own = said.entities
    free = [
        entity
        for entity in found(said.text)
        if all(
            entity["offset"] + entity["length"] <= other["offset"]
            or entity["offset"] >= other["offset"] + other["length"]
            for other in own
        )
    ]
    return Text(said.text, tuple(sorted((*own, *free), key=lambda each: (each["offset"], -each["length"]))))
