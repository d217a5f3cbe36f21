"""Links that open the bot at the right place: `t.me/<bot>?start=book-<service>`. Pure."""

from __future__ import annotations

import re

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


def deep_link(username: str, *words: str) -> str | None:
    """The link that opens a command, a service, an agent of it; None if Telegram takes no such payload."""
    payload = "-".join(words)
    return f"https://t.me/{username}?start={payload}" if _PAYLOAD.fullmatch(payload) else None
