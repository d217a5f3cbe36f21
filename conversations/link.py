"""/link: an appointment that a link from an e-mail was pasted for. Only data; `engine.py` asks.

The link itself is never here: the program takes it out of the line, and names the appointment by our own id.
"""

from __future__ import annotations

from conversations.appointments import known
from conversations.events import Reason
from conversations.forms import Conversation, Field, Tell
from conversations.offers import Choice
from conversations.people import Person, State
from conversations.session import Session
from conversations.texts import say, say_in


def _linked(person: Person, session: Session) -> tuple[Choice, ...]:
    """The one that was linked and not seen yet, and the one that it turned out to be."""
    chosen = session.value("appointment")
    return tuple(Choice(each.id) for each in person.appointments if each.state is State.LINKED or each.id == chosen)


def _unseen(person: Person) -> bool:
    return any(each.state is State.LINKED for each in person.appointments)


def _ends(_person: Person, session: Session, _key: str) -> Tell:
    return Tell(session.value("appointment"))


LINK = Conversation(
    command="link",
    title=say("An appointment from an e-mail"),
    about=say("Take up an appointment from an e-mail"),
    fields=(
        Field(
            name="appointment",
            label=say_in("row", "Appointment"),
            prompt=say("Which one?"),
            offers=_linked,
            sole=True,
            pasted=True,
            undone_by=frozenset({Reason.TOKEN_SPENT}),
            none=say(
                "Please paste a link from the e-mail that confirms an appointment: first the one to join it, then the "
                "one to change it."
            ),
        ),
        known(lambda _appointment, _session: True),
    ),
    ends=_ends,
    subject="appointment",
    confirm=None,
    left=say("Left. Nothing was taken up."),
    on_menu=False,
    pending=_unseen,
)
