"""What is true, and said, while nobody knows whether a write arrived. What can be done about it is the engine's matter.

A trace is evidence, not proof: a request that got no answer may still be carried out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from conversations.calls import Cancel, Reschedule, Write
from conversations.events import Trace
from conversations.texts import Text, say

PATIENCE = timedelta(seconds=60)
"""How long a write is in doubt before the person may send it again: by then no late answer is to be expected."""


def lines(call: Write, trace: Trace | None) -> Iterator[Text]:
    """What is known, what the calendar shows, and what the person can do. `trace` is None before it was asked."""
    yield unsure(call)
    shown = _shown(call, trace)
    if shown:
        yield shown
    yield say("Please look for an e-mail that confirms it. I will not send it a second time by myself.")
    yield say("If it has come, paste a link from it here. If not after a minute, you can have this sent again.")


def unsure(call: Write) -> Text:
    match call:
        case Reschedule():
            return say("I am not sure whether your appointment was moved: no answer came.")
        case Cancel():
            return say("I am not sure whether your appointment was cancelled: no answer came.")
        case _:
            return say("I am not sure whether your appointment was booked: no answer came.")


def _shown(call: Write, trace: Trace | None) -> Text | None:
    match call, trace:
        case Reschedule(), Trace.NONE:
            return say("So far the calendar still has it at its old hour.")
        case Reschedule(), Trace.SEEN:
            return say("The calendar no longer has it at its old hour: it was probably moved.")
        case Cancel(), Trace.NONE:
            return say("So far the calendar still has it.")
        case Cancel(), Trace.SEEN:
            return say("The calendar no longer has it: it was probably cancelled.")
        case _, Trace.NONE:
            return say("So far the calendar still offers this hour, as if nothing had been booked.")
        case _, Trace.SEEN:
            return say("The calendar no longer offers this hour: it may well be yours.")
        case _:
            return None
