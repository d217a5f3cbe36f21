"""What the app asked for and what it was told, in the order of its coming.

How that is kept and counted stands in `sandbox.requests`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sandbox.requests import Asking, Requests, most_within

POSTS = frozenset({"chat.postMessage", "chat.postEphemeral", "chat.update"})
"""What is posted to a channel."""


@dataclass
class Request(Asking):
    """One request. `error` is Slack's, "" if it was ok."""

    team: str = ""
    channel: str = ""
    user: str = ""
    error: str = ""

    @property
    def shown(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name != "tick"}


class Ledger(Requests[Request]):
    def busiest(self, seconds: float = 1, channel: str | None = None) -> int:
        """The most posts that went through in any window of that length, wherever it begins.

        `channel` may also be the person whose direct message it is.
        """
        with self._lock:
            posts = [each for each in self.requests if each.method in POSTS and each.committed]
            return most_within(seconds, (each.tick for each in posts if channel in (None, each.channel, each.user)))
