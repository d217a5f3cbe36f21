"""/cancel: which appointment, and why. Only data; `engine.py` asks."""

from __future__ import annotations

from conversations.appointments import coming
from conversations.calls import Cancel
from conversations.events import Reason
from conversations.forms import Conversation, Field
from conversations.kinds import Kind, Limits
from conversations.people import Person
from conversations.session import Session
from conversations.texts import say, say_in


def _ends(_person: Person, session: Session, key: str) -> Cancel:
    return Cancel(key, session.value("appointment"), session.value("reason"))


CANCEL = Conversation(
    command="cancel",
    title=say("Cancel an appointment"),
    about=say("Cancel an appointment"),
    fields=(
        Field(
            name="appointment",
            label=say_in("row", "Appointment"),
            prompt=say("Which appointment do you want to cancel?"),
            offers=coming,
            sole=True,
            undone_by=frozenset({Reason.TOKEN_SPENT}),
            change=say_in("button", "Another appointment"),
            none=say("You have no appointment that could be cancelled."),
        ),
        Field(
            name="reason",
            label=say_in("row", "Reason"),
            prompt=say("Would you like to say why?"),
            kind=Kind.LINES,
            after=("appointment",),
            optional=True,
            limits=Limits(maxlength=1000),  # the API's own limit
            change=say_in("button", "Change reason"),
        ),
    ),
    ends=_ends,
    subject="appointment",
    on_cards=True,
    changes=True,
    confirm=say_in("button", "Cancel the appointment"),
    summary=say("Shall I cancel this appointment? This cannot be undone."),
    working=say("Cancelling …"),
    done=say("The appointment is cancelled."),
    left=say("Left. Your appointment stands."),
)
