"""Misbehaviour on demand: what may go wrong with a request of the Web API, and which request it strikes.

What all stand-ins can do wrong stands in `sandbox.misbehaving`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.delivery import phrase
from sandbox.misbehaving import OfMethod, read_fault
from sandbox.slack.errors import Refusal, ratelimited
from sandbox.slack.ledger import Request

READS = (".info", ".list", ".test", ".history", ".members")


@dataclass(frozen=True)
class Fault(OfMethod):
    """What happens to requests of a method, of a family ("chat", "views"), or "reads", "writes", "*".

    "response_url" is a method too. `channel` narrows it to one channel (or to the person by whose id it is written to),
    `user` to one person, `about` to requests whose arguments hold that text. `error` is Slack's, answered with 200
    unless `status` says otherwise, with `retry_after` "ratelimited". For the rest see `OfMethod`.
    """

    channel: str | None = None
    user: str | None = None
    error: str | None = field(default=None, kw_only=True)

    @property
    def refusal(self) -> Refusal | None:
        if self.retry_after is not None:
            return ratelimited(self.retry_after)
        if self.error is not None:
            return Refusal(self.error, status=self.status or 200)
        return Refusal(phrase(self.status).lower().replace(" ", "_"), status=self.status) if self.status else None

    @property
    def code(self) -> int | None:
        return self.refusal.status if self.refusal else None

    @property
    def commits(self) -> bool:
        return super().commits if self.commit is not None or self.error is None else False

    @property
    def summary(self) -> str:
        return ", ".join(part for part in (self.error, super().summary) if part)

    def strikes(self, request: Request) -> bool:
        if self.channel not in (None, request.channel, request.user) or self.user not in (None, request.user):
            return False
        if not _meant(self.method, request.method):
            return False
        return self.is_about(request.payload)


def _meant(target: str, method: str) -> bool:
    match target:
        case "*":
            return True
        case "reads":
            return method.endswith(READS)
        case "writes":
            return not method.endswith(READS)
        case _:
            return target == method or method.startswith(f"{target}.")


def parse_fault(raw: object) -> Fault:
    """A fault from its JSON object. Raises ValueError naming what is wrong."""
    return read_fault(Fault, raw)
