"""What the stand-in Telegram refuses, in the server's own words, and what it complains of."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from telegram_playing import Playing, playing

from sandbox.telegram import Pace
from sandbox.telegram.errors import Refusal
from sandbox.telegram.html import parse
from sandbox.telegram.text import between, found, url_fault


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        yield playing_now


def inline(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"inline_keyboard": list(rows)}


def button(number: int = 0, data: str = "x") -> dict[str, Any]:
    return {"text": f"B{number}", "callback_data": data}


# Text


@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        ({"text": ""}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "👍" * 2049}, "message is too long"),
        ({"text": "x", "parse_mode": "RTF"}, "unsupported parse_mode"),
        (
            {"text": "x", "entities": [{"type": "bold", "offset": -1, "length": 1}]},
            "receive an entity with incorrect offset -1",
        ),
        (
            {"text": "hello", "entities": [{"type": "bold", "offset": 100, "length": 1}]},
            "entity begins after the end of the text at UTF-16 offset 100",
        ),
        (
            {"text": "👍", "entities": [{"type": "bold", "offset": 0, "length": 3}]},
            "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 3",
        ),
        (
            {"text": "x", "entities": [{"type": "shiny", "offset": 0, "length": 1}]},
            "can't parse MessageEntity: Unsupported type specified",
        ),
        (
            {"text": "x", "entities": [{"type": "text_link", "offset": 0, "length": 1}]},
            "can't parse MessageEntity: Can't find field \"url\"",
        ),
        (
            {"text": "x", "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "not-a-url"}]},
            "entity URL 'not-a-url' is invalid: Wrong HTTP URL",
        ),
        (
            {"text": "x", "entities": [{"type": "date_time", "offset": 0, "length": 1}]},
            "can't parse MessageEntity: Can't find field \"unix_time\"",
        ),
        (
            {
                "text": "x",
                "entities": [{"type": "date_time", "offset": 0, "length": 1, "unix_time": 5, "date_time_format": "Y"}],
            },
            "can't parse entities: invalid date-time format specified",
        ),
        (
            {"text": "x", "entities": [{"type": [], "offset": 0, "length": 1}]},
            "can't parse MessageEntity: Unsupported type specified",
        ),
        ({"text": "x", "reply_parameters": {"quote": "x"}}, 'can\'t find field "message_id"'),
        ({"text": "x", "link_preview_options": {"is_disabled": "yes"}}, 'field "is_disabled" must be of type Boolean'),
    ],
)
async def test_a_text_that_breaks_the_form_is_refused_and_complained_of(
    play: Playing, parameters: dict[str, Any], refusal: str
) -> None:
    assert await play.refused("sendMessage", chat_id=play.person.id, **parameters) == f"Bad Request: {refusal}"
    assert play.complaints == [f"Bad Request: {refusal}"]
    assert play.person.screen is None


async def test_the_longest_text_counts_after_parsing_and_in_utf_16(play: Playing) -> None:
    await play.says("<b>" + "👍" * 2048 + "</b>", parse_mode="HTML")
    await play.says("  " + "x" * 4096 + "\n")
    assert [len(message.text) for message in play.person.chat[1:]] == [2048, 4096]
    assert play.complaints == []


async def test_entities_beyond_the_hundredth_are_dropped_with_a_complaint(play: Playing) -> None:
    entities = [{"type": "bold", "offset": 2 * place, "length": 1} for place in range(101)]
    message = await play.says("x " * 101, entities=entities)
    assert len(message["entities"]) == 100
    assert play.complaints == ["more than 100 entities: the others are dropped"]


async def test_white_space_around_a_text_is_cut_and_entities_move_along(play: Playing) -> None:
    message = await play.says("\n\n hello  \n", entities=[{"type": "bold", "offset": 3, "length": 7}])
    assert (message["text"], message["entities"]) == ("hello", [{"type": "bold", "offset": 0, "length": 5}])


# HTML


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("a <b>b</b> c", "a b c", [("bold", 2, 1)]),
        ("<b>👍<i>x</i></b>", "👍x", [("bold", 0, 3), ("italic", 2, 1)]),
        ("&lt;b&gt; &amp; &quot;x&quot; &#39; &#x41; Q & A &nope;", '<b> & "x" \' A Q & A &nope;', []),
        (
            "<s>a</s><u>b</u><tg-spoiler>c</tg-spoiler>",
            "abc",
            [("strikethrough", 0, 1), ("underline", 1, 1), ("spoiler", 2, 1)],
        ),
        ('<span class="tg-spoiler">c</span>', "c", [("spoiler", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ('<a href="not a url">x</a>', "x", []),
        ("<b></b>x", "x", []),
        ("<pre><code class='language-python'>x</code></pre>", "x", [("pre", 0, 1)]),
    ],
)
def test_html_is_read(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    said = parse(source)
    assert said.text == text
    assert [(each["type"], each["offset"], each["length"]) for each in said.entities] == entities


def test_what_a_tag_says_besides_is_kept() -> None:
    (link,) = parse('<a href="https://example.com/?a=1&amp;b=2">x</a>').entities
    assert link["url"] == "https://example.com/?a=1&b=2"
    (time,) = parse('<tg-time unix="1780000000" format="wDT">x</tg-time>').entities
    assert (time["unix_time"], time["date_time_format"]) == (1_780_000_000, "wDT")
    (code,) = parse("<pre><code class='language-python'>x</code></pre>").entities
    assert code["language"] == "python"


@pytest.mark.parametrize(
    ("source", "refusal"),
    [
        ("<b>unclosed", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<invalid>test</invalid>", 'Unsupported start tag "invalid" at byte offset 0'),
        ("é<script>", 'Unsupported start tag "script" at byte offset 2'),
        ("<b><i>test</b></i>", 'Unmatched end tag at byte offset 10, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
        ("<3 you>", 'Unsupported start tag "3" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">x</tg-emoji>', "Invalid custom emoji identifier specified"),
        ('<tg-time unix="soon">x</tg-time>', "invalid date specified"),
    ],
)
def test_bad_html_is_refused_as_the_server_words_it(source: str, refusal: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {refusal}"


def test_telegram_finds_commands_addresses_and_names_by_itself() -> None:
    text = "👍 /book@some_bot a/b one@example.com https://example.com/a. @somebody #tag1 /x/y"
    kinds = [(each["type"], between(text, each["offset"], each["length"])) for each in found(text)]
    assert kinds == [
        ("bot_command", "/book@some_bot"),
        ("email", "one@example.com"),
        ("url", "https://example.com/a"),
        ("mention", "@somebody"),
        ("hashtag", "#tag1"),
    ]


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://t.me/some_bot?start=x", ""),
        ("example.com/x", ""),
        ("tg://user?id=5", ""),
        ("ftp://example.com", "Unsupported URL protocol"),
        ("mailto:one@example.com", "Unsupported URL protocol"),
        ("http://localhost/x", "Wrong HTTP URL"),
        ("https://exa mple.com", "Wrong HTTP URL"),
        ("https://example.com:port", "Wrong HTTP URL"),
        ("not-a-url", "Wrong HTTP URL"),
        ("", "URL host is empty"),
    ],
)
def test_links_are_checked(url: str, fault: str) -> None:
    assert url_fault(url) == fault


# Keyboards


@pytest.mark.parametrize(
    ("markup", "refusal"),
    [
        (inline([button(data="x" * 65)]), "BUTTON_DATA_INVALID"),
        (inline([button(data="é" * 33)]), "BUTTON_DATA_INVALID"),
        (
            inline([button(data="")]),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (inline([{"callback_data": "x"}]), "can't parse inline keyboard button: Can't find field \"text\""),
        (inline([{"text": " ", "callback_data": "x"}]), "inline keyboard button text must be non-empty"),
        (
            inline([{"text": "x", "url": "not-a-url"}]),
            "inline keyboard button URL 'not-a-url' is invalid: Wrong HTTP URL",
        ),
        (
            inline([{"text": "x", "url": "ftp://example.com"}]),
            "inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol",
        ),
        (inline([{"text": "x", "copy_text": {"text": ""}}]), "BUTTON_COPY_TEXT_INVALID"),
        (inline([{"text": "x", "pay": True}]), "BUTTON_TYPE_INVALID"),
        (inline(*[[button(n)] for n in range(101)]), "reply markup is too long"),
        (inline(*[[{"text": "x" * 200, "callback_data": "y" * 64}] for n in range(40)]), "reply markup is too long"),
        ({"inline_keyboard": "bad"}, 'field "inline_keyboard" must be of type Array'),
        (
            {"keyboard": [[{"text": "A"}]], "one_time_keyboard": "yes"},
            'field "one_time_keyboard" must be of type Boolean',
        ),
        ([], "object expected as reply markup"),
    ],
)
async def test_a_keyboard_that_breaks_the_form_is_refused(play: Playing, markup: Any, refusal: str) -> None:
    described = await play.refused("sendMessage", chat_id=play.person.id, text="x", reply_markup=markup)
    assert described == f"Bad Request: {refusal}"
    assert play.complaints == [described]


async def test_the_biggest_keyboard_passes_and_a_crowded_row_is_complained_of(play: Playing) -> None:
    await play.says(reply_markup=inline(*[[button(n, "x" * 10) for n in range(8)]] * 12))
    assert play.complaints == []
    await play.says(reply_markup=inline([button(n) for n in range(9)]))
    assert play.complaints == ["more than 8 buttons in a row"]


# Everything else


async def test_editing_refuses_what_telegram_refuses(play: Playing) -> None:
    person = play.person
    sent = await play.says("Text", reply_markup=inline([button()]))
    place = {"chat_id": person.id, "message_id": sent["message_id"]}
    same = await play.refused("editMessageText", text="Text", reply_markup=inline([button()]), **place)
    assert same.startswith("Bad Request: message is not modified: specified new message content and reply markup")
    assert (await play.refused("editMessageReplyMarkup", reply_markup=inline([button()]), **place)) == same
    assert await play.refused("editMessageText", text="x", **{**place, "message_id": 99}) == (
        "Bad Request: message to edit not found"
    )
    own = person.writes("Mine")
    assert await play.refused("editMessageText", text="x", **{**place, "message_id": own.id}) == (
        "Bad Request: message can't be edited"
    )
    shared = await play.says("Number?", reply_markup={"keyboard": [[{"text": "Share", "request_contact": True}]]})
    assert await play.refused("editMessageText", text="x", **{**place, "message_id": shared["message_id"]}) == (
        "Bad Request: message can't be edited"
    )
    assert play.complaints == []


async def test_an_edit_that_only_moves_an_entity_is_an_edit(play: Playing) -> None:
    sent = await play.says("Text")
    bold = [{"type": "bold", "offset": 0, "length": 4}]
    edited = await play.call(
        "editMessageText", chat_id=play.person.id, message_id=sent["message_id"], text="Text", entities=bold
    )
    assert edited["ok"]


async def test_messages_can_be_deleted_for_48_hours(play: Playing) -> None:
    first, second = await play.says("One"), await play.says("Two")
    place = {"chat_id": play.person.id}
    assert (await play.call("deleteMessage", message_id=first["message_id"], **place))["result"] is True
    assert await play.refused("deleteMessage", message_id=first["message_id"], **place) == (
        "Bad Request: message to delete not found"
    )
    play.clock.forward(hours=48, seconds=1)
    assert await play.refused("deleteMessage", message_id=second["message_id"], **place) == (
        "Bad Request: message can't be deleted for everyone"
    )


async def test_a_query_is_answered_once_and_only_while_it_is_young(play: Playing) -> None:
    await play.says(reply_markup=inline([button()]))
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    first, second = play.person.presses("B0"), play.person.presses("B0")
    long = await play.refused("answerCallbackQuery", callback_query_id=first.id, text="x" * 201)
    assert long == "Bad Request: MESSAGE_TOO_LONG"
    assert (await play.call("answerCallbackQuery", callback_query_id=first.id))["ok"]
    assert await play.refused("answerCallbackQuery", callback_query_id=first.id) == too_old
    assert play.world.unanswered() == [second]
    play.clock.forward(seconds=16)
    assert (first.old, second.old) == (False, True)
    assert await play.refused("answerCallbackQuery", callback_query_id=second.id) == too_old
    assert await play.refused("answerCallbackQuery", callback_query_id="nonsense") == too_old
    assert play.complaints == [long]


@pytest.mark.parametrize(
    ("command", "description", "refusal"),
    [
        ("Book", "x", "BOT_COMMAND_INVALID"),
        ("b" * 33, "x", "BOT_COMMAND_INVALID"),
        ("book-it", "x", "BOT_COMMAND_INVALID"),
        ("", "x", "BOT_COMMAND_INVALID"),
        ("book", "", "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("book", "x" * 257, "BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)
async def test_commands_keep_their_limits(play: Playing, command: str, description: str, refusal: str) -> None:
    commands = [{"command": command, "description": description}]
    assert await play.refused("setMyCommands", commands=commands) == f"Bad Request: {refusal}"
    assert play.complaints


async def test_the_bots_page_keeps_its_limits(play: Playing) -> None:
    commands = [{"command": f"c{n}", "description": "x"} for n in range(101)]
    for method, parameters in (
        ("setMyCommands", {"commands": commands}),
        ("setMyCommands", {"commands": [], "language_code": "spa"}),
        ("setMyCommands", {"commands": [], "scope": {"type": "moon"}}),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": "x"}}),
        ("setMyName", {"name": "x" * 65}),
        ("setMyDescription", {"description": "x" * 513}),
        ("setMyShortDescription", {"short_description": "x" * 121}),
        ("setChatMenuButton", {"menu_button": {"type": "moon"}}),
        ("setChatMenuButton", {"menu_button": {"type": "web_app", "web_app": 5}}),
    ):
        assert (await play.refused(method, **parameters)).startswith("Bad Request: ")
    assert len(play.complaints) == 8


async def test_a_caption_has_a_limit_of_its_own(play: Playing) -> None:
    answer = await play.http.post(
        f"/bot{play.world.token}/sendDocument",
        data={"chat_id": str(play.person.id), "caption": "x" * 1025},
        files={"document": ("a.txt", b"content", "text/plain")},
    )
    assert answer.json()["description"] == "Bad Request: message caption is too long"


async def test_strangers_have_no_chat(play: Playing) -> None:
    stranger, met = play.world.person(), play.world.person()
    play.world.group(met)
    assert await play.refused("sendMessage", chat_id=stranger.id, text="x") == "Bad Request: chat not found"
    assert await play.refused("sendMessage", chat_id=42, text="x") == "Bad Request: chat not found"
    assert await play.refused("sendMessage", chat_id="@nobody", text="x") == "Bad Request: chat not found"
    assert await play.refused("sendMessage", text="x") == "Bad Request: chat_id is empty"
    assert await play.refused("sendMessage", chat_id=met.id, text="x") == (
        "Forbidden: bot can't initiate conversation with a user"
    )
    play.person.deactivates()
    assert await play.refused("sendMessage", chat_id=play.person.id, text="x") == "Forbidden: user is deactivated"


async def test_unknown_methods_and_parameters_are_told_apart_from_known_ones(play: Playing) -> None:
    await play.says(parse_moed="HTML")
    assert await play.refused("sendMesage") == "Not Found: method not found"
    assert play.complaints == ["no parameter is called parse_moed", "Not Found: method not found"]
    assert (await play.call("SENDMESSAGE", chat_id=play.person.id, text="x"))["ok"]
    assert play.world.ledger.count("sendMessage") == 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 404),
        ("/bot", 404),
        ("/bot123/getMe", 404),
        ("/botx:y/getMe", 404),
        (f"/bot777000111:{'x' * 35}/getMe", 401),
    ],
)
async def test_without_the_token_there_is_nothing(play: Playing, path: str, status: int) -> None:
    answer = await play.http.get(path)
    described = {401: "Unauthorized", 404: "Not Found"}[status]
    assert answer.json() == {"ok": False, "error_code": status, "description": described}


async def test_the_token_is_kept_nowhere_but_in_the_world(play: Playing) -> None:
    await play.says()
    await play.refused("getNothing")
    shown = [request.shown for request in play.world.ledger.requests]
    assert play.world.token.partition(":")[2] not in json.dumps(shown) + repr(play.world.complaints) + repr(play.world)


PACKED: list[Callable[[Any], dict[str, Any]]] = [
    lambda given: {"json": given},
    lambda given: {"data": {name: _packed(value) for name, value in given.items()}},
    lambda given: {"files": {name: (None, _packed(value)) for name, value in given.items()}},
    lambda given: {"params": {name: _packed(value) for name, value in given.items()}},
]


def _packed(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@pytest.mark.parametrize("packed", PACKED, ids=["json", "form", "multipart", "query"])
async def test_parameters_come_as_the_sdk_packs_them(play: Playing, packed: Callable[[Any], dict[str, Any]]) -> None:
    given = {"chat_id": play.person.id, "text": "Tést", "reply_markup": inline([button()]), "protect_content": True}
    answer = await play.http.post(f"/bot{play.world.token}/sendMessage", **packed(given))
    result = answer.json()["result"]
    assert (result["text"], result["reply_markup"], result["has_protected_content"]) == (
        "Tést",
        inline([button()]),
        True,
    )
    assert play.complaints == []
    assert play.world.ledger.requests[-1].payload["reply_markup"] == inline([button()])


async def test_a_body_that_is_no_json_is_refused(play: Playing) -> None:
    for body in (b"{", b"[1]", b"\xff"):
        answer = await play.http.post(
            f"/bot{play.world.token}/getMe", content=body, headers={"content-type": "application/json"}
        )
        assert answer.json()["description"].startswith("Bad Request: can't parse JSON object")


# Pace


async def test_the_limits_of_sending_are_kept_where_they_are_asked_for() -> None:
    tick = 0.0
    async with playing(pace=Pace(), tick=lambda: tick) as play:
        await play.says("One")
        told = await play.call("sendMessage", chat_id=play.person.id, text="Two")
        assert told == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 1",
            "parameters": {"retry_after": 1},
        }
        tick = 1.0
        await play.says("Two")
        group = play.world.group(play.person)
        for number in range(20):
            assert (await play.call("sendMessage", chat_id=group.id, text=f"{number}"))["ok"]
        assert (await play.call("sendMessage", chat_id=group.id, text="x"))["parameters"] == {"retry_after": 60}
        others = [play.world.person() for _ in range(10)]
        for other in others:
            other.starts()
        codes = [(await play.call("sendMessage", chat_id=each.id, text="x")).get("error_code", 200) for each in others]
        assert codes == [200] * 9 + [429]
        assert play.complaints == []
        assert play.world.ledger.busiest() == 30


async def test_a_flood_is_over_when_its_time_is(play: Playing) -> None:
    play.world.flood(30, play.person.id)
    assert (await play.call("sendMessage", chat_id=play.person.id, text="x"))["parameters"] == {"retry_after": 30}
    play.clock.forward(seconds=29.5)
    assert (await play.call("sendMessage", chat_id=play.person.id, text="x"))["parameters"] == {"retry_after": 1}
    assert (await play.call("getMe"))["ok"]
    play.clock.forward(seconds=1)
    await play.says()
