"""`python -m sandbox.telegram`: the stand-in Telegram on a port of its own, until it is told to stop.

Only the command line; serving stands in `sandbox.telegram.serving`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from sandbox.listening import serve_until_told
from sandbox.telegram.pace import Pace
from sandbox.telegram.serving import serving
from sandbox.telegram.world import World


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the settings that a client needs, one `NAME=value` a line, then serves until SIGINT or SIGTERM."""
    options = _parser().parse_args(argv)
    world = World(seed=options.seed, privacy=not options.hears_all, pace=Pace() if options.pace else None)
    where = f"{options.host}:{options.port}"
    return serve_until_told(
        lambda: serving(world, options.host, options.port), lambda url: _tell(world, url), where, "sandbox"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sandbox.telegram", description="A stand-in for Telegram's Bot API, with people in it."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8701, help="port to listen on, 0 for any (default: %(default)s)")
    parser.add_argument("--seed", default="sandbox", help="other seeds, other tokens (default: %(default)s)")
    parser.add_argument("--pace", action="store_true", help="enforce the limits of sending")
    parser.add_argument("--hears-all", action="store_true", help="in groups the bot hears everything")
    return parser


def _tell(world: World, url: str) -> None:
    print(f"TELEGRAM_API_URL={url}")
    print(f"TELEGRAM_BOT_TOKEN={world.token}")


if __name__ == "__main__":
    sys.exit(main())
