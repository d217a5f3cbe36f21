"""Whatever comes is an event, nothing, or no delivery: never another error, never a 5xx, and never a wrong action."""

from __future__ import annotations

import asyncio
import copy
import hmac
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from adapters import Heard, Json, NotTaken, Receipt, Request, Seen, Visit, Who, Words, Work
from adapters.slack.api import Api, always
from adapters.slack.app import Slack
from adapters.slack.commands import commands
from adapters.slack.envelope import Envelope, posted
from adapters.slack.parse import Departure, Sheet, block_of, departure, parse, question_of, written
from adapters.slack.places import external_id
from bot.words import Words as Spoken
from conversations.events import Filled, Opened, Returned, Tapped, Typed, Understood
from conversations.offers import Choice

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAMES = commands({})
SECRET = "s1gn1ng"
WHO = {"user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1"}, "trigger_id": "1.2.abc"}
EXTERNAL = external_id("trigger 9")


def view(sheet: Sheet | None = None, values: dict[str, Any] | None = None) -> dict[str, Any]:
    state = {name: {"answer": each} for name, each in (values or {}).items()}
    carried = str(sheet or Sheet(3, "", True))
    shown = {"type": "modal", "id": "V1", "hash": "1.a", "callback_id": "booking", "external_id": EXTERNAL}
    return {**shown, "private_metadata": carried, "state": {"values": state}, "blocks": []}


def command(text: str = "", name: str = "/book") -> Envelope:
    payload = {"command": name, "text": text, "team_id": "T1", "user_id": "U1", "trigger_id": "1.2.abc"}
    return Envelope("slash_commands", payload)


def action(value: str = "a-key-1-c0", **more: Any) -> Envelope:
    act = {"type": "button", "action_id": "b0", "block_id": "c1.0", "value": value}
    return Envelope("interactive", {"type": "block_actions", **WHO, "actions": [act], **more})


def submission(shown: Any) -> Envelope:
    return Envelope("interactive", {"type": "view_submission", **WHO, "view": shown})


def event(**inner: Any) -> Envelope:
    return Envelope("events_api", {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": inner})


def line(text: str, **more: Any) -> Envelope:
    return event(type="message", channel="D1", channel_type="im", user="U1", text=text, ts="1.1", **more)


DELIVERIES = [
    command(),
    command("help"),
    command("<@U1|x> &amp;", "/timezone"),
    action(),
    action("o-book", view={"type": "home", "id": "V2", "external_id": ""}),
    action("r", container={"type": "message", "message_ts": "1.1"}, channel={"id": "D1"}),
    action(view=view()),
    action(view=view(None, {block_of("form.name"): {"type": "plain_text_input", "value": "Somebody"}})),
    submission(view(None, {block_of("form.name"): {"type": "plain_text_input", "value": "Somebody"}})),
    submission(view(Sheet(3, "a-key-3-confirm", True))),
    submission(view(Sheet(3, "search", True), {"search": {"type": "plain_text_input", "value": "tax"}})),
    Envelope("interactive", {"type": "view_closed", **WHO, "view": view(), "is_cleared": False}),
    Envelope("interactive", {"type": "shortcut", **WHO, "callback_id": "book"}),
    line("book"),
    line("<mailto:a@example.com|a@example.com>"),
    event(type="app_home_opened", user="U1", tab="home", channel="D1"),
    event(type="user_change", user={"id": "U1", "tz": "UTC"}),
    event(type="app_uninstalled"),
    event(type="tokens_revoked", tokens={"oauth": [], "bot": ["U9"]}),
]


def stored(envelope: Envelope, **profile: str) -> dict[str, Any]:
    return {"kind": envelope.kind, "key": envelope.key, "payload": dict(envelope.payload), "profile": profile}


def heard(envelope: Envelope, **profile: str) -> Heard:
    found = parse(stored(envelope, **profile), AT, NAMES)
    assert isinstance(found, Heard)
    return found


def said(envelope: Envelope) -> Any:
    found = parse(stored(envelope), AT, NAMES)
    return found.event if isinstance(found, Heard) else found


def test_a_press_in_a_form_brings_what_stands_in_it_and_one_elsewhere_does_not() -> None:
    typed = {block_of("form.name"): {"type": "plain_text_input", "value": "Somebody"}}
    found = said(action("a-key-3-back", view=view(None, typed)))
    assert found == Filled(AT, 3, {"form.name": "Somebody"}, {}, "a-key-3-back")
    searched = {"search": {"type": "plain_text_input", "value": "tax"}}
    for elsewhere in (view(), view(None, searched)):
        assert said(action("a-key-3-back", view=elsewhere)) == Tapped(AT, "a-key-3-back")


def test_a_workspace_goes_by_its_own_news_alone() -> None:
    gone, revoked = stored(event(type="app_uninstalled")), stored(DELIVERIES[-1])
    now = int(AT.timestamp())
    assert departure(gone, AT) == Departure("T1", now, only_token=False)
    assert departure(revoked, AT) == Departure("T1", now, only_token=True)
    timed = {**gone, "payload": {**gone["payload"], "event_time": 7}}
    assert departure(timed, AT) == Departure("T1", 7, only_token=False)
    assert departure(stored(event(type="tokens_revoked", tokens={"oauth": ["U1"], "bot": []})), AT) is None
    assert not [each for each in DELIVERIES[:-2] if departure(stored(each), AT)]


def test_who_did_something_is_known_with_what_the_profile_says() -> None:
    found = heard(command(), locale="es-LA", zone="America/Santiago", given_name="Some", family_name="One")
    assert found.who == Who("slack", "T1", "U1", "es-LA", "America/Santiago", "Some", "One")
    assert found.place.id == f"T1.U1.{external_id('trigger 1.2.abc')}"
    assert heard(command(), locale="x" * 99, zone="<>").who == Who("slack", "T1", "U1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Opened(AT, "book")),
        (" haircut ", Opened(AT, "book", words="haircut")),
        ("A &amp; B", Opened(AT, "book", words="A & B")),
        ("help", None),
    ],
)
def test_a_command_opens_a_modal(text: str, expected: Opened | None) -> None:
    assert said(command(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", Typed(AT, "hello")),
        ("Book", Opened(AT, "book")),
        ("book a haircut", Opened(AT, "book", words="a haircut")),
        ("cancel my subscription", Typed(AT, "cancel my subscription")),
        ("/cancel now", Opened(AT, "cancel", words="now")),
        ("/unknown", Opened(AT, "unknown")),
        ("settings", Opened(AT, "settings")),
        ("a &lt;b&gt; &amp;amp;", Typed(AT, "a <b> &amp;")),
        ("<mailto:a@example.com|a@example.com>", Typed(AT, "a@example.com")),
        ("<https://example.com>", Typed(AT, "https://example.com")),
        ("see <http://example.com|example.com>", Typed(AT, "see example.com")),
        ("<tel:+56900000001|+56900000001>", Typed(AT, "+56900000001")),
        ("<!channel> hi", Typed(AT, "@channel hi")),
        ("  ", None),
    ],
)
def test_a_line_is_read_as_it_was_typed(text: str, expected: object) -> None:
    assert said(line(text)) == expected


@pytest.mark.parametrize("more", [{"bot_id": "B1"}, {"subtype": "message_changed"}, {"subtype": "message_deleted"}])
def test_what_nobody_wrote_is_nothing(more: dict[str, str]) -> None:
    assert said(line("hello", **more)) is None


def test_a_file_is_no_answer() -> None:
    assert isinstance(said(line("", subtype="file_share", files=[{}])).heard, object)
    assert said(line("", subtype="file_share", files=[{}])).text == ""


def test_a_press_counts_where_the_button_stands() -> None:
    assert heard(action()).place.kind == "direct"
    assert heard(action(view=view())).place.id == f"T1.U1.{EXTERNAL}"
    door = heard(action("o-book-s1", view={"type": "home"}))
    assert (door.event, door.place.kind) == (Opened(AT, "book", "s1"), "modal")
    assert heard(action("r")).event == Returned(AT)
    assert (
        parse(stored(Envelope("interactive", {**action().payload, "actions": [{"action_id": "link0"}]})), AT, NAMES)
        is None
    )


def test_a_choice_of_a_menu_is_its_button() -> None:
    chosen = {"type": "static_select", "action_id": "m0", "selected_option": {"value": "a-key-1-c7"}}
    assert said(Envelope("interactive", {**action().payload, "actions": [chosen]})) == Tapped(AT, "a-key-1-c7")


def test_a_form_is_what_was_filled_in() -> None:
    values: dict[str, Any] = {
        block_of("form.name", "x"): {"type": "plain_text_input", "value": "Some"},
        block_of("form.number"): {"type": "number_input", "value": "2.5"},
        block_of("form.date"): {"type": "datepicker", "selected_date": "2026-11-24"},
        block_of("form.one"): {"type": "static_select", "selected_option": {"value": "a-key-3-c1"}},
        block_of("form.none"): {"type": "static_select", "selected_option": None},
        block_of("form.some"): {"type": "checkboxes", "selected_options": [{"value": "a-1"}, {"value": "a-2"}]},
        block_of("form.empty"): {"type": "plain_text_input", "value": None},
    }
    filled = said(submission(view(None, values)))
    assert isinstance(filled, Filled)
    assert filled.revision == 3
    assert filled.values == {
        "form.name": "Some",
        "form.number": "2.5",
        "form.date": "2026-11-24",
        "form.one": "a-key-3-c1",
        "form.none": "",
        "form.some": ("a-1", "a-2"),
        "form.empty": "",
    }
    assert filled.heard == {
        "form.number": Understood(Choice(Decimal("2.5"))),
        "form.date": Understood(Choice(date(2026, 11, 24))),
    }


def test_submitting_a_summary_presses_its_button() -> None:
    assert said(submission(view(Sheet(3, "a-key-3-confirm", True)))) == Tapped(AT, "a-key-3-confirm")


def test_only_what_is_unfinished_is_gone_on_with_when_it_is_closed() -> None:
    for unfinished, expected in ((True, Returned(AT)), (False, None)):
        payload = {"type": "view_closed", **WHO, "view": view(Sheet(3, "", unfinished))}
        assert said(Envelope("interactive", payload)) == expected


def test_the_home_tab_is_a_visit() -> None:
    assert isinstance(parse(stored(event(type="app_home_opened", user="U1", tab="home")), AT, NAMES), Visit)
    assert parse(stored(event(type="app_home_opened", user="U1", tab="messages")), AT, NAMES) is None


@pytest.mark.parametrize("name", ["form.name", "a~b", "", "x" * 240])
def test_a_block_says_which_question_it_asks(name: str) -> None:
    assert question_of(block_of(name, "abc")) == name
    assert question_of("c1.0") == ""


def test_keys_are_never_about_repetitions() -> None:
    assert line("x").key == "event Ev1"
    assert command().key == action().key == "trigger 1.2.abc"
    closed = DELIVERIES[10]
    assert closed.key == "trigger 1.2.abc" if "trigger_id" in closed.payload else closed.key.startswith("closed ")


def test_what_is_written_stays_itself() -> None:
    assert written("a < b | c > d") == "a < b | c > d"


# Whatever comes


@dataclass
class Shelf:
    """A host that keeps what it takes, and reads it as the program does."""

    slack: Slack
    kept: dict[str, Json] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)

    async def receive(self, key: str, payload: Json) -> Receipt | None:
        if key in self.kept:
            return None
        json.dumps(payload)
        self.kept[key] = payload
        try:
            found = self.slack.parse(payload, AT)
        except ValueError:
            self.outcomes["no delivery"] += 1
        else:
            self.outcomes[type(found).__name__] += 1
        return Late()

    async def words(self, who: Who) -> Words:
        return Spoken("en", "UTC")

    async def note(self, name: str, changes: Json) -> None:
        raise NotTaken

    async def forget(self, workspace: str) -> None:
        raise AssertionError("nobody is forgotten here")

    async def noted(self, name: str) -> Json:
        return {}

    async def on_duty(self, work: Work, stands_by: Callable[[], None]) -> None:
        await work()


class Late:
    async def seen(self, within: float) -> Seen | None:
        return None


@pytest_asyncio.fixture
async def shelf() -> AsyncIterator[Shelf]:
    async with Api(always("xoxb-0"), "http://127.0.0.1:9/api/") as api:
        slack = Slack(
            api, always("xoxb-0"), lambda each: Spoken(each, "UTC"), NAMES, clock=lambda: AT, signing_secret=SECRET
        )
        host = Shelf(slack)
        running = asyncio.create_task(slack.run(host))
        await asyncio.sleep(0)  # it begins
        assert not slack.trouble()
        yield host
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await slack.finished(within=0)


ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**63, 1.5, "", "x", "modal", "/book", "help", "a-key-1-c0", "T1", "U2"),
    *("\ud800", "\0", "x" * 50_000, [], [[]], {}, {"id": 42}, {"type": "modal"}, [{"a": 1}] * 50, "<" * 2000),
)


def mutated(chance: random.Random) -> Envelope:
    """A delivery with up to four things taken away, put elsewhere, or replaced by something odd."""
    whole = copy.deepcopy(chance.choice(DELIVERIES))
    payload = dict(whole.payload)
    for _ in range(chance.randint(1, 4)):
        places = list(holes(payload))
        if not places:
            break
        holder, name = chance.choice(places)
        match chance.randrange(4):
            case 0:
                del holder[name]
            case 1:
                holder[name] = copy.deepcopy(chance.choice(ODD))
            case 2:
                holder[name] = copy.deepcopy(chance.choice(list(chance.choice(DELIVERIES).payload.values())))
            case _ if isinstance(holder, dict):
                holder[chance.choice(["type", "view", "user", "actions", "event", "text", "zzz"])] = holder.pop(name)
    return Envelope(chance.choice([whole.kind] * 8 + ["interactive", "events_api"]), payload)


def holes(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for name in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, name
            yield from holes(value[name])


def body_of(envelope: Envelope) -> tuple[str, bytes]:
    form = "application/x-www-form-urlencoded"
    if envelope.kind == "events_api":
        return "application/json", json.dumps(envelope.payload).encode()
    if envelope.kind == "interactive":
        return form, urlencode({"payload": json.dumps(envelope.payload)}).encode()
    flat = {name: value if isinstance(value, str) else json.dumps(value) for name, value in envelope.payload.items()}
    return form, urlencode(flat, errors="replace").encode()


def signed(body: bytes, kind: str) -> Request:
    stamp = str(int(AT.timestamp()))
    mark = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, "sha256").hexdigest()
    headers = {"content-type": kind, "x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={mark}"}
    return Request(headers, body)


async def test_ten_thousand_mutated_deliveries_do_no_harm(shelf: Shelf) -> None:
    chance = random.Random(20261122)
    statuses: Counter[int] = Counter()
    for number in range(10_000):
        kind, body = body_of(mutated(chance))
        if number % 5 == 0:  # a byte of it is another one
            place = chance.randrange(len(body) or 1)
            body = body[:place] + bytes([chance.randrange(256)]) + body[place + 1 :]
        request = signed(body, kind)
        assert (
            await shelf.slack.delivered(Request({**request.headers, "x-slack-signature": "v0="}, body))
        ).status == 401
        statuses[(await shelf.slack.delivered(request)).status] += 1
        shelf.kept.clear()
    assert set(statuses) <= {200, 400}
    assert statuses[200] > 5_000
    assert set(shelf.outcomes) == {"Heard", "Visit", "Errand", "NoneType", "no delivery"}


async def test_after_them_the_next_good_one_is_served(shelf: Shelf) -> None:
    for envelope in DELIVERIES:
        kind, body = body_of(envelope)
        assert (await shelf.slack.delivered(signed(body, kind))).status == 200
        assert posted(kind, body).kind == envelope.kind
