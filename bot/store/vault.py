"""Sealing what must not be read on disk. What is sealed, and where it is kept, is the other modules' matter."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_MARK = 16  # bytes of the digest that ties a plaintext to its place


class Sealed(Exception):
    """What was sealed does not open: another key, another row or purpose, or it was changed. Holds no content."""


class Vault:
    """Seals with the first key, opens with any: a new key comes first, an old one stays until all is sealed anew."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises ValueError if there is no key, or one that `new_key` can't have made."""
        if not keys:
            raise ValueError("there is no secret key")
        fernets = [_fernet(key, number) for number, key in enumerate(keys, 1)]
        self._newest, self._keys = fernets[0], MultiFernet(fernets)

    def seal(self, purpose: str, row: str | int, plain: bytes) -> bytes:
        """`purpose` and `row` are bound in: moved to another row, or read as something else, it does not open."""
        return urlsafe_b64decode(self._keys.encrypt(_mark(purpose, row) + plain))

    def unseal(self, purpose: str, row: str | int, sealed: bytes) -> bytes:
        try:
            plain = self._keys.decrypt(urlsafe_b64encode(sealed))
        except InvalidToken:
            raise Sealed(f"{purpose}: no key opens it") from None
        if plain[:_MARK] != _mark(purpose, row):
            raise Sealed(f"{purpose}: it was sealed for another place")
        return plain[_MARK:]

    def newest(self, sealed: bytes) -> bool:
        """Whether the newest key alone opens it."""
        try:
            self._newest.decrypt(urlsafe_b64encode(sealed))
        except InvalidToken:
            return False
        return True

    def anew(self, sealed: bytes) -> bytes:
        """The same for the same place, sealed with the newest key. Raises Sealed if no key opens it."""
        try:
            return urlsafe_b64decode(self._keys.rotate(urlsafe_b64encode(sealed)))
        except InvalidToken:
            raise Sealed("no key opens it") from None


def new_key() -> str:
    return Fernet.generate_key().decode("ascii")


def _fernet(key: str, number: int) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise ValueError(f"secret key {number} is not one: it has 44 characters of A-Za-z0-9_-=") from None


def _mark(purpose: str, row: str | int) -> bytes:
    """Fernet has no associated data, so its place stands in the plaintext: as a digest, which is short for any row."""
    return hashlib.sha256(f"{purpose}\0{row}".encode("utf-8", "surrogatepass")).digest()[:_MARK]
