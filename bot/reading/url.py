"""Reads the address of a web page. The page is not looked at."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from conversations.events import Heard, Understood, Unreadable
from conversations.offers import Choice
from conversations.texts import Text, say

EXAMPLE = "https://example.com/page"
UNREADABLE = Unreadable(say("That is no whole web address. It should look like {example}.", example=EXAMPLE))

_HOST = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+\.?|\[[0-9a-fA-F:.]+\]")


def read(text: str) -> Heard:
    """The address as it was typed: http or https, with a host that has a dot."""
    address = text.strip()
    return Understood(Choice(address)) if _whole(address) else Unreadable(_reason(address))


def _reason(address: str) -> Text:
    """Why it is no address, as far as that helps to mend it."""
    if _whole(f"https://{address}"):
        whole = f"https://{address}"
        return say("A web address begins with https:// or http://. Did you mean {address}?", address=whole)
    if " " in address:
        return say("There is no space in a web address. It should look like {example}.", example=EXAMPLE)
    return UNREADABLE.why


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
