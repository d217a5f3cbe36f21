"""Where logs go, and how they look: one place for ours, the libraries', and what ends the program.

A line holds no secret, whoever logged it, and what came from outside begins no line of its own. Nothing is logged here.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import TextIO

import structlog

_QUIET = ("aiohttp", "alembic", "asyncio", "httpcore", "httpx", "slack_bolt", "slack_sdk", "telegram", "uvicorn")
"""Libraries whose ordinary lines are noise, or hold addresses and headers."""

_SECRETS = re.compile(
    r"""
    [0-9]{5,}:[A-Za-z0-9_-]{30,}                         # a bot's token of Telegram
    | xox[a-z]-[A-Za-z0-9-]{10,} | xapp-[A-Za-z0-9-]{10,}  # tokens of Slack
    | eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*){1,4}         # a JSON Web Token: keys and tokens of Videsk
    | (?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}=               # a secret key of ours
    | (?<=[?&])(?P<named>[A-Za-z_]+)=[^&\s"'<>]{8,}      # what stands in an address
    | (?<=[Bb]earer\ )\S+
    | [^\s@<>"'(){}\[\]=:,;]+@[^\s@<>"'(){}\[\]=:,;]+\.[A-Za-z]{2,}  # somebody's e-mail address
    """,
    re.VERBOSE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def configure(
    level: str = "INFO", style: str = "pretty", stream: TextIO | None = None, secrets: Sequence[str] = ()
) -> None:
    """Sends all logs to `stream` (standard error), as lines for people (`pretty`) or for machines (`json`).

    None of `secrets` is ever written, nor what looks like one.
    """
    to = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _on_one_line,
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=to.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(to)
    handler.setFormatter(_Discreet(last, shared, secrets))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    sys.excepthook, threading.excepthook = _ended, _thread_ended
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Discreet(structlog.stdlib.ProcessorFormatter):
    """The last line of defence: nobody should log a secret, but a library may."""

    def __init__(
        self,
        last: structlog.typing.Processor,
        shared: Sequence[structlog.typing.Processor],
        secrets: Sequence[str],
    ) -> None:
        super().__init__(processor=last, foreign_pre_chain=shared)
        self._secrets = tuple(filter(None, secrets))

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "…")
        return _SECRETS.sub(_without, line)


def _without(found: re.Match[str]) -> str:
    return f"{found['named']}=…" if found["named"] else "…"


def _on_one_line(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """What came from outside begins no line of its own, and colours nothing. Tracebacks have several, all marked."""
    for name, value in event.items():
        if isinstance(value, str):
            lines = value.split("\n") if name == "exception" else [value]
            event[name] = "\n  | ".join(_CONTROLS.sub(_escaped, line) for line in lines)
    return event


def _escaped(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode("ascii")


def _ended(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("the program ended", exc_info=(kind, error, traceback))


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value:
        _ended(ended.exc_type, ended.exc_value, ended.exc_traceback)
