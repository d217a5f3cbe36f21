"""Files of the stand-in: a place is asked for, the file brought there, and shared where its person sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_playing import Playing, playing


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        yield playing_now


async def brought(play: Playing, content: bytes = b"BEGIN", said: int | None = None) -> str:
    length = len(content) if said is None else said
    ticket = await play.client.files_getUploadURLExternal(filename="some.ics", length=length)
    answer = await play.http.post(ticket["upload_url"], content=content)
    assert answer.status_code == 200
    return str(ticket["file_id"])


async def test_the_sdk_sends_a_file_into_the_direct_message(play: Playing) -> None:
    opened = await play.client.conversations_open(users=play.person.id)
    await play.client.files_upload_v2(
        channel=opened["channel"]["id"], filename="some.ics", content="BEGIN", request_file_info=False
    )
    (message,) = play.person.messages
    assert (message.file, message.content, message.by_app) == ("some.ics", b"BEGIN", True)
    assert not play.complaints


async def test_a_file_is_shared_once_and_only_when_it_has_come(play: Playing) -> None:
    ticket = await play.ok("files.getUploadURLExternal", filename="some.ics", length="5")
    dm = (await play.ok("conversations.open", users=play.person.id))["channel"]["id"]
    early = {"files": [{"id": ticket["file_id"]}], "channel_id": dm}
    assert await play.refused("files.completeUploadExternal", **early) == "file_not_found"
    shared = {"files": [{"id": await brought(play)}], "channel_id": dm}
    await play.ok("files.completeUploadExternal", **shared)
    assert await play.refused("files.completeUploadExternal", **shared) == "file_not_found"


async def test_a_file_goes_to_a_channel_never_to_a_person(play: Playing) -> None:
    wanted = {"files": [{"id": await brought(play)}], "channel_id": play.person.id}
    assert await play.refused("files.completeUploadExternal", **wanted) == "invalid_arguments"


async def test_a_file_has_the_size_that_was_said(play: Playing) -> None:
    await play.ok("files.completeUploadExternal", files=[{"id": await brought(play, said=99)}])
    assert play.complaints == ["5 bytes of a file that was said to have 99"]
    assert await play.refused("files.getUploadURLExternal", filename="some.ics", length="0") == "invalid_arguments"


async def test_files_want_their_scope(play: Playing) -> None:
    play.world.tokens[play.world.token].scopes = ("chat:write",)
    for method in ("files.getUploadURLExternal", "files.completeUploadExternal"):
        assert await play.refused(method, filename="some.ics", length="5", files=[]) == "missing_scope"
