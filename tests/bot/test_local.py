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


@pytest.mark.parametrize(
    ("own", "here"),
    [
        ("America/Santiago", ["America/Santiago", "America/Punta_Arenas", "Pacific/Easter"]),
        ("Europe/Madrid", ["Europe/Madrid", "Atlantic/Canary"]),
        ("America/Denver", ["America/Denver", "America/New_York", "America/Chicago", "America/Los_Angeles"]),
        ("UTC", ["UTC"]),
    ],
)
def test_without_a_search_ones_own_zone_comes_first_then_its_country(own: str, here: list[str]) -> None:
    assert [each.value for each in zones("", own)][: len(here)] == here


def offset(zone: str, at: datetime = NOW) -> timedelta:
    return at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


@pytest.mark.parametrize(
    ("own", "near"),
    [
        ("America/Santiago", ["America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/Asuncion"]),
        ("Europe/Madrid", ["Europe/Berlin", "Europe/Paris", "Europe/Rome"]),
        ("Asia/Kolkata", ["Asia/Colombo"]),
        ("UTC", []),
    ],
)
def test_then_a_few_of_the_same_time_near_by_where_many_live(own: str, near: list[str]) -> None:
    found = [str(each.value) for each in zones("", own)]
    country = Words("en", own).countries()[:1]
    abroad = [each for each in found if each != own and Words("en", each).countries()[:1] != country]
    assert abroad[: len(near)] == near
    assert len(near) <= ALIKE
    assert all(offset(each) == offset(own) for each in near)


def test_of_a_country_no_two_zones_are_offered_whose_clocks_go_alike() -> None:
    later = NOW + timedelta(days=182)
    for own in ("America/New_York", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "Europe/Berlin"):
        found = [str(each.value) for each in zones("", own)]
        clocks = [(Words("en", each).countries()[:1], offset(each), offset(each, later)) for each in found]
        assert len(set(clocks)) == len(clocks)


@pytest.mark.parametrize("own", ["Nowhere/Else", ""])
def test_a_zone_that_does_not_exist_is_not_offered(own: str) -> None:
    assert own not in [each.value for each in zones("", own)]
    assert len(zones("", own)) == MOST


SPOKEN = {
    "en": ["America/New_York", "America/Chicago", "Europe/London"],
    "es": ["America/Mexico_City", "America/Argentina/Buenos_Aires", "America/Bogota", "Europe/Madrid"],
    "fr": ["Europe/Paris", "Africa/Kinshasa", "Africa/Douala"],
    "de": ["Europe/Berlin", "Europe/Vienna", "Europe/Zurich"],
    "it": ["Europe/Rome", "Europe/Zurich"],
    "pt_BR": ["America/Sao_Paulo", "America/Manaus"],
    "ar": ["Africa/Cairo", "Asia/Riyadh", "Africa/Algiers"],
}


@pytest.mark.parametrize("locale", SPOKEN)
def test_to_somebody_of_whom_only_the_language_is_known_the_places_where_most_speak_it_are_offered(locale: str) -> None:
    likely = SPOKEN[locale]
    own = guess(locale, "UTC")
    found = [each.value for each in zones_found(FindZones("", own, guessed=True), locale, NOW).choices]
    assert own == found[0]
    assert found[: len(likely)] == likely


def test_everybody_who_speaks_spanish_by_law_finds_a_place_with_their_clocks_at_once() -> None:
    found = {str(each.value) for each in zones_found(FindZones("", "UTC", guessed=True), "es", NOW).choices}
    assert {"America/Santiago", "America/Caracas", "America/Lima", "America/Guatemala", "America/Havana"} <= found


def test_a_language_of_few_is_offered_its_home() -> None:
    assert guess("is", "UTC") == "Atlantic/Reykjavik"
    assert "Atlantic/Reykjavik" in [each.value for each in zones_found(FindZones("", "UTC"), "is", NOW).choices]


def test_after_ones_surroundings_places_come_where_ones_language_is_spoken() -> None:
    found = [str(each.value) for each in zones_found(FindZones("", "America/Santiago"), "es", NOW).choices]
    there = found[found.index("America/Asuncion") + 1 :]
    assert there[0] == "America/Mexico_City"
    assert {country for zone in there for country in Words("es", zone).countries()[:1]} <= set(countries_of("es"))


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
        ("es", "Calcuta", "Asia/Kolkata"),
        ("de", "Kiew", "Europe/Kyiv"),
    ],
)
def test_a_city_or_country_is_found_by_its_name_in_ones_own_language(
    locale: str, search: str, zone: str | None
) -> None:
    found = [each.value for each in zones_found(FindZones(search, "UTC"), locale, NOW).choices]
    assert (zone in found) if zone else not found


@pytest.mark.parametrize(
    ("locale", "country", "zone"),
    [
        ("es", "Estados Unidos", "America/New_York"),
        ("en", "India", "Asia/Kolkata"),
        ("pt-BR", "Brasil", "America/Sao_Paulo"),
    ],
)
def test_of_a_country_the_place_of_most_people_comes_first(locale: str, country: str, zone: str) -> None:
    assert zones_found(FindZones(country, "UTC"), locale, NOW).choices[0].value == zone


def test_a_place_that_was_shared_is_the_only_zone() -> None:
    [found] = zones_found(FindZones("", "UTC", short("Asia/Kolkata")), "en", NOW).choices
    assert found.value in ("Asia/Kolkata", "Asia/Calcutta")


@pytest.mark.parametrize(
    ("locale", "fallback", "zone"),
    [
        ("de-DE", "Pacific/Apia", "Europe/Berlin"),
        ("es-CO", "Pacific/Apia", "America/Bogota"),
        ("es-CL", "Pacific/Apia", "America/Santiago"),
        ("es-CL", "America/Punta_Arenas", "America/Punta_Arenas"),
        ("pt-BR", "UTC", "America/Sao_Paulo"),
        ("es", "America/Lima", "America/Lima"),
        ("es", "UTC", "America/Mexico_City"),
        ("de", "Pacific/Apia", "Pacific/Apia"),
        ("nonsense", "Europe/London", "Europe/London"),
    ],
)
def test_the_zone_is_guessed_from_the_language_near_the_one_that_is_assumed(
    locale: str, fallback: str, zone: str
) -> None:
    assert guess(locale, fallback) == zone


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
