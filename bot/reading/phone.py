"""Reads a phone number, loosely: which numbers a country has is not known here."""

from __future__ import annotations

import re

from bot.reading.letters import plain
from conversations.events import Heard, Understood, Unreadable
from conversations.offers import Choice
from conversations.texts import say

UNREADABLE = Unreadable(say("That is no phone number. It should look like {example}.", example="+56 2 2345 6789"))

_NUMBER = re.compile(r"\(?\+?[0-9(][0-9 ().-]*")


def read(text: str) -> Heard:
    """Its digits, with the plus of a country's code. ITU-T E.164 allows 15; six are the fewest in common use."""
    typed = re.sub("[\u2010-\u2015]", "-", plain(text))
    digits = re.sub(r"\D", "", typed)
    if not _NUMBER.fullmatch(typed) or not 6 <= len(digits) <= 15:
        return UNREADABLE
    return Understood(Choice(("+" if "+" in typed else "") + digits))
