"""How much a page takes in one request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

FORM = 2 * 1024 * 1024  # bytes
DRAINED = 64 * 1024 * 1024  # bytes that are read and forgotten, so that the answer is seen
Route = TypeVar("Route", bound=Callable[..., object])


def takes(most: int) -> Callable[[Route], Route]:
    """Below a route's decorator: it takes so many bytes, not `FORM`. Read them by `request.stream()`."""

    def mark(route: Route) -> Route:
        route.takes = most  # type: ignore[attr-defined]
        return route

    return mark


class TooLarge(HTTPException):
    """More was sent than the route takes. An HTTPException, since FastAPI turns any other into a 400."""

    def __init__(self, most: int) -> None:
        super().__init__(413)
        self.most = most


class Limited:
    """Receives a request's body, and raises TooLarge where it is more than its route takes."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope, self.receive, self.read, self.ended = scope, receive, 0, False

    async def __call__(self) -> Message:
        message = await self._next()
        # Only now: the router has found the route before it asks for the body.
        most: int = getattr(self.scope.get("endpoint"), "takes", FORM)
        if max(self.read, self._announced()) > most:
            raise TooLarge(most)
        return message

    async def drain(self) -> None:
        """Reads on to the end: a browser that has not sent all of its form does not show what is answered."""
        while not self.ended and self.read <= DRAINED:
            await self._next()

    async def _next(self) -> Message:
        message = await self.receive()
        self.read += len(message.get("body", b""))
        self.ended = not message.get("more_body", False)
        return message

    def _announced(self) -> int:
        length = Headers(scope=self.scope).get("content-length", "")
        return int(length) if length.isascii() and length.isdigit() else 0
