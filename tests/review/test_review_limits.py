"""How much a page takes, and that what is streamed goes through at once: seen from within, by ASGI."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from review_pages import BASE, PEOPLE, SEEN, Browser, Kept
from starlette.responses import Response, StreamingResponse

from review.limits import FORM, takes

MOST = 5 * 1024 * 1024


@pytest.fixture
def app(client: TestClient) -> FastAPI:
    """The application with a page that takes uploads and one that tells of progress, as they will look."""
    app: FastAPI = client.app  # type: ignore[assignment]

    @app.post("/opp")
    @takes(MOST)
    async def upload(request: Request) -> Response:
        digest = hashlib.sha256()
        async for part in request.stream():
            digest.update(part)
        return Response(digest.hexdigest())

    @app.get("/fremdrift")
    async def progress() -> Response:
        async def events() -> AsyncIterator[str]:
            yield "data: 1\n\n"
            await asyncio.Event().wait()  # the next one never comes

        return StreamingResponse(events(), media_type="text/event-stream")

    return app


def test_too_large_form_is_a_plain_page(kari: Browser, kept: Kept) -> None:
    """A form of more than 2 MB gets a Norwegian 413 that says how much is taken, and stores nothing."""
    form = kari.form(SEEN) | {"handling": "godkjenn", "notat": "x" * (FORM + 1)}
    answer = kari.client.post(PEOPLE, data=form)
    assert answer.status_code == 413
    assert "Det som ble sendt, er mer enn siden tar imot</strong>: mer enn 2 MB" in answer.text
    assert kept.history() == ()


def test_size_is_counted_not_believed(client: TestClient) -> None:
    """A body that comes in parts without saying its length is measured as it comes."""

    def parts() -> Iterator[bytes]:
        yield b"navn="
        yield from (b"x" * 100_000 for _ in range(30))

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/hvem", content=parts(), headers=headers).status_code == 413


def test_refused_form_is_read_to_its_end(app: FastAPI) -> None:
    """Also a form that is refused unread is received to its end before the answer: browsers show none before."""

    async def call() -> None:
        parts = [{"type": "http.request", "body": b"x", "more_body": i < 2} for i in range(3)]
        left_at_answer: list[int] = []

        async def receive() -> dict:
            return parts.pop(0)

        async def send(message: dict) -> None:
            left_at_answer.append(len(parts))

        await app(scope_of("POST", "/finnes-ikke"), receive, send)
        assert left_at_answer[0] == 0

    asyncio.run(call())


def test_upload_has_its_own_limit(app: FastAPI) -> None:
    """A route that says so takes more than a form, byte by byte as sent, and no more than it says."""
    client, body = TestClient(app, base_url=BASE), b"lyd" * 1_000_000
    assert client.post("/opp", content=body).text == hashlib.sha256(body).hexdigest()
    answer = client.post("/opp", content=b"x" * (MOST + 1))
    assert answer.status_code == 413
    assert "mer enn 5 MB" in answer.text


def test_upload_is_handed_on_as_it_comes(app: FastAPI) -> None:
    """The route gets each part before the next has come: the answer's digest is that of all, none was gathered."""
    waiting: list[int] = []

    async def call() -> None:
        parts = [{"type": "http.request", "body": b"x" * 1000, "more_body": i < 2} for i in range(3)]
        seen: list[dict] = []

        async def receive() -> dict:
            waiting.append(len(parts))
            return parts.pop(0)

        async def send(message: dict) -> None:
            seen.append(message)

        await app(scope_of("POST", "/opp"), receive, send)
        assert seen[0]["status"] == 200
        assert seen[1]["body"].decode() == hashlib.sha256(b"x" * 3000).hexdigest()

    asyncio.run(call())
    assert waiting == [3, 2, 1]


def test_events_go_through_at_once(app: FastAPI) -> None:
    """A server-sent event reaches the browser while the answer is still open, with the security headers."""

    async def call() -> list[dict]:
        arrived, seen = asyncio.Event(), []

        async def receive() -> dict:
            await asyncio.Event().wait()
            return {"type": "http.disconnect"}

        async def send(message: dict) -> None:
            seen.append(message)
            if message.get("body"):
                arrived.set()

        task = asyncio.create_task(app(scope_of("GET", "/fremdrift"), receive, send))
        await asyncio.wait_for(arrived.wait(), 5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return seen

    start, event = asyncio.run(call())
    assert b"content-security-policy" in dict(start["headers"])
    assert event["body"] == b"data: 1\n\n"


def scope_of(method: str, path: str) -> dict:
    """A request as a server hands it over."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "headers": [(b"host", b"127.0.0.1:8000")],
    }
