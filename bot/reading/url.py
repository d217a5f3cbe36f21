"""Reads the address of a web page. The page is not looked at."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from conversations.events import Heard, Understood, Unreadable
from conversations.offers import Choice
from conversations.texts import say

UNREADABLE = Unreadable(
    say("That is no whole web address. It should look like {example}.", example="https://example.com/page")
)

_HOST = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+\.?|\[[0-9a-fA-F:.]+\]")


def read(text: str) -> Heard:
    """The address as it was typed: http or https, with a host that has a dot."""
    address = text.strip()
    return Understood(Choice(address)) if _whole(address) else UNREADABLE


def _whole(address: str) -> bool:
    if not address.isprintable() or " " in address or "\\" in address:
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{port}" if port is not None else "")
    return parts.scheme in ("http", "https") and port != 0 and bool(_HOST.fullmatch(host))
