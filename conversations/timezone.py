"""/timezone: the zone in which days and hours are shown from now on. Only data; `engine.py` asks."""

from __future__ import annotations

from conversations.calls import FindZones, SetZone
from conversations.forms import Conversation, Field
from conversations.people import Person
from conversations.session import Session
from conversations.texts import say, say_in


def _zones(person: Person, session: Session) -> FindZones:
    return FindZones(session.looking.get("zone", "").partition("?")[2], person.zone)


def _ends(_person: Person, session: Session, _key: str) -> SetZone:
    return SetZone(session.value("zone"))


TIMEZONE = Conversation(
    command="timezone",
    title=say("Time zone"),
    about=say("Time zone"),
    fields=(
        Field(
            name="zone",
            label=say_in("row", "Time zone"),
            prompt=say("Where are you? Choose a zone, or write the name of a large city nearby."),
            offers=_zones,
            searches=True,
        ),
    ),
    ends=_ends,
    confirm=None,
    done=say("From now on all times are shown in this zone. What is booked stays at the same moment."),
    on_menu=False,
)
