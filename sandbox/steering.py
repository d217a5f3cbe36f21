"""The routes by which another process looks at a stand-in's world and acts in it: plain JSON, no token.

They are for tests and demonstrations on one machine; what there is to see and to do is each stand-in's own affair.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Look = Callable[[Mapping[str, Any]], Any]
"""What is at a path, by the names in it."""
Act = Callable[[Mapping[str, Any], Any], Any]
"""What is done at a path with a body; what it gives is answered, unless None."""
Wait = Callable[[Mapping[str, Any], Any], Awaitable[Any]]


def looks(lock: AbstractContextManager[object], by_path: Mapping[str, Look]) -> list[Route]:
    return [Route(f"/{path}", _look(lock, look), methods=["GET"]) for path, look in by_path.items()]


def acts(lock: AbstractContextManager[object], by_path: Mapping[tuple[str, str], Act]) -> list[Route]:
    return [Route(f"/{path}", _act(lock, act), methods=[method]) for (method, path), act in by_path.items()]


def waits(by_path: Mapping[str, Wait]) -> list[Route]:
    return [Route(f"/{path}", _wait(wait), methods=["POST"]) for path, wait in by_path.items()]


def _look(lock: AbstractContextManager[object], look: Look) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            with lock:
                return _answer(look(request.path_params))
        except LookupError as error:
            return _wrong(error)

    return respond


def _act(lock: AbstractContextManager[object], act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            body = await request.json() if await request.body() else {}
            with lock:
                return _answer(act(request.path_params, body))
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            return _wrong(error)

    return respond


def _wait(wait: Wait) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            return _answer(await wait(request.path_params, await request.json()))
        except (ValueError, TypeError, LookupError, AttributeError, TimeoutError) as error:
            return _wrong(error)

    return respond


def _answer(what: Any) -> Response:
    if what is None:
        return Response(status_code=204)
    # Not JSONResponse: a text may hold half a character, which only ASCII can carry.
    return Response(json.dumps(what, default=str), media_type="application/json")


def _wrong(error: Exception) -> Response:
    return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=400)
