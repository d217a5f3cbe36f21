"""Reads a text of a person's own, in one line or several. What it means is nobody's matter."""

from __future__ import annotations

import re
import unicodedata

from conversations.events import Heard, Understood, Unreadable
from conversations.kinds import Limits
from conversations.offers import Choice
from conversations.texts import say

LONGEST = Limits(maxlength=4000)
"""A question's own limits, in `Question.limits`, may be narrower."""

_QUOTES = "\"'“”„‟‘’‚‛«»‹›「」『』"

_LINE_END = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


def read(text: str, *, lines: bool) -> Heard:
    """The text without control characters, in NFC; in one line unless `lines` are asked for."""
    clean = unicodedata.normalize("NFC", "".join(filter(_written, _LINE_END.sub("\n", text)))).strip()
    clean = clean if lines else " ".join(clean.split())
    if not any(_seen(each) for each in clean):
        return Unreadable(say("Please write an answer."))
    refusal = LONGEST.refusal(clean)
    return Unreadable(refusal) if refusal else Understood(Choice(clean))


def unquoted(text: str) -> str:
    """What stands in quotation marks of any language; the text itself where there are none."""
    return text.strip().strip(_QUOTES).strip()


def _written(letter: str) -> bool:
    """Neither a control character nor half of a broken pair, which no database takes."""
    return letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs")


def _seen(letter: str) -> bool:
    return unicodedata.category(letter)[0] not in "CZ"
