"""The operations of the calendar's API: where each one lies, and which token opens it. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import quote

from pydantic import SecretStr

PREFIX = "/public/video-contact-center"


class Key(Enum):
    """Which token goes into the Authorization header: one operation takes one kind, and never another."""

    API = "api token"
    ACTION = "action token"
    ACCESS = "access token"


class Operation(Enum):
    SERVICES = ("GET", "/services", Key.API)
    SERVICE_DATES = ("GET", "/services/{id}/dates", Key.API)
    SERVICE_HOURS = ("GET", "/services/{id}/hours", Key.API)
    USER_DATES = ("GET", "/users/{id}/dates", Key.API)
    USER_HOURS = ("GET", "/users/{id}/hours", Key.API)
    SCHEDULE_SERVICE = ("POST", "/schedule/service/{id}", Key.API)
    SCHEDULE_USER = ("POST", "/schedule/user/{id}", Key.API)
    CANCEL = ("POST", "/schedule/cancel", Key.ACTION)
    RESCHEDULE = ("POST", "/schedule/reschedule", Key.ACTION)
    INFO = ("GET", "/schedule/info", Key.ACCESS)
    FORM = ("GET", "/forms/{id}", Key.API)

    def __init__(self, method: str, path: str, key: Key) -> None:
        self.method = method
        self.path = path
        self.key = key


SCHEDULES = (Operation.SCHEDULE_SERVICE, Operation.SCHEDULE_USER)
MONTHS = (Operation.SERVICE_DATES, Operation.USER_DATES)
ABOUT_A_SERVICE = (*SCHEDULES, *MONTHS, Operation.SERVICE_HOURS, Operation.USER_HOURS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. `token` is the appointment's; the API's own is not needed here."""

    operation: Operation
    id: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = field(default=None, repr=False)
    token: SecretStr | None = None

    @property
    def path(self) -> str:
        return PREFIX + self.operation.path.format(id=quote(self.id, safe=""))
