"""/language: the language in which is spoken from now on. Only data; `engine.py` asks."""

from __future__ import annotations

from conversations.calls import FindLanguages, SetLanguage
from conversations.forms import Conversation, Field
from conversations.people import Person
from conversations.session import Session
from conversations.texts import say, say_in


def _languages(_person: Person, _session: Session) -> FindLanguages:
    return FindLanguages()


def _ends(_person: Person, session: Session, _key: str) -> SetLanguage:
    return SetLanguage(session.value("language"))


LANGUAGE = Conversation(
    command="language",
    title=say("Language"),
    about=say("Language"),
    fields=(
        Field(
            name="language",
            label=say_in("row", "Language"),
            prompt=say("Which language do you prefer?"),
            offers=_languages,
        ),
    ),
    ends=_ends,
    confirm=None,
    done=say("From now on I speak English."),
    on_menu=False,
)
