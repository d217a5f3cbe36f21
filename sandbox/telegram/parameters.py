"""The parameters of a request, however an SDK packs them: query, JSON, form or multipart, nested values as JSON text.

Which parameters a method has stands in `methods`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message as Head
from typing import Any
from urllib.parse import parse_qsl

from sandbox.telegram.errors import malformed

LARGEST_BODY = 52_428_800
"""50 MB, the most that a bot may upload."""
TRUE = frozenset({"true", "True", "yes", "Yes", "1"})


@dataclass(frozen=True)
class Upload:
    """A part of a multipart body that has a file name."""

    name: str
    mime_type: str
    content: bytes


def integer(value: object) -> int:
    """As the server reads them: what is no number is 0."""
    match = re.match(r"-?\d{1,19}", str(value).strip(), re.ASCII) if not isinstance(value, bool) else None
    return int(match[0]) if match else 0


@dataclass
class Given:
    """The parameters as they came; what is asked for is noted, so that what nobody asks for can be told."""

    values: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def text(self, name: str) -> str:
        value = self._of(name)
        return "" if value is None else str(value)

    def number(self, name: str, default: int = 0) -> int:
        value = self._of(name)
        return default if value is None or value == "" else integer(value)

    def flag(self, name: str) -> bool:
        return str(self._of(name)) in TRUE

    def nested(self, name: str) -> Any:
        """An object or a list. Raises Refusal if it is text and no JSON."""
        value = self._of(name)
        if not isinstance(value, str) or not value:
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise malformed(f"can't parse {name.replace('_', ' ')} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """A file sent along, under that name or where `attach://` points."""
        self.asked.add(name)
        place = self.values.get(name)
        if isinstance(place, str) and place.startswith("attach://"):
            return self.uploads.get(place.removeprefix("attach://"))
        return self.uploads.get(name)

    def has(self, name: str) -> bool:
        return self._of(name) is not None

    def _of(self, name: str) -> Any:
        self.asked.add(name)
        return self.values.get(name)

    @property
    def unasked(self) -> list[str]:
        attached = {
            value.removeprefix("attach://")
            for value in self.values.values()
            if isinstance(value, str) and value.startswith("attach://")
        }
        return sorted((self.values.keys() | (self.uploads.keys() - attached)) - self.asked)

    @property
    def shown(self) -> dict[str, Any]:
        """For the ledger: nested values read, files by name and size."""
        files = {name: f"<{upload.name}: {len(upload.content)} bytes>" for name, upload in self.uploads.items()}
        return {**{name: _readable(value) for name, value in self.values.items()}, **files}


def _readable(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def read(query: str, content_type: str, body: bytes) -> Given:
    """Raises Refusal if the body can't be read."""
    given = Given(dict(parse_qsl(query, keep_blank_values=True)))
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return given
    if kind == "application/json":
        given.values.update(_json(body))
    elif kind == "application/x-www-form-urlencoded":
        given.values.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    elif kind == "multipart/form-data":
        _read_parts(given, content_type, body)
    return given


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        raise malformed("can't parse JSON object") from None
    if not isinstance(read, dict):
        raise malformed("can't parse JSON object: expected an Object")
    return {name: value for name, value in read.items() if value is not None}


def _read_parts(given: Given, content_type: str, body: bytes) -> None:
    boundary = _header(content_type).get_param("boundary")
    if not boundary:
        raise malformed("boundary not found in multipart content type")
    for head, content in _parts(str(boundary).encode("latin-1"), body):
        name = head.get_param("name", header="content-disposition")
        filename = head.get_filename()
        if not isinstance(name, str):
            continue
        if filename is None:
            given.values[name] = content.decode("utf-8", "replace")
        else:
            given.uploads[name] = Upload(filename, head.get_content_type(), content)


def _header(content_type: str) -> Head:
    head = Head()
    head["content-type"] = content_type
    return head


def _parts(boundary: bytes, body: bytes) -> Iterator[tuple[Head, bytes]]:
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]:
        if part.startswith(b"--"):
            return
        lines, found, content = part.partition(b"\r\n\r\n")
        if not found:
            raise malformed("unexpected end of multipart body")
        head = Head()
        for line in lines.decode("utf-8", "replace").split("\r\n"):
            name, colon, value = line.partition(":")
            if colon:
                head[name.strip()] = value.strip()
        yield head, content
