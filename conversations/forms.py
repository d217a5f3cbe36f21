"""A conversation as data: its questions, in order, and how it ends. What moves between them is `engine.py` alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from conversations.calls import Keep, Read, Write
from conversations.events import Reason
from conversations.kinds import UNLIMITED, FormField, Kind, Limits
from conversations.offers import Choice, Value
from conversations.people import Person
from conversations.session import Session
from conversations.texts import Said, Text, say

Offers = Callable[[Person, Session], Read | tuple[Choice, ...]]


@dataclass(frozen=True, slots=True)
class Go:
    """The end of a conversation that leads to another, as a door does."""

    command: str
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Tell:
    """The end of a conversation that only shows an appointment."""

    appointment: str


Ending = Write | Keep | Go | Tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question.

    `offers` says what can be chosen: a read, or the choices themselves; None asks for a typed answer.
    `prompts` makes the prompt where it depends on who is asked.
    `place`: a place that is shared answers it too, where a platform lets people share theirs.
    `after` names the fields whose answers this one hangs on, `part_of` the field of kind FORM that brought it.
    `sole` takes a single choice without asking, what is `pasted` comes by a link where there is nothing to choose yet,
    `searches` takes a line that names none of them as words to look for.
    `undone_by` holds the refusals that take this answer back. `none` is said when there is nothing to choose.
    `change` stands on the button that opens it again, where its label alone would read badly there.
    """

    name: str
    label: Said
    prompt: Said
    prompts: Callable[[Person, Session], Said] | None = None
    kind: Kind = Kind.CHOICE
    offers: Offers | None = None
    options: tuple[Choice, ...] = ()
    after: tuple[str, ...] = ()
    part_of: str = ""
    searches: bool = False
    place: bool = False
    sole: bool = False
    pasted: bool = False
    optional: bool = False
    undone_by: frozenset[Reason] = frozenset()
    limits: Limits = UNLIMITED
    hint: Said = ""
    placeholder: str = ""
    id: str = ""
    none: Text | None = None
    change: Text | None = None

    def fits(self, choice: Choice) -> bool:
        """Whether this is an answer to such a question: its kind of value, one of its options, within its limits."""
        match self.kind, choice.value:
            case _, None:
                return self.optional
            case Kind.NUMBER, Decimal() as number:
                return self.limits.refusal(number) is None and (not self.options or self._has(number))
            case Kind.DATE, date() as day:
                return not isinstance(day, datetime)
            case ((Kind.DAY | Kind.HOUR), datetime()):
                return True
            case Kind.CHOICE, str() as value:
                return not self.options or self._has(value)
            case Kind.CHOICES, tuple() as values:
                return bool(values) and all(map(self._has, values))
            case ((Kind.TEXT | Kind.LINES | Kind.EMAIL | Kind.URL | Kind.PHONE), str() as text):
                return bool(text) and self.limits.refusal(text) is None
        return False

    def _has(self, value: Value) -> bool:
        return any(option.value == value for option in self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One command. `ends` makes what a confirmed summary stands for; if that is a write, its key is the summary's own.

    Without `confirm` there is no summary: the last answer is enough. A conversation without fields has nothing to ask
    and is over at once: it shows what it has to say, and the menu.
    """

    command: str
    title: Text
    about: Text
    fields: tuple[Field, ...] = ()
    ends: Callable[[Person, Session, str], Ending] | None = None
    summary: Text = field(default_factory=lambda: say("Is this right?"))
    confirm: Text | None = field(default_factory=lambda: say("Yes"))
    working: Text = field(default_factory=lambda: say("One moment …"))
    done: Text | None = None
    tells: Callable[[Person], Text] | None = None
    """What it says in place of `done`, where that depends on the person."""
    leads_to: tuple[str, ...] = ()
    """The commands that are offered at its end, before the menu's."""
    left: Text = field(default_factory=lambda: say("Left. Nothing was changed."))
    subject: str | None = None
    """The field that a door's subject answers."""
    further: str | None = None
    """The field that what follows the subject answers, if anything does: `<service>-<agent>`."""
    on_menu: bool = True
    pending: Callable[[Person], bool] = field(default=lambda _person: False)
    """Whether something waits for it, so that it is offered wherever anything is."""
    on_cards: bool = False
    changes: bool = False
    """Whether it is about an appointment that can still be changed."""
    leads_out: bool = False
    """Whether its end shows the links to the person's own calendars."""


@lru_cache(maxsize=64)
def asked(form: tuple[FormField, ...]) -> tuple[Field, ...]:
    """The questions of the organisation's form. Its names are kept apart from ours by a prefix."""
    return tuple(
        Field(
            name=f"form.{each.name}",
            part_of="form",
            label=each.label,
            prompt=each.label,
            kind=each.kind,
            offers=_options(each.options) if each.options else None,
            options=each.options,
            optional=not each.required,
            limits=each.limits,
            hint=each.hint,
            placeholder=each.placeholder,
            id=each.id,
        )
        for each in form
    )


def _options(options: tuple[Choice, ...]) -> Offers:
    return lambda _person, _session: options
