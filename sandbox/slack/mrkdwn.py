"""Slack's mrkdwn as a person reads it: what became a mention, a link, formatting, and the words that are left.

Which texts are mrkdwn at all stands in `drawing`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

CONTROL = re.compile(r"<([^<>\n]+)>")
PREFORMATTED = re.compile(r"```(.+?)```", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
STYLES = tuple(
    (style, re.compile(rf"(?<![\w{mark}]){mark}(?![\s{mark}])([^{mark}\n]*[^\s{mark}]){mark}(?![\w{mark}])"))
    for style, mark in (("bold", r"\*"), ("italic", "_"), ("strike", "~"))
)
QUOTE = re.compile(r"^(?:&gt;|>)(?:&gt;&gt;|>>)?", re.MULTILINE)
BARE_LINK = re.compile(
    r"(?P<url>https?://[^\s<>|]*[^\s<>|.,;:!?)\"'])"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w@./])(?P<domain>(?:[\w-]+\.)+(?:com|net|org|io|cl|dev|app|edu|gov)(?:/[^\s<>|]*[^\s<>|.,;:!?)\"'])?)(?![\w@])"
)
BARE_MENTION = re.compile(r"(?<![\w@])@(channel|here|everyone)\b")
BARE_CHANNEL = re.compile(r"(?<![\w#&])#([\w-]+)")
EMOJI = re.compile(r":([a-z0-9_+'-]+):")
KNOWN_EMOJI: Mapping[str, str] = {
    **{"smile": "😄", "tada": "🎉", "warning": "⚠️", "calendar": "📆", "wave": "👋", "thumbsup": "👍", "+1": "👍"},
    **{"white_check_mark": "✅", "x": "❌", "heart": "❤️", "100": "💯", "fire": "🔥", "bell": "🔔", "rocket": "🚀"},
}
BROADCASTS = ("here", "channel", "everyone", "group")
TOKEN = re.compile(r"\{(\w+)\}")
GREENWICH = ZoneInfo("UTC")
FIRST_STAND_IN = 0xE000
"""What has been read stands as one private character in the text until the rest is read."""


@dataclass(frozen=True)
class Reader:
    """Who reads: the zone of the person, and the names that mentions are drawn with."""

    zone: ZoneInfo = GREENWICH
    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Read:
    """`mentions` are ids, and "here", "channel", "everyone"; `links` (label, address); `formatted` (style, text)."""

    text: str = ""
    mentions: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    formatted: list[tuple[str, str]] = field(default_factory=list)

    def add(self, other: Read) -> None:
        self.mentions += other.mentions
        self.links += other.links
        self.formatted += other.formatted


def unescaped(text: str) -> str:
    """Slack knows three entities, and no others."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, *, emoji: bool = True) -> Read:
    """A plain_text object: nothing in it is parsed, but that `:names:` of emoji become emoji."""
    read = Read()
    read.text = _with_emoji(text, read) if emoji else text
    return read


def mrkdwn(text: str, reader: Reader, *, links: bool = True, names: bool = False) -> Read:
    """`links`: bare addresses become links; `names`: so do bare names of channels, and `@here` and the like mention."""
    reading = _Reading(reader)
    rest = PREFORMATTED.sub(lambda match: reading.styled("pre", match[1]), text)
    rest = CODE.sub(lambda match: reading.styled("code", match[1]), rest)
    rest = CONTROL.sub(lambda match: reading.control(match[1]), rest)
    if links:
        rest = BARE_LINK.sub(reading.bare_link, rest)
    if names:
        rest = BARE_MENTION.sub(lambda match: reading.mention(match[1], f"@{match[1]}"), rest)
        rest = BARE_CHANNEL.sub(reading.bare_channel, rest)
    rest = QUOTE.sub(lambda _: reading.styled("quote", ""), rest)
    for style, pattern in STYLES:
        rest = pattern.sub(reading.note(style), rest)
    reading.read.text = reading.restored(unescaped(_with_emoji(rest, reading.read)))
    return reading.read


class _Reading:
    def __init__(self, reader: Reader) -> None:
        self.reader, self.read = reader, Read()
        self._kept: list[str] = []

    def keep(self, text: str) -> str:
        self._kept.append(text)
        return chr(FIRST_STAND_IN + len(self._kept) - 1)

    def restored(self, text: str) -> str:
        for place, kept in reversed(list(enumerate(self._kept))):
            text = text.replace(chr(FIRST_STAND_IN + place), kept)
        return text

    def styled(self, style: str, text: str) -> str:
        shown = unescaped(text)
        self.read.formatted.append((style, shown))
        return self.keep(shown)

    def note(self, style: str) -> Callable[[re.Match[str]], str]:
        def noted(match: re.Match[str]) -> str:
            self.read.formatted.append((style, self.restored(unescaped(match[1]))))
            return match[1]

        return noted

    def mention(self, whom: str, shown: str) -> str:
        self.read.mentions.append(whom)
        return self.keep(shown)

    def link(self, address: str, label: str) -> str:
        self.read.links.append((label, address))
        return self.keep(label)

    def bare_link(self, match: re.Match[str]) -> str:
        text = unescaped(match[0])
        prefix = {"url": "", "mail": "mailto:", "domain": "http://"}[match.lastgroup or "url"]
        return self.link(prefix + text, text)

    def bare_channel(self, match: re.Match[str]) -> str:
        known = {name: id for id, name in self.reader.channels.items()}
        return self.link(known[match[1]], match[0]) if match[1] in known else match[0]

    def control(self, inside: str) -> str:
        target, _, label = inside.partition("|")
        label = unescaped(label)
        match target[0]:
            case "@":
                known = self.reader.users.get(target[1:])
                return self.mention(target[1:], f"@{known or label or target[1:]}")
            case "#":
                return self.link(target[1:], f"#{self.reader.channels.get(target[1:]) or label or target[1:]}")
            case "!":
                return self._special(target[1:], label)
            case _:
                address = unescaped(target)
                return self.link(address, label or address.removeprefix("mailto:"))

    def _special(self, command: str, label: str) -> str:
        name, *rest = command.split("^")
        if name in BROADCASTS:
            return self.mention("channel" if name == "group" else name, f"@{name}")
        if name == "subteam" and rest:
            return self.mention(rest[0], label or f"@{rest[0]}")
        if name == "date" and len(rest) >= 2 and rest[0].isdecimal():
            shown = drawn_date(int(rest[0]), rest[1], self.reader)
            if shown is not None:
                return self.link(rest[2], shown) if len(rest) > 2 else self.keep(shown)
        return self.keep(label or f"<!{command}>")


def _with_emoji(text: str, read: Read) -> str:
    def drawn(match: re.Match[str]) -> str:
        if match[1] not in KNOWN_EMOJI:
            return match[0]
        read.formatted.append(("emoji", match[1]))
        return KNOWN_EMOJI[match[1]]

    return EMOJI.sub(drawn, text)


# Dates


def drawn_date(timestamp: int, template: str, reader: Reader) -> str | None:
    """A date as a reader's program draws it in English and on the 24-hour clock; None if it can't be drawn."""
    at = datetime.fromtimestamp(timestamp, UTC).astimezone(reader.zone)
    today = reader.now.astimezone(reader.zone).date()
    drawn = {name: _token(name, at, today) for name in TOKEN.findall(template)}
    if not drawn or None in drawn.values():
        return None
    return TOKEN.sub(lambda match: drawn[match[1]] or "", template)


def _token(name: str, at: datetime, today: date) -> str | None:
    day, suffix = at.day, _ordinal(at.day)
    forms = {
        "date_num": f"{at:%Y-%m-%d}",
        "date": f"{at:%B} {day}{suffix}, {at.year}",
        "date_short": f"{at:%b} {day}, {at.year}",
        "date_long": f"{at:%A}, {at:%B} {day}{suffix}, {at.year}",
        "time": f"{at:%H:%M}",
        "time_secs": f"{at:%H:%M:%S}",
        "ago": _ago(at.date(), today),
    }
    if name.endswith("_pretty") and name.removesuffix("_pretty") in ("date", "date_short", "date_long"):
        near = {timedelta(-1): "yesterday", timedelta(0): "today", timedelta(1): "tomorrow"}
        return near.get(at.date() - today) or forms[name.removesuffix("_pretty")]
    return forms.get(name)


def _ordinal(day: int) -> str:
    return "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _ago(day: date, today: date) -> str:
    days = (day - today).days
    if not days:
        return "today"
    many = f"{abs(days)} day{'s' if abs(days) > 1 else ''}"
    return f"in {many}" if days > 0 else f"{many} ago"
