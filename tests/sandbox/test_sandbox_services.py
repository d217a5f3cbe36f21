"""What the stand-in offers, as a client sees it: pages of services, kinds of them, forms of segments."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_asking import ROOT, Asking, asking

from sandbox.calendar.catalogue import CONTACT_SEGMENT, EVERYTHING_SEGMENT


async def all_services(ask: Asking) -> list[dict[str, Any]]:
    pages = [(await ask.get("services", skip=str(skip))).json()["data"] for skip in (0, 10, 20)]
    assert [len(page) for page in pages] == [10, 10, 3]
    return [service for page in pages for service in page]


async def test_pages_hold_every_service_once() -> None:
    async with asking() as ask:
        services = await all_services(ask)
        assert len({service["id"] for service in services}) == 23
        assert len({service["title"] for service in services}) == 23
        assert (await ask.get("services", limit="23")).json()["data"] == services


@pytest.mark.parametrize(
    ("query", "limit", "skip", "shown"),
    [
        ({"limit": "3", "skip": "5"}, 3, 5, 3),
        ({"limit": "50"}, 50, 0, 23),
        ({"limit": "51"}, 50, 0, 23),
        ({"limit": "0"}, 0, 0, 0),
        ({"skip": "23"}, 10, 23, 0),
        ({"skip": "1000000"}, 10, 1000000, 0),
    ],
)
async def test_a_page_says_what_it_is(query: dict[str, str], limit: int, skip: int, shown: int) -> None:
    async with asking() as ask:
        body = (await ask.get("services", **query)).json()
        assert (body["total"], body["limit"], body["skip"], len(body["data"])) == (23, limit, skip, shown)


@pytest.mark.parametrize("query", [{"skip": "-1"}, {"limit": "ten"}, {"limit": ""}, {"$limit": "5"}, {"page": "2"}])
async def test_a_page_that_cannot_be_is_refused(query: dict[str, str]) -> None:
    async with asking() as ask:
        assert (await ask.get("services", **query)).status_code == 400


async def test_there_is_a_service_of_every_kind() -> None:
    async with asking() as ask:
        services = await all_services(ask)
        assert any(service["automatic"] and "users" not in service for service in services)
        assert any(service["automatic"] and len(service["users"]) > 1 for service in services)
        assert any(not service["automatic"] and len(service["users"]) == 1 for service in services)
        assert any(not service["automatic"] and len(service["users"]) > 1 for service in services)
        assert any(service["description"] == "" for service in services)
        assert {user["firstname"] for service in services for user in service.get("users", ())} == {"Agent"}


async def form(ask: Asking, segment: str, version: str = "base") -> list[dict[str, Any]]:
    body = (await ask.get(f"forms/{segment}", version=version)).json()
    found: list[dict[str, Any]] = body["form"]
    return found


async def test_a_form_has_fields_as_the_documents_show_them() -> None:
    async with asking() as ask:
        fields = await form(ask, CONTACT_SEGMENT)
        known = {"_id", "type", "name", "label", "hint", "options", "properties"}
        assert all({"_id", "type", "name", "label"} <= field.keys() <= known for field in fields)
        assert [(field["name"], field["properties"].get("required")) for field in fields] == [
            ("firstname", True),
            ("email", True),
            ("phone", False),
            ("channel", False),
            ("comments", False),
        ]
        assert [field["name"] for field in await form(ask, CONTACT_SEGMENT, "contact")] == ["firstname", "email"]


async def test_one_form_has_every_type() -> None:
    async with asking() as ask:
        types = {field["type"] for field in await form(ask, EVERYTHING_SEGMENT)}
        assert types >= {"text", "textarea", "email", "url", "date", "number", "tel", "nps", "csat", "ces", "checkbox"}


@pytest.mark.parametrize(
    ("segment", "version", "message"),
    [
        ("0" * 24, "base", "Not form found in segment provided."),
        (EVERYTHING_SEGMENT, "contact", "The contact version of form not found."),
        (CONTACT_SEGMENT, "other", "The other version of form not found."),
    ],
)
async def test_a_form_that_is_not_there_is_not_found(segment: str, version: str, message: str) -> None:
    async with asking() as ask:
        answer = await ask.get(f"forms/{segment}", version=version)
        assert (answer.status_code, answer.json()["message"]) == (404, message)


async def test_a_changed_form_keeps_names_and_changes_ids() -> None:
    async with asking() as ask:
        before, old = await form(ask, CONTACT_SEGMENT), ask.form()
        ask.world.change_form(CONTACT_SEGMENT)
        after = await form(ask, CONTACT_SEGMENT)
        assert [field["name"] for field in before] == [field["name"] for field in after]
        assert {field["_id"] for field in before}.isdisjoint(field["_id"] for field in after)
        assert (await ask.book(form=old)).json()["message"].startswith("Some element not as field")
        assert (await ask.book()).status_code == 201


async def test_each_service_is_mapped_to_the_form_that_it_asks_for() -> None:
    async with asking() as ask:
        mapped = dict(part.split("=") for part in ask.world.form_segments().split(","))
        for service in ask.world.services.values():
            assert mapped.get(service.id, mapped["*"]) == service.segment
        assert set(mapped.values()) == {CONTACT_SEGMENT, EVERYTHING_SEGMENT}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/public", 404),
        ("GET", f"{ROOT}/", 404),
        ("GET", f"{ROOT}/services/", 404),
        ("GET", f"{ROOT}/services/x", 404),
        ("GET", f"{ROOT}/services/x/y/dates", 404),
        ("GET", "/other/services", 404),
        ("POST", f"{ROOT}/services", 405),
        ("GET", f"{ROOT}/schedule/cancel", 405),
        ("PUT", f"{ROOT}/schedule/reschedule", 405),
    ],
)
async def test_other_paths_and_methods_are_refused_in_the_usual_shape(method: str, path: str, status: int) -> None:
    async with asking() as ask:
        answer = await ask.http.request(method, path)
        assert answer.status_code == status
        assert list(answer.json()) == ["name", "message", "code", "className", "errors"]
