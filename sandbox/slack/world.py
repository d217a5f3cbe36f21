"""One app's Slack: the app itself, the workspaces it knows, what Slack has still to tell it, what breaks on demand.

Nothing here knows HTTP. What people do stands in `people`, what the app may ask for in the methods.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from threading import RLock
from typing import TYPE_CHECKING, Any

from sandbox.changes import Changes
from sandbox.clock import utc_now
from sandbox.misbehaving import Faults
from sandbox.pace import Silences
from sandbox.requests import Complaint
from sandbox.slack import installing, telling
from sandbox.slack.channels import Channel, Message
from sandbox.slack.deliveries import Delivery, Kind
from sandbox.slack.faults import Fault
from sandbox.slack.ids import Ids
from sandbox.slack.ledger import Ledger, Request
from sandbox.slack.manifest import DEFAULT, Manifest, read_manifest
from sandbox.slack.pace import Pace
from sandbox.slack.people import Person
from sandbox.slack.response_urls import ResponseUrl
from sandbox.slack.seeing import Profile, Somebody
from sandbox.slack.sockets import Sockets
from sandbox.slack.teams import Team, Token, user_shown
from sandbox.slack.triggers import Trigger
from sandbox.slack.views import View

if TYPE_CHECKING:
    from sandbox.slack.files import Upload


class World:
    """All that changes it holds `lock` and tells `changes`, so that a test may act and look from another thread.

    `manifest` is the app's own; without it there is one for an app that books. `pace` enforces limits of asking. `url`
    is where it is served, once it is.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = utc_now,
        *,
        seed: str = "sandbox",
        manifest: Mapping[str, Any] | None = None,
        pace: Pace | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lock = RLock()
        self.changes = Changes(self.lock)
        self.clock, self.tick, self.pace = clock, tick, pace
        self.chance = Random(seed)  # noqa: S311 -- names that must only differ
        self.url = ""
        self.manifest: Manifest = read_manifest(manifest or DEFAULT)
        self.tokens: dict[str, Token] = {}
        self.teams: dict[str, Team] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        """The Home tabs, by person."""
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.uploads: dict[str, Upload] = {}
        """Files on their way, by where they are to be brought."""
        self.grants: dict[str, installing.Grant] = {}
        self.ledger, self.faults, self.sockets = Ledger(Request, self.lock), Faults[Fault](self.lock), Sockets(self)
        self.silences = Silences(self.now)
        self.complaints: list[Complaint] = []
        self.deliveries: list[Delivery] = []
        self.queue: list[Delivery] = []
        """What has still to be sent."""
        self.open_deliveries: set[Delivery] = set()
        """What is neither acknowledged nor given up."""
        self.challenged: str | None = None
        self.verified = False
        self.reroute: dict[str, str] = {}
        """Where an address of the manifest is really found: its beginning, and what to put in its place."""
        self.patience = 3.0
        """Real seconds that the app has to acknowledge."""
        self.trigger_life = 3.0
        self.resend_after: tuple[float, ...] = (0.0, 60.0, 300.0)
        """Seconds before each further sending of an event that was not acknowledged."""
        self.at_once = 100
        """So many payloads are on their way at once; others wait in Slack, and their triggers age."""
        self.twice = False
        """Every payload comes once more when it has been acknowledged, as if it had never been sent."""
        self.lag = 0.0
        """Real seconds that every payload waits in Slack before it is sent."""
        self._moved = timedelta()
        self.ids = Ids(seed)
        self.app_id, self.client_id = self.next_id("A"), "1000000000001.1000000000002"
        self.client_secret, self.signing_secret = self.secret("client")[:32], self.secret("signing")[:32]
        self.verification_token = self.secret("verification")[:24]
        self.app_token = f"xapp-1-{self.app_id}-1000000000003-{self.secret('app')}"
        self.tokens[self.app_token] = Token("app", None, ("connections:write",))
        self.team = self.workspace("Sandbox", installed=True)

    # Time and names

    def now(self) -> datetime:
        return self.clock().astimezone(UTC) + self._moved

    def forward(self, by: timedelta) -> None:
        with self.lock:
            self._moved += by
            self.changes.tell()

    def next_id(self, kind: str) -> str:
        """Slack's ids begin with a letter for what they name."""
        return self.ids.next(kind)

    def next_ts(self) -> str:
        """Rises always, also while the clock stands still."""
        return self.ids.next_ts(self.now())

    def secret(self, what: str) -> str:
        return self.ids.secret(what)

    @property
    def token(self) -> str:
        """The bot token of the first workspace."""
        return self.team.token

    # The app

    def configure(self, manifest: Mapping[str, Any]) -> None:
        """Another manifest; workspaces keep the scopes with which the app was installed, but for the first.

        Raises ValueError.
        """
        with self.lock:
            self.manifest = read_manifest(manifest)
            if self.team.installed:
                self.tokens[self.team.token].scopes = self.manifest.scopes
            if not self.manifest.socket_mode and self.manifest.events_url:
                self.challenge()
            self.changes.tell()

    def hooks(self, url: str) -> None:
        """The same app, but by HTTP: one address for everything."""
        self.configure(installing.with_hooks(self.manifest.raw, url))

    def challenge(self) -> None:
        """Asks the address of the events to prove itself; `verified` says whether it did."""
        self.verified = False
        self.challenged = self.secret(f"challenge {self.ids.number()}")

    # Workspaces, people, channels

    def workspace(self, name: str, *, installed: bool = False) -> Team:
        with self.lock:
            domain = f"{name.lower().replace(' ', '-')}-{len(self.teams) + 1}"
            team = Team(self, self.next_id("T"), name, domain, self.next_id("U"), self.next_id("B"))
            self.teams[team.id] = team
            if installed:
                installing.install(team, self.manifest.scopes, team.bot_user)
        return team

    def person(
        self,
        locale: str = "en-US",
        tz: str = "America/Santiago",
        real_name: str | None = None,
        email: str | None = None,
        team: Team | None = None,
    ) -> Person:
        with self.lock:
            team = team or self.team
            number = len(team.people) + 1
            person = Person(
                team,
                self.next_id("U"),
                f"person{number}",
                Profile(real_name or f"Person {number}", locale, tz, email),
            )
            team.people[person.id] = person
            telling.event(team, {"type": "team_join", "user": dict(user_shown(person, email=False, locale=True))})
            self.changes.tell()
        return person

    def find_person(self, id: str | None) -> Person:
        """Raises LookupError."""
        for team in self.teams.values():
            if id in team.people:
                return team.people[id]
        raise LookupError("no such person")

    def channel(
        self,
        name: str,
        members: list[Person] | None = None,
        *,
        bot_in: bool = False,
        archived: bool = False,
        private: bool = False,
        team: Team | None = None,
    ) -> Channel:
        with self.lock:
            team = team or self.team
            kind = "group" if private else "channel"
            channel = Channel(self.next_id("C"), team, name, kind, list(members or ()), None, bot_in, archived)
            return team.add(channel)

    def between(self, one: Person, other: Person) -> Channel:
        """The direct message of two people: commands can be typed there, but the app knows nothing of it."""
        with self.lock:
            return one.team.add(Channel(self.next_id("D"), one.team, "", "im", [one, other], known=False))

    def archive(self, channel: Channel) -> None:
        with self.lock:
            channel.archived = True
            self.changes.tell()

    def views_of(self, team: Team) -> list[View]:
        return [view for view in self.views.values() if view.team is team]

    # What Slack has to tell

    def tell(
        self, kind: Kind, payload: Mapping[str, Any], person: Somebody | None = None, view: View | None = None
    ) -> Delivery:
        with self.lock:
            delivery = Delivery(self, len(self.deliveries) + 1, kind, payload, self.now(), person, view)
            self.deliveries.append(delivery)
            self.queue.append(delivery)
            self.open_deliveries.add(delivery)
            self.changes.tell()
        return delivery

    def raw(self, kind: str, payload: Mapping[str, Any]) -> Delivery:
        """Any payload at all, malformed ones too: "events_api", "slash_commands", "interactive"."""
        return self.tell(Kind(kind), payload)

    # Triggers and response URLs

    def trigger(self, person: Somebody, view: View | None = None) -> Trigger:
        number = self.ids.number()
        made = f"{1_000_000_000_000 + number}.{2_000_000_000_000 + number}.{self.secret(f'trigger {number}')[:32]}"
        self.triggers[made] = Trigger(made, person, person.device, self.now(), view)
        return self.triggers[made]

    def new_response_url(self, person: Somebody, channel: Channel, message: Message | None = None) -> ResponseUrl:
        number = self.ids.number()
        kind = "actions" if message else "commands"
        path = f"/{kind}/{person.team.id}/{number}/{self.secret(f'response {number}')[:24]}"
        self.response_urls[path] = ResponseUrl(self.url + path, person, channel, self.now(), message)
        return self.response_urls[path]

    def response_url(self, url: str) -> ResponseUrl:
        return self.response_urls[url.removeprefix(self.url)]

    # Installing

    def authorize(self, person: Person, url: str, *, approve: bool) -> str:
        """Where the browser is sent from the page at `url`. Raises LookupError."""
        with self.lock:
            return installing.answer(self, person, url, approve=approve)

    def uninstall(self, team: Team | None = None) -> None:
        with self.lock:
            installing.uninstall(team or self.team)

    def revoke(self, token: str) -> None:
        with self.lock:
            self.tokens[token].revoked = True

    # Misbehaviour

    def complain(self, method: str, text: str) -> None:
        self.complaints.append(Complaint(method, text))
        self.changes.tell()

    def flood(self, seconds: float, channel: str | None = None) -> None:
        """From now on posts are refused with 429 for that long by the world's clock: to a channel, a person, or all."""
        with self.lock:
            self.silences.impose(seconds, channel)

    def refresh(self, reason: str = "refresh_requested") -> None:
        """Slack asks every socket to be replaced by a new one: "warning", "refresh_requested" or "link_disabled"."""
        with self.lock:
            self.sockets.refresh(reason)

    def drop_sockets(self) -> None:
        """Every socket breaks, without a word."""
        with self.lock:
            self.sockets.drop()

    def deafen(self, times: int = 0) -> None:
        """The open sockets, or so many of the next, stay open and answer pings, but carry nothing."""
        with self.lock:
            self.sockets.deafen(times)

    def mute(self) -> None:
        """The open sockets carry nothing and answer no pings either."""
        with self.lock:
            self.sockets.mute()

    def redeliver(self, delivery: Delivery | None = None, *, same: bool = True) -> Delivery:
        """The newest delivery, or that one, comes once more, as if it had never been sent; its number of retries is 0.

        `same`: to the byte, with the same envelope or signature; otherwise sent and signed anew. Raises LookupError.
        """
        with self.lock:
            if delivery is None:
                delivery = next((each for each in reversed(self.deliveries) if each.attempts), None)
            if delivery is None:
                raise LookupError("nothing was delivered")
            again = self.tell(delivery.kind, delivery.payload, delivery.person)
            if same:
                again.envelope_id, again.last_request = delivery.envelope_id, delivery.last_request
                again.repeated = True
        return again

    # Waiting

    async def until(self, true: Callable[[], object], seconds: float = 10) -> None:
        """Waits until it is true, looking whenever something changed. Raises TimeoutError."""
        await self.changes.until(true, seconds)

    def wait(self, true: Callable[[], object], seconds: float = 10) -> None:
        """The same from another thread than the one that serves."""
        self.changes.wait(true, seconds)

    async def taken(self, seconds: float = 10) -> None:
        """Waits until every payload is acknowledged or given up. Raises TimeoutError."""
        await self.until(lambda: not self.open_deliveries, seconds)

    async def quiet(self, seconds: float = 10) -> None:
        """The same, and no request is under way."""
        await self.until(lambda: not self.open_deliveries and not self.ledger.under_way, seconds)
