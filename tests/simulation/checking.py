"""What must have held in a simulated run: the calendar's ledger, the database and all that people saw, put together.

Nothing is driven here. Each sentence that comes back is something that did not hold.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from simulated_people import Guest

from adapters import Words
from bot.calendar.client import FRESH
from bot.store import appointments, persons, sessions, writes
from bot.store.desk import Desk
from bot.store.store import Store
from bot.store.vault import Vault
from bot.store.writes import Entry, State
from bot.tokens import Tokens
from conversations.calls import Book, Cancel, Reschedule
from conversations.people import Appointment
from conversations.people import State as Standing
from conversations.screens import Open, Screen
from conversations.session import Session
from conversations.texts import Text
from sandbox.calendar.ledger import Deed
from sandbox.calendar.ledger import Entry as Booked
from sandbox.calendar.traffic import Operation
from simulation import ADMIN, KEY, Simulation

EXPECTED = frozenset({"ConnectionError", "NotYet", "NotCommitted", "OperationalError", "CancelledError"})
"""What may be logged as an exception: what the simulation has raised itself."""

DONE = ("Booked. See you then!", "Moved. The new hour is yours, the old one is given back.")
TOKEN = "eyJhbGciOi"
"""How each of the calendar's tokens begins; what is sealed has shorter pieces in it by chance."""

UNSURE = "I am not sure whether your appointment was"
KINDS = {
    Operation.SCHEDULE_SERVICE: Book,
    Operation.SCHEDULE_USER: Book,
    Operation.RESCHEDULE: Reschedule,
    Operation.CANCEL: Cancel,
}


def _said(screen: Screen) -> list[str]:
    return [each.message for each in (*screen.lines, screen.notice) if isinstance(each, Text)]


# While it happens.


def seen_rightly(run: Simulation, place: str, screen: Screen, words: Words, text: str) -> Iterator[str]:
    """Of what is shown at this moment; `text` is what is read there, where there is such a thing."""
    if any(each in DONE for each in _said(screen)):
        for button in screen.buttons:
            if isinstance(button.means, Open) and button.means.subject:
                sql = "SELECT tokens IS NOT NULL OR state = 'cancelled' FROM appointments WHERE id = ?"
                if run.asked(sql, button.means.subject) != [(1,)]:
                    yield f"I2: success was spoken of before the tokens were on disk, to {place}"
    bare = replace(screen, buttons=tuple(replace(each, url="") for each in screen.buttons))
    if TOKEN in repr(bare) or TOKEN in text:
        yield f"I6: a token was shown to {place}"
    if text and words.say(screen.title) not in text:
        yield f"something else is read than what was to be shown to {place}: {text[:200]}"
    if screen.revision and not screen.busy and not (any(screen.presses()) or screen.focus):
        yield f"I10: a dead end was shown to {place}: {screen}"


# When it is over.


@dataclass(frozen=True)
class Left:
    """What the database holds at the end."""

    writes: list[Entry]
    stored: dict[str, tuple[int, Appointment, Tokens | None]]
    persons: dict[str, int]
    inbox: Counter[str]
    owed: int
    sessions: dict[str, Session | sessions.Unknown | None]


def checked(run: Simulation) -> Iterator[str]:
    left = asyncio.run(_look(run))
    for check in (
        _sent_once,
        _ends,
        _told,
        _bookings,
        _appointments,
        _inbox,
        _stands,
        _logs,
        _rests,
        _files,
        _platform,
    ):
        yield from check(run, left)


async def _look(run: Simulation) -> Left:
    def everything(desk: Desk) -> Left:
        rows = desk.connection.exec_driver_sql("SELECT id, person_id FROM appointments").all()
        states = desk.connection.exec_driver_sql("SELECT state, count(*) FROM inbox GROUP BY state").all()
        found = {
            guest.name: persons.find(desk, run.platform.name, "", run.platform.user(guest.name)) for guest in run.guests
        }
        stored = {id: (person, appointments.load(desk, id), appointments.tokens(desk, id)) for id, person in rows}
        return Left(
            writes.in_state(desk, *State),
            {id: (person, known, tokens) for id, (person, known, tokens) in stored.items() if known},
            {name: contact.id for name, contact in found.items() if contact},
            Counter(dict(states)),
            desk.connection.exec_driver_sql("SELECT count(*) FROM owed").scalar_one(),
            {name: sessions.load(desk, contact.id) for name, contact in found.items() if contact},
        )

    run.disk.set(0)
    store = await Store.open(f"sqlite:///{run.database}", Vault([KEY]))
    try:
        return await store.transact("looked", everything)
    finally:
        await store.close()


def _sent_once(run: Simulation, _left: Left) -> Iterator[str]:
    """I1, and that `sent` stands on disk before the first byte leaves."""
    keys: Counter[tuple[int, str]] = Counter()
    for departure in run.network.departures:
        mine = [live for live in departure.live if live[0] == departure.person]
        if len(mine) != 1:
            yield f"I1: {departure} left, and {len(mine)} writes of theirs were `sent` on disk"
        if departure.age > FRESH.total_seconds() + 0.001:  # times on disk are cut to milliseconds
            yield f"I1: {departure} left too late: others may have judged it by then"
        keys.update(mine)
    for key, times in keys.items():
        if times > 1:
            yield f"I1: the write {key} left {times} times"
    for double in run.world.ledger.double_bookings():
        one, other = (run.network.requests.get(each.request) for each in (double.earlier, double.later))
        if one and other and one.live == other.live:
            yield f"I1: booked twice: {double}"
    for operation in run.network.too_soon:
        if run.per_second:
            yield f"I13: {operation} left before the calendar was rested"


def _ends(run: Simulation, left: Left) -> Iterator[str]:
    """I3: every intent ends booked, refused or told."""
    for entry in left.writes:
        if entry.state not in {State.BOOKED, State.REFUSED, State.TOLD}:
            yield f"I3: a write is still {entry.state}: {entry.key}"
        if entry.state is State.REFUSED and _deeds(run, entry):
            yield f"I3: refused, and yet done: {entry.key} {_deeds(run, entry)}"
        if entry.state is State.BOOKED and not _done_for(run, entry):
            yield f"I3: said to be done, and never done: {entry.key} {entry.call}"


def _deeds(run: Simulation, entry: Entry) -> list[Booked]:
    """What the calendar did because of a write."""
    mine = (entry.person_id, entry.key)
    made = {number for number, departure in run.network.requests.items() if mine in departure.live}
    theirs = {number for number in made if run.network.requests[number].person == entry.person_id}
    return [each for each in run.world.ledger.entries if each.request in theirs]


def _done_for(run: Simulation, entry: Entry) -> bool:
    """Whether anything of this kind was done for this person: a link from an e-mail may settle an earlier doubt."""
    return any(
        isinstance(entry.call, KINDS[departure.operation])
        for number, departure in run.network.requests.items()
        if departure.person == entry.person_id and any(each.request == number for each in run.world.ledger.entries)
    )


def _told(run: Simulation, left: Left) -> Iterator[str]:
    """I3: whoever is left in doubt was told so."""
    names = {number: name for name, number in left.persons.items()}
    doubts = Counter(names.get(each.person_id) for each in left.writes if each.state is State.TOLD)
    for name, number in doubts.items():
        shown = {
            each.screen.revision
            for each in run.platform.history
            if each.place == name and any(said.startswith(UNSURE) for said in _said(each.screen))
        }
        if len(shown) < number:
            yield f"I3: {number} writes of {name} are in doubt, and {len(shown)} screens said so"
    alerts = [value for each in run.platform.history if each.place == ADMIN for _, value in each.screen.rows]
    for entry in left.writes:
        if entry.state is State.TOLD and entry.key not in alerts:
            yield f"whoever runs it was not told of {entry.key}"


def _bookings(run: Simulation, left: Left) -> Iterator[str]:
    """Whatever stands in the calendar is known here with tokens that work, or was told to be in doubt."""
    ours = {_subject(tokens.action or tokens.access) for _, _, tokens in left.stored.values() if tokens}
    for entry in run.world.ledger.standing():
        guest = _guest(run, entry.email)
        if guest is None or _may_be_forgotten(run, guest) or guest.name not in left.persons:
            continue
        doubtful = {
            each.call.start
            for each in left.writes
            if each.state is State.TOLD
            and not isinstance(each.call, Cancel)
            and each.person_id == left.persons[guest.name]
        }
        if (entry.appointment, run.world.appointments[entry.appointment].edition) in ours:
            continue
        if entry.start not in doubtful:
            yield f"I3: booked and never told: {entry.start} for {guest.name}"


def _appointments(run: Simulation, left: Left) -> Iterator[str]:
    """I11: what is shown as booked stands in the calendar, at that hour."""
    unsure = {
        each.call.appointment for each in left.writes if each.state is State.TOLD and not isinstance(each.call, Book)
    }
    for id, (_, appointment, tokens) in left.stored.items():
        if appointment.state is not Standing.BOOKED or id in unsure:
            continue
        if tokens is None or not (tokens.action or tokens.access):
            yield f"I2: no tokens are kept of {appointment}"
            continue
        subject, edition = _subject(tokens.action or tokens.access)
        last = run.world.ledger.of(subject)[-1]
        if last.deed is Deed.WITHDRAWN:
            continue
        if last.deed is Deed.CANCELLED or edition != run.world.appointments[subject].edition:
            yield f"I3: {id} is said to stand, and was {last.deed}"
        elif last.start != appointment.start:
            yield f"I11: {appointment.start} is shown, {last.start} is booked"


def _subject(token: str) -> tuple[str, int]:
    """Whose token it is, and of which edition."""
    if not token:
        return "", 0
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims["sub"], claims["edition"]


def _may_be_forgotten(run: Simulation, guest: Guest) -> bool:
    """Whether they were asked if they want to be: the farewell itself may be lost on its way."""
    screens = (each.screen for each in run.platform.history if each.place == guest.name)
    return any(isinstance(each.title, Text) and each.title.message == "Forget me" for each in screens)


def _guest(run: Simulation, email: str) -> Guest | None:
    return next((each for each in run.guests if each.email == email), None)


def _inbox(run: Simulation, left: Left) -> Iterator[str]:
    """I4: all that was taken was handled once, or set aside."""
    if left.owed:
        yield f"I3: {left.owed} things are still owed"
    if run.platform.undelivered:
        yield f"I4: {len(run.platform.undelivered)} updates were never taken"
    keys, poison = set(run.platform.delivered), run.platform.poison
    forgetting = any(_may_be_forgotten(run, guest) for guest in run.guests)  # takes along what was set aside
    aside = left.inbox["aside"] if forgetting else len(poison)
    if left.inbox["new"] or (left.inbox["done"], left.inbox["aside"]) != (len(keys - poison), aside):
        yield f"I4: {len(keys)} were taken, {len(poison)} of them poison; there are {left.inbox}"


def _stands(run: Simulation, left: Left) -> Iterator[str]:
    """I5 and I10: what was shown last is where somebody stands; nobody sees something unfinished for ever.

    Who was forgotten and has come back is somebody else, with another key: the farewell may come late.
    """
    told = (each for each in run.platform.history if each.screen.revision and not each.belated)
    last = {(each.place, each.screen.key): each.screen for each in told}
    for name, session in left.sessions.items():
        if not isinstance(session, Session) or not session.revision:
            continue
        screen = last.get((name, session.key))
        if screen is None or screen.revision != session.revision:
            yield f"I5: {name} was shown {screen and screen.revision} last, and stands at {session.revision}"
        elif screen.busy:
            yield f"I10: {name} waits for ever"


def _logs(run: Simulation, _left: Left) -> Iterator[str]:
    """I6 and I12: no secret in a log, and no fault of our own."""
    for logged in run.logged:
        if TOKEN in logged.text or "@example.com" in logged.text:
            yield f"I6: a secret was logged: {logged.text[:200]}"
        if logged.error and logged.error not in EXPECTED:
            yield f"I12: a fault of our own was logged: {logged.text[-1500:]}"


def _rests(run: Simulation, _left: Left) -> Iterator[str]:
    """I7: nobody's affairs were changed by another's press."""
    people = {guest.email for guest in run.guests}
    names: dict[object, set[str]] = {}
    for entry in run.world.ledger.entries:
        if departure := run.network.requests.get(entry.request):
            names.setdefault(departure.person, set()).add(entry.email)
    for person, emails in names.items():
        if len(emails & people) > 1:
            yield f"I7: person {person} changed what belongs to {sorted(emails)}"


def _platform(run: Simulation, _left: Left) -> Iterator[str]:
    """I9 and I13, as far as the platform itself can tell."""
    yield from run.platform.wrongs(run.life_began)


def _files(run: Simulation, _left: Left) -> Iterator[str]:
    """I6: nothing can be read in the files."""
    for file in run.folder.iterdir():
        content = file.read_bytes()
        if b"@example.com" in content or TOKEN.encode() in content:
            yield f"I6: something can be read in {file.name}"
