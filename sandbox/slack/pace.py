"""How often an app may call which method, as Slack's page on rate limits has it.

Posting has its own limits, a second for a channel and a minute for a workspace; other methods have tiers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.pace import Limit, Windows
from sandbox.slack.errors import ratelimited
from sandbox.slack.ledger import Request

MINUTE = 60.0
PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
TIERS: Mapping[str, int] = {
    "apps.connections.open": 1,
    **dict.fromkeys(("auth.revoke", "chat.delete", "chat.update", "conversations.history"), 3),
    **dict.fromkeys(("conversations.info", "conversations.open", "team.info"), 3),
    **dict.fromkeys(("chat.postEphemeral", "oauth.v2.access", "users.info"), 4),
    **dict.fromkeys(("views.open", "views.publish", "views.push", "views.update"), 4),
}
POST = "chat.postMessage"


@dataclass
class Pace:
    """Posts a second to one channel, posts a minute to one workspace; `tiers` says whether methods have theirs."""

    per_channel: int = 1
    per_team: int = 300
    tiers: bool = True
    _gone: Windows = field(default_factory=Windows)

    def check(self, request: Request, tick: float) -> None:
        """Counts the request. Raises Refusal 429 if it is one too many; one that is does not count."""
        if wait := self._gone.take(self._limits(request), tick):
            raise ratelimited(wait)

    def _limits(self, request: Request) -> list[Limit]:
        if request.method == POST:
            channel = request.user or request.channel
            return [((POST, channel), self.per_channel, 1.0), ((POST, request.team), self.per_team, MINUTE)]
        tier = TIERS.get(request.method)
        if tier is None or not self.tiers:
            return []
        return [((request.method, request.team), PER_MINUTE[tier], MINUTE)]
