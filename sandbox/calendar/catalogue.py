"""What the business of the stand-in offers: its agents, services and forms, the same on every run.

Only content: no clock, no state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sandbox.calendar.availability import EVERY_DAY, Week
from sandbox.calendar.forms import Field


def made_id(kind: str, name: str) -> str:
    """24 hexadecimal digits, as the real service's database makes them, but always the same for the same name."""
    return sha256(f"{kind}: {name}".encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Agent:
    id: str
    lastname: str
    week: Week
    firstname: str = "Agent"

    @property
    def shown(self) -> dict[str, str]:
        return {"_id": self.id, "firstname": self.firstname, "lastname": self.lastname}


@dataclass(frozen=True)
class Service:
    id: str
    title: str
    description: str
    agents: tuple[str, ...]
    segment: str
    automatic: bool
    lists_agents: bool = True


OFFICE = ((9 * 60, 13 * 60), (14 * 60, 18 * 60))
LONG = ((8 * 60, 10 * 60), (13 * 60, 24 * 60))

WEEKS: Mapping[str, Week] = {
    "One": Week(OFFICE, 30, 30, taken=20),
    "Two": Week(OFFICE, 30, 30, taken=30),
    "Three": Week(((10 * 60, 14 * 60), (15 * 60, 19 * 60)), 30, 30, frozenset(range(6)), taken=25),
    "Four": Week(OFFICE, 60, 45, taken=15),
    "Five": Week(((8 * 60, 12 * 60),), 30, 30, taken=20),
    "Six": Week(LONG, 5, 5, EVERY_DAY),
    "Seven": Week(OFFICE, 30, 30),
    "Eight": Week(OFFICE, 30, 30, taken=94),
    "Nine": Week(LONG, 5, 5, EVERY_DAY),
}
AGENTS: tuple[Agent, ...] = tuple(Agent(made_id("agent", name), name, week) for name, week in WEEKS.items())

CONTACT_SEGMENT = made_id("segment", "contact")
EVERYTHING_SEGMENT = made_id("segment", "everything")

AUTOMATIC, MANUAL = True, False
_SERVICES: tuple[tuple[str, str, bool, str], ...] = (
    (
        "Account opening",
        "Open a current or savings account. Have your identity document at hand.",
        MANUAL,
        "One Two Three",
    ),
    ("Quick question", "Five minutes with whoever knows, every day until midnight.", MANUAL, "Six Nine"),
    ("Mortgage advice", "What you can borrow, at which rate and for how long.", MANUAL, "Seven"),
    ("Eye test", "A full test of your sight; bring the glasses you wear.", AUTOMATIC, "Eight"),
    ("General consultation", "Thirty minutes for any concern that is not urgent.", AUTOMATIC, "One Three Five"),
    ("Tax return review", "We read your return before you send it.", MANUAL, "Two Four"),
    ("Vaccination", "All usual vaccines, travel vaccines included.", AUTOMATIC, "Two Five"),
    ("Business loan", "Financing for companies with more than a year of accounts.", MANUAL, "One Four"),
    ("Blood pressure check", "A short check; please rest for five minutes before.", AUTOMATIC, "Three Five"),
    ("Card lost or stolen", "Block a card and order a new one.", AUTOMATIC, "Six Nine"),
    ("Pension planning", "How much you will have, and what can still be done about it.", MANUAL, "Three Four"),
    ("Physiotherapy", "For backs, knees and shoulders. Wear something comfortable.", MANUAL, "Two Three Five"),
    ("Online banking help", "We show you how, step by step, on your own screen.", AUTOMATIC, "One Two"),
    ("Nutrition advice", "A plan made for you, with what you like to eat.", MANUAL, "Five"),
    ("Insurance claim", "Report damage & hear what happens next <24 hours>.", AUTOMATIC, "One Four"),
    ("Child health check", "Growth, hearing and sight, from six months to twelve years.", MANUAL, "One Five"),
    ("Company formation", "From the idea to the entry in the register.", MANUAL, "Four"),
    ("Dental hygiene", "Cleaning and advice.", MANUAL, "Two Three"),
    ("Currency and transfers", "Payments abroad, *fees* and rates_of_exchange.", AUTOMATIC, "Two Three"),
    ("Patient history", "A long questionnaire before your first visit.", MANUAL, "One Two"),
    ("Investment review", "", MANUAL, "Three Four"),
    ("Sleep counselling", "When nights are short: causes, habits, help.", AUTOMATIC, "Three Five"),
    (
        "Project kick-off with a consultant",
        "Goals, scope, people, dates and money of a new project, put on one page that everybody can agree to. "
        "Bring the person who decides and the person who will do the work; an hour is usually enough.",
        MANUAL,
        "Four",
    ),
)
UNLISTED_AGENTS = "Vaccination"
EVERYTHING_ASKED = "Patient history"


def _service(title: str, description: str, automatic: bool, agents: str) -> Service:
    return Service(
        id=made_id("service", title),
        title=title,
        description=description,
        agents=tuple(made_id("agent", name) for name in agents.split()),
        segment=EVERYTHING_SEGMENT if title == EVERYTHING_ASKED else CONTACT_SEGMENT,
        automatic=automatic,
        lists_agents=title != UNLISTED_AGENTS,
    )


SERVICES: tuple[Service, ...] = tuple(_service(*service) for service in _SERVICES)


def made_field(segment: str, edition: int, name: str, kind: str, label: str, **shown: Any) -> Field:
    """A field of a form's edition. What it does not have its object leaves out, so that a client meets both."""
    identity = made_id("field", f"{segment} {edition} {name}")
    return Field(identity, name, kind, {"_id": identity, "type": kind, "name": name, "label": label, **shown})


def options(*labels: str) -> list[dict[str, str]]:
    return [{"value": label.lower().replace(" ", "-"), "label": label} for label in labels]


def contact_form(segment: str, edition: int) -> Sequence[Field]:
    def field(name: str, kind: str, label: str, **shown: Any) -> Field:
        return made_field(segment, edition, name, kind, label, **shown)

    required, optional = {"required": True}, {"required": False}
    return (
        field("firstname", "text", "First name", hint="", options=[], properties={**required, "maxlength": "50"}),
        field(
            "email", "email", "E-mail", hint="The confirmation goes there.", properties={**required, "maxlength": 100}
        ),
        field("phone", "tel", "Phone", properties={**optional, "placeholder": "+56 2 1234 5678", "maxlength": 20}),
        field(
            "channel",
            "select",
            "How did you hear of us?",
            options=options("A friend", "Search", "Advertisement", "Other"),
            properties=optional,
        ),
        field("comments", "textarea", "Anything we should know?", properties={**optional, "maxlength": "500"}),
    )


def everything_form(segment: str, edition: int) -> Sequence[Field]:
    def field(name: str, kind: str, label: str, **shown: Any) -> Field:
        return made_field(segment, edition, name, kind, label, **shown)

    required, optional = {"required": True}, {"required": False}
    return (
        field("firstname", "text", "First name", properties={**required, "maxlength": "50"}),
        field("lastname", "text", "Last name", properties={**required, "maxlength": 50}),
        field("email", "email", "E-mail", hint="The confirmation goes there.", properties=required),
        field("phone", "tel", "Phone", properties=required),
        field("birthday", "date", "Date of birth", properties=required),
        field("household", "number", "People in your household", properties={**required, "min": 1, "max": "20"}),
        field("website", "url", "Web page", properties=optional),
        field("history", "textarea", "Your story in a few lines", properties={**optional, "maxlength": 1000}),
        field("nps", "nps", "Would you recommend us?", hint="0 is never, 10 is surely.", properties=optional),
        field("csat", "csat", "How content are you?", properties=optional),
        field("ces", "ces", "How easy was it to reach us?", properties=optional),
        field("plan", "select", "Your plan", options=options("Basic", "Family", "Company"), properties=required),
        field("visit", "radio", "First visit?", options=options("Yes", "No"), properties=required),
        field("topics", "checkbox", "Topics", options=options("Heart", "Back", "Sleep", "Other"), properties=optional),
        field("languages", "select-multiple", "Languages", options=options("English", "Spanish"), properties=required),
        field("reference", "reference-code", "Reference", properties={**optional, "maxlength": 12}),
    )
