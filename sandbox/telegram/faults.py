"""Misbehaviour on demand: what may go wrong with a request of the Bot API, and which request it strikes.

What all stand-ins can do wrong stands in `sandbox.misbehaving`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.delivery import phrase
from sandbox.misbehaving import OfMethod, read_fault
from sandbox.telegram.errors import Refusal, too_many_requests


@dataclass(frozen=True)
class Fault(OfMethod):
    """What happens to requests of a method, or "sends", "reads", "*"; see `OfMethod`.

    `chat` narrows it to requests of one chat, `about` to those whose payload holds that text. `description` is that of
    `status`.
    """

    chat: int | None = None
    description: str | None = field(default=None, kw_only=True)

    @property
    def refusal(self) -> Refusal | None:
        if self.retry_after is not None:
            return too_many_requests(self.retry_after)
        if self.status is None:
            return None
        return Refusal(self.status, self.description or phrase(self.status))

    @property
    def code(self) -> int | None:
        return self.refusal.code if self.refusal else None

    def strikes(self, method: str, chat: int | None, payload: Mapping[str, Any]) -> bool:
        if self.chat not in (None, chat) or not _meant(self.method, method):
            return False
        return self.is_about(payload)


def _meant(target: str, method: str) -> bool:
    match target:
        case "*":
            return True
        case "sends":
            return method.startswith(("send", "edit"))
        case "reads":
            return method.startswith("get")
        case _:
            return target == method


def parse_fault(raw: object) -> Fault:
    """A fault from its JSON object. Raises ValueError naming what is wrong."""
    return read_fault(Fault, raw)
