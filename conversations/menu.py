"""All conversations, by their commands, in the order of the menu. A new one is a line here."""

from __future__ import annotations

from conversations.appointments import APPOINTMENTS
from conversations.book import BOOK
from conversations.cancel import CANCEL
from conversations.export import EXPORT
from conversations.forget import FORGET
from conversations.forms import Conversation
from conversations.language import LANGUAGE
from conversations.link import LINK
from conversations.reschedule import RESCHEDULE
from conversations.settings import SETTINGS
from conversations.telling import HELP, PRIVACY, START
from conversations.timezone import TIMEZONE

CONVERSATIONS: dict[str, Conversation] = {
    each.command: each
    for each in (
        START,
        BOOK,
        APPOINTMENTS,
        RESCHEDULE,
        CANCEL,
        LINK,
        SETTINGS,
        LANGUAGE,
        TIMEZONE,
        PRIVACY,
        EXPORT,
        FORGET,
        HELP,
    )
}
