"""/start, /help and /privacy: what is only told. Only data."""

from __future__ import annotations

from conversations.forms import Conversation
from conversations.people import Person
from conversations.texts import Text, say, say_many

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


def _kept(person: Person) -> Text:
    return say(
        "What you tell me is sent to the organisation's calendar when you confirm, and to nobody else.\n"
        "What I keep stands encrypted in a database of those who run me: who you are on this platform and your name "
        "there, your language and time zone, your last answers, your appointments and what it takes to change them.\n"
        "A message is erased as soon as it is read, what it takes to change an appointment half an hour after its end, "
        "and everything else {time} after you were here last and your last appointment was over.\n"
        "What stands in this chat is kept by the chat.",
        time=say_many("{number} day", "{number} days", person.days),
    )


PRIVACY = Conversation(
    command="privacy",
    title=say("Privacy"),
    about=say("Privacy"),
    tells=_kept,
    leads_to=("export", "forget"),
    on_menu=False,
)
