"""Reads an e-mail address. Whether anybody has it is found out by writing to it, not here."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from conversations.events import Heard, Understood, Unreadable
from conversations.offers import Choice
from conversations.texts import say

UNREADABLE = Unreadable(say("That is no e-mail address. It should look like {example}.", example="name@example.com"))


def read(text: str) -> Heard:
    try:
        address = validate_email(text.strip(), check_deliverability=False, strict=True)
    except EmailNotValidError:
        return UNREADABLE
    return Understood(Choice(address.normalized))
