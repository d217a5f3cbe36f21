"""The way into the world from another process: plain JSON under `/_sandbox/telegram/`.

No fault, limit or count touches it, and it asks for no token: it is for tests and demonstrations on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from starlette.applications import Starlette

from sandbox.steering import acts, looks, waits
from sandbox.telegram.chats import Message
from sandbox.telegram.faults import parse_fault
from sandbox.telegram.groups import Group
from sandbox.telegram.people import Person, Press
from sandbox.telegram.world import World

PERSON_ACTS = frozenset(
    {
        *("writes", "starts", "follows", "edits", "presses", "taps", "forwards", "blocks", "unblocks", "deactivates"),
        *("shares_contact", "shares_location", "sends_sticker", "sends_photo", "sends_voice", "sends_document"),
    }
)
GROUP_ACTS = frozenset({"kicks_bot", "lets_bot_in", "becomes_supergroup"})
Look = Callable[[World, Mapping[str, str]], Any]
Act = Callable[[World, Mapping[str, str], Any], Any]


def control(world: World) -> Starlette:
    """The control routes of one world."""
    views: dict[str, Look] = {
        "complaints": lambda world, _: [{"method": each.method, "text": each.text} for each in world.complaints],
        "requests": lambda world, _: world.ledger.shown,
        "updates": updates,
        "world": offered,
        "webhook": lambda world, _: world.webhook.shown(len(world.updates), world.updates.allowed),
        "profile": profile,
        "faults": lambda world, _: [fault.shown for fault in world.faults.waiting],
        "people/{id:int}": lambda world, at: seen_by(_person(world, at["id"])),
        "groups/{id}": lambda world, at: seen_in(_group(world, at["id"])),
        "presses/{id}": lambda world, at: pressed(world.presses[at["id"]]),
    }
    deeds: dict[tuple[str, str], Act] = {
        ("POST", "people"): lambda world, _, body: {"id": world.person(**body).id},
        ("POST", "people/{id:int}/{act}"): person_acts,
        ("POST", "groups"): new_group,
        ("POST", "groups/{id}/{act}"): group_acts,
        ("POST", "faults"): add_faults,
        ("DELETE", "faults"): lambda world, _, body: world.faults.clear(body.get("method")),
        ("DELETE", "requests"): lambda world, *_: world.ledger.forget(),
        ("DELETE", "complaints"): lambda world, *_: world.complaints.clear(),
        ("POST", "raw"): lambda world, _, body: raw(world, body),
        ("POST", "redeliver"): lambda world, _, body: {"update_id": world.redeliver(body.get("update_id")).id},
        ("POST", "forward"): lambda world, _, body: world.forward(timedelta(seconds=body["seconds"])),
        ("POST", "flood"): lambda world, _, body: world.flood(body["seconds"], body.get("chat")),
    }
    looked = {path: partial(look, world) for path, look in views.items()}
    acted = {path: partial(_acted, world, act) for path, act in deeds.items()}
    return Starlette(
        routes=[*looks(world.lock, looked), *acts(world.lock, acted), *waits({"sees": partial(_sees, world)})]
    )


def _acted(world: World, act: Act, at: Mapping[str, Any], body: Any) -> Any:
    if not isinstance(body, dict) and act is not add_faults:
        raise TypeError("a JSON object is wanted")
    return act(world, at, body)


async def _sees(world: World, _: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Waits for a message: {"person" or "group", "text", "after": message_id, "seconds"}."""
    seer = _person(world, body["person"]) if "person" in body else _group(world, body["group"])
    after = seer.place.messages.get(body.get("after", 0))
    return shown(await seer.sees(body["text"], after, body.get("seconds", 10)))


def _person(world: World, number: Any) -> Person:
    return world.people[int(number)]


def _group(world: World, number: Any) -> Group:
    for group in world.groups:
        if group.id == int(number):
            return group
    raise LookupError("no such group")


def shown(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "byBot": message.by_bot,
        "text": message.text,
        "entities": list(message.entities),
        "rows": [[{"label": each.label, "data": each.data, "url": each.url} for each in row] for row in message.rows],
        "edits": message.edits,
        "deleted": message.deleted,
        "file": message.file.shown if message.file else None,
    }


def seen_by(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "chat": [shown(message) for message in person.chat],
        "keyboard": person.keyboard,
        "actions": person.actions,
        "menu": person.menu,
        "profile": person.profile,
        "drawn": person.drawn(),
    }


def seen_in(group: Group) -> dict[str, Any]:
    chat = [shown(message) for message in group.chat]
    return {"id": group.id, "kind": group.place.kind.value, "chat": chat, "drawn": group.drawn()}


def pressed(press: Press) -> dict[str, Any]:
    told = {"toast": press.toast, "alert": press.alert, "url": press.url}
    return {"id": press.id, "data": press.data, "answered": press.answered, "old": press.old, **told}


def updates(world: World, _: Mapping[str, str]) -> dict[str, Any]:
    pending = [update.shown for update in world.updates.pending]
    return {"pending": pending, "confirmed": [update.id for update in world.updates.confirmed]}


def offered(world: World, _: Mapping[str, str]) -> dict[str, Any]:
    return {"now": world.now().isoformat(), "token": world.token, "bot": world.bot, "people": list(world.people)}


def profile(world: World, _: Mapping[str, str]) -> dict[str, Any]:
    own = world.profile
    commands = [
        {"scope": scope, "language": language, "commands": list(each)}
        for (scope, language), each in own.commands.items()
    ]
    buttons = {str(chat): dict(button) for chat, button in own.menu_buttons.items()}
    texts = {"names": own.names, "descriptions": own.descriptions, "shortDescriptions": own.short_descriptions}
    return {"commands": commands, "menuButtons": buttons, **texts}


def person_acts(world: World, at: Mapping[str, str], body: Mapping[str, Any]) -> Any:
    """An act by name, with its arguments; "group", "message", "reply_to" are given as ids."""
    if at["act"] not in PERSON_ACTS:
        raise LookupError("no such act")
    person, arguments = _person(world, at["id"]), dict(body)
    place = person.place
    if (number := arguments.pop("group", None)) is not None:
        group = _group(world, number)
        place = group.place
        arguments["group"] = group
        if at["act"] in ("presses", "edits"):
            del arguments["group"]
    for name in ("message", "reply_to"):
        if name in arguments:
            arguments[name] = place.messages[arguments[name]]
    return _done(getattr(person, at["act"])(**arguments))


def _done(result: object) -> Any:
    match result:
        case Message():
            return {"message_id": result.id}
        case Press():
            return {"query": result.id}
        case _:
            return result


def new_group(world: World, _: Mapping[str, str], body: Mapping[str, Any]) -> Any:
    members = [_person(world, number) for number in body["members"]]
    return {"id": world.group(*members, title=body.get("title", "Group")).id}


def group_acts(world: World, at: Mapping[str, str], _: Mapping[str, Any]) -> Any:
    if at["act"] not in GROUP_ACTS:
        raise LookupError("no such act")
    result = getattr(_group(world, at["id"]), at["act"])()
    return None if result is None else {"id": result}


def add_faults(world: World, _: Mapping[str, str], body: Any) -> None:
    world.faults.add(*(parse_fault(each) for each in (body if isinstance(body, list) else [body])))


def raw(world: World, body: Mapping[str, Any]) -> Any:
    update = world.raw(body["update"], body.get("chat", 0))
    return None if update is None else {"update_id": update.id}
