"""The clock of a stand-in that is given no other. Nothing else tells the time here."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
