"""The page on which a person allows the app to come into a workspace.

What is allowed, and what comes of it, stands in `installing`.
"""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.slack import installing
from sandbox.slack.world import World


def page(world: World) -> Route:
    """GET shows who may allow what; POST, or `&approve=1&user=U…` in the address, allows or declines it."""

    async def ask(request: Request) -> Response:
        given = parse_qs(request.url.query)
        form = parse_qs((await request.body()).decode()) if request.method == "POST" else {}
        said = {name: values[0] for name, values in (given | form).items()}
        try:
            asked = installing.read_page(world, request.url.query)
            if "approve" not in said:
                return HTMLResponse(_drawn(world, asked))
            person = world.find_person(said.get("user"))
            return RedirectResponse(world.authorize(person, str(request.url), approve=said["approve"] == "1"), 302)
        except LookupError as error:
            return HTMLResponse(f"<h1>Oh no, something went wrong!</h1><p>{escape(str(error))}</p>", 400)

    return Route("/oauth/v2/authorize", ask, methods=["GET", "POST"])


def _drawn(world: World, asked: installing.Asked) -> str:
    people = [person for team in world.teams.values() for person in team.people.values()]
    choice = "".join(
        f'<option value="{each.id}">{escape(each.real_name)}, {escape(each.team.name)}</option>' for each in people
    )
    scopes = "".join(f"<li>{escape(scope)}</li>" for scope in asked.scopes)
    buttons = '<button name="approve" value="1">Allow</button><button name="approve" value="0">Cancel</button>'
    head = f"<h1>{escape(world.manifest.bot_name)} is requesting permission</h1><ul>{scopes}</ul>"
    return f'<!doctype html>{head}<form method="post"><select name="user">{choice}</select>{buttons}</form>'
