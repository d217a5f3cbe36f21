"""/export: what is kept of a person, shown to them. Only data; what there is is drawn in `account.py`."""

from __future__ import annotations

from conversations.calls import Export
from conversations.forms import Conversation, Field
from conversations.offers import Choice
from conversations.people import Person
from conversations.session import Session
from conversations.texts import say, say_in


def _ends(_person: Person, _session: Session, _key: str) -> Export:
    return Export()


EXPORT = Conversation(
    command="export",
    title=say("My data"),
    about=say("My data"),
    fields=(
        Field(
            name="export",
            label=say_in("row", "My data"),
            prompt=say("Shall I write here everything that I keep of you?"),
            offers=lambda _person, _session: (Choice("all", say_in("button", "Yes, write it here")),),
        ),
    ),
    ends=_ends,
    confirm=None,
    done=say("This is everything that I keep of you."),
    on_menu=False,
)
