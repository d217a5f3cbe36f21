"""What a Slack payload says, as an event. It reads raw JSON, asks nobody and sends nothing.

A payload is what was put on disk: Slack's own, its kind as Socket Mode names it, the key under which it was received,
and what the person's profile says. What is nothing for the program is None, what cannot be understood a ValueError; no
input makes this raise anything else. `docs/slack.md` lists what happens for each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from adapters import Done, Heard, Json, Place, Visit, Who
from adapters.slack.places import direct, external_id, is_external, is_id, modal
from conversations.events import Filled, Opened, Returned, Tapped, Typed, Understood, Unreadable
from conversations.events import Heard as Read
from conversations.menu import CONVERSATIONS
from conversations.offers import Choice
from conversations.screens import pressed
from conversations.texts import say

COMMAND, INTERACTION, EVENT = "slash_commands", "interactive", "events_api"
"""The kinds of payloads, by Socket Mode's names."""

VIEW = "booking"
"""The callback id of every modal."""

LINK = "link"
"""How the action of a button begins that only leads elsewhere."""

SEARCH = "search"
"""The block of a modal where words to be looked for are written."""

LONGEST = 40_000
"""Characters of a message (chat.postMessage): whoever sends more is not Slack."""

NOT_READ = Unreadable(say("I can read only text and buttons here."))

_ENTITY = re.compile(r"<((?:[@#!]|mailto:|tel:|https?:)[^<>|]*)(?:\|([^<>]*))?>")
_LOCALE = re.compile(r"[A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8}){0,3}")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a modal carries along: its screen's revision, what its submit button presses, whether more is to be said."""

    revision: int
    submit: str = ""
    unfinished: bool = False

    def __str__(self) -> str:
        carried = {"revision": self.revision, "submit": self.submit, "unfinished": self.unfinished}
        return json.dumps(carried, separators=(",", ":"))

    @classmethod
    def of(cls, view: Json) -> Sheet:
        """Raises ValueError if it is none of ours."""
        try:
            carried = json.loads(_text(view, "private_metadata"))
        except RecursionError:
            raise ValueError("no metadata of ours") from None
        match carried:
            case {"revision": int(revision), "submit": str(submit), "unfinished": bool(unfinished)}:
                return cls(revision, submit, unfinished)
        raise ValueError("no metadata of ours")


@dataclass(frozen=True, slots=True)
class Departure:
    """A workspace has sent the app away at an instant, in whole seconds; or `only_token`: has taken its token back."""

    team: str
    at: int
    only_token: bool


def departure(delivery: Json, at: datetime) -> Departure | None:
    """What a delivery says of that; None if it is about anything else."""
    match delivery:
        case {"kind": "events_api", "payload": {"team_id": str(team), "event": Mapping() as event} as payload}:
            told = payload.get("event_time")
            when = told if isinstance(told, int) else int(at.timestamp())
            match event:
                case _ if not is_id(team):
                    return None
                case {"type": "app_uninstalled"}:
                    return Departure(team, when, only_token=False)
                case {"type": "tokens_revoked", "tokens": {"bot": [_, *_]}}:
                    return Departure(team, when, only_token=True)  # those of people are none of ours
    return None


def parse(delivery: Json, at: datetime, commands: Mapping[str, str]) -> Heard | Visit | None:
    """What a delivery says; None if it is nothing for the program. Raises ValueError if it is none.

    `commands` are conversations by the names of their slash commands.
    """
    payload, key = _object(delivery, "payload"), _text(delivery, "key")
    match delivery.get("kind"):
        case "slash_commands":
            return _commanded(payload, delivery, key, at, commands)
        case "interactive":
            return _interacted(payload, delivery, key, at)
        case "events_api":
            return _happened(_object(payload, "event"), payload, delivery, at, commands)
    raise ValueError("no kind of ours")


def block_of(question: str, standing: str = "") -> str:
    """The name of the block in which a question is asked. With another answer standing in it, it is another block:
    Slack keeps what was typed in a block of the same name.
    """
    return f"q{standing}~{question}"[:255]


def question_of(block: str) -> str:
    """The question that a block asks; empty for any other block."""
    mark, _, question = block.partition("~")
    return question if mark.startswith("q") else ""


# Who.


def who_of(kind: str, payload: Json) -> tuple[str, str]:
    """The workspace and the person that a payload is about. Raises ValueError if it names none."""
    match kind:
        case "slash_commands":
            team, user = payload.get("team_id"), payload.get("user_id")
        case "events_api":
            event = _object(payload, "event")
            team, user = payload.get("team_id"), event.get("user")
        case _:
            person = _object(payload, "user")
            within = payload.get("team")
            team = within.get("id") if isinstance(within, Mapping) else person.get("team_id")
            user = person.get("id")
    if not (isinstance(team, str) and isinstance(user, str) and is_id(team) and is_id(user)):
        raise ValueError("nobody")
    return team, user


def _who(delivery: Json) -> Who:
    team, user = who_of(str(delivery.get("kind")), _object(delivery, "payload"))
    profile = delivery.get("profile")
    given = profile if isinstance(profile, Mapping) else {}
    locale, zone = given.get("locale"), given.get("zone")
    names = {name: given.get(name) for name in ("given_name", "family_name")}
    return Who(
        "slack",
        team,
        user,
        locale if isinstance(locale, str) and _LOCALE.fullmatch(locale) else None,
        zone if isinstance(zone, str) and _ZONE.fullmatch(zone) else None,
        **{name: _clean(value)[:100] for name, value in names.items() if isinstance(value, str)},
    )


def _opens(delivery: Json, key: str, event: Done) -> Heard:
    """What opens a modal of its own."""
    who = _who(delivery)
    return Heard(who, modal(who.workspace, who.user, external_id(key)), event)


# Slash commands.


def _commanded(payload: Json, delivery: Json, key: str, at: datetime, commands: Mapping[str, str]) -> Heard | None:
    command = commands.get(_text(payload, "command").lower())
    words = _text(payload, "text") if "text" in payload else ""
    if command is None or asks_for_help(payload):
        return None  # help is answered at once, where it was asked for
    return _opens(delivery, key, Opened(at, command, words=written(words).strip()))


def asks_for_help(payload: Json) -> bool:
    words = payload.get("text")
    return isinstance(words, str) and words.strip().lower() == "help"


# What was pressed, submitted, closed.


def _interacted(payload: Json, delivery: Json, key: str, at: datetime) -> Heard | None:
    match payload.get("type"):
        case "shortcut":
            command = _text(payload, "callback_id")
            return _opens(delivery, key, Opened(at, command)) if command in CONVERSATIONS else None
        case "block_actions":
            return _pressed(payload, delivery, key, at)
        case "view_submission":
            return _submitted(_object(payload, "view"), delivery, at)
        case "view_closed":
            return _closed(_object(payload, "view"), delivery, at)
    return None


def _pressed(payload: Json, delivery: Json, key: str, at: datetime) -> Heard | None:
    action = _first(payload, "actions")
    if _text(action, "action_id").startswith(LINK):
        return None
    event = pressed(_token(action), at)
    if not isinstance(event, Opened | Returned | Tapped):
        raise ValueError("no press")
    view = payload.get("view")
    if isinstance(view, Mapping) and view.get("type") == "modal":
        beside = _filled(view, at, event.token) if isinstance(event, Tapped) and _is_form(view) else event
        return Heard(_who(delivery), _modal(view, delivery), beside)
    if isinstance(event, Opened | Returned):
        return _opens(delivery, key, event)
    who = _who(delivery)
    return Heard(who, direct(who.workspace, who.user), event)


def _token(action: Json) -> str:
    if "selected_option" in action:
        return _text(_object(action, "selected_option"), "value")
    return _text(action, "value")


def _submitted(view: Json, delivery: Json, at: datetime) -> Heard:
    sheet, place = Sheet.of(view), _modal(view, delivery)
    if sheet.submit == SEARCH:
        words = next((value for name, value in _answers(view) if name == SEARCH), None)
        return Heard(_who(delivery), place, Typed(at, _string(words)))
    if sheet.submit:
        return Heard(_who(delivery), place, Tapped(at, sheet.submit))
    return Heard(_who(delivery), place, _filled(view, at))


def _is_form(view: Json) -> bool:
    """Whether questions are filled in there; anything else has a search at most."""
    return isinstance(view.get("state"), Mapping) and any(question_of(name) for name, _ in _answers(view))


def _filled(view: Json, at: datetime, pressed: str = "") -> Filled:
    """What stands in a form."""
    given = {question_of(name): each for name, each in _answers(view) if question_of(name)}
    values = {name: _value(each) for name, each in given.items()}
    read = {name: understood for name, each in given.items() if (understood := _read(each))}
    return Filled(at, Sheet.of(view).revision, values, read, pressed)


def _closed(view: Json, delivery: Json, at: datetime) -> Heard | None:
    """A modal that was closed in the middle can be gone on with; of any other there is nothing to be said."""
    sheet = Sheet.of(view)
    return Heard(_who(delivery), _modal(view, delivery), Returned(at)) if sheet.unfinished else None


def _modal(view: Json, delivery: Json) -> Place:
    external = _text(view, "external_id")
    if not is_external(external):
        raise ValueError("no modal of ours")
    who = _who(delivery)
    return modal(who.workspace, who.user, external)


def _answers(view: Json) -> Iterator[tuple[str, Json]]:
    """What stands in each block, whatever the action is called."""
    for block, inside in _object(_object(view, "state"), "values").items():
        for each in inside.values() if isinstance(inside, Mapping) else ():
            if isinstance(each, Mapping):
                yield _clean(block), each


def _value(answer: Json) -> str | tuple[str, ...]:
    """What was written; what was chosen, by tokens. What was left empty is empty."""
    if "selected_options" in answer:
        options = answer["selected_options"]
        return tuple(_option(each) for each in options) if isinstance(options, list) else ()
    if "selected_option" in answer:
        return _option(answer["selected_option"]) if answer["selected_option"] is not None else ""
    return _string(answer)


def _option(option: Any) -> str:
    if not isinstance(option, Mapping):
        raise ValueError("no option")
    return _text(option, "value")


def _string(answer: Json | None) -> str:
    found = (answer or {}).get("selected_date" if "selected_date" in (answer or {}) else "value")
    if found is not None and not isinstance(found, str):
        raise ValueError("no value")
    return _clean(found or "")


def _read(answer: Json) -> Read | None:
    """What Slack's own inputs have read: a number with a point, a date as ISO writes it."""
    written = _string(answer) if not {"selected_option", "selected_options"} & answer.keys() else ""
    try:
        match answer.get("type"):
            case "number_input" if written:
                return Understood(Choice(Decimal(written)))
            case "datepicker" if written:
                return Understood(Choice(date.fromisoformat(written)))
    except (ValueError, InvalidOperation):
        return None  # read as anything that was written
    return None


# Events.


def _happened(
    event: Json, payload: Json, delivery: Json, at: datetime, commands: Mapping[str, str]
) -> Heard | Visit | None:
    match event.get("type"):
        case "app_home_opened" if event.get("tab") == "home":
            return Visit(_who(delivery))
        case "message" if event.get("channel_type") == "im":
            return _wrote(event, payload, delivery, at, commands)
    return None


def _wrote(event: Json, payload: Json, delivery: Json, at: datetime, commands: Mapping[str, str]) -> Heard | None:
    """A line to the app. What is changed or deleted later counts as it was written."""
    ours = "bot_id" in event or "app_id" in event or event.get("user") in _ours(payload)
    if ours or event.get("subtype") not in (None, "file_share", "me_message", "thread_broadcast"):
        return None
    line = written(_text(event, "text") if "text" in event else "").strip()
    if not line and "files" not in event:
        return None
    said: Done = _line(line, at, commands) if line else Typed(at, "", NOT_READ)
    who = _who(delivery)
    return Heard(who, direct(who.workspace, who.user), said)


def _ours(payload: Json) -> tuple[Any, ...]:
    """The app's own user, by whom messages to it are not written."""
    known = payload.get("authorizations")
    return tuple(each.get("user_id") for each in known if isinstance(each, Mapping)) if isinstance(known, list) else ()


def _line(line: str, at: datetime, commands: Mapping[str, str]) -> Done:
    """A command works without its slash too."""
    word, _, rest = line.partition(" ")
    name = word.lower().removeprefix("/")
    command = commands.get(f"/{name}") or (name if name in CONVERSATIONS else None)
    alone = not rest.strip()
    if command and (alone or word.startswith("/") or command in SEARCHED):
        return Opened(at, command, words=rest.strip()) if rest.strip().lower() != "help" else Opened(at, "help")
    if word.startswith("/") and alone:
        return Opened(at, name)
    return Typed(at, line)


SEARCHED = frozenset(name for name, each in CONVERSATIONS.items() if any(field.searches for field in each.fields))
"""Commands beside which something to be looked for can be written."""


def written(text: str) -> str:
    """What somebody wrote, of what Slack made of it: `<mailto:a@example.com|a@example.com>` is an address again."""
    plain = _ENTITY.sub(lambda found: found[2] or _named(found[1]), _clean(text))
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _named(entity: str) -> str:
    if entity.startswith("!"):
        return f"@{entity[1:].partition('^')[0]}"
    return entity.removeprefix("mailto:").removeprefix("tel:")


# JSON.


def _object(within: Json, name: str) -> Json:
    value = within.get(name)
    if not isinstance(value, Mapping):
        raise ValueError(f"no {name}")
    return value


def _first(within: Json, name: str) -> Json:
    value = within.get(name)
    if not isinstance(value, list) or not value or not isinstance(value[0], Mapping):
        raise ValueError(f"no {name}")
    return value[0]


def _text(within: Json, name: str) -> str:
    value = within.get(name)
    if not isinstance(value, str) or len(value) > LONGEST:
        raise ValueError(f"no {name}")
    return _clean(value)


def _clean(text: str) -> str:
    """Without what no database and no font takes: zeros, and halves of surrogate pairs."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")
