"""What a piece of work has before it: an open transaction, and what seals and finds people in it. It never commits."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import string
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table

from bot.store import codec, dialects
from bot.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Desk:
    connection: Connection
    vault: Vault
    pepper: bytes = field(repr=False)

    def look_up(self, *words: str) -> str:
        """A name for words that only this database's owner can make: equal words, equal name, and no way back."""
        text = json.dumps(words).encode("ascii")
        return hmac.digest(self.pepper, text, hashlib.sha256)[:16].hex()

    def insert(self, table: Table, **values: Any) -> bool:
        """False if a row with such a key is there; it stays as it is."""
        return dialects.insert_unless_there(self.connection, table, values)

    def put(self, table: Table, named: dict[str, Any], values: dict[str, Any], changes: dict[str, Any]) -> None:
        """Adds a row, or changes the one that has this name."""
        dialects.insert_or_change(self.connection, table, named, values, changes)

    def seal(self, purpose: str, row: str | int, value: Any) -> bytes:
        """A value of the core (see `codec`), sealed."""
        return self.vault.seal(purpose, row, codec.save(value))

    def unseal(self, purpose: str, row: str | int, sealed: bytes) -> Any:
        return codec.load(self.vault.unseal(purpose, row, sealed))


def random_word(length: int) -> str:
    """Of letters and digits that stand on any button."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(length))
