"""Where logs go, and how they look: one place for ours and the libraries'. Nothing is logged here."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import TextIO

import structlog

_QUIET = ("aiohttp", "alembic", "asyncio", "httpcore", "httpx", "slack_bolt", "slack_sdk", "telegram", "uvicorn")
"""Libraries whose ordinary lines are noise, or hold addresses and headers."""


def configure(
    level: str = "INFO", style: str = "pretty", stream: TextIO | None = None, secrets: Sequence[str] = ()
) -> None:
    """Sends all logs to `stream` (standard error), as lines for people (`pretty`) or for machines (`json`).

    None of `secrets` is ever written, whoever logs it.
    """
    to = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
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
        return line
