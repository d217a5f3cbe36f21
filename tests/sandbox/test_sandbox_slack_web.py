"""The stand-in's Web API: who may ask, how arguments come, what the app can look at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_playing import NOW, Playing, playing
from slack_sdk.errors import SlackApiError

from sandbox.slack import World
from sandbox.slack.manifest import DEFAULT


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        yield playing_now


def with_scopes(*scopes: str) -> dict[str, Any]:
    return {**DEFAULT, "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "im:history", *scopes]}}}


# Who asks


async def test_the_app_learns_who_it_is(play: Playing) -> None:
    told = await play.client.auth_test()
    assert (told["team_id"], told["user_id"], told["bot_id"]) == (
        play.world.team.id,
        play.world.team.bot_user,
        play.world.team.bot_id,
    )
    assert play.complaints == []


async def test_no_token_no_answer(play: Playing) -> None:
    assert await play.refused("auth.test", token="") == "not_authed"
    assert await play.refused("auth.test", token="xoxb-wrong") == "invalid_auth"


async def test_a_token_may_come_as_an_argument(play: Playing) -> None:
    answer = await play.http.post("/api/auth.test", data={"token": play.world.token})
    assert answer.json()["ok"]


async def test_a_revoked_token_is_told_from_an_app_that_is_gone(play: Playing) -> None:
    play.world.revoke(play.world.token)
    assert await play.refused("auth.test") == "token_revoked"
    async with playing() as other:
        other.world.uninstall()
        assert await other.refused("auth.test") == "account_inactive"


async def test_each_kind_of_token_opens_its_own_doors(play: Playing) -> None:
    assert await play.refused("apps.connections.open") == "not_allowed_token_type"
    assert await play.refused("auth.test", token=play.world.app_token) == "not_allowed_token_type"
    assert (await play.ok("apps.connections.open", token=play.world.app_token))["url"].startswith("ws://")


async def test_an_unknown_method_is_named(play: Playing) -> None:
    assert await play.call("views.destroy") == {"ok": False, "error": "unknown_method", "req_method": "views.destroy"}


async def test_a_scope_that_lacks_is_named_beside_those_that_are_held(play: Playing) -> None:
    told = await play.call("team.info")
    assert (told["error"], told["needed"]) == ("missing_scope", "team:read")
    assert told["provided"] == "chat:write,commands,files:write,im:history,im:write,users:read"
    assert play.complaints == ["missing_scope"]


@pytest.mark.parametrize(
    ("method", "arguments", "needed"),
    [
        ("chat.postMessage", {"channel": "D1", "text": "x"}, "chat:write"),
        ("chat.update", {"channel": "D1", "ts": "1", "text": "x"}, "chat:write"),
        ("chat.delete", {"channel": "D1", "ts": "1"}, "chat:write"),
        ("chat.postEphemeral", {"channel": "D1", "user": "U1", "text": "x"}, "chat:write"),
        ("users.info", {"user": "U1"}, "users:read"),
        ("conversations.open", {"users": "U1"}, "im:write"),
        ("team.info", {}, "team:read"),
    ],
)
async def test_each_method_has_its_scope(method: str, arguments: dict[str, Any], needed: str) -> None:
    bare = {"display_information": {"name": "Bare"}, "oauth_config": {"scopes": {"bot": ["files:read"]}}}
    async with playing(manifest=bare | {"settings": {"socket_mode_enabled": True}}) as play:
        told = await play.call(method, **arguments)
        assert (told["error"], told["needed"], told["provided"]) == ("missing_scope", needed, "files:read")


async def test_what_a_conversation_is_asks_for_the_scope_of_its_kind(play: Playing) -> None:
    public, private = play.world.channel("general"), play.world.channel("secret", private=True, bot_in=True)
    await play.says()
    needed = [
        (await play.call("conversations.info", channel=each))["needed"]
        for each in (play.person.dm, public.id, private.id)
    ]
    assert needed == ["im:read", "channels:read", "groups:read"]


# How arguments come


async def test_arguments_come_as_json_or_as_a_form(play: Playing) -> None:
    headers = {"authorization": f"Bearer {play.world.token}"}
    by_form = await play.http.post("/api/api.test", data={"foo": "bar"}, headers=headers)
    by_json = await play.http.post("/api/api.test", json={"foo": "bar"}, headers=headers)
    by_query = await play.http.get("/api/api.test?foo=bar", headers=headers)
    assert [each.json()["args"] for each in (by_form, by_json, by_query)] == [{"foo": "bar"}] * 3


async def test_json_without_its_charset_is_warned_of(play: Playing) -> None:
    headers = {"authorization": f"Bearer {play.world.token}"}
    told = (await play.http.post("/api/auth.test", json={}, headers=headers)).json()
    assert (told["ok"], told["warning"]) == (True, "missing_charset")
    assert told["response_metadata"] == {"warnings": ["missing_charset"]}
    assert "warning" not in await play.ok("auth.test")


@pytest.mark.parametrize(
    ("kind", "body", "error"),
    [
        ("application/json", b"{", "invalid_json"),
        ("application/json", b"[]", "json_not_object"),
        ("text/plain", b"hello", "invalid_post_type"),
        ("application/x-www-form-urlencoded", b"\xff\xfe=1", "invalid_form_data"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(play: Playing, kind: str, body: bytes, error: str) -> None:
    told = await play.http.post("/api/auth.test", content=body, headers={"content-type": kind})
    assert (told.status_code, told.json()["error"]) == (200, error)
    assert play.complaints == [error]


async def test_nested_values_come_as_json_text_too(play: Playing) -> None:
    headers = {"authorization": f"Bearer {play.world.token}"}
    blocks = '[{"type": "divider"}]'
    form = {"channel": play.person.id, "text": "x", "blocks": blocks}
    assert (await play.http.post("/api/chat.postMessage", data=form, headers=headers)).json()["ok"]
    told = await play.http.post("/api/chat.postMessage", data=form | {"blocks": "[{"}, headers=headers)
    assert told.json()["error"] == "invalid_blocks_format"


async def test_an_argument_that_no_method_knows_is_complained_of(play: Playing) -> None:
    await play.ok("chat.postMessage", channel=play.person.id, text="x", unfurl_link=False)
    assert play.complaints == ["no argument is called unfurl_link"]


async def test_a_required_argument_is_named(play: Playing) -> None:
    told = await play.call("users.info")
    assert told["error"] == "invalid_arguments"
    assert told["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]


async def test_a_flag_must_be_one(play: Playing) -> None:
    assert await play.refused("users.info", user=play.person.id, include_locale="perhaps") == "invalid_arguments"


async def test_the_scopes_come_with_every_answer(play: Playing) -> None:
    told = await play.client.auth_test()
    assert told.headers["x-oauth-scopes"] == "chat:write,commands,files:write,im:history,im:write,users:read"


async def test_no_token_gets_into_the_ledger(play: Playing) -> None:
    await play.http.post("/api/auth.test", data={"token": play.world.token})
    await play.ok("auth.test")
    assert play.world.token not in str([request.shown for request in play.world.ledger.requests])
    assert play.world.token not in repr(play.world.team)
    assert play.world.signing_secret not in repr(play.world.tokens)


# People, channels, the workspace


async def test_a_profile_has_zone_and_on_demand_the_language(play: Playing) -> None:
    told = (await play.client.users_info(user=play.person.id))["user"]
    assert (told["tz"], told["tz_offset"], told["real_name"]) == ("America/Santiago", -10800, "Person One")
    assert "locale" not in told
    assert (await play.client.users_info(user=play.person.id, include_locale=True))["user"]["locale"] == "es-CL"


async def test_the_offset_is_that_of_today(play: Playing) -> None:
    play.clock.forward(days=90)
    assert (await play.ok("users.info", user=play.person.id))["user"]["tz_offset"] == -14400


async def test_an_e_mail_is_shown_to_those_who_may_see_it() -> None:
    for scopes, shown in ((("users:read",), None), (("users:read", "users:read.email"), "one@example.com")):
        async with playing(manifest=with_scopes(*scopes)) as play:
            told = (await play.ok("users.info", user=play.person.id))["user"]["profile"]
            assert told.get("email") == shown


async def test_nobody_is_found_in_another_workspace(play: Playing) -> None:
    stranger = play.world.person(team=play.world.workspace("Other", installed=True))
    assert await play.refused("users.info", user=stranger.id) == "user_not_found"
    assert await play.refused("chat.postMessage", channel=stranger.dm, text="x") == "channel_not_found"


async def test_a_deactivated_person_is_marked_so_and_has_no_zone(play: Playing) -> None:
    play.person.deactivates()
    told = (await play.ok("users.info", user=play.person.id))["user"]
    assert told["deleted"] is True
    assert "tz" not in told


async def test_a_direct_message_is_opened_once(play: Playing) -> None:
    first = await play.client.conversations_open(users=play.person.id)
    again = await play.client.conversations_open(users=play.person.id, return_im=True)
    assert first["channel"] == {"id": play.person.dm}
    assert (again["already_open"], again["channel"]["user"]) == (True, play.person.id)


async def test_a_direct_message_that_was_not_opened_is_not_found(play: Playing) -> None:
    assert await play.refused("chat.postMessage", channel=play.person.dm, text="x") == "channel_not_found"
    await play.says()
    assert (await play.ok("chat.postMessage", channel=play.person.dm, text="x"))["channel"] == play.person.dm


async def test_nothing_is_opened_with_somebody_who_left(play: Playing) -> None:
    play.person.deactivates()
    assert await play.refused("conversations.open", users=play.person.id) == "user_disabled"
    assert await play.refused("conversations.open", users="U0") == "user_not_found"


async def test_the_workspace_says_its_name() -> None:
    async with playing(manifest=with_scopes("team:read")) as play:
        assert (await play.ok("team.info"))["team"]["name"] == "Sandbox"


async def test_what_was_written_can_be_read_again() -> None:
    async with playing() as play:
        sent = [(await play.says(text))["ts"] for text in ("One", "Two", "Three")]
        told = await play.ok("conversations.history", channel=play.person.dm, limit=2)
        assert [each["text"] for each in told["messages"]] == ["Three", "Two"]
        assert told["has_more"] is True
        only = await play.ok(
            "conversations.history", channel=play.person.dm, oldest=sent[1], latest=sent[1], inclusive=True
        )
        assert [each["text"] for each in only["messages"]] == ["Two"]


async def test_the_sdk_raises_what_slack_says(play: Playing) -> None:
    with pytest.raises(SlackApiError, match="user_not_found"):
        await play.client.users_info(user="U0")


async def test_pages_that_are_none_are_not_found(play: Playing) -> None:
    assert (await play.http.get("/nowhere")).status_code == 404
    assert (await play.http.post("/actions/T1/1/forged", json={"text": "x"})).status_code == 404


def test_ids_and_times_only_ever_rise() -> None:
    world = World(lambda: NOW)
    times = [world.next_ts() for _ in range(100)]
    assert times == sorted(set(times))
    assert len({world.next_id("U") for _ in range(1000)}) == 1000
