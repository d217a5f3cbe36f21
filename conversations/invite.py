"""/calendar: an appointment for the person's own calendar, as a file and by links. Only data; `engine.py` asks."""

from __future__ import annotations

from conversations.appointments import coming
from conversations.calls import Invite
from conversations.forms import Conversation, Field
from conversations.people import Person
from conversations.session import Session
from conversations.texts import say, say_in


def _ends(_person: Person, session: Session, _key: str) -> Invite:
    return Invite(session.value("appointment"))


INVITE = Conversation(
    command="calendar",
    title=say("Add to my calendar"),
    about=say("Add to my calendar"),
    fields=(
        Field(
            name="appointment",
            label=say_in("row", "Appointment"),
            prompt=say("Which appointment is it for?"),
            offers=coming,
            sole=True,
            none=say("No appointment is coming."),
        ),
    ),
    ends=_ends,
    subject="appointment",
    confirm=None,
    done=say("The file is for the calendar on your device. The buttons lead to calendars on the web."),
    on_menu=False,
    on_cards=True,
    changes=True,
    leads_out=True,
)
