"""Whether a request comes from Slack: form and age of the timestamp, signature. Pure; what was posted is not read."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import datetime

WINDOW = 300
"""Seconds by which a request's timestamp may differ from ours (Slack's page on verifying requests)."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def is_signed(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Whether Slack has signed this, lately. `headers` have names in small letters."""
    stamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not (_TIMESTAMP.fullmatch(stamp) and _SIGNATURE.fullmatch(signature)):
        return False
    expected = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, "sha256").hexdigest()
    lately = abs(int(stamp) - now.timestamp()) <= WINDOW
    return hmac.compare_digest(f"v0={expected}", signature) and lately
