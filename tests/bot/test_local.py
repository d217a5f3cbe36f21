"""Languages and time zones are found without the calendar."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.local import MOST, languages_found, zones_found
from bot.words import languages
from conversations.calls import FindLanguages, FindZones
from conversations.offers import Choice

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def zones(search: str, own: str = "America/Santiago") -> tuple[Choice, ...]:
    return zones_found(FindZones(search, own), "en", NOW).choices


def test_languages_call_themselves_by_their_own_names() -> None:
    found = languages_found(FindLanguages()).choices
    assert [choice.value for choice in found] == list(languages())
    assert {choice.value: choice.label for choice in found}["en"] == "English"


@pytest.mark.parametrize("own", ["America/Santiago", "Europe/Madrid", "America/New_York", "Asia/Kolkata", "UTC"])
def test_without_a_search_ones_own_zone_comes_first_and_the_others_have_its_time_or_its_country(own: str) -> None:
    first, *others = (str(each.value) for each in zones("", own))
    assert first == own
    assert others
    here = {zone for zone in others if offset(zone) != offset(own)}
    assert here <= COUNTRIES.get(own, set())


def offset(zone: str) -> timedelta | None:
    return NOW.astimezone(ZoneInfo(zone)).utcoffset()


COUNTRIES = {
    "America/Santiago": {"Pacific/Easter"},
    "Europe/Madrid": {"Atlantic/Canary"},
    "America/New_York": {
        *("America/Adak", "America/Anchorage", "America/Chicago", "America/Denver"),
        *("America/Los_Angeles", "America/Phoenix", "Pacific/Honolulu"),
    },
}


@pytest.mark.parametrize(
    ("own", "first"),
    [
        ("America/Santiago", ["America/Santiago", "America/Coyhaique", "America/Punta_Arenas", "Pacific/Easter"]),
        ("Europe/Madrid", ["Europe/Madrid", "Africa/Ceuta"]),
        ("America/New_York", ["America/New_York", "America/Adak", "America/Anchorage", "America/Chicago"]),
    ],
)
def test_the_zones_of_ones_country_come_before_those_of_others(own: str, first: list[str]) -> None:
    assert [each.value for each in zones("", own)][: len(first)] == first


def test_of_other_countries_the_main_zones_near_by_come_first() -> None:
    found = [each.value for each in zones("")]
    assert {"America/Argentina/Buenos_Aires", "America/Montevideo", "America/Sao_Paulo"} <= set(found)
    assert not {"America/Belem", "America/Argentina/Catamarca", "Antarctica/Palmer"} & set(found)


@pytest.mark.parametrize("own", ["Nowhere/Else", ""])
def test_a_zone_that_does_not_exist_is_not_offered(own: str) -> None:
    assert own not in [each.value for each in zones("", own)]
    assert len(zones("", own)) == MOST


@pytest.mark.parametrize(
    ("search", "zone"),
    [("madrid", "Europe/Madrid"), ("New Y", "America/New_York"), ("BUENOS", "America/Buenos_Aires")],
)
def test_a_zone_is_found_by_part_of_its_name(search: str, zone: str) -> None:
    assert zones(search)[0].value == zone


@pytest.mark.parametrize("search", ["", "a", "argentina"])
def test_no_two_zones_read_alike_and_there_are_not_too_many(search: str) -> None:
    labels = [choice.label for choice in zones(search)]
    assert len(labels) == len(set(labels)) <= MOST


@pytest.mark.parametrize("search", ["nowhere at all", "posixrules", "GMT+3"])
def test_what_is_no_place_is_not_found(search: str) -> None:
    assert zones(search) == ()


def test_a_label_is_the_name_of_the_city() -> None:
    assert zones("argentina/buenos")[0].label == "Buenos Aires, GMT-3"


def test_a_label_says_the_offset_of_now() -> None:
    assert str(zones("madrid")[0].label).endswith("GMT+1")
