"""/start, /help and /privacy: what is only told. Only data."""

from __future__ import annotations

from conversations.forms import Conversation
from conversations.texts import say

START = Conversation(
    command="start",
    title=say("Appointments"),
    about=say("See what I can do"),
    done=say("I can book, move and cancel appointments for you. What would you like to do?"),
    on_menu=False,
)

HELP = Conversation(
    command="help",
    title=say("Help"),
    about=say("Help"),
    done=say(
        "Tap a button, or write: the number of a button, a word that stands on it, an hour such as 14:30, a day such "
        "as 24. You can always go back, and change every answer before you confirm.\n"
        "/book an appointment\n"
        "/appointments: see, join, move and cancel yours\n"
        "/settings: language, time zone, privacy"
    ),
)

PRIVACY = Conversation(
    command="privacy",
    title=say("Privacy"),
    about=say("Privacy"),
    done=say(
        "What you tell me is sent to the organisation's calendar when you confirm. I keep your appointments, your last "
        "answers and the name on your profile, encrypted, so that you can change them and need not type them again. I "
        "pass them to nobody else."
    ),
    on_menu=False,
)
