"""The way into the world from another process: plain JSON under `/_sandbox/slack/`.

No fault, limit or count touches it, and it asks for no token: it is for tests and demonstrations on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.applications import Starlette

from sandbox.slack.channels import Channel, Message
from sandbox.slack.deliveries import Delivery
from sandbox.slack.faults import parse_fault
from sandbox.slack.people import Person
from sandbox.slack.views import Sight
from sandbox.slack.world import World
from sandbox.steering import acts, looks, waits

PERSON_ACTS = frozenset(
    {
        *("commands", "shortcut", "writes", "edits", "deletes", "joins", "opens_home", "opens_messages"),
        *("presses", "chooses", "clicks", "fills", "suggests", "submits", "closes"),
        *("changes", "deactivates", "approves", "declines"),
    }
)
Look = Callable[[World, Mapping[str, Any]], Any]
Act = Callable[[World, Mapping[str, Any], Any], Any]


def control(world: World) -> Starlette:
    """The control routes of one world."""
    views: dict[str, Look] = {
        "complaints": lambda world, _: [{"method": each.method, "text": each.text} for each in world.complaints],
        "requests": lambda world, _: world.ledger.shown,
        "deliveries": lambda world, _: [each.shown for each in world.deliveries],
        "sockets": lambda world, _: [{"id": each.id, "deaf": each.deaf} for each in world.sockets.open],
        "world": offered,
        "faults": lambda world, _: [fault.shown for fault in world.faults.waiting],
        "people/{id}": lambda world, at: seen_by(world.find_person(at["id"])),
        "channels/{id}": lambda world, at: seen_in(_channel(world, at["id"])),
    }
    deeds: dict[tuple[str, str], Act] = {
        ("POST", "people"): new_person,
        ("POST", "people/{id}/{act}"): person_acts,
        ("POST", "channels"): new_channel,
        ("POST", "workspaces"): lambda world, _, body: {"id": world.workspace(**body).id},
        ("POST", "configure"): lambda world, _, body: world.configure(body),
        ("POST", "hooks"): lambda world, _, body: world.hooks(body["url"]),
        ("POST", "faults"): add_faults,
        ("DELETE", "faults"): lambda world, _, body: world.faults.clear(body.get("method")),
        ("DELETE", "requests"): lambda world, *_: world.ledger.forget(),
        ("DELETE", "complaints"): lambda world, *_: world.complaints.clear(),
        ("POST", "raw"): lambda world, _, body: {"delivery": world.raw(body["kind"], body["payload"]).number},
        ("POST", "redeliver"): redeliver,
        ("POST", "forward"): lambda world, _, body: world.forward(timedelta(seconds=body["seconds"])),
        ("POST", "flood"): lambda world, _, body: world.flood(body["seconds"], body.get("channel")),
        ("POST", "refresh"): lambda world, _, body: world.refresh(body.get("reason", "refresh_requested")),
        ("POST", "deafen"): lambda world, _, body: world.deafen(body.get("times", 0)),
        ("POST", "mute"): lambda world, *_: world.mute(),
        ("POST", "drop"): lambda world, *_: world.drop_sockets(),
        ("POST", "uninstall"): lambda world, _, body: world.uninstall(world.teams[body["team"]]),
        ("POST", "archive"): lambda world, _, body: world.archive(_channel(world, body["channel"])),
    }
    looked = {path: partial(look, world) for path, look in views.items()}
    acted = {path: partial(_acted, world, act) for path, act in deeds.items()}
    waited = {"sees": partial(_sees, world), "quiet": partial(_quiet, world)}
    return Starlette(routes=[*looks(world.lock, looked), *acts(world.lock, acted), *waits(waited)])


def _acted(world: World, act: Act, at: Mapping[str, Any], body: Any) -> Any:
    if not isinstance(body, dict) and act is not add_faults:
        raise TypeError("a JSON object is wanted")
    return act(world, at, body)


async def _sees(world: World, _: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Waits for a modal, message or Home: {"person", "text", "seconds"}."""
    place = await world.find_person(body["person"]).sees(body["text"], None, body.get("seconds", 10))
    return shown(place)


async def _quiet(world: World, _: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    await world.quiet(body.get("seconds", 10))


def _channel(world: World, id: str) -> Channel:
    for team in world.teams.values():
        if id in team.channels:
            return team.channels[id]
    raise LookupError("no such channel")


def shown(place: Message | Sight | None) -> dict[str, Any] | None:
    """What stands somewhere, as a person sees it."""
    match place:
        case None:
            return None
        case Message():
            marks = {"id": place.id, "byApp": place.by_app, "edits": place.edits, "deleted": place.deleted}
            extra = {**marks, "fallback": place.fallback, "ephemeral": place.ephemeral, "unfurls": place.unfurls}
        case Sight():
            marks = {"id": place.id, "title": place.title, "submit": place.submit, "busy": place.busy}
            extra = {**marks, "values": place.values, "errors": place.errors, "stack": place.stack}
    read = {"text": place.text, "mentions": place.mentions, "links": place.links, "labels": place.labels}
    return {**extra, **read, "blocks": list(place.blocks), "drawn": place.drawn()}


def seen_by(person: Person) -> dict[str, Any]:
    places = {"modal": shown(person.modal), "home": shown(person.home)}
    lists = {"messages": person.messages, "whispers": person.whispers}
    heard = {name: [shown(each) for each in messages] for name, messages in lists.items()}
    return {"id": person.id, "dm": person.dm, **places, **heard, "notices": person.notices, "drawn": person.drawn()}


def seen_in(channel: Channel) -> dict[str, Any]:
    return {"id": channel.id, "messages": [shown(each) for each in channel.messages], "drawn": channel.drawn()}


def offered(world: World, _: Mapping[str, Any]) -> dict[str, Any]:
    teams = [{"id": each.id, "name": each.name, "installed": each.installed} for each in world.teams.values()]
    people = [person.id for team in world.teams.values() for person in team.people.values()]
    return {"now": world.now().isoformat(), "app": world.app_id, "teams": teams, "people": people}


def new_person(world: World, _: Mapping[str, Any], body: dict[str, Any]) -> Any:
    team = world.teams[body.pop("team")] if "team" in body else None
    person = world.person(**body, team=team)
    return {"id": person.id, "dm": person.dm}


def new_channel(world: World, _: Mapping[str, Any], body: dict[str, Any]) -> Any:
    members = [world.find_person(each) for each in body.pop("members", ())]
    return {"id": world.channel(members=members, **body).id}


def person_acts(world: World, at: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """An act by name, with its arguments; "channel", "message" and "where" are given as ids, "device" by its name."""
    if at["act"] not in PERSON_ACTS:
        raise LookupError("no such act")
    person, arguments = world.find_person(at["id"]), dict(body)
    if "device" in arguments:
        person = person.on(arguments.pop("device"))
    if "channel" in arguments:
        arguments["channel"] = _channel(world, arguments["channel"])
    for name in ("message", "where"):
        if name in arguments:
            arguments[name] = _message(person, arguments[name])
    return _done(getattr(person, at["act"])(**arguments))


def _message(person: Person, id: str) -> Message:
    for channel in person.team.channels.values():
        for message in channel.every_message:
            if message.id == id:
                return message
    raise LookupError("no such message")


def _done(result: object) -> Any:
    match result:
        case Message():
            return {"message": result.id}
        case Delivery():
            return {"delivery": result.number}
        case list():
            return [_done(each) for each in result]
        case str():
            return {"url": result}
        case _:
            return None


def redeliver(world: World, _: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    number = body.get("delivery")
    known = world.deliveries[number - 1] if number else None
    return {"delivery": world.redeliver(known, same=body.get("same", True)).number}


def add_faults(world: World, _: Mapping[str, Any], body: Any) -> None:
    world.faults.add(*(parse_fault(each) for each in (body if isinstance(body, list) else [body])))
