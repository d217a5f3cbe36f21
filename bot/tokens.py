"""The credentials of an appointment, as the calendar gave them. Nothing is sealed, sent or shown here."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """`action` cancels and moves, `access` tells; the URLs hold them and are credentials too. None is ever printed.

    Moving an appointment makes new ones, and these are dead from then on.
    """

    action: str = field(repr=False)
    access: str = field(repr=False)
    join_url: str = field(default="", repr=False)
    reschedule_url: str = field(default="", repr=False)
    cancel_url: str = field(default="", repr=False)
