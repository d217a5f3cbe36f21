"""Files that the app sends: asked for a place, brought there, and shared in a channel.

As a message a file stands in `channels`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import telling
from sandbox.slack.asked import Asked, Method
from sandbox.slack.errors import Refusal, invalid, malformed
from sandbox.slack.teams import Team

UPLOADS = "/upload/v1/"
LONGEST_NAME = 255
CHANNEL = re.compile(r"[CGDZ][A-Z0-9]{8,}")


@dataclass(eq=False)
class Upload:
    """A file on its way. `content` is None until it was brought, and it is shared once."""

    id: str
    team: Team = field(repr=False)
    name: str
    length: int
    content: bytes | None = field(default=None, repr=False)
    shared: bool = False

    @property
    def shown(self) -> dict[str, Any]:
        """Slack's file object."""
        return {"id": self.id, "name": self.name, "title": self.name, "size": self.length}


def upload_url(asked: Asked) -> Mapping[str, Any]:
    asked.needs("files:write")
    name, length = asked.text("filename", required=True), asked.text("length", required=True)
    asked.text("alt_txt")
    asked.text("snippet_type")
    if not length.isdecimal() or not int(length) or len(name) > LONGEST_NAME:
        raise invalid("must be a file's name, and its size in bytes [json-pointer:/length]")
    world = asked.world
    upload = Upload(world.next_id("F"), asked.team, name, int(length))
    path = f"{UPLOADS}{world.secret(f'upload {upload.id}')}"
    world.uploads[path] = upload
    return {"upload_url": world.url + path, "file_id": upload.id}


def complete(asked: Asked) -> Mapping[str, Any]:
    asked.needs("files:write")
    named = asked.nested("files", malformed("invalid_arguments"))
    wanted = asked.text("channel_id")
    for name in ("initial_comment", "thread_ts", "channels", "blocks"):
        asked.text(name)
    if not isinstance(named, list) or not all(isinstance(each, dict) for each in named):
        raise invalid("must provide a list of files [json-pointer:/files]")
    if wanted and not CHANNEL.fullmatch(wanted):
        raise invalid("input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]")
    channel = asked.channel("channel_id") if wanted else None
    uploads = [_brought(asked, str(each.get("id"))) for each in named]
    for upload in uploads:
        upload.shared = True
        if channel:
            comment = asked.text("initial_comment")
            sent = {"file": upload.name, "content": upload.content or b"", "file_id": upload.id}
            message = asked.team.write(channel, None, comment, **sent)
            telling.of_message(message)
    return {"files": [each.shown for each in uploads]}


def _brought(asked: Asked, id: str) -> Upload:
    """The file of this id, if all of it has come and nobody has shared it before."""
    upload = next((each for each in asked.world.uploads.values() if each.id == id and each.team is asked.team), None)
    if upload is None or upload.content is None or upload.shared:
        raise Refusal("file_not_found")
    if len(upload.content) != upload.length:
        asked.complain(f"{len(upload.content)} bytes of a file that was said to have {upload.length}")
    return upload


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete,
}
