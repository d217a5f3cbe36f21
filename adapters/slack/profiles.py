"""What a person's profile says of language and zone: asked once, then told when it changes. Kept in memory only."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from adapters.slack.api import Api, Refused, Unreached
from adapters.slack.gates import Held

MOST = 10_000
"""People whose profiles are remembered; who comes back after so many others is asked for again."""

SOON = 0.6
"""Seconds that a delivery waits for a profile. Later it goes without: the next one has it."""

Profile = Mapping[str, str]


class Profiles:
    """One question for each person, whoever waits for it."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: OrderedDict[tuple[str, str], Profile] = OrderedDict()
        self._asking: dict[tuple[str, str], asyncio.Task[Profile]] = {}

    async def known(self, team: str, user: str) -> Profile:
        """What is known of somebody by now, if not much has to be waited for."""
        who = (team, user)
        if who in self._known:
            self._known.move_to_end(who)
            return self._known[who]
        asking = self._asking.get(who)
        if asking is None:
            asking = self._asking[who] = asyncio.create_task(self._ask(team, user))
        await asyncio.wait([asking], timeout=SOON)
        return asking.result() if asking.done() and not asking.cancelled() else {}

    def changed(self, team: str, user: Mapping[str, Any]) -> None:
        """Slack says what somebody's profile is from now on; of whom nothing was asked, nothing is kept."""
        who = (team, str(user.get("id")))
        if who in self._known:
            self._remember(who, {**self._known[who], **_profile(user)})

    def forget(self, team: str) -> None:
        """Nothing is known of a workspace's people any more."""
        for who in [each for each in self._known if each[0] == team]:
            del self._known[who]

    def finished(self) -> None:
        for each in self._asking.values():
            each.cancel()

    async def _ask(self, team: str, user: str) -> Profile:
        try:
            answer = await self._api.call(
                team, "users.info", {"user": user, "include_locale": "true"}, patience=1.0, answer=5.0
            )
        except (Refused, Unreached, Held):
            return {}
        finally:
            self._asking.pop((team, user), None)
        found = answer.get("user")
        profile = _profile(found) if isinstance(found, Mapping) else {}
        self._remember((team, user), profile)
        return profile

    def _remember(self, who: tuple[str, str], profile: Profile) -> None:
        self._known[who] = profile
        self._known.move_to_end(who)
        while len(self._known) > MOST:
            self._known.popitem(last=False)


def _profile(user: Mapping[str, Any]) -> Profile:
    told = user.get("profile")
    names = told if isinstance(told, Mapping) else {}
    named = {
        "locale": user.get("locale"),
        "zone": user.get("tz"),
        "given_name": names.get("first_name"),
        "family_name": names.get("last_name"),
    }
    return {name: value for name, value in named.items() if isinstance(value, str) and value}
