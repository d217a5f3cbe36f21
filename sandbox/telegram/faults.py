"""Misbehaviour on demand: what may go wrong with a request, and which request it strikes.

How an answer breaks on the wire stands in the calendar's `delivery`, which knows no calendar.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from http import HTTPStatus
from typing import Any

from sandbox.calendar import faults as wire
from sandbox.calendar.faults import Body, Then
from sandbox.telegram.errors import Refusal, too_many_requests


@dataclass(frozen=True)
class Fault:
    """What happens to requests of a method (or "sends", "reads", "*"), `times` times, or until cleared if None.

    `chat` and `about` narrow it to requests of one chat, or whose payload holds that text. The parts combine, in this
    order: `latency` in seconds; the method is carried out, if `commit`; then the answer, with `status` and
    `description`, or 429 with `retry_after`, or `text` or `body` in its place, is given or not. `commit` left out
    means: carried out, unless the answer is replaced by an error or never given. `cut` lets only that many bytes of
    the raw response pass before a RESET, CLOSE or HANG.
    """

    method: str = "*"
    times: int | None = 1
    chat: int | None = None
    about: str = ""
    latency: float = 0.0
    commit: bool | None = None
    then: Then = Then.ANSWER
    status: int | None = None
    description: str | None = None
    retry_after: int | None = None
    text: str | None = None
    body: Body | None = None
    pause: float = 0.05
    cut: int | None = None

    def __post_init__(self) -> None:
        if self.cut is not None and self.then is Then.ANSWER:
            raise ValueError("a cut answer must end in a reset, close or hang")
        if self.status is not None and not 400 <= self.status <= 599:
            raise ValueError("a status lies between 400 and 599")

    @property
    def refusal(self) -> Refusal | None:
        if self.retry_after is not None:
            return too_many_requests(self.retry_after)
        if self.status is None:
            return None
        return Refusal(self.status, self.description or _phrase(self.status))

    @property
    def commits(self) -> bool:
        if self.commit is not None:
            return self.commit
        if self.cut is not None:
            return True
        return self.then is Then.ANSWER and self.refusal is None

    @property
    def wire(self) -> wire.Fault:
        return wire.Fault(then=self.then, text=self.text, body=self.body, pause=self.pause, cut=self.cut)

    def strikes(self, method: str, chat: int | None, payload: Mapping[str, Any]) -> bool:
        if self.chat not in (None, chat) or not _meant(self.method, method):
            return False
        return not self.about or self.about in json.dumps(payload, ensure_ascii=False, default=str)

    @property
    def summary(self) -> str:
        """For the list of requests: what was not as usual, in a few words."""
        parts: list[object] = [
            self.latency and f"late {self.latency:g} s",
            self.refusal and self.refusal.code,
            self.body,
        ]
        if self.text is not None:
            parts.append("text")
        if self.then is not Then.ANSWER:
            parts.append(f"{self.then} {'after' if self.commits else 'before'} commit")
        return ", ".join(str(part) for part in parts if part)

    @property
    def shown(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


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
    if not isinstance(raw, dict):
        raise ValueError("a fault is a JSON object")
    if unknown := raw.keys() - {each.name for each in fields(Fault)}:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    made = dict(raw)
    for name, kind in (("then", Then), ("body", Body)):
        if made.get(name) is not None:
            made[name] = kind(made[name])
    return Fault(**made)


class Faults:
    """What is still to go wrong; the oldest fault that fits strikes first."""

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        self._lock = lock
        self.waiting: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self.waiting += faults

    def clear(self, method: str | None = None) -> None:
        """Those set for that very name, or all."""
        with self._lock:
            self.waiting = [fault for fault in self.waiting if method not in (None, fault.method)]

    def take(self, method: str, chat: int | None, payload: Mapping[str, Any]) -> Fault | None:
        """The fault for a request; used up by being taken."""
        with self._lock:
            for place, fault in enumerate(self.waiting):
                if fault.strikes(method, chat, payload):
                    self._use_up(place, fault)
                    return fault
        return None

    def _use_up(self, place: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self.waiting[place]
        else:
            self.waiting[place] = replace(fault, times=fault.times - 1)
