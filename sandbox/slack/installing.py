"""How an app comes into a workspace and leaves it: the page that asks, the code it gives, the token for the code.

How the page is served stands in `oauth`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sandbox.slack import telling
from sandbox.slack.errors import Refusal, malformed
from sandbox.slack.teams import Team, Token

if TYPE_CHECKING:
    from sandbox.slack.people import Person
    from sandbox.slack.world import World

CODE_LIVES = timedelta(minutes=10)


@dataclass(eq=False)
class Grant:
    """What a person has allowed; its code can be exchanged once."""

    person: Person
    scopes: tuple[str, ...]
    redirect_uri: str
    at: datetime
    code: str = field(repr=False)
    used: bool = False


@dataclass(frozen=True)
class Asked:
    """What an authorize page asks for."""

    scopes: tuple[str, ...]
    redirect_uri: str
    state: str | None
    explicit: bool


def with_hooks(raw: Mapping[str, Any], url: str) -> dict[str, Any]:
    """A manifest that has everything posted to one address."""
    made: dict[str, Any] = json.loads(json.dumps(raw))
    settings = made.setdefault("settings", {})
    settings["socket_mode_enabled"] = False
    settings.setdefault("event_subscriptions", {})["request_url"] = url
    settings.setdefault("interactivity", {"is_enabled": True})["request_url"] = url
    for command in made.get("features", {}).get("slash_commands", ()):
        command["url"] = url
    return made


def read_page(world: World, query: str) -> Asked:
    """Raises LookupError: Slack shows an error page then, and sends nobody anywhere."""
    given = {name: values[0] for name, values in parse_qs(query).items()}
    if given.get("client_id") != world.client_id:
        raise LookupError("invalid_client_id")
    scopes = tuple(each for each in given.get("scope", "").replace(" ", ",").split(",") if each)
    if not scopes or not set(scopes) <= set(world.manifest.scopes):
        raise LookupError(f"invalid_scope: {', '.join(sorted(set(scopes) - set(world.manifest.scopes)))}")
    known = world.manifest.redirect_urls
    redirect = given.get("redirect_uri") or next(iter(known), "")
    if not redirect or not any(redirect.startswith(each) for each in known):
        raise LookupError("redirect_uri did not match any configured URIs")
    return Asked(scopes, redirect, given.get("state"), "redirect_uri" in given)


def answer(world: World, person: Person, url: str, *, approve: bool) -> str:
    """Where the browser goes from the page. Raises LookupError."""
    page = read_page(world, urlsplit(url).query)
    state = {} if page.state is None else {"state": page.state}
    told = {"code": _grant(world, person, page)} if approve else {"error": "access_denied"}
    joint = "&" if "?" in page.redirect_uri else "?"
    return f"{page.redirect_uri}{joint}{urlencode({**told, **state})}"


def _grant(world: World, person: Person, page: Asked) -> str:
    code = f"{person.team.id}.{world.secret(f'code {len(world.grants)}')}"
    redirect = page.redirect_uri if page.explicit else ""
    world.grants[code] = Grant(person, page.scopes, redirect, world.now(), code)
    return code


def exchange(world: World, code: str, redirect_uri: str) -> dict[str, Any]:
    """The token for a code: oauth.v2.access. Raises Refusal."""
    grant = world.grants.get(code)
    if grant is None or world.now() - grant.at > CODE_LIVES:
        raise Refusal("invalid_code")
    if grant.used:
        raise Refusal("code_already_used")
    if grant.redirect_uri != redirect_uri and (grant.redirect_uri or redirect_uri):
        raise malformed("bad_redirect_uri")
    grant.used = True
    team = grant.person.team
    install(team, grant.scopes, grant.person.id)
    return {
        "app_id": world.app_id,
        "authed_user": {"id": grant.person.id},
        "scope": ",".join(team.scopes),
        "token_type": "bot",
        "access_token": team.token,
        "bot_user_id": team.bot_user,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def install(team: Team, scopes: tuple[str, ...], by: str) -> None:
    """Installing once more gives the same token; scopes only ever grow."""
    world = team.world
    if team.installed:
        known = world.tokens[team.token]
        known.scopes = tuple(dict.fromkeys([*known.scopes, *scopes]))
        return
    number = len(world.tokens)
    digits = f"{2_000_000_000_000 + number}-{3_000_000_000_000 + number}"
    team.token = f"xoxb-{digits}-{world.secret(f'bot {team.id} {number}')[:24]}"
    team.installed, team.installed_by = True, by
    world.tokens[team.token] = Token("bot", team, scopes)
    world.changes.tell()


def uninstall(team: Team) -> None:
    """The token dies, and the app is told twice, in an order that nobody promises."""
    world = team.world
    if not team.installed:
        return
    world.tokens[team.token].revoked = True
    team.installed = False
    for view in world.views_of(team):
        view.closed = True
    for person in team.people.values():
        world.homes.pop(person.id, None)
        for device in person.devices.values():
            device.stack = []
    at = world.next_ts()
    telling.event(team, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot_user]}, "event_ts": at})
    telling.event(team, {"type": "app_uninstalled", "event_ts": at})
    world.changes.tell()
