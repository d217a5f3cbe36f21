"""The contract between the program and a platform, with a folder per platform beside it. `bot` is not known here.

An adapter shows screens and reports what people do; it decides nothing. In a platform's folder `app.py` is the adapter,
`parse.py` makes an event of a raw payload and `render.py` a payload of a screen; both are pure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable

from conversations.events import Filled, Opened, Returned, Tapped, Typed
from conversations.screens import Screen
from conversations.texts import Said

Json = Mapping[str, Any]


Work = Callable[[], Coroutine[Any, Any, None]]
"""What can be begun, more than once."""


@dataclass(frozen=True, slots=True)
class Who:
    """The platform's own name for a person, and hints of its profile, used until the person says otherwise."""

    platform: str
    workspace: str
    user: str
    locale: str | None = None
    zone: str | None = None
    given_name: str = ""
    family_name: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells people apart."""
        return self.platform, self.workspace, self.user


@dataclass(frozen=True, slots=True)
class Place:
    """Where screens are shown to a person: the adapter's own words for a chat, a modal or a page."""

    kind: str
    id: str


Anchor = str
"""What the adapter needs to change the message that it sent last to a place. Nobody else reads it."""

Done = Returned | Opened | Tapped | Typed | Filled


@dataclass(frozen=True, slots=True)
class Heard:
    """What a payload says: who did what, and where. Typed and filled answers are still as they were typed, unless the
    platform's own inputs have read them: what it brings as `heard` stands.

    `message` is the adapter's own name for the message that was written, where it can be taken away, or pressed: if
    that is also the anchor of what stands at the place, what follows may take its place.
    """

    who: Who
    place: Place
    event: Done
    message: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody looks at their page (see `Paged`). No conversation is concerned."""

    who: Who


class NotYet(Exception):
    """A screen cannot be shown now, or an errand not be done. Its text says why; it is tried again."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a payload asks of the adapter alone: no conversation knows of it.

    The payload stays on disk until `do` has returned, and after a crash it is done once more. What it raises, except
    NotYet, sets the payload aside.
    """

    do: Callable[[], Awaitable[None]]


class Words(Protocol):
    """A person's language and zone."""

    def say(self, said: Said) -> str: ...

    def local(self, at: datetime) -> datetime:
        """The instant in the person's zone."""

    def weekdays(self, most: int | None = None) -> tuple[str, ...]:
        """Seven short names, of `most` characters, beginning with the day on which the person's week begins."""

    def week(self, day: date) -> int:
        """The column, from 0 to 6, in which a day stands in the person's calendar."""

    def zone(self, at: datetime) -> str:
        """The zone's name and its offset at an instant: "Santiago, GMT-3"."""

    def hour(self, at: datetime) -> str:
        """The hour with its zone: "14:05, Santiago, GMT-3"."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A screen, and the words of the person who is to see it."""

    screen: Screen
    words: Words


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for a person: its name, its media type (RFC 2046), and what is in it."""

    name: str
    media: str
    content: bytes = field(repr=False)


class NotTaken(Exception):
    """A payload could not be put on disk. Nothing of it was done: it can be delivered again."""


class Receipt(Protocol):
    """A payload that is on disk and being handled."""

    async def seen(self, within: float) -> Seen | None:
        """The screen to which it has led; None if there is none, or not in so many seconds."""


class Host(Protocol):
    """What the program does for an adapter."""

    async def receive(self, key: str, payload: Json) -> Receipt | None:
        """Takes a payload for good: when this returns it is on disk. None if the same `key` came before.

        Raises NotTaken if the disk refuses.

        What is received in an order is handled in it, so far as it is the same person's, whoever received it.
        """

    async def words(self, who: Who) -> Words:
        """The words of somebody, met before or not, for what is said to them without a screen."""

    async def note(self, name: str, changes: Json) -> None:
        """Keeps a little of the adapter's own, sealed, for later runs: these entries take the place of those of their
        names, None takes one away, all others stay. Raises NotTaken.

        Those in whose name a person's stands, as a word of it, go when that person is erased.
        """

    async def forget(self, workspace: str) -> None:
        """Erases all that is kept of the people of a workspace: the platform says that it has sent the program away.

        Raises NotYet as long as something of theirs is on its way to the calendar.
        """

    async def noted(self, name: str) -> Json:
        """All entries that are kept under this name; empty if there is nothing."""

    async def on_duty(self, work: Work, stands_by: Callable[[], None]) -> None:
        """Does what one program at a time may do, such as polling, until it has come to its end.

        As long as another does it, or may, `work` is cancelled, to be begun anew, and `stands_by` was called.
        """


@dataclass(frozen=True, slots=True)
class Request:
    """What a platform posted to its webhook, or asked of a page. The names of `headers` are in small letters."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    path: str = field(default="", repr=False)
    query: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Adapter(Protocol):
    """One platform. `name` is its folder's."""

    name: str

    async def run(self, host: Host) -> None:
        """Listens until cancelled, or until there is nothing more to listen to."""

    def parse(self, payload: Json, at: datetime) -> Heard | Visit | Errand | None:
        """What a payload says; None if it is nothing for this program. Raises ValueError if it can't be understood."""

    async def show(self, screen: Screen, place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        """Shows a screen in place of the one at `anchor`, or as a new message `below` it, taking its buttons away.

        Raises NotYet if that cannot be done now.
        """


@runtime_checkable
class Noting(Protocol):
    """An adapter that keeps notes."""

    async def take_up(self, host: Host) -> None:
        """Takes up what the last run noted: before `run`, and before anything that was left behind is shown."""


@runtime_checkable
class Erasing(Protocol):
    """An adapter that can take away what a person wrote."""

    async def erase(self, place: Place, message: str) -> None:
        """Takes a message away, if it is still there and the platform lets it: it held a secret.

        Raises NotYet if that cannot be done now.
        """


@runtime_checkable
class Sending(Protocol):
    """A platform on which files can be sent. On any other there are none.

    `unasked` says that a file may come with what it is about: it disturbs nobody, and is put nowhere but there.
    """

    unasked: bool

    async def send(self, attachment: Attachment, place: Place, words: Words) -> None:
        """Sends a file, below all that is shown. It is never changed; if this raises, it is tried again later."""


class Hooked(Adapter, Protocol):
    """A platform that calls us. `path` leads to it, and nobody else should know it."""

    path: str

    async def delivered(self, request: Request) -> Response:
        """Takes what was posted, or refuses it, and never raises."""


@runtime_checkable
class Lasting(Protocol):
    """A platform where what was said of an appointment can be found again, though not at each of its places.

    A modal is closed, and what stood in it is gone: what must last is said elsewhere too. What was said before is
    taken back once something newer is said (`superseded`).
    """

    def lasting(self, place: Place) -> Place:
        """Where what must last is shown to whom this place belongs: the place itself, if it lasts."""


@runtime_checkable
class Paged(Protocol):
    """A platform where each person has a page of their own, on which their affairs stand."""

    async def publish(self, page: Sequence[Screen], who: Who, words: Words) -> None:
        """Shows the page: what can be begun, then each appointment as a card."""


@runtime_checkable
class Addressable(Protocol):
    """A platform whose chats the settings can name: whoever runs the program is told there what they should know."""

    def place_of(self, chat: str) -> Place:
        """Where a chat is that goes by this name. Raises ValueError if none can."""


@runtime_checkable
class Sited(Protocol):
    """A platform that shows pages to browsers, such as the one on which it is installed."""

    pages: Collection[str]

    async def asked(self, request: Request) -> Response:
        """What a page says, and never raises."""
