"""Languages and time zones are found without the calendar."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.local import ALIKE, MOST, guess, languages_found, zones_found
from bot.words import Words, countries_of, languages
from conversations.calls import FindLanguages, FindZones
from conversations.offers import Choice, short

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def zones(search: str, own: str = "America/Santiago") -> tuple[Choice, ...]:
    return zones_found(FindZones(search, own), "en", NOW).choices


def test_languages_call_themselves_by_their_own_names() -> None:
    found = languages_found(FindLanguages()).choices
    assert [choice.value for choice in found] == list(languages())
    assert {choice.value: choice.label for choice in found}["en"] == "English"


@pytest.mark.parametrize("own", ["America/Santiago", "Europe/Madrid", "America/New_York", "Asia/Kolkata", "UTC"])
def test_without_a_search_ones_own_zone_comes_first_then_its_country_and_a_few_of_its_time(own: str) -> None:
    first, *others = (str(each.value) for each in zones("", own))
    assert first == own
    alike = [zone for zone in others if offset(zone) == offset(own)]
    assert 1 <= len(alike) <= ALIKE
    here = COUNTRIES.get(own, set()) & {*others}
    likely = {*alike, *here}
    assert {*others[: len(likely)]} == likely


def offset(zone: str) -> timedelta:
    return NOW.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


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
    found = [each.value for each in zones("", "Europe/Madrid")]
    assert found[2:4] == ["Europe/Paris", "Europe/Amsterdam"]
    found = [each.value for each in zones("")]
    assert not {"America/Belem", "America/Argentina/Catamarca", "Antarctica/Palmer"} & set(found)


@pytest.mark.parametrize("own", ["Nowhere/Else", ""])
def test_a_zone_that_does_not_exist_is_not_offered(own: str) -> None:
    assert own not in [each.value for each in zones("", own)]
    assert len(zones("", own)) == MOST


def test_where_ones_language_is_spoken_is_offered_with_the_time_there() -> None:
    found = [str(each.value) for each in zones_found(FindZones("", "America/Santiago"), "es", NOW).choices]
    there = found[found.index("Pacific/Easter") + 2 :]
    assert {country for zone in there for country in Words("es", zone).countries()[:1]} <= set(countries_of("es"))
    assert {"ES", "MX"} <= set(countries_of("es"))
    offsets = [offset(zone) for zone in there]
    assert offsets == sorted({*offsets})
    assert not {*offsets} & {offset("America/Santiago"), offset("Pacific/Easter")}


@pytest.mark.parametrize(
    ("locale", "search", "zone"),
    [
        ("de", "Mailand", None),
        ("de", "Rom", "Europe/Rome"),
        ("de", "Brüssel", "Europe/Brussels"),
        ("de", "bruessel", None),
        ("de", "brussel", "Europe/Brussels"),
        ("es", "Nueva York", "America/New_York"),
        ("fr", "Londres", "Europe/London"),
        ("it", "Parigi", "Europe/Paris"),
        ("pt-BR", "Tóquio", "Asia/Tokyo"),
        ("ar", "باريس", "Europe/Paris"),
        ("de", "New York", "America/New_York"),
        ("es", "Alemania", "Europe/Berlin"),
        ("ar", "مصر", "Africa/Cairo"),
    ],
)
def test_a_city_or_country_is_found_by_its_name_in_ones_own_language(
    locale: str, search: str, zone: str | None
) -> None:
    found = [each.value for each in zones_found(FindZones(search, "UTC"), locale, NOW).choices]
    assert (zone in found) if zone else not found


def test_a_place_that_was_shared_is_the_only_zone() -> None:
    [found] = zones_found(FindZones("", "UTC", short("Asia/Kolkata")), "en", NOW).choices
    assert found.value in ("Asia/Kolkata", "Asia/Calcutta")


@pytest.mark.parametrize(
    ("locale", "zone"),
    [
        ("de-DE", None),
        ("es-CO", "America/Bogota"),
        ("it-IT", "Europe/Rome"),
        ("es-CL", None),
        ("es", None),
        ("nonsense", None),
    ],
)
def test_a_language_tells_the_zone_of_a_country_that_has_only_one(locale: str, zone: str | None) -> None:
    assert guess(locale, "Pacific/Apia") == (zone or "Pacific/Apia")


@pytest.mark.parametrize(
    ("search", "zone"),
    [("madrid", "Europe/Madrid"), ("New Y", "America/New_York"), ("BUENOS", "America/Argentina/Buenos_Aires")],
)
def test_a_zone_is_found_by_part_of_its_name(search: str, zone: str) -> None:
    assert zones(search)[0].value == zone


@pytest.mark.parametrize("search", ["", "a", "argentina"])
def test_no_two_zones_read_alike_and_there_are_not_too_many(search: str) -> None:
    labels = [Words("en", "UTC").say(choice.label) for choice in zones(search)]
    assert len(labels) == len(set(labels)) <= MOST


@pytest.mark.parametrize("search", ["nowhere at all", "posixrules", "GMT+3"])
def test_what_is_no_place_is_not_found(search: str) -> None:
    assert zones(search) == ()


def test_a_label_is_the_name_of_the_city() -> None:
    assert Words("en", "UTC").say(zones("argentina/buenos")[0].label).startswith("Buenos Aires, GMT-3 (9:00")


def test_a_label_says_the_offset_of_now() -> None:
    words = Words("en-GB", "UTC")
    [madrid, *_] = zones_found(FindZones("madrid", "UTC"), "en-GB", NOW).choices
    assert words.say(madrid.label) == "Madrid, GMT+1 (13:00)"
