"""`python -m sandbox`: the stand-in calendar on a port of its own, until it is told to stop.

Only the command line; serving stands in `sandbox.serving`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from sandbox.calendar.world import World
from sandbox.clock import utc_now
from sandbox.listening import serve_until_told
from sandbox.serving import serving

REFERRER = "https://example.com/book"


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the settings that a client needs, one `NAME=value` a line, then serves until SIGINT or SIGTERM."""
    options = _parser().parse_args(argv)
    world = World(_clock(options.now), seed=options.seed, requests_per_second=options.requests_per_second)
    where = f"{options.host}:{options.port}"
    return serve_until_told(
        lambda: serving(world, options.host, options.port), lambda url: _tell(world, url), where, "sandbox"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sandbox", description="A stand-in for Videsk's calendar API, without an account."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8700, help="port to listen on, 0 for any (default: %(default)s)")
    parser.add_argument("--seed", default="sandbox", help="other seeds, other tokens (default: %(default)s)")
    parser.add_argument(
        "--now", type=_instant, help="the instant at which its time begins, such as 2026-09-01T12:00:00Z"
    )
    parser.add_argument(
        "--requests-per-second", type=int, default=0, metavar="N", help="answer 429 above that (default: no limit)"
    )
    return parser


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _clock(beginning: datetime | None) -> Callable[[], datetime]:
    """Time as it is, or as it would be had it just been `beginning`: the world is made for the time it begins in."""
    ahead = timedelta() if beginning is None else beginning - utc_now()
    return lambda: utc_now() + ahead


def _tell(world: World, url: str) -> None:
    print(f"VIDESK_API_URL={url}")
    print(f"VIDESK_API_TOKEN={world.api_token()}")
    print(f"VIDESK_REFERRER={REFERRER}")
    print(f"VIDESK_FORM_SEGMENT={world.form_segments()}")


if __name__ == "__main__":
    sys.exit(main())
