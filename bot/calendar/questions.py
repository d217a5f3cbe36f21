"""The questions whose answers are kept, and what they are about. Nothing is asked here, and nothing kept."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from conversations.calls import FindDays, FindHours, FindServices


@dataclass(frozen=True, slots=True)
class Segment:
    """What a form is kept under."""

    id: str


Question = Hashable
"""One of these, if programs are to share its answer."""

SERVICES = FindServices()
"""All of them, to the cache."""

TIMES = frozenset({FindDays, FindHours})


@dataclass(frozen=True, slots=True)
class Topic:
    """What some questions have in common: their kind, and a service or an agent, of which either is enough.

    What is not named is anything.
    """

    kinds: frozenset[type] = frozenset()
    service: str | None = None
    agent: str | None = None

    def holds(self, question: Question) -> bool:
        service, agent = about(question)
        either = (self.service is not None and self.service == service) or (
            self.agent is not None and self.agent == agent
        )
        anything = self.service is None and self.agent is None
        return (not self.kinds or type(question) in self.kinds) and (anything or either)


def about(question: Question) -> tuple[str | None, str | None]:
    """The service and the agent that a question is about."""
    return (question.service, question.agent) if isinstance(question, FindDays | FindHours) else (None, None)
