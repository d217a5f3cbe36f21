"""Misbehaviour on demand: what all stand-ins can do wrong, and whose turn it is to suffer that.

Which requests a fault is meant for, and what an error of theirs says, is each stand-in's own affair; how an answer
breaks on the wire stands in `delivery`.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sandbox.delivery import Body, Breaking, Then


@dataclass(frozen=True, kw_only=True)
class Misbehaviour(ABC):
    """What happens to requests, `times` times, or until it is cleared if None.

    `about` narrows it to requests that hold that text. The parts combine, in this order: `latency` in seconds; the
    request is carried out, if `commit`; then the answer, with `status`, `text` or `body` in its place, is given or not.
    `commit` left out means: carried out, unless the answer is replaced by an error or never given. `cut` lets only that
    many bytes of the raw response (status line and headers count) pass before a RESET, CLOSE or HANG.
    """

    about: str = ""
    latency: float = 0.0
    commit: bool | None = None
    then: Then = Then.ANSWER
    status: int | None = None
    text: str | None = None
    body: Body | None = None
    pause: float = 0.05
    cut: int | None = None

    def __post_init__(self) -> None:
        if self.cut is not None and self.then is Then.ANSWER:
            raise ValueError("a cut answer must end in a reset, close or hang")

    @property
    @abstractmethod
    def times(self) -> int | None: ...

    @property
    @abstractmethod
    def target(self) -> str:
        """The name of what it strikes."""

    @property
    def code(self) -> int | None:
        """The status in place of the true one."""
        return self.status

    @property
    def commits(self) -> bool:
        if self.commit is not None:
            return self.commit
        if self.cut is not None:
            return True
        return self.then is Then.ANSWER and (self.code is None or self.code < 400)

    @property
    def breaking(self) -> Breaking:
        return Breaking(then=self.then, text=self.text, body=self.body, pause=self.pause, cut=self.cut)

    @property
    def summary(self) -> str:
        """For the list of requests: what was not as usual, in a few words."""
        parts: list[object] = [self.latency and f"late {self.latency:g} s", self.code, self.body]
        if self.text is not None:
            parts.append("text")
        if self.then is not Then.ANSWER:
            parts.append(f"{self.then} {'after' if self.commits else 'before'} commit")
        return ", ".join(str(part) for part in parts if part)

    @property
    def shown(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True)
class OfMethod(Misbehaviour):
    """What happens to requests of an API of methods, by their name. `retry_after` makes it 429."""

    method: str = "*"
    times: int | None = 1
    retry_after: int | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.status is not None and not 400 <= self.status <= 599:
            raise ValueError("a status lies between 400 and 599")

    @property
    def target(self) -> str:
        return self.method

    def is_about(self, payload: Mapping[str, Any]) -> bool:
        return not self.about or self.about in json.dumps(payload, ensure_ascii=False, default=str)


Fault = TypeVar("Fault", bound=Misbehaviour)
WORDS: Mapping[str, type[StrEnum]] = {"then": Then, "body": Body}


def read_fault(kind: type[Fault], raw: object, words: Mapping[str, type[StrEnum]] = WORDS) -> Fault:
    """A fault from its JSON object, in which `words` are one of a few. Raises ValueError naming what is wrong."""
    if not isinstance(raw, dict):
        raise ValueError("a fault is a JSON object")
    if unknown := raw.keys() - {each.name for each in fields(kind)}:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    return kind(**raw | {name: word(raw[name]) for name, word in words.items() if raw.get(name) is not None})


class Faults(Generic[Fault]):
    """What is still to go wrong; the oldest fault that fits strikes first."""

    def __init__(self, lock: AbstractContextManager[object]) -> None:
        self._lock = lock
        self.waiting: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self.waiting += faults

    def clear(self, target: str | None = None) -> None:
        """Those set for that very name, or all."""
        with self._lock:
            self.waiting = [fault for fault in self.waiting if target not in (None, fault.target)]

    def take(self, strikes: Callable[[Fault], bool]) -> Fault | None:
        """The fault for a request; used up by being taken."""
        with self._lock:
            for place, fault in enumerate(self.waiting):
                if strikes(fault):
                    self._use_up(place, fault)
                    return fault
        return None

    def _use_up(self, place: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self.waiting[place]
        else:
            fewer: dict[str, Any] = {"times": fault.times - 1}
            self.waiting[place] = replace(fault, **fewer)
