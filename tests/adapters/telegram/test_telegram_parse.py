"""Whatever comes is an event, nothing, or no update: never another error, and never a wrong action."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters import Heard, Place, Who
from adapters.telegram.parse import (
    NOT_READ,
    SOMEBODY_ELSES,
    GroupCommand,
    SilentPress,
    group_command,
    language_of,
    parse,
    private_chat,
    silent_press,
)
from chatting import Chat
from conversations.engine import advance
from conversations.events import Opened, Tapped, Typed
from conversations.screens import pressed

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOMEBODY = {"id": 42, "is_bot": False, "first_name": "Somebody", "language_code": "es"}
CHAT = {"id": 42, "type": "private", "first_name": "Somebody"}


def message(**content: Any) -> dict[str, Any]:
    return {"update_id": 7, "message": {"message_id": 3, "date": 1, "from": SOMEBODY, "chat": CHAT, **content}}


def press(data: str, **more: Any) -> dict[str, Any]:
    shown = {"message_id": 3, "date": 1, "chat": CHAT, "text": "?"}
    query = {"id": "9", "from": SOMEBODY, "chat_instance": "1", "message": shown, "data": data, **more}
    return {"update_id": 8, "callback_query": query}


UPDATES = [
    message(text="hello"),
    message(text="/start book-service", entities=[{"type": "bot_command", "offset": 0, "length": 6}]),
    message(text="/book@our_bot"),
    message(contact={"phone_number": "56900000001", "first_name": "Somebody", "user_id": 42}),
    message(sticker={"file_id": "x", "emoji": "x"}),
    message(photo=[{"file_id": "x", "width": 1, "height": 1}], caption="me"),
    message(text="hello", forward_origin={"type": "user", "date": 1, "sender_user": SOMEBODY}),
    message(text="/book", chat={"id": -100, "type": "supergroup", "title": "Group"}),
    press("a-key-1-leave"),
    press("o-book-service"),
    {"update_id": 9, "edited_message": message(text="x")["message"]},
    {"update_id": 9, "my_chat_member": {"chat": CHAT, "from": SOMEBODY, "date": 1}},
]


def event(update: dict[str, Any]) -> Any:
    heard = parse(update, AT, "our_bot")
    return heard.event if heard else None


def test_who_says_something_is_known_by_number_and_language() -> None:
    assert parse(message(text="hello"), AT) == Heard(
        Who("telegram", "", "42", "es", given_name="Somebody"), Place("private", "42"), Typed(AT, "hello"), "3"
    )


def test_the_profiles_name_comes_along_in_one_line() -> None:
    heard = parse(message(text="hello", **{"from": {**SOMEBODY, "first_name": " Some\nOne ", "last_name": 7}}), AT)
    assert heard
    assert (heard.who.given_name, heard.who.family_name) == ("Some One", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/book", Opened(AT, "book")),
        ("/Book", Opened(AT, "book")),
        ("/book@our_bot", Opened(AT, "book")),
        ("/book@OUR_BOT", Opened(AT, "book")),
        ("/book@other_bot", None),
        ("/start", Opened(AT, "start")),
        ("/start book", Opened(AT, "book")),
        ("/start book-5f", Opened(AT, "book", "5f")),
        ("/start book-5f-6a", Opened(AT, "book", "5f-6a")),
        ("/start o-cancel-5f", Opened(AT, "cancel", "5f")),
        ("/start nonsense", Opened(AT, "start")),
        ("/start " + "x" * 65, Opened(AT, "start")),
        ("/start a-key-1-leave", Opened(AT, "start")),
        ("/book 5f", Opened(AT, "book", words="5f")),
        ("/book me a table", Opened(AT, "book", words="me a table")),
        ("  14:30 ", Typed(AT, "14:30")),
        ("   ", None),
        ("a\0b\ud800", Typed(AT, "ab\ufffd")),
    ],
)
def test_what_is_written(text: str, expected: object) -> None:
    assert event(message(text=text)) == expected


def test_what_else_is_sent() -> None:
    assert event(message(sticker={})) == Typed(AT, "", NOT_READ)
    assert event(message(contact={"phone_number": "+5690", "user_id": 42})) == Typed(AT, "+5690")
    assert event(message(contact={"phone_number": "56900000001", "user_id": 42})) == Typed(AT, "+56900000001")
    assert event(message(contact={"phone_number": "56900000001", "user_id": 43})) == Typed(AT, "", SOMEBODY_ELSES)
    assert event(message(contact={"phone_number": "56900000001"})) == Typed(AT, "", SOMEBODY_ELSES)
    assert event(message(pinned_message={})) is None
    assert event(message(text="/cancel", forward_origin={})) == Typed(AT, "", NOT_READ)


def test_presses() -> None:
    assert event(press("a-key-1-leave")) == Tapped(AT, "a-key-1-leave")
    assert event(press("o-cancel-5f")) == Opened(AT, "cancel", "5f")
    assert event(press("n")) is None
    assert event(press("t-share")) is None
    assert event(press("a", message={"message_id": 1, "chat": {"id": -1, "type": "group"}})) is None


@pytest.mark.parametrize("data", ["", "x" * 65, "é" * 33])
def test_what_no_button_can_hold_is_no_update(data: str) -> None:
    with pytest.raises(ValueError, match="data"):
        parse(press(data), AT)


def test_nobody_speaks_in_anothers_chat() -> None:
    with pytest.raises(ValueError, match="somebody else"):
        parse(message(text="hello", **{"from": {**SOMEBODY, "id": 43}}), AT)
    assert event(message(text="hello", **{"from": {**SOMEBODY, "is_bot": True}})) is None


def test_commands_in_groups_are_known_by_whom_they_are_for() -> None:
    group = {"id": -100, "type": "supergroup", "title": "Group"}
    assert group_command(message(text="/book", chat=group)) == GroupCommand(-100, 3, "book", "", "es")
    assert group_command(message(text="/Book@our_bot", chat=group)) == GroupCommand(-100, 3, "book", "our_bot", "es")
    topic = message(text="/book", chat=group, message_thread_id=5, is_topic_message=True)
    assert group_command(topic) == GroupCommand(-100, 3, "book", "", "es", topic=5)
    assert group_command(message(text="/unheard_of", chat=group)) is None
    assert group_command(message(text="/book", chat=group, forward_origin={})) is None
    assert group_command(message(text="/book")) is None


def test_a_press_is_silent_in_a_group_and_where_nothing_is_to_be_chosen() -> None:
    group = {"message_id": 1, "chat": {"id": -1, "type": "group"}}
    assert silent_press(press("a-key-1-leave", message=group)) == SilentPress("9", None, "a-key-1-leave", "es")
    assert silent_press(press("n")) == SilentPress("9", 42, "n", "es")
    assert silent_press(press("t-share")) == SilentPress("9", 42, "t-share", "es")
    assert silent_press(press("a-key-1-leave")) is None
    assert silent_press(message(text="n")) is None


ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**63, 2**200, 1.5, float("nan"), "", "x", "private", "/book", "/start " * 99),
    *("\ud800", "\0", "x" * 100_000, [], [[]], {}, {"id": 42}, {"type": "private"}, [{"a": 1}] * 50),
)


def mutated(chance: random.Random) -> Any:
    """An update with up to four things taken away, put elsewhere, or replaced by something odd."""
    update = copy.deepcopy(chance.choice(UPDATES))
    for _ in range(chance.randint(1, 4)):
        places = list(holes(update))
        if not places:
            break
        holder, name = chance.choice(places)
        match chance.randrange(4):
            case 0:
                del holder[name]
            case 1:
                holder[name] = copy.deepcopy(chance.choice(ODD))
            case 2:
                holder[name] = copy.deepcopy(chance.choice(list(chance.choice(UPDATES).values())))
            case _ if isinstance(holder, dict):
                holder[chance.choice(["text", "contact", "message", "from", "chat", "data", "zzz"])] = holder.pop(name)
    return update


def holes(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict | list):
        for name in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, name
            yield from holes(value[name])


def test_ten_thousand_mutated_updates_do_no_harm() -> None:
    chance = random.Random(20261122)
    outcomes = {"heard": 0, "nothing": 0, "no update": 0}
    for _ in range(10_000):
        update = mutated(chance)
        try:
            heard = parse(update, AT, "our_bot")
        except ValueError:
            outcomes["no update"] += 1
            continue
        finally:
            group_command(update)
            silent_press(update)
            private_chat(update.get("message"))
            language_of(update)
        outcomes["heard" if heard else "nothing"] += 1
        if heard:
            assert isinstance(heard.event, Opened | Tapped | Typed)
            assert heard.who.user == heard.place.id
            json.dumps(heard.who.locale).encode()
            for text in vars_of(heard.event):
                text.encode()  # no halves of surrogate pairs: no database takes them
    assert min(outcomes.values()) > 500, outcomes


def vars_of(event: Any) -> Iterator[str]:
    yield from (value for name in event.__slots__ if isinstance(value := getattr(event, name), str))


@pytest.mark.parametrize("update", [None, 5, "x", [], [1]])
def test_what_is_no_object_is_no_update(update: Any) -> None:
    with pytest.raises(ValueError, match="not an object"):
        parse(update, AT)


def test_every_change_of_one_byte_of_a_press_presses_nothing_else() -> None:
    """At the confirmation of a booking: what is not just a button that stands there books nothing."""
    chat = Chat().opens("/book").taps("Account opening", "Anyone").chooses(0).chooses(0)
    chat.types("Somebody", "somebody@example.com").taps("Skip", "Skip", "Skip").sees("Shall I book this?")
    standing = {button.token for button in chat.screen.presses()}
    confirm = next(token for token in standing if token.endswith("-confirm"))
    for place in range(len(confirm)):
        for byte in range(1, 128):
            data = confirm[:place] + chr(byte) + confirm[place + 1 :]
            if data in standing:
                continue
            try:
                heard = parse(press(data), AT)
            except ValueError:
                continue
            if heard is None:
                continue
            after = advance(chat.person, chat.session, heard.event)
            assert type(after.waiting).__name__ not in ("Book", "Cancel", "Reschedule"), data
    assert type(advance(chat.person, chat.session, pressed(confirm, AT)).waiting).__name__ == "Book"
