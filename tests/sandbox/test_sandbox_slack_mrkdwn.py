"""What a person reads in the stand-in: mentions, links and formatting are seen wherever Slack would make them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_playing import Playing, playing, section

from sandbox.slack.mrkdwn import Read, Reader, mrkdwn, plain

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
AT = int(datetime(2026, 3, 3, 13, 5, 9, tzinfo=UTC).timestamp())
READER = Reader(ZoneInfo("America/Santiago"), {"U1": "Person One"}, {"C1": "general"}, NOW)


def read(text: str, **rest: Any) -> Read:
    return mrkdwn(text, READER, **rest)


@pytest.mark.parametrize(
    ("source", "text", "mentions"),
    [
        ("Hi <@U1>", "Hi @Person One", ["U1"]),
        ("Hi <@U9|Somebody>", "Hi @Somebody", ["U9"]),
        ("<!channel> all", "@channel all", ["channel"]),
        ("<!here>", "@here", ["here"]),
        ("<!everyone|x>", "@everyone", ["everyone"]),
        ("<!subteam^S1|@team>", "@team", ["S1"]),
        ("&lt;!channel&gt;", "<!channel>", []),
        ("&lt;@U1&gt;", "<@U1>", []),
        ("&amp;lt;!here&amp;gt;", "&lt;!here&gt;", []),
    ],
)
def test_a_mention_is_what_notifies(source: str, text: str, mentions: list[str]) -> None:
    found = read(source)
    assert (found.text, found.mentions) == (text, mentions)


@pytest.mark.parametrize(
    ("source", "text", "links"),
    [
        ("<https://example.com|Join>", "Join", [("Join", "https://example.com")]),
        ("<https://example.com>", "https://example.com", [("https://example.com", "https://example.com")]),
        ("<https://example.com?a=1&amp;b=2|x>", "x", [("x", "https://example.com?a=1&b=2")]),
        ("<mailto:one@example.com|Mail>", "Mail", [("Mail", "mailto:one@example.com")]),
        ("<#C1>", "#general", [("#general", "C1")]),
        ("See https://example.com/a.", "See https://example.com/a.", [("https://example.com/a",) * 2]),
        ("See example.com", "See example.com", [("example.com", "http://example.com")]),
        ("To one@example.com", "To one@example.com", [("one@example.com", "mailto:one@example.com")]),
        ("&lt;https://example.com|x&gt;", "<https://example.com|x>", [("https://example.com",) * 2]),
    ],
)
def test_a_link_is_what_can_be_followed(source: str, text: str, links: list[tuple[str, str]]) -> None:
    found = read(source)
    assert (found.text, found.links) == (text, links)


def test_bare_addresses_stay_bare_where_nothing_is_parsed() -> None:
    assert read("https://example.com and example.com", links=False).links == []


def test_bare_names_become_mentions_only_where_they_are_looked_for() -> None:
    assert read("@here #general").mentions == []
    found = read("@here #general", names=True)
    assert (found.mentions, found.links) == (["here"], [("#general", "C1")])


@pytest.mark.parametrize(
    ("source", "text", "formatted"),
    [
        ("a *bold* word", "a bold word", [("bold", "bold")]),
        ("_so_ and ~so~", "so and so", [("italic", "so"), ("strike", "so")]),
        ("`co*de*`", "co*de*", [("code", "co*de*")]),
        ("```a\nb```", "a\nb", [("pre", "a\nb")]),
        ("> said", " said", [("quote", "")]),
        ("&gt; said", " said", [("quote", "")]),
        ("a * b * c", "a * b * c", []),
        ("2*3*4", "2*3*4", []),
        ("snake_case_name", "snake_case_name", []),
        (":tada: at 10:30:00", "🎉 at 10:30:00", [("emoji", "tada")]),
        ("*<@U1>*", "@Person One", [("bold", "@Person One")]),
    ],
)
def test_formatting_is_seen(source: str, text: str, formatted: list[tuple[str, str]]) -> None:
    found = read(source)
    assert (found.text, found.formatted) == (text, formatted)


def test_plain_text_is_never_parsed() -> None:
    source = "<!channel> *b* <https://example.com|x> &amp; `c`"
    assert plain(source) == Read(source)
    assert plain(":tada:").text == "🎉"
    assert plain(":tada:", emoji=False).text == ":tada:"


@pytest.mark.parametrize(
    ("template", "drawn"),
    [
        ("{date_num}", "2026-03-03"),
        ("{date}", "March 3rd, 2026"),
        ("{date_short}", "Mar 3, 2026"),
        ("{date_long} at {time}", "Tuesday, March 3rd, 2026 at 10:05"),
        ("{time_secs}", "10:05:09"),
        ("{date_pretty}", "tomorrow"),
        ("{ago}", "in 1 day"),
        ("{nothing}", "fallback"),
        ("no token", "fallback"),
    ],
)
def test_a_date_is_drawn_in_the_readers_zone(template: str, drawn: str) -> None:
    assert read(f"<!date^{AT}^{template}|fallback>").text == drawn


def test_a_date_may_be_a_link_and_has_a_fallback() -> None:
    assert read(f"<!date^{AT}^{{time}}^https://example.com|x>").links == [("10:05", "https://example.com")]
    assert read("<!date^soon^{time}|at ten>").text == "at ten"


# In messages


async def shown(play: Playing, **message: Any) -> Any:
    await play.says(**message)
    return play.person.screen


async def test_a_message_shows_blocks_and_notifies_by_its_text() -> None:
    async with playing() as play:
        message = await shown(play, text="Fallback <!here>", blocks=[section("<!channel> *b*", "mrkdwn")])
        assert (message.text, message.fallback) == ("@channel b", "Fallback @here")
        assert message.mentions == ["channel", "here"]
        assert message.formatted == [("bold", "b")]


async def test_what_stands_in_plain_text_stays_what_it_is() -> None:
    async with playing() as play:
        message = await shown(play, text="&lt;!channel&gt;", blocks=[section("<!channel> <https://example.com|x>")])
        assert message.text == "<!channel> <https://example.com|x>"
        assert (message.mentions, message.links, message.formatted, message.unfurls) == ([], [], [], [])


async def test_a_text_object_looks_for_bare_names_unless_it_is_verbatim() -> None:
    async with playing() as play:
        message = await shown(play, blocks=[section("@here example.com", "mrkdwn")], text="x")
        assert (message.mentions, len(message.links)) == (["here"], 1)
        block = section("@here example.com", "mrkdwn")
        block["text"]["verbatim"] = True
        message = await shown(play, blocks=[block], text="x")
        assert (message.mentions, message.links) == ([], [])


@pytest.mark.parametrize(
    ("options", "mentions"), [({}, []), ({"link_names": True}, ["here"]), ({"parse": "full"}, ["here"])]
)
async def test_a_messages_text_looks_for_bare_names_if_told_so(options: dict[str, Any], mentions: list[str]) -> None:
    async with playing() as play:
        assert (await shown(play, text="@here", **options)).mentions == mentions


async def test_a_message_can_be_left_unformatted() -> None:
    async with playing() as play:
        assert (await shown(play, text="*b*", mrkdwn=False)).text == "*b*"


@pytest.mark.parametrize(
    ("options", "unfurled"),
    [
        ({}, True),
        ({"unfurl_links": False}, True),
        ({"unfurl_links": False, "unfurl_media": False}, False),
        ({"unfurl_media": False}, False),
        ({"unfurl_links": True, "unfurl_media": False}, True),
    ],
)
async def test_links_unfurl_unless_both_kinds_are_switched_off(options: dict[str, Any], unfurled: bool) -> None:
    async with playing() as play:
        message = await shown(play, text="<https://example.com|Join>", **options)
        assert message.unfurls == (["https://example.com"] if unfurled else [])


async def test_rich_text_is_read_as_it_is_structured() -> None:
    runs = [
        {"type": "text", "text": "<!channel> "},
        {"type": "text", "text": "bold", "style": {"bold": True}},
        {"type": "user", "user_id": "U9"},
        {"type": "broadcast", "range": "here"},
        {"type": "link", "url": "https://example.com", "text": " link "},
        {"type": "date", "timestamp": AT, "format": "{time}", "fallback": "x"},
    ]
    async with playing() as play:
        block = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": runs}]}
        message = await shown(play, text="x", blocks=[block])
        assert message.text == "<!channel> bold@U9@here link 10:05"
        assert message.mentions == ["U9", "here"]
        assert message.links == [(" link ", "https://example.com")]
        assert message.formatted == [("bold", "bold")]


async def test_each_reader_has_a_zone() -> None:
    async with playing() as play:
        other = play.world.person(tz="Asia/Tokyo")
        for person, drawn in ((play.person, "10:05"), (other, "22:05")):
            await play.says(f"<!date^{AT}^{{time}}|x>", channel=person.id)
            assert person.screen is not None
            assert person.screen.text == drawn
