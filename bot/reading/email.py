"""Reads an e-mail address. Whether anybody has it is found out by writing to it, not here."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from conversations.events import Heard, Understood, Unreadable
from conversations.offers import Choice
from conversations.texts import Text, say

EXAMPLE = "name@example.com"


def read(text: str) -> Heard:
    typed = text.strip()
    try:
        address = validate_email(typed, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return Unreadable(_reason(typed))
    return Understood(Choice(address.normalized))


def _reason(typed: str) -> Text:
    """Why it cannot be an address, as far as that helps to mend it."""
    name, at, host = typed.rpartition("@")
    if not at:
        return say("An e-mail address has an @ in it. It should look like {example}.", example=EXAMPLE)
    if typed.count("@") > 1 or "," in typed or ";" in typed:
        return say("Please give one e-mail address. It should look like {example}.", example=EXAMPLE)
    if any(each.isspace() for each in typed):
        return say("There is no space in an e-mail address. It should look like {example}.", example=EXAMPLE)
    if name and host and "." not in host.strip("."):
        return say("What stands after the @ is not complete. It should look like {example}.", example=EXAMPLE)
    return say("That is no e-mail address. It should look like {example}.", example=EXAMPLE)
