"""/timezone: the zone in which days and hours are shown from now on. Only data; `engine.py` asks."""

from __future__ import annotations

from conversations.calls import FindZones, SetZone
from conversations.forms import Conversation, Field
from conversations.people import Person
from conversations.session import Session
from conversations.texts import Clock, Text, say, say_in


def _zones(person: Person, session: Session) -> FindZones:
    search = session.looking.get("zone", "").partition("?")[2]
    return FindZones(search, person.zone, session.wanted or "", person.zone_guessed)


def _prompt(person: Person, session: Session) -> Text:
    """A guess is checked by the clock: everybody knows what time it is."""
    if person.zone_guessed:
        return say(
            "Is it {clock} for you now? Choose the time on your clock, or write the name of a large city nearby.",
            clock=Clock(session.at),
        )
    return say("Where are you? Choose a zone, or write the name of a large city nearby.")


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
            prompts=_prompt,
            searches=True,
            place=True,
        ),
    ),
    ends=_ends,
    subject="zone",
    confirm=None,
    done=say("From now on all times are shown in this zone. What is booked stays at the same moment."),
    on_menu=False,
)
