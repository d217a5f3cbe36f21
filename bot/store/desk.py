"""What a piece of work has before it: an open transaction, and what seals and finds people in it. It never commits."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import string
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection

from bot.store import codec, dialects
from bot.store.pepper import Pepper
from bot.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Desk:
    connection: Connection
    vault: Vault
    pepper: Pepper
    node: int = 0
    """The program that does the work, among all that share the database."""

    @property
    def shared(self) -> bool:
        """Whether other programs may do the same on this database at the same time."""
        return dialects.of(self.connection.engine).SHARED

    def left(self, node: Column[int | None]) -> ColumnElement[bool]:
        """Whether what a program had in hand was left behind: it is no more, and it is not this one."""
        return dialects.left(self.connection, node, self.node)

    def look_up(self, *words: str) -> str:
        """A name for a person or a place that only this database's owner can make; there is no way back from it.

        Equal words have equal names, and all have others when the keys have changed.
        """
        return _name(self.pepper.people, words)

    def delivery(self, *words: str) -> str:
        """A name for a delivery, for good: what it was made of is not kept, so that it could not be made anew."""
        return _name(self.pepper.deliveries, words)

    def seal(self, purpose: str, row: str | int, value: Any) -> bytes:
        """A value of the core (see `codec`), sealed."""
        return self.vault.seal(purpose, row, codec.save(value))

    def unseal(self, purpose: str, row: str | int, sealed: bytes) -> Any:
        return _opened(self.vault, purpose, row, sealed)


@lru_cache(maxsize=1000)
def _opened(vault: Vault, purpose: str, row: str | int, sealed: bytes) -> Any:
    """The same bytes are the same value, which nobody changes: most that is read was read a moment before."""
    return codec.load(vault.unseal(purpose, row, sealed))


def forget_opened() -> None:
    """Leaves nothing in memory of what was unsealed."""
    _opened.cache_clear()


def _name(pepper: bytes, words: tuple[str, ...]) -> str:
    return hmac.digest(pepper, json.dumps(words).encode("ascii"), hashlib.sha256)[:16].hex()


def random_word(length: int) -> str:
    """Of letters and digits that stand on any button."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(length))
