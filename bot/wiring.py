"""Where the program is put together: store, calendar, runner. What is built here is handed on, never looked up."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from adapters import Adapter
from bot.calendar import Calendar
from bot.calendar.forms import Forms, forms_of
from bot.limits import UNLIMITED, Limits
from bot.runner import Runner
from bot.settings import BadSettings, Settings
from bot.store.nodes import present
from bot.store.store import Store, Witness
from bot.store.vault import Vault
from conversations.people import Person


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def runner(
    database: str,
    keys: Sequence[str],
    calendar: Calendar,
    adapters: Sequence[Adapter],
    stranger: Person,
    *,
    clock: Callable[[], datetime] = now,
    witness: Witness | None = None,
    limits: Limits = UNLIMITED,
    admin_chat: str = "",
) -> AsyncIterator[Runner]:
    """The program's loop over an open store; store and calendar are closed when it is left.

    Raises CannotOpen, with the cure, if the store cannot be used.
    """
    async with present(database) as node:
        store = await Store.open(database, Vault(keys), witness, node.number)
        try:
            yield Runner(
                store,
                calendar,
                adapters,
                clock=clock,
                stranger=stranger,
                limits=limits,
                admin_chat=admin_chat,
                node=node,
            )
        finally:
            await store.close()
            await calendar.close()


def derived(keys: Sequence[str], purpose: str) -> str:
    """A secret that all who have the same keys agree upon: 43 characters of A-Za-z0-9_-."""
    digest = hmac.digest(keys[0].encode(), purpose.encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")


def limits_of(settings: Settings) -> Limits:
    """What one person may do, as the settings say."""
    return Limits(settings.messages_per_minute, settings.bookings_per_day, settings.coming_appointments)


def forms(settings: Settings) -> Forms:
    """The form that the settings name. Raises BadSettings."""
    file = settings.form_file.read_text("utf-8") if settings.form_file else ""
    try:
        return forms_of(settings.videsk_form_segment, file)
    except ValueError as error:
        raise BadSettings([f"{'FORM_FILE' if file else 'VIDESK_FORM_SEGMENT'}: {error}"]) from error


def calendar_of(settings: Settings) -> Calendar:
    """The calendar that the settings name. Raises BadSettings."""
    return Calendar(
        settings.videsk_api_url,
        settings.videsk_api_token,
        settings.videsk_referrer,
        form=forms(settings),
        requests_per_second=settings.videsk_requests_per_second,
    )
