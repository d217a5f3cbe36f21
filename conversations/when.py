"""The two questions for a day and an hour, of whatever is booked or moved. Only data; `engine.py` asks."""

from __future__ import annotations

from collections.abc import Callable

from conversations.calls import FindDays, FindHours, FindNear
from conversations.events import Reason
from conversations.forms import Field
from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.people import Person
from conversations.session import Session, taken
from conversations.texts import Said, say, say_in

Whose = Callable[[Person, Session], tuple[str, str | None] | None]
"""The service and the agent whose time is asked for; no agent is anyone, and None is nobody any more."""


def when(
    whose: Whose,
    *,
    day: Said,
    hour: Said,
    prompt: Said,
    after: tuple[str, ...],
    others: bool = False,
    undone_by: frozenset[Reason] = frozenset(),
) -> tuple[Field, Field]:
    """`day` and `hour` label the answers. `others` offers other agents too for an hour that was taken."""

    def days(person: Person, session: Session) -> FindDays | tuple[Choice, ...]:
        wanted = whose(person, session)
        return FindDays(*wanted, session.looking.get("day"), person.zone) if wanted else ()

    def hours(person: Person, session: Session) -> FindHours | FindNear | tuple[Choice, ...]:
        wanted, near = whose(person, session), taken(session, "hour")
        if wanted is None:
            return ()
        if near:
            return FindNear(*wanted, near, person.zone, others=others)
        return FindHours(*wanted, session.instant("day"), person.zone)

    return (
        Field(
            name="day",
            label=day,
            prompt=prompt,
            kind=Kind.DAY,
            offers=days,
            after=after,
            undone_by=frozenset({Reason.DATE_PAST}) | undone_by,
            none=say("No free day was found in these months."),
            change=say_in("button", "Change day"),
        ),
        Field(
            name="hour",
            label=hour,
            prompt=say("At what time?"),
            kind=Kind.HOUR,
            offers=hours,
            after=("day",),
            undone_by=frozenset({Reason.HOUR_TAKEN}),
            none=say("Nothing is free on this day any more. Please go back and choose another."),
            change=say_in("button", "Change hour"),
        ),
    )
