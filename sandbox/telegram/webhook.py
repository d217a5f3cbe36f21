"""Where a bot wants its updates posted, and how that went last.

The posting itself stands in `hook`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram.errors import malformed

PORTS = frozenset({80, 88, 443, 8443})
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
MOST_CONNECTIONS = 40


@dataclass(frozen=True)
class Webhook:
    """None is set while `url` is empty. Its `repr` must not show the secret."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = MOST_CONNECTIONS
    last_error_at: int | None = None
    last_error_message: str = ""

    def __repr__(self) -> str:
        return f"Webhook({self.url!r})"

    def failed(self, at: int, why: str) -> Webhook:
        return replace(self, last_error_at=at, last_error_message=why)

    def shown(self, pending: int, allowed: tuple[str, ...]) -> dict[str, Any]:
        """The Bot API's WebhookInfo."""
        info: dict[str, Any] = {"url": self.url, "has_custom_certificate": False, "pending_update_count": pending}
        if self.url:
            info["max_connections"] = self.max_connections
            if self.last_error_at is not None:
                info |= {"last_error_date": self.last_error_at, "last_error_message": self.last_error_message}
        if allowed:
            info["allowed_updates"] = list(allowed)
        return info


def check_url(url: str, *, local: bool) -> None:
    """Raises Refusal."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise malformed("invalid webhook URL specified") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise malformed("invalid webhook URL specified")
    if local:
        return
    if parts.scheme != "https":
        raise malformed("bad webhook: An HTTPS URL must be provided for webhook")
    if port not in PORTS:
        raise malformed("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def check_secret(secret: str) -> None:
    """Raises Refusal."""
    if len(secret) > 256:
        raise malformed("secret token is too long")
    if secret and not SECRET.fullmatch(secret):
        raise malformed("secret token contains unallowed characters")
