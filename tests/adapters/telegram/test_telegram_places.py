"""A shared place becomes a time zone, and is forgotten."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from telegram_stage import choice, playing_telegram
from telegram_table import plays

from adapters.telegram.parse import NOWHERE, parse
from adapters.telegram.places import zone_at
from conversations.events import Opened, Typed
from conversations.offers import short

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (-33.45, -70.67, "America/Santiago"),
        (-27.11, -109.35, "Pacific/Easter"),
        (-53.16, -70.91, "America/Punta_Arenas"),
        (28.1, -15.4, "Atlantic/Canary"),
        (40.4, -3.7, "Europe/Madrid"),
        (19.07, 72.88, "Asia/Kolkata"),
        (0, -30, None),
        (91, 0, None),
        (0, 181, None),
        (float("nan"), 0, None),
    ],
)
def test_a_place_on_land_has_a_zone(latitude: float, longitude: float, zone: str | None) -> None:
    assert zone_at(latitude, longitude) == zone


def shared(**location: object) -> object:
    person = {"id": 5, "is_bot": False}
    message = {"chat": {"id": 5, "type": "private"}, "from": person, "message_id": 1, "location": location}
    heard = parse({"update_id": 1, "message": message}, AT)
    assert heard
    return heard.event


def test_it_opens_the_time_zone_and_tells_nothing_of_the_place() -> None:
    assert shared(latitude=40.4, longitude=-3.7) == Opened(AT, "timezone", short("Europe/Madrid"))


@pytest.mark.parametrize("location", [{"latitude": 0, "longitude": -30}, {"latitude": "x", "longitude": True}, {}])
def test_where_there_is_no_zone_it_says_so(location: dict[str, object]) -> None:
    assert shared(**location) == Typed(AT, "", NOWHERE)


@plays("presses *Share my location*, where a time zone is asked for")
async def test_the_button_that_shares_ones_place_comes_and_goes(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        await stage.types("/timezone")
        await stage.person.presses("Share my location").settled()
        await stage.world.until(lambda: stage.person.keyboard == [["Share my location"]])
        brought = stage.person.chat[-1]
        assert "Only the time zone of that place is kept." in brought.text
        await stage.answered(lambda: stage.person.taps("Share my location"))
        assert "From now on all times are shown in this zone." in stage.seen()
        await stage.settled()
        await stage.world.until(lambda: not stage.person.keyboard and brought.deleted)


async def test_the_button_goes_too_where_a_city_is_chosen_instead(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        await stage.types("/timezone")
        stage.person.presses("Share my location")
        await stage.world.until(lambda: stage.person.keyboard)
        await stage.presses(choice(stage))
        await stage.world.until(lambda: not stage.person.keyboard)


@plays("shares a place")
async def test_it_is_the_person_s_zone_from_now_on(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        await stage.types("/book")
        question = stage.screen().question(stage.screen().focus)
        assert question
        await stage.presses(question.choices[0])
        await stage.answered(lambda: stage.person.shares_location())
        assert "From now on all times are shown in this zone." in stage.seen()
