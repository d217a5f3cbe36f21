"""The business behind the stand-in: what is offered, who is free, what was booked, and what breaks on demand.

Nothing here knows HTTP; errors leave as `Refusal`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import RLock
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sandbox.calendar import catalogue
from sandbox.calendar.appointments import Appointment, Wish
from sandbox.calendar.availability import BUSINESS_ZONE, Busy, Diary, starts_between
from sandbox.calendar.catalogue import Agent, Service, made_id
from sandbox.calendar.errors import Refusal, in_the_past, not_found, spent, unavailable
from sandbox.calendar.faults import Fault
from sandbox.calendar.forms import Field
from sandbox.calendar.instants import day_begins, days_of_month, local_date
from sandbox.calendar.ledger import Deed, Entry, Ledger
from sandbox.calendar.tokens import Mint, Use
from sandbox.calendar.traffic import Traffic
from sandbox.clock import utc_now
from sandbox.misbehaving import Faults

A_DAY = timedelta(days=1)
PAST_TOLERANCE = timedelta(seconds=60)
"""How far "the present instant" of a client may lie behind ours."""
LEAD = timedelta(seconds=10)
"""An hour that begins sooner can't be booked any more."""
HORIZON = timedelta(days=200)


class World:
    """One business. All that changes it holds `lock`, so that a test may look on from another thread.

    `past` says what a date must not be: "instant" (before now), or "day" (in a month or on a day that is over); the
    page can be read both ways. `honeypot` demands the empty element `videsk_essential`. `keeps_id` says whether a moved
    appointment stays the same record.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = utc_now,
        *,
        seed: str = "sandbox",
        requests_per_second: int = 0,
        past: Literal["instant", "day"] = "instant",
        honeypot: bool = False,
        keeps_id: bool = True,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lock = RLock()
        self.clock = clock
        self.seed = seed
        self.requests_per_second = requests_per_second
        self.past = past
        self.honeypot = honeypot
        self.keeps_id = keeps_id
        self.revoked = False
        self.traffic, self.ledger, self.faults = Traffic(tick, self.lock), Ledger(), Faults[Fault](self.lock)
        self.agents: dict[str, Agent] = {agent.id: agent for agent in catalogue.AGENTS}
        self.services: dict[str, Service] = {service.id: service for service in catalogue.SERVICES}
        self.appointments: dict[str, Appointment] = {}
        self.mail: list[dict[str, Any]] = []
        """The confirmations that the business e-mailed: each the body of a booking's or a move's answer."""
        self.forms: dict[tuple[str, str], Sequence[Field]] = {}
        self._editions: dict[str, int] = {}
        self._moved = timedelta()
        self._made = 0
        self._mint = Mint(seed)
        self._diary = Diary()
        self._load: Counter[str] = Counter()
        for segment in (catalogue.CONTACT_SEGMENT, catalogue.EVERYTHING_SEGMENT):
            self._print_forms(segment)
        self._leave_for_the_coming_month(self.agent("Seven").id)

    # Time

    def now(self) -> datetime:
        return self.clock().astimezone(UTC) + self._moved

    def forward(self, by: timedelta) -> None:
        """Time jumps, as if nobody had done anything meanwhile."""
        self._moved += by

    # What is offered

    def agent(self, lastname: str) -> Agent:
        """By its name in the catalogue: "One" to "Nine"."""
        return next(agent for agent in self.agents.values() if agent.lastname == lastname)

    def service(self, title: str) -> Service:
        """By its title in the catalogue."""
        return next(service for service in self.services.values() if service.title == title)

    def form_segments(self) -> str:
        """Which form each service asks for: `service=segment,…,*=segment`."""
        usual = catalogue.CONTACT_SEGMENT
        others = [f"{each.id}={each.segment}" for each in self.services.values() if each.segment != usual]
        return ",".join([*others, f"*={usual}"])

    def fields(self, segment: str, version: str) -> Sequence[Field]:
        """Raises Refusal 404 in the documented words."""
        if not any(known == segment for known, _ in self.forms):
            raise not_found("Not form found in segment provided.")
        if (found := self.forms.get((segment, version))) is None:
            raise not_found(f"The {version} version of form not found.")
        return found

    # Who is free

    def days(self, agents: Sequence[str], asked: datetime, zone: ZoneInfo) -> list[datetime]:
        """The beginnings of the days with a free hour in the month of the zone in which `asked` lies."""
        month = local_date(asked, zone)
        self._refuse_past(asked, month.replace(day=1), local_date(self.now(), zone).replace(day=1))
        days = ((day_begins(day, zone), day_begins(day + A_DAY, zone)) for day in days_of_month(month))
        with self.lock:
            return [begin for begin, end in days if self._any_free(agents, begin, end)]

    def hours(self, agents: Sequence[str], asked: datetime, zone: ZoneInfo) -> list[datetime]:
        """The free hours on the day of the zone in which `asked` lies, of any of the agents."""
        day = local_date(asked, zone)
        self._refuse_past(asked, day, local_date(self.now(), zone))
        begin, end = day_begins(day, zone), day_begins(day + A_DAY, zone)
        with self.lock:
            return sorted({start for agent in agents for start in self._free(agent, begin, end)})

    def _refuse_past(self, asked: datetime, day: date, present: date) -> None:
        over = day < present if self.past == "day" else asked < self.now() - PAST_TOLERANCE
        if over:
            raise in_the_past()

    def _any_free(self, agents: Sequence[str], begin: datetime, end: datetime) -> bool:
        return any(True for agent in agents for _ in self._free(agent, begin, end))

    def _free(self, agent: str, begin: datetime, end: datetime, besides: str = "") -> Iterator[datetime]:
        now = self.now()
        begin, end = max(begin, now + LEAD), min(end, now + HORIZON)
        if begin >= end:
            return
        week = self.agents[agent].week
        length = timedelta(minutes=week.length)
        for start in starts_between(agent, week, begin, end):
            if self._diary.free(agent, start, start + length, besides):
                yield start

    def _is_free(self, agent: str, start: datetime, besides: str = "") -> bool:
        return any(True for _ in self._free(agent, start, start + timedelta(microseconds=1), besides))

    def end_of(self, agent: str, start: datetime) -> datetime:
        return start + timedelta(minutes=self.agents[agent].week.length)

    # What is booked

    def book(self, wish: Wish, request: int = 0) -> Appointment:
        """Raises Refusal 409 if none of the agents is free; else the one with the fewest appointments gets it."""
        with self.lock:
            free = [agent for agent in wish.agents if self._is_free(agent, wish.start)]
            if not free:
                raise unavailable(wish.start)
            agent = min(free, key=lambda each: self._load[each])
            return self._commit(self._new(wish, agent), Deed.BOOKED, request)

    def move(self, appointment: Appointment, start: datetime, request: int = 0) -> Appointment:
        """Raises Refusal 409 if its agent is not free then; the time it takes now does not count."""
        with self.lock:
            if not self._is_free(appointment.agent, start, appointment.id):
                raise unavailable(start)
            self._release(appointment)
            end = self.end_of(appointment.agent, start)
            moved = replace(appointment, start=start, end=end, edition=appointment.edition + 1)
            if not self.keeps_id:
                self.appointments[appointment.id] = replace(appointment, cancelled=True)
                self._write(appointment, Deed.CANCELLED, request)
                moved = replace(moved, id=self._next_id())
            return self._commit(moved, Deed.MOVED if self.keeps_id else Deed.BOOKED, request)

    def cancel(
        self, appointment: Appointment, reason: str | None = None, request: int = 0, deed: Deed = Deed.CANCELLED
    ) -> None:
        with self.lock:
            self._release(appointment)
            gone = replace(appointment, cancelled=True, edition=appointment.edition + 1)
            self.appointments[gone.id] = gone
            self._write(gone, deed, request, reason)

    def _next_id(self) -> str:
        self._made += 1
        return made_id("appointment", f"{self.seed} {self._made}")

    def _new(self, wish: Wish, agent: str) -> Appointment:
        return Appointment(
            id=self._next_id(),
            service=wish.service,
            agent=agent,
            start=wish.start,
            end=self.end_of(agent, wish.start),
            zone=wish.zone,
            email=wish.email,
            referrer=wish.referrer,
            form=wish.form,
        )

    def _commit(self, appointment: Appointment, deed: Deed, request: int) -> Appointment:
        self.appointments[appointment.id] = appointment
        self._load[appointment.agent] += 1
        self._diary.take(appointment.agent, Busy(appointment.start, appointment.end, appointment.id))
        self._write(appointment, deed, request)
        return appointment

    def _release(self, appointment: Appointment) -> None:
        self._load[appointment.agent] -= 1
        self._diary.release(appointment.agent, appointment.id, appointment.start, appointment.end)

    def _write(self, appointment: Appointment, deed: Deed, request: int, reason: str | None = None) -> None:
        self.ledger.write(
            Entry(
                deed=deed,
                at=self.now(),
                request=request,
                appointment=appointment.id,
                agent=appointment.agent,
                service=appointment.service.id,
                start=appointment.start,
                end=appointment.end,
                zone=appointment.zone,
                email=appointment.email,
                form=appointment.form,
                reason=reason,
            )
        )

    # Tokens

    def api_token(self, expires: datetime | None = None) -> str:
        """The back-end token: always the same for one seed, unless it expires."""
        claims: dict[str, Any] = {"sub": made_id("integration", self.seed), "iat": 1_700_000_000}
        if expires is not None:
            claims["exp"] = int(expires.timestamp())
        return self._mint.sign(Use.API, claims)

    def action_token(self, appointment: Appointment) -> str:
        return self._mint.sign(Use.ACTION, self._claims(appointment))

    def access_token(self, appointment: Appointment) -> str:
        return self._mint.sign(Use.ACCESS, self._claims(appointment))

    def _claims(self, appointment: Appointment) -> dict[str, Any]:
        return {"sub": appointment.id, "edition": appointment.edition, "iat": 1_700_000_000}

    def admit(self, authorization: str | None) -> None:
        """Raises Refusal unless the header bears the back-end token."""
        self._mint.read(Use.API, authorization, self.now())
        if self.revoked:
            raise Refusal(403, "The integration token it's invalid or was removed.")

    def acting(self, authorization: str | None) -> Appointment:
        """The appointment of an action token. Raises Refusal once it was moved or cancelled, or has started."""
        appointment = self._borne(Use.ACTION, authorization)
        if self.now() >= appointment.start:
            raise spent()
        return appointment

    def seen_by(self, authorization: str | None) -> Appointment:
        """The appointment of an access token. Raises Refusal once it was moved or cancelled, or has ended."""
        appointment = self._borne(Use.ACCESS, authorization)
        if self.now() >= appointment.end:
            raise spent()
        return appointment

    def _borne(self, use: Use, authorization: str | None) -> Appointment:
        claims = self._mint.read(use, authorization, self.now())
        appointment = self.appointments.get(str(claims.get("sub")))
        if appointment is None or appointment.cancelled or claims.get("edition") != appointment.edition:
            raise spent()
        return appointment

    # What happens behind the bot's back

    def block(self, agent: str, start: datetime, end: datetime) -> None:
        """The agent has no time then, for whatever reason; what is booked already stays booked."""
        with self.lock:
            self._diary.take(agent, Busy(start, end))

    def steal(self, agents: Sequence[str], start: datetime) -> None:
        """Somebody else takes this hour of each of the agents."""
        for agent in agents:
            self.block(agent, start, self.end_of(agent, start))

    def remove_service(self, service: str) -> None:
        """The service is offered no more; its appointments stand."""
        with self.lock:
            self.services.pop(service, None)

    def spend_tokens(self, appointment: str) -> Appointment:
        """New tokens replace those that were given out; the appointment stands."""
        with self.lock:
            renewed = replace(self.appointments[appointment], edition=self.appointments[appointment].edition + 1)
            self.appointments[appointment] = renewed
            return renewed

    def withdraw(self, appointment: str, reason: str | None = None) -> None:
        """The business itself cancels."""
        with self.lock:
            self.cancel(self.appointments[appointment], reason, deed=Deed.WITHDRAWN)

    def change_form(self, segment: str) -> None:
        """All fields get new ids; their names stay."""
        with self.lock:
            self._editions[segment] += 1
            self._print_forms(segment)

    def _print_forms(self, segment: str) -> None:
        edition = self._editions.setdefault(segment, 1)
        if segment == catalogue.EVERYTHING_SEGMENT:
            self.forms[segment, "base"] = catalogue.everything_form(segment, edition)
        else:
            self.forms[segment, "base"] = catalogue.contact_form(segment, edition)
            self.forms[segment, "contact"] = catalogue.contact_form(segment, edition)[:2]

    def _leave_for_the_coming_month(self, agent: str) -> None:
        first = (local_date(self.now(), BUSINESS_ZONE).replace(day=1) + 32 * A_DAY).replace(day=1)
        after = (first + 32 * A_DAY).replace(day=1)
        # A day more on both sides: the month is to be without a free day in every zone.
        self.block(agent, day_begins(first - A_DAY, BUSINESS_ZONE), day_begins(after + A_DAY, BUSINESS_ZONE))
