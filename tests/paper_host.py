"""A host of adapters that keeps notes, and does nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from adapters import Json, NotTaken, Receipt, Who, Words, Work


@dataclass
class Paper:
    """A host that keeps notes. `full`: it takes no more."""

    notes: dict[str, Json] = field(default_factory=dict)
    full: bool = False

    async def receive(self, key: str, payload: Json) -> Receipt | None:
        raise NotImplementedError

    async def words(self, who: Who) -> Words:
        raise NotImplementedError

    async def note(self, name: str, changes: Json) -> None:
        if self.full:
            raise NotTaken
        noted = {**self.notes.get(name, {}), **changes}
        self.notes[name] = {each: kept for each, kept in noted.items() if kept is not None}

    async def forget(self, workspace: str) -> None:
        raise AssertionError("nobody is forgotten here")

    async def noted(self, name: str) -> Json:
        return self.notes.get(name, {})

    async def on_duty(self, work: Work, stands_by: Callable[[], None]) -> None:
        await work()
