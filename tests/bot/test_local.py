"""Languages and time zones are found without the calendar."""

from datetime import UTC, datetime
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


def test_without_a_search_ones_own_zone_comes_first_and_all_have_its_time() -> None:
    found = zones("")
    assert found[0].value == "America/Santiago"
    assert {NOW.astimezone(ZoneInfo(str(each.value))).utcoffset() for each in found} == {
        NOW.astimezone(ZoneInfo("America/Santiago")).utcoffset()
    }


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


def test_a_label_says_the_offset_of_now() -> None:
    assert str(zones("madrid")[0].label).endswith("GMT+1")
