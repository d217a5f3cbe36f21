"""Finds the token in a link from the calendar's e-mails. It is a credential: no event, session or log ever holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

LONGEST = 4_096
"""Characters of a link; a line that is longer holds none."""

_LINK = re.compile(r"https?://[^\s<>\"|]+", re.IGNORECASE)
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Link:
    """`changes` is a link to move or cancel; the other is the one to join (the API's `v-schedule-action`)."""

    token: str = field(repr=False)
    changes: bool = False


def pasted(line: str) -> Link | None:
    """The first link with a token in a line. Where it leads does not matter: nothing is fetched from there."""
    if len(line) > LONGEST:
        return None
    return next(filter(None, (_read(match.group()) for match in _LINK.finditer(line))), None)


def _read(address: str) -> Link | None:
    try:
        said = parse_qs(urlsplit(address).query)
    except ValueError:
        return None
    token = said.get("v-schedule-auth", [""])[0]
    if not _TOKEN.fullmatch(token):
        return None
    return Link(token, changes=said.get("v-schedule-action", [""])[0] != "join")
