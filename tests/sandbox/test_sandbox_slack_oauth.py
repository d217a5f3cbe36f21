"""Installing the stand-in's app into workspaces: the page, the code, the token, and how it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from slack_playing import Playing, modal, playing, sdk
from slack_sdk.errors import SlackApiError

from sandbox.slack import World
from sandbox.slack.manifest import DEFAULT, read_manifest

BACK = "https://bot.example.com/slack/oauth_redirect"
SCOPES = "chat:write,commands,im:history,im:write,users:read"
MANIFEST = {
    **DEFAULT,
    "oauth_config": {"scopes": DEFAULT["oauth_config"]["scopes"], "redirect_urls": ["https://bot.example.com/slack"]},
}


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing(manifest=MANIFEST) as playing_now:
        yield playing_now


def page(play: Playing, **changes: str) -> str:
    asked = {"client_id": play.world.client_id, "scope": SCOPES, "state": "s-1", "redirect_uri": BACK, **changes}
    return f"{play.url}/oauth/v2/authorize?" + "&".join(f"{name}={value}" for name, value in asked.items() if value)


def brought(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


# The SDK sends the client's secret by a class that aiohttp 3.14 has deprecated.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_a_code_becomes_the_token_of_that_workspace(play: Playing) -> None:
    other = play.world.workspace("Other")
    person = play.world.person(team=other)
    back = person.approves(page(play))
    assert back.startswith(BACK)
    assert brought(back)["state"] == "s-1"
    told = await sdk(play.url, "").oauth_v2_access(
        client_id=play.world.client_id,
        client_secret=play.world.client_secret,
        code=brought(back)["code"],
        redirect_uri=BACK,
    )
    assert (told["team"]["id"], told["scope"], told["token_type"]) == (other.id, SCOPES, "bot")
    assert (told["bot_user_id"], told["authed_user"]["id"]) == (other.bot_user, person.id)
    client = sdk(play.url, str(told["access_token"]))
    assert (await client.auth_test())["team_id"] == other.id
    trigger = person.commands("/book").trigger_id
    await client.views_open(trigger_id=trigger, view=modal())
    assert person.modal is not None
    assert play.complaints == []


async def exchanged(play: Playing, code: str, **changes: str) -> str:
    given = {"client_id": play.world.client_id, "client_secret": play.world.client_secret, "redirect_uri": BACK}
    told = (await play.http.post("/api/oauth.v2.access", data={**given, "code": code, **changes})).json()
    return str(told.get("error", "ok"))


async def test_a_code_is_good_once_and_for_ten_minutes(play: Playing) -> None:
    codes = [brought(play.person.approves(page(play)))["code"] for _ in range(2)]
    assert await exchanged(play, codes[0]) == "ok"
    assert await exchanged(play, codes[0]) == "code_already_used"
    play.clock.forward(minutes=10, seconds=1)
    assert await exchanged(play, codes[1]) == "invalid_code"
    assert await exchanged(play, "guessed") == "invalid_code"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"client_id": "wrong"}, "invalid_client_id"),
        ({"redirect_uri": "https://elsewhere.example.com"}, "bad_redirect_uri"),
        ({"grant_type": "password"}, "invalid_grant_type"),
    ],
)
async def test_only_the_app_itself_exchanges_a_code(play: Playing, changes: dict[str, str], error: str) -> None:
    code = brought(play.person.approves(page(play)))["code"]
    assert await exchanged(play, code, **changes) == error
    assert await exchanged(play, code) == "ok"


async def test_whoever_declines_is_sent_back_without_a_code(play: Playing) -> None:
    assert brought(play.person.declines(page(play))) == {"error": "access_denied", "state": "s-1"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "1.2"}, "invalid_client_id"),
        ({"scope": "admin"}, "invalid_scope: admin"),
        ({"scope": ""}, "invalid_scope"),
        ({"redirect_uri": "https://elsewhere.example.com"}, "redirect_uri did not match"),
    ],
)
async def test_a_page_that_asks_wrongly_sends_nobody_anywhere(
    play: Playing, changes: dict[str, str], error: str
) -> None:
    with pytest.raises(LookupError, match=error):
        play.person.approves(page(play, **changes))
    told = await play.http.get(page(play, **changes))
    assert told.status_code == 400
    assert error in told.text


async def test_the_page_can_be_used_from_a_browser(play: Playing) -> None:
    told = await play.http.get(page(play))
    assert "chat:write" in told.text
    assert play.person.id in told.text
    sent = await play.http.post(page(play), data={"user": play.person.id, "approve": "1"})
    assert sent.status_code == 302
    assert brought(sent.headers["location"])["code"]
    declined = await play.http.get(page(play) + f"&user={play.person.id}&approve=0")
    assert brought(declined.headers["location"])["error"] == "access_denied"


async def test_the_app_is_told_that_it_is_gone_and_its_token_is_dead(play: Playing) -> None:
    other = play.world.workspace("Other", installed=True)
    play.world.uninstall(other)
    told = {delivery.payload["event"]["type"]: delivery.payload for delivery in play.world.deliveries}
    assert told.keys() == {"app_uninstalled", "tokens_revoked"}
    assert {payload["team_id"] for payload in told.values()} == {other.id}
    assert told["tokens_revoked"]["event"]["tokens"] == {"oauth": [], "bot": [other.bot_user]}
    with pytest.raises(SlackApiError, match="account_inactive"):
        await sdk(play.url, other.token).auth_test()
    assert (await play.ok("auth.test"))["team_id"] == play.world.team.id


async def test_an_app_can_go_by_itself(play: Playing) -> None:
    assert (await play.ok("auth.revoke", test=True))["revoked"] is False
    assert await play.refused("apps.uninstall", client_id="1", client_secret="2") == "bad_client_secret"
    secrets = {"client_id": play.world.client_id, "client_secret": play.world.client_secret}
    await play.ok("apps.uninstall", **secrets)
    assert await play.refused("auth.test") == "account_inactive"


async def test_installing_again_gives_life_again(play: Playing) -> None:
    old = play.world.token
    play.world.uninstall()
    assert await exchanged(play, brought(play.person.approves(page(play)))["code"]) == "ok"
    assert play.world.token != old
    assert (await play.ok("auth.test"))["ok"]


# Manifests


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"display_information": {"name": "x" * 36}}, "must be less than 36 characters"),
        ({"display_information": {}}, "missing required field: name"),
        ({"colour": "red"}, "invalid additional property: colour"),
        ({"features": {"slash_commands": [{"command": "book", "description": "x"}]}}, "invalid format: book"),
        ({"features": {"shortcuts": [{"name": "x", "type": "global"}]}}, "missing required field: callback_id"),
        ({"settings": {"event_subscriptions": {"bot_events": ["message.mpim"]}}}, "no event 'message.mpim'"),
        ({"settings": {"socket_mode_enabled": False}}, "/book has no url"),
        ({"oauth_config": {"scopes": {"bot": ["chat:write"]}}}, "the event message.im needs the scope im:history"),
        ({"oauth_config": {"scopes": {"bot": ["im:history"]}}}, "commands and shortcuts need the scope commands"),
    ],
)
def test_a_manifest_has_slacks_form(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_manifest({**DEFAULT, **changes})


def test_a_world_is_made_for_a_manifest() -> None:
    commands = {"slash_commands": [{"command": "/termin", "description": "Book"}]}
    world = World(manifest={**DEFAULT, "features": {**DEFAULT["features"], **commands}})
    assert world.person().commands("/termin").payload["command"] == "/termin"
