"""The methods by which the app looks around: itself, its connection, people, channels, the workspace.

What it writes stands in `chat`, what it shows in `view_methods`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.slack import chat, errors, files, installing, view_methods
from sandbox.slack.asked import Asked, Method
from sandbox.slack.channels import Channel
from sandbox.slack.errors import Refusal, malformed, missing
from sandbox.slack.sockets import PATH
from sandbox.slack.teams import user_shown

READ_SCOPES = {"im": "im:read", "channel": "channels:read", "group": "groups:read"}
HISTORY_SCOPES = {"im": "im:history", "channel": "channels:history", "group": "groups:history"}


def api_test(asked: Asked) -> Mapping[str, Any]:
    given = {name: value for name, value in asked.given.values.items() if name != "token"}
    asked.given.asked |= asked.given.values.keys()
    if "error" in given:
        raise Refusal(str(given["error"]), extra={"args": given})
    return {"args": given}


def auth_test(asked: Asked) -> Mapping[str, Any]:
    team = asked.team
    own = {"user": asked.world.manifest.bot_name, "user_id": team.bot_user, "bot_id": team.bot_id}
    place = {"url": f"https://{team.domain}.slack.com/", "team": team.name, "team_id": team.id}
    return {**place, **own, "is_enterprise_install": False}


def auth_revoke(asked: Asked) -> Mapping[str, Any]:
    if asked.flag("test"):
        return {"revoked": False}
    installing.uninstall(asked.team)
    return {"revoked": True}


def apps_uninstall(asked: Asked) -> Mapping[str, Any]:
    if (asked.text("client_id"), asked.text("client_secret")) != (asked.world.client_id, asked.world.client_secret):
        raise malformed("bad_client_secret")
    installing.uninstall(asked.team)
    return {}


def connections_open(asked: Asked) -> Mapping[str, Any]:
    if asked.token is None or asked.token.kind != "app":
        raise errors.NOT_ALLOWED_TOKEN_TYPE
    asked.needs("connections:write")
    world = asked.world
    if not world.manifest.socket_mode:
        raise malformed("forbidden_team")
    base = world.url.replace("http", "ws", 1)
    return {"url": f"{base}{PATH}{world.sockets.ticket()}?ticket={world.secret('socket')[:16]}&app_id={world.app_id}"}


def oauth_access(asked: Asked) -> Mapping[str, Any]:
    given = (asked.text("client_id"), asked.text("client_secret"))
    if given[0] != asked.world.client_id:
        raise malformed("invalid_client_id")
    if given[1] != asked.world.client_secret:
        raise malformed("bad_client_secret")
    if asked.text("grant_type") not in ("", "authorization_code"):
        raise malformed("invalid_grant_type")
    return installing.exchange(asked.world, asked.text("code", required=True), asked.text("redirect_uri"))


def users_info(asked: Asked) -> Mapping[str, Any]:
    asked.needs("users:read")
    person = asked.person()
    email = "users:read.email" in asked.team.scopes
    return {"user": dict(user_shown(person, email=email, locale=asked.flag("include_locale")))}


def team_info(asked: Asked) -> Mapping[str, Any]:
    asked.needs("team:read")
    team = asked.team
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": ""}}


def conversations_open(asked: Asked) -> Mapping[str, Any]:
    asked.needs("im:write")
    if asked.has("channel"):
        channel = asked.channel()
    else:
        users = asked.text("users", required=True).split(",")
        if len(users) > 1:
            raise Refusal("method_not_supported_for_channel_type", fault=True)
        person = asked.team.people.get(users[0].strip())
        if person is None:
            raise errors.USER_NOT_FOUND
        if person.deactivated:
            raise Refusal("user_disabled")
        channel = asked.team.direct(person)
    asked.request.channel = channel.id
    already = {"no_op": True, "already_open": True} if channel.known else {}
    channel.known = True
    asked.flag("prevent_creation")
    return {**already, "channel": channel.shown if asked.flag("return_im") else {"id": channel.id}}


def conversations_info(asked: Asked) -> Mapping[str, Any]:
    channel = _visible(asked, READ_SCOPES)
    asked.flag("include_locale")
    asked.flag("include_num_members")
    return {"channel": channel.shown}


def conversations_history(asked: Asked) -> Mapping[str, Any]:
    channel = _visible(asked, HISTORY_SCOPES)
    if not channel.bot_in:
        raise errors.NOT_IN_CHANNEL
    limit, oldest, latest = int(asked.text("limit") or 100), asked.text("oldest"), asked.text("latest")
    inclusive = asked.flag("inclusive")
    asked.flag("include_all_metadata")

    def within(ts: str) -> bool:
        below = not latest or ts < latest or (inclusive and ts == latest)
        return below and (not oldest or ts > oldest or (inclusive and ts == oldest))

    standing = [each for each in channel.messages if not each.deleted and within(each.id)]
    newest = list(reversed(standing))
    return {"messages": [each.shown for each in newest[:limit]], "has_more": len(newest) > limit}


def _visible(asked: Asked, scopes: Mapping[str, str]) -> Channel:
    if not asked.has("channel"):
        raise missing("channel")
    channel = asked.channel()
    if channel.kind == "group" and not channel.bot_in:
        raise errors.CHANNEL_NOT_FOUND
    asked.needs(scopes[channel.kind])
    return channel


METHODS: dict[str, Method] = {
    **chat.METHODS,
    **files.METHODS,
    **view_methods.METHODS,
    "api.test": api_test,
    "auth.test": auth_test,
    "auth.revoke": auth_revoke,
    "apps.uninstall": apps_uninstall,
    "apps.connections.open": connections_open,
    "oauth.v2.access": oauth_access,
    "users.info": users_info,
    "team.info": team_info,
    "conversations.open": conversations_open,
    "conversations.info": conversations_info,
    "conversations.history": conversations_history,
}
WITHOUT_TOKEN = frozenset({"api.test", "oauth.v2.access"})
