"""Refusals of the calendar API: their texts and bodies, to the letter of the page.

What leads to a refusal is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.calendar.instants import render

NAMES: Mapping[int, tuple[str, str]] = {
    400: ("BadRequest", "bad-request"),
    401: ("NotAuthenticated", "not-authenticated"),
    402: ("PaymentError", "payment-error"),
    403: ("Forbidden", "forbidden"),
    404: ("NotFound", "not-found"),
    405: ("MethodNotAllowed", "method-not-allowed"),
    406: ("NotAcceptable", "not-acceptable"),
    408: ("Timeout", "timeout"),
    409: ("Conflict", "conflict"),
    410: ("Gone", "gone"),
    411: ("LengthRequired", "length-required"),
    413: ("PayloadTooLarge", "payload-too-large"),
    422: ("Unprocessable", "unprocessable"),
    429: ("TooManyRequests", "too-many-requests"),
    500: ("GeneralError", "general-error"),
    501: ("NotImplemented", "not-implemented"),
    502: ("BadGateway", "bad-gateway"),
    503: ("Unavailable", "unavailable"),
}


@dataclass
class Refusal(Exception):
    """An answer that is not a success. `explanation` is the body's optional `data`."""

    code: int
    message: str
    explanation: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Keys stand in the page's order; `data` only where the page prints it."""
        name, class_name = NAMES.get(self.code, ("FeathersError", "feathers-error"))
        body: dict[str, Any] = {"name": name, "message": self.message, "code": self.code, "className": class_name}
        if self.explanation is not None:
            body["data"] = self.explanation
        return {**body, "errors": {}}


def invalid(name: str) -> Refusal:
    return Refusal(400, f'A valid "{name}" is required', name)


def in_the_past() -> Refusal:
    return Refusal(400, "The date can not be in the past.", "dateInPast")


def invalid_service() -> Refusal:
    return Refusal(400, "A valid service id is required")


def too_long(element: str, most: int) -> Refusal:
    return Refusal(400, f'You reach the max characters is {most} for element "{element}".')


def unknown_element() -> Refusal:
    return Refusal(
        400,
        "Some element not as field, please check or try again",
        "Maybe the organization has changed the form and you're submit is not valid anymore.",
    )


def unavailable(start: datetime) -> Refusal:
    return Refusal(409, f'Sorry, the hour "{render(start)}" is unavailable.')


def spent() -> Refusal:
    return Refusal(401, "The token is not valid any more.")


def not_found(message: str = "Page not found") -> Refusal:
    return Refusal(404, message)


def too_many_requests(retry_after: str = "1") -> Refusal:
    return Refusal(429, "Too many requests, please try again later.", headers={"retry-after": retry_after})
