"""What people can do in the stand-in Slack, and the payloads that come of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from slack_playing import Playing, actions, button, home, modal, option, plain, playing, question, section

from sandbox.slack.manifest import DEFAULT


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        playing_now.world.resend_after = ()
        yield playing_now


def events(play: Playing, kind: str) -> list[Any]:
    inner = [delivery.payload["event"] for delivery in play.world.deliveries if delivery.event_id]
    return [event for event in inner if event["type"] == kind]


CHOOSE = [
    section("Choose a day"),
    actions(button("Monday", "day", value="mon"), button("Tuesday", "day-2"), block_id="d"),
]


# Commands, shortcuts, messages


def test_only_what_the_manifest_names_can_be_typed(play: Playing) -> None:
    with pytest.raises(LookupError, match="/nothing is not a valid command"):
        play.person.commands("/nothing")
    with pytest.raises(LookupError, match="no shortcut"):
        play.person.shortcut("nothing")


async def test_an_app_that_is_gone_has_no_commands(play: Playing) -> None:
    play.world.uninstall()
    with pytest.raises(LookupError, match="/book is not a valid command"):
        play.person.commands("/book")


async def test_names_in_a_command_are_written_out_if_the_manifest_asks_for_it(play: Playing) -> None:
    other, channel = play.world.person(), play.world.channel("general")
    text = f"with @{other.name} in #general and @nobody"
    assert play.person.commands("/book", text).payload["text"] == text
    commands = [{**each, "should_escape": True} for each in DEFAULT["features"]["slash_commands"]]
    play.world.configure({**DEFAULT, "features": {**DEFAULT["features"], "slash_commands": commands}})
    told = play.person.commands("/book", text).payload["text"]
    assert told == f"with <@{other.id}|{other.name}> in <#{channel.id}|general> and @nobody"


async def test_what_is_typed_comes_as_slack_keeps_it(play: Playing) -> None:
    other = play.world.person()
    play.person.writes(f"Tom & <b> at example.com, one@example.com, https://example.com/a?b=1&c or @{other.name}")
    (event,) = events(play, "message")
    assert event["text"] == (
        "Tom &amp; &lt;b&gt; at <http://example.com|example.com>, <mailto:one@example.com|one@example.com>, "
        f"<https://example.com/a?b=1&amp;c> or <@{other.id}>"
    )
    assert (event["channel"], event["channel_type"], event["user"]) == (play.person.dm, "im", play.person.id)


async def test_nobody_writes_where_the_app_lets_nobody_write(play: Playing) -> None:
    for tabs in ({"messages_tab_enabled": False}, {"messages_tab_enabled": True}):
        play.world.configure({**DEFAULT, "features": {**DEFAULT["features"], "app_home": tabs}})
        with pytest.raises(LookupError, match="turned off"):
            play.person.writes("Hello")


async def test_what_is_typed_brings_its_structure_along(play: Playing) -> None:
    first = play.person.writes("Tom & <b>")
    play.person.writes("Here", thread=first, file="notes.txt")
    typed, sent = events(play, "message")
    assert typed["blocks"][0]["elements"][0]["elements"] == [{"type": "text", "text": "Tom & <b>"}]
    assert (typed["client_msg_id"] != sent["client_msg_id"], "subtype" in typed) == (True, False)
    assert (sent["subtype"], sent["files"][0]["name"], sent["thread_ts"]) == ("file_share", "notes.txt", first.id)


async def test_links_are_followed_and_buttons_with_addresses_tell_the_app(play: Playing) -> None:
    link = section("<https://example.com/a|Join>", "mrkdwn")
    opener = actions(button("Map", "map", url="https://example.com/map"), button("Go", "go"))
    await play.says("x", blocks=[link, opener])
    sent = len(play.world.deliveries)
    assert play.person.clicks("Join") == "https://example.com/a"
    assert len(play.world.deliveries) == sent
    assert play.person.clicks("Map") == "https://example.com/map"
    assert play.world.deliveries[-1].payload["actions"][0]["action_id"] == "map"
    with pytest.raises(LookupError, match="opens no address"):
        play.person.clicks("Go")


async def test_what_is_edited_or_deleted_comes_as_a_change(play: Playing) -> None:
    message = play.person.writes("One")
    play.person.edits(message, "Two")
    play.person.deletes(message)
    changed, deleted = events(play, "message")[1:]
    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "Two")
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.id)


async def test_the_app_hears_only_what_it_asked_for_and_may_hear(play: Playing) -> None:
    settings = {**DEFAULT["settings"], "event_subscriptions": {"bot_events": ["app_home_opened"]}}
    play.world.configure({**DEFAULT, "settings": settings})
    play.person.writes("Hello")
    play.person.changes(tz="Asia/Tokyo")
    assert play.world.deliveries == []
    play.person.opens_home()
    assert len(play.world.deliveries) == 1


async def test_in_a_channel_the_app_hears_what_is_written_where_it_is() -> None:
    scopes = {"oauth_config": {"scopes": {"bot": [*DEFAULT["oauth_config"]["scopes"]["bot"], "channels:history"]}}}
    settings = {**DEFAULT["settings"], "event_subscriptions": {"bot_events": ["message.channels"]}}
    async with playing(manifest=DEFAULT | scopes | {"settings": settings}) as play:
        inside, outside = play.world.channel("in", bot_in=True), play.world.channel("out")
        for channel in (inside, outside):
            play.person.writes("Hello", channel)
        assert [event["channel"] for event in events(play, "message")] == [inside.id]


# The app's home


async def test_opening_a_tab_is_told_with_the_home_that_stands_there(play: Playing) -> None:
    play.person.opens_home()
    await play.ok("views.publish", user_id=play.person.id, view=home(section("One"), callback_id="home"))
    play.person.opens_home()
    play.person.opens_messages()
    first, second, third = events(play, "app_home_opened")
    assert (first["tab"], first["channel"], first["user"]) == ("home", play.person.dm, play.person.id)
    assert "view" not in first
    assert second["view"]["callback_id"] == "home"
    assert (third["tab"], "view" in third) == ("messages", False)


async def test_a_button_of_the_home_is_pressed_when_it_is_looked_at(play: Playing) -> None:
    view = (await play.ok("views.publish", user_id=play.person.id, view=home(actions(button("Book", "book")))))["view"]
    with pytest.raises(LookupError):
        play.person.presses("Book")
    play.person.opens_home()
    payload = play.person.presses("Book").payload
    assert (payload["container"], payload["view"]["type"]) == ({"type": "view", "view_id": view["id"]}, "home")


# Presses


async def test_a_press_in_a_private_channel_does_not_tell_its_name(play: Playing) -> None:
    channel = play.world.channel("secret", [play.person], bot_in=True, private=True)
    await play.says("Choose", channel=channel.id, blocks=CHOOSE)
    payload = play.person.presses("Monday", channel.messages[0]).payload
    assert payload["channel"] == {"id": channel.id, "name": "privategroup"}


@pytest.mark.parametrize("what", ["Monday", "day", "mon"])
async def test_a_button_is_found_by_label_name_or_value(play: Playing, what: str) -> None:
    await play.says("Choose", blocks=CHOOSE)
    (used,) = play.person.presses(what).payload["actions"]
    named = {name: used[name] for name in ("type", "block_id", "action_id", "value", "text")}
    assert named == {
        "type": "button",
        "block_id": "d",
        "action_id": "day",
        "value": "mon",
        "text": plain("Monday"),
    }


async def test_a_press_in_a_message_brings_the_message_along(play: Playing) -> None:
    sent = await play.says("Choose", blocks=CHOOSE)
    payload = play.person.presses("Tuesday").payload
    assert payload["container"] == {
        "type": "message",
        "message_ts": sent["ts"],
        "channel_id": play.person.dm,
        "is_ephemeral": False,
    }
    assert payload["channel"] == {"id": play.person.dm, "name": "directmessage"}
    assert (payload["message"]["ts"], payload["user"]["id"]) == (sent["ts"], play.person.id)
    assert payload["response_url"].startswith(f"{play.url}/actions/")
    assert "view" not in payload


async def test_what_is_pressed_comes_back_escaped_but_its_value_does_not(play: Playing) -> None:
    await play.says("x", blocks=[section("Tom & <b>"), actions(button("Tom & <b>", "go", value="a & <b>"))])
    payload = play.person.presses("Tom & <b>").payload
    (used,) = payload["actions"]
    assert (used["text"]["text"], used["value"]) == ("Tom &amp; &lt;b&gt;", "a & <b>")
    assert payload["message"]["blocks"][0]["text"]["text"] == "Tom &amp; &lt;b&gt;"


async def test_a_press_in_an_ephemeral_message_brings_only_its_place(play: Playing) -> None:
    channel = play.world.channel("general", [play.person], bot_in=True)
    await play.ok("chat.postEphemeral", channel=channel.id, user=play.person.id, text="x", blocks=CHOOSE)
    payload = play.person.presses("Monday").payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload


async def test_a_press_in_a_modal_brings_the_view_and_what_is_filled_in(play: Playing) -> None:
    view = await play.opens(question("Name"), *CHOOSE, private_metadata="kept")
    play.person.fills({"Name": "Person One"})
    payload = play.person.presses("Monday").payload
    assert (payload["container"]["view_id"], payload["view"]["private_metadata"]) == (view["id"], "kept")
    assert payload["view"]["state"]["values"]["name"]["answer"]["value"] == "Person One"
    assert "response_url" not in payload


async def test_behind_a_modal_nothing_can_be_pressed(play: Playing) -> None:
    await play.says("Choose", blocks=CHOOSE)
    await play.opens(section("In front"))
    with pytest.raises(LookupError, match="nothing called 'Monday'"):
        play.person.presses("Monday")
    assert play.person.presses("Monday", play.person.messages[0]).payload["message"]


async def test_the_newest_message_that_has_the_button_is_pressed(play: Playing) -> None:
    await play.says("Old", blocks=CHOOSE)
    newest = await play.says("New", blocks=CHOOSE)
    await play.says("No buttons")
    assert play.person.presses("Monday").payload["message"]["ts"] == newest["ts"]


async def test_what_is_gone_can_only_be_pressed_by_a_press_on_its_way(play: Playing) -> None:
    view = await play.opens(*CHOOSE)
    before = play.person.modal
    await play.ok("views.update", view_id=view["id"], view=modal(section("Later")))
    with pytest.raises(LookupError):
        play.person.presses("Monday", before)
    payload = play.person.presses("Monday", before, anyway=True).payload
    assert (payload["actions"][0]["value"], payload["view"]["id"]) == ("mon", view["id"])


async def test_pressing_a_deleted_message_is_no_use(play: Playing) -> None:
    sent = await play.says("Choose", blocks=CHOOSE)
    await play.ok("chat.delete", channel=sent["channel"], ts=sent["ts"])
    with pytest.raises(LookupError):
        play.person.presses("Monday", play.person.messages[0])


# Choices


OPTIONS = [option("One"), option("Two")]
CHOICES: dict[str, tuple[dict[str, Any], Any, dict[str, Any]]] = {
    "a menu": ({"type": "static_select", "options": OPTIONS}, "Two", {"selected_option": option("Two")}),
    "several of a menu": (
        {"type": "multi_static_select", "options": OPTIONS},
        ["one", "Two"],
        {"selected_options": OPTIONS},
    ),
    "boxes": ({"type": "checkboxes", "options": OPTIONS}, ["Two"], {"selected_options": [option("Two")]}),
    "a radio button": ({"type": "radio_buttons", "options": OPTIONS}, "one", {"selected_option": option("One")}),
    "an overflow menu": ({"type": "overflow", "options": OPTIONS}, "Two", {"selected_option": option("Two")}),
    "a day": ({"type": "datepicker"}, date(2026, 3, 3), {"selected_date": "2026-03-03"}),
    "an hour": ({"type": "timepicker"}, time(9, 30), {"selected_time": "09:30"}),
    "an instant": (
        {"type": "datetimepicker"},
        datetime(2026, 3, 3, 12, tzinfo=UTC),
        {"selected_date_time": 1772539200},
    ),
    "a person": ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
}


@pytest.mark.parametrize("what", CHOICES)
async def test_a_choice_outside_a_form_is_told_at_once(play: Playing, what: str) -> None:
    element, value, told = CHOICES[what]
    await play.says("Choose", blocks=[actions({**element, "action_id": "choice"}, block_id="b")])
    payload = play.person.chooses("choice", value).payload
    (used,) = payload["actions"]
    assert {name: used.get(name) for name in told} == told
    if what != "an overflow menu":
        assert payload["state"]["values"]["b"]["choice"] == {"type": element["type"], **told}


async def test_a_menu_has_only_its_own_options(play: Playing) -> None:
    await play.says("x", blocks=[section("Choose", accessory={"type": "static_select", "options": OPTIONS})])
    with pytest.raises(LookupError, match="no option 'Three'"):
        play.person.chooses("Choose", "Three")


async def test_an_input_tells_at_once_only_if_it_is_told_to(play: Playing) -> None:
    await play.opens(question("Name"), question("Day", "datepicker", dispatch_action=True))
    assert play.person.fills({"Name": "x"}) == []
    (told,) = play.person.fills({"Day": date(2026, 3, 3)})
    assert told.payload["actions"][0]["selected_date"] == "2026-03-03"


# Forms

FORM = [
    question("Name"),
    question("Mail", "email_text_input"),
    question("Site", "url_text_input", optional=True),
    question("Age", "number_input", is_decimal_allowed=False, min_value="18", max_value="99", optional=True),
    question("Kind", "static_select", options=OPTIONS, optional=True),
    question("Days", "multi_static_select", options=OPTIONS, max_selected_items=1, optional=True),
    question("Terms", "checkboxes", options=OPTIONS, optional=True),
    question("Note", max_length=5, min_length=2, optional=True),
]
REQUIRED = "Please complete this required field."


async def test_a_form_comes_with_all_that_was_filled_in(play: Playing) -> None:
    await play.opens(*FORM, private_metadata="kept")
    filled = {"Name": "Person One", "Mail": "one@example.com", "Kind": "Two", "Terms": ["One"], "Age": 30}
    play.person.fills(filled)
    done = play.person.submits()
    assert done is not None
    payload = done.payload
    values = {block: answer["answer"] for block, answer in payload["view"]["state"]["values"].items()}
    assert values == {
        "name": {"type": "plain_text_input", "value": "Person One"},
        "mail": {"type": "email_text_input", "value": "one@example.com"},
        "site": {"type": "url_text_input", "value": None},
        "age": {"type": "number_input", "value": "30"},
        "kind": {"type": "static_select", "selected_option": option("Two")},
        "days": {"type": "multi_static_select", "selected_options": []},
        "terms": {"type": "checkboxes", "selected_options": [option("One")]},
        "note": {"type": "plain_text_input", "value": None},
    }
    assert (payload["type"], payload["response_urls"], payload["view"]["private_metadata"]) == (
        "view_submission",
        [],
        "kept",
    )


@pytest.mark.parametrize(
    ("filled", "errors"),
    [
        ({}, {"Name": REQUIRED, "Mail": REQUIRED}),
        ({"Mail": "nobody"}, {"Mail": "Please enter a valid email address."}),
        ({"Site": "no address"}, {"Site": "Please enter a valid URL."}),
        ({"Age": "old"}, {"Age": "Please enter a valid number."}),
        ({"Age": "1.5"}, {"Age": "Please enter a valid number."}),
        ({"Age": "17"}, {"Age": "Please enter a number of at least 18."}),
        ({"Age": "100"}, {"Age": "Please enter a number of at most 99."}),
        ({"Days": ["One", "Two"]}, {"Days": "Please choose no more than 1."}),
        ({"Note": "toolong"}, {"Note": "Please enter no more than 5 characters."}),
        ({"Note": "x"}, {"Note": "Please enter at least 2 characters."}),
    ],
)
async def test_slacks_own_program_refuses_what_is_evidently_wrong(
    play: Playing, filled: dict[str, Any], errors: dict[str, str]
) -> None:
    await play.opens(*FORM)
    sent = len(play.world.deliveries)
    play.person.fills({**({"Name": "x", "Mail": "one@example.com"} if filled else {}), **filled})
    assert play.person.submits() is None
    assert play.modal.errors == errors
    assert len(play.world.deliveries) == sent
    assert play.person.submits(anyway=True) is not None


async def test_initial_values_are_there_until_they_are_changed(play: Playing) -> None:
    await play.opens(
        question("Name", initial_value="Person One"),
        question("Kind", "static_select", options=OPTIONS, initial_option=OPTIONS[0]),
        question("Terms", "checkboxes", options=OPTIONS, initial_options=OPTIONS),
        question("Day", "datepicker", initial_date="2026-03-03"),
    )
    assert play.modal.values == {"Name": "Person One", "Kind": "One", "Terms": "One, Two", "Day": "2026-03-03"}
    play.person.fills({"Name": "", "Terms": []})
    assert play.modal.values["Terms"] == ""


async def test_what_is_not_there_cannot_be_filled_in(play: Playing) -> None:
    await play.opens(*FORM)
    with pytest.raises(LookupError, match="nothing called 'Colour'"):
        play.person.fills({"Colour": "red"})
    with pytest.raises(LookupError, match="no option 'Three'"):
        play.person.fills({"Kind": "Three"})


async def test_without_a_submit_button_nothing_is_submitted(play: Playing) -> None:
    with pytest.raises(LookupError, match="nothing to submit"):
        play.person.submits()
    await play.opens(section("Wait"), submit=None)
    with pytest.raises(LookupError, match="nothing to submit"):
        play.person.submits()


# Closing


async def test_closing_is_told_to_those_who_want_to_know(play: Playing) -> None:
    await play.opens()
    assert play.person.closes() is None
    await play.opens(notify_on_close=True, private_metadata="kept")
    told = play.person.closes()
    assert told is not None
    assert (told.payload["type"], told.payload["is_cleared"]) == ("view_closed", False)
    assert told.payload["view"]["private_metadata"] == "kept"
    assert "trigger_id" not in told.payload
    with pytest.raises(LookupError, match="no modal is open"):
        play.person.closes()


@pytest.mark.parametrize("by_view", [True, False])
async def test_a_whole_stack_can_be_closed(play: Playing, by_view: bool) -> None:
    await play.opens(actions(button("Next", "next")))
    trigger = play.person.presses("Next").trigger_id
    await play.ok("views.push", trigger_id=trigger, view=modal(notify_on_close=True, clear_on_close=by_view))
    told = play.person.closes(clear=not by_view)
    assert told is not None
    assert told.payload["is_cleared"] is True
    assert play.person.modal is None


# Profiles


async def test_a_change_of_the_profile_is_told_if_it_was_asked_for() -> None:
    settings = {**DEFAULT["settings"], "event_subscriptions": {"bot_events": ["user_change"]}}
    async with playing(manifest={**DEFAULT, "settings": settings}) as play:
        play.person.changes(tz="Asia/Tokyo", locale="ja-JP")
        (event,) = events(play, "user_change")
        assert (event["user"]["tz"], event["user"]["locale"]) == ("Asia/Tokyo", "ja-JP")
        assert (await play.ok("users.info", user=play.person.id))["user"]["tz_offset"] == 32400
        play.person.deactivates()
        assert events(play, "user_change")[-1]["user"]["deleted"] is True
        with pytest.raises(LookupError, match="no shoe"):
            play.person.changes(shoe="42")


async def test_who_comes_is_told_of_if_it_was_asked_for() -> None:
    scopes = {"oauth_config": {"scopes": {"bot": [*DEFAULT["oauth_config"]["scopes"]["bot"], "channels:read"]}}}
    settings = {**DEFAULT["settings"], "event_subscriptions": {"bot_events": ["member_joined_channel", "team_join"]}}
    async with playing(manifest=DEFAULT | scopes | {"settings": settings}) as play:
        newcomer = play.world.person(locale="ja-JP")
        assert events(play, "team_join")[-1]["user"]["locale"] == "ja-JP"
        inside, outside = play.world.channel("in", bot_in=True), play.world.channel("out")
        for channel in (inside, outside):
            newcomer.joins(channel)
        (event,) = events(play, "member_joined_channel")
        assert (event["user"], event["channel"], event["channel_type"]) == (newcomer.id, inside.id, "C")
        await play.ok("chat.postEphemeral", channel=inside.id, user=newcomer.id, text="Welcome")


async def test_what_is_seen_is_waited_for(play: Playing) -> None:
    await play.says("Hello")
    first = await play.person.sees("Hello")
    with pytest.raises(TimeoutError, match=r"no 'Bye' in\n"):
        await play.person.sees("Bye", seconds=0.01)
    await play.opens(section("Bye"))
    assert await play.person.sees("Bye") == play.person.modal
    await play.says("Hello again")
    assert await play.person.sees("Hello", after=first) is play.person.messages[-1]  # type: ignore[arg-type]


async def test_two_people_share_nothing(play: Playing) -> None:
    other = play.world.person()
    await play.opens(section("Mine"))
    await play.says("Hello")
    assert (other.modal, other.messages, other.home) == (None, [], None)
