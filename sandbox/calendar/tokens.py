"""JSON Web Tokens, HS256: made, read, refused in the API's words.

Whether a token's appointment still stands is not known here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sandbox.calendar.errors import Refusal

MISSING = "Authorization header with valid JWT is required."


class Use(StrEnum):
    """What a token is for. Each use signs with its own key, so that a token is a stranger everywhere else."""

    API = "api"
    ACTION = "action"
    ACCESS = "access"


class Mint:
    """Signs and reads tokens with keys derived from a seed: the same seed accepts the same tokens after a restart."""

    def __init__(self, seed: str) -> None:
        self._keys = {use: hashlib.sha256(f"{seed} signs {use} tokens".encode()).digest() for use in Use}

    def sign(self, use: Use, claims: Mapping[str, Any]) -> str:
        head, payload = _encode({"alg": "HS256", "typ": "JWT"}), _encode(claims)
        return f"{head}.{payload}.{self._signature(use, head, payload)}"

    def read(self, use: Use, authorization: str | None, now: datetime) -> dict[str, Any]:
        """The claims of a Bearer header. Raises Refusal 401 in the order in which the usual library checks."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme != "Bearer" or not token:
            raise Refusal(401, MISSING)
        parts = token.split(".")
        if len(parts) != 3 or not all(parts):
            raise Refusal(401, "jwt malformed")
        head, payload = _decode(parts[0]), _decode(parts[1])
        if head.get("alg") != "HS256":
            raise Refusal(401, "invalid algorithm")
        if not hmac.compare_digest(self._signature(use, parts[0], parts[1]).encode(), parts[2].encode()):
            raise Refusal(401, "invalid signature")
        if isinstance(expiry := payload.get("exp"), int) and expiry <= now.timestamp():
            raise Refusal(401, "jwt expired")
        return payload

    def _signature(self, use: Use, head: str, payload: str) -> str:
        return _unpadded(hmac.digest(self._keys[use], f"{head}.{payload}".encode(), "sha256"))


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _encode(claims: Mapping[str, Any]) -> str:
    return _unpadded(json.dumps(claims, separators=(",", ":")).encode())


def _decode(part: str) -> dict[str, Any]:
    try:
        text = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode(errors="replace")
    except (binascii.Error, ValueError):
        raise Refusal(401, "jwt malformed") from None
    try:
        claims = json.loads(text)
    except json.JSONDecodeError as error:
        raise Refusal(401, unexpected_token(text, error.pos)) from None
    if not isinstance(claims, dict):
        raise Refusal(401, "jwt malformed")
    return claims


def unexpected_token(text: str, position: int) -> str:
    """The words of the server's JSON parser."""
    if position >= len(text):
        return "Unexpected end of JSON input"
    return f"Unexpected token {text[position]} in JSON at position {position}"
