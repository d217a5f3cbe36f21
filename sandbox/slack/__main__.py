"""`python -m sandbox.slack`: the stand-in Slack on a port of its own, until it is told to stop.

Only the command line; serving stands in `sandbox.slack.serving`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.listening import serve_until_told
from sandbox.slack.pace import Pace
from sandbox.slack.serving import serving
from sandbox.slack.world import World


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the settings that a client needs, one `NAME=value` a line, then serves until SIGINT or SIGTERM."""
    options = _parser().parse_args(argv)
    manifest = json.loads(options.manifest.read_text("utf-8")) if options.manifest else None
    world = World(seed=options.seed, manifest=manifest, pace=Pace() if options.pace else None)
    if options.http:
        world.hooks(options.http)
    where = f"{options.host}:{options.port}"
    return serve_until_told(
        lambda: serving(world, options.host, options.port),
        lambda url: _tell(world, url, options.http, options.oauth),
        where,
        "sandbox",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandbox.slack", description="A stand-in for Slack, with people in it.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8702, help="port to listen on, 0 for any (default: %(default)s)")
    parser.add_argument("--seed", default="sandbox", help="other seeds, other tokens (default: %(default)s)")
    parser.add_argument("--manifest", type=Path, help="the app's manifest, as JSON")
    parser.add_argument("--pace", action="store_true", help="enforce the limits of asking")
    parser.add_argument("--oauth", action="store_true", help="tell what installs the app, not the token it has")
    parser.add_argument("--http", metavar="URL", help="post everything to that address, instead of Socket Mode")
    return parser


def _tell(world: World, url: str, http: str | None, oauth: bool) -> None:
    print(f"SLACK_API_URL={url}/api/")
    installed = {"SLACK_BOT_TOKEN": world.token}
    by_oauth = {"SLACK_CLIENT_ID": world.client_id, "SLACK_CLIENT_SECRET": world.client_secret}
    heard = {"SLACK_SIGNING_SECRET": world.signing_secret} if http else {"SLACK_APP_TOKEN": world.app_token}
    for name, value in {**(by_oauth if oauth else installed), **heard}.items():
        print(f"{name}={value}")


if __name__ == "__main__":
    sys.exit(main())
