"""Misbehaviour on demand: what may go wrong with a request of the Bot API, and which request it strikes.

What all stand-ins can do wrong stands in `sandbox.misbehaving`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.delivery import phrase
from sandbox.misbehaving import Misbehaviour, read_fault
from sandbox.telegram.errors import Refusal, too_many_requests


@dataclass(frozen=True)
class Fault(Misbehaviour):
    """What happens to requests of a method, or "sends", "reads", "*"; see `Misbehaviour`.

    `chat` narrows it to requests of one chat, `about` to those whose payload holds that text. `description` is that of
    `status`; `retry_after` makes it 429.
    """

    method: str = "*"
    times: int | None = 1
    chat: int | None = None
    description: str | None = field(default=None, kw_only=True)
    retry_after: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.status is not None and not 400 <= self.status <= 599:
            raise ValueError("a status lies between 400 and 599")

    @property
    def target(self) -> str:
        return self.method

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
        return not self.about or self.about in json.dumps(payload, ensure_ascii=False, default=str)


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
