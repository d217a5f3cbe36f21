"""All conversations, by their commands. A new one is a line here."""

from __future__ import annotations

from conversations.book import BOOK
from conversations.cancel import CANCEL
from conversations.forms import Conversation
from conversations.reschedule import RESCHEDULE
from conversations.texts import say

START = Conversation(
    command="start",
    title=say("Appointments"),
    about=say("See what I can do"),
    done=say("I can book, move and cancel appointments for you. What would you like to do?"),
)

CONVERSATIONS: dict[str, Conversation] = {each.command: each for each in (START, BOOK, RESCHEDULE, CANCEL)}
