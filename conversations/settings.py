"""/settings: language, time zone, privacy. Only data; `engine.py` asks."""

from __future__ import annotations

from conversations.forms import Conversation, Field, Go
from conversations.offers import Choice
from conversations.people import Person
from conversations.session import Session
from conversations.texts import say, say_in

_ROOMS = (
    Choice("language", say_in("setting", "Language")),
    Choice("timezone", say_in("setting", "Time zone")),
    Choice("privacy", say_in("setting", "Privacy")),
)


def _ends(_person: Person, session: Session, _key: str) -> Go:
    return Go(session.value("setting"))


SETTINGS = Conversation(
    command="settings",
    title=say("Settings"),
    about=say("Settings"),
    fields=(
        Field(
            name="setting",
            label=say_in("row", "Setting"),
            prompt=say("What would you like to set?"),
            offers=lambda _person, _session: _ROOMS,
        ),
    ),
    ends=_ends,
    confirm=None,
)
