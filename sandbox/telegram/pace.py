"""How many messages a second a bot may send, and how long it must be silent when it sent more.

The true limits are not published; these are the ones that Telegram's own FAQ names.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.pace import Limit, Silences, Windows
from sandbox.telegram.errors import too_many_requests
from sandbox.telegram.ledger import SENDS

EDITS = frozenset(name for name in SENDS if name.startswith("edit"))


@dataclass
class Pace:
    """Messages a second to one chat, a second in all, a minute to one group. `edits` says whether edits count too."""

    per_chat: int = 1
    overall: int = 30
    per_group: int = 20
    edits: bool = True
    _sent: Windows = field(default_factory=Windows)

    def check(self, method: str, chat: int, tick: float) -> None:
        """Counts the message. Raises Refusal 429 if it is one too many; one that is does not count."""
        if method not in SENDS or (method in EDITS and not self.edits):
            return
        own: Limit = (chat, self.per_group, 60.0) if chat < 0 else (chat, self.per_chat, 1.0)
        if wait := self._sent.take([(None, self.overall, 1.0), own], tick):
            raise too_many_requests(wait)


@dataclass
class Floods(Silences):
    """For one chat or (None) for all."""

    def check(self, method: str, chat: int | None) -> None:
        """Raises Refusal 429 with the whole seconds that remain."""
        if method in SENDS and (remaining := self.remaining(chat)) > 0:
            raise too_many_requests(remaining)
