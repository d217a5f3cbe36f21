"""The keys of the names by which rows are found, sealed in the database. What is named by them is not known here.

They are no secret key's children: names must stay as they are when a secret key is only put in front of another. That
they open is also the proof that the vault has the keys with which all else was sealed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select

from bot.store.schema import meta
from bot.store.vault import Sealed, Vault

_PURPOSE = "meta"
_DELIVERIES, _PEOPLE = "pepper", "people"


@dataclass(frozen=True, slots=True)
class Pepper:
    """`people` is another after the secret keys have changed; `deliveries` stays, and nobody can be told from it."""

    people: bytes = field(repr=False)
    deliveries: bytes = field(repr=False)


def load(connection: Connection, vault: Vault) -> Pepper:
    """Made at the first opening. Raises Sealed if the vault lacks a key that it was, or is being, sealed with."""
    deliveries = _load(connection, vault, _DELIVERIES) or _make(connection, vault, _DELIVERIES, secrets.token_bytes(32))
    # The same at first: there was one for both once.
    people = _load(connection, vault, _PEOPLE) or _make(connection, vault, _PEOPLE, deliveries)
    return Pepper(people, deliveries)


def prove(connection: Connection, vault: Vault) -> None:
    """Raises Sealed if the vault lacks a key, or nothing was ever sealed here."""
    if not _load(connection, vault, _DELIVERIES):
        raise Sealed("there is nothing that a key would open")
    _load(connection, vault, _PEOPLE)


def new_people(connection: Connection, vault: Vault, pepper: Pepper) -> Pepper:
    """With another key for the names of people, which must all be made anew in the same transaction."""
    made = secrets.token_bytes(32)
    connection.execute(meta.update().where(meta.c.name == _PEOPLE).values(sealed=vault.seal(_PURPOSE, _PEOPLE, made)))
    return replace(pepper, people=made)


def people_renewed(connection: Connection, vault: Vault) -> bool:
    """Whether the newest secret key seals the names of people already."""
    return vault.newest(_sealed(connection, _PEOPLE) or b"")


def all_renewed(connection: Connection, vault: Vault) -> bool:
    """Whether the newest secret key seals everything: the last thing that it comes to is the deliveries' key."""
    return people_renewed(connection, vault) and vault.newest(_sealed(connection, _DELIVERIES) or b"")


def renew(connection: Connection, vault: Vault) -> None:
    """Seals the deliveries' key with the newest secret key: from then on the others open nothing any more."""
    sealed = vault.anew(_sealed(connection, _DELIVERIES) or b"")
    connection.execute(meta.update().where(meta.c.name == _DELIVERIES).values(sealed=sealed))


def _load(connection: Connection, vault: Vault, name: str) -> bytes | None:
    sealed = _sealed(connection, name)
    return vault.unseal(_PURPOSE, name, sealed) if sealed else None


def _sealed(connection: Connection, name: str) -> bytes | None:
    return connection.execute(select(meta.c.sealed).where(meta.c.name == name)).scalar()


def _make(connection: Connection, vault: Vault, name: str, made: bytes) -> bytes:
    connection.execute(meta.insert().values(name=name, sealed=vault.seal(_PURPOSE, name, made)))
    return made
