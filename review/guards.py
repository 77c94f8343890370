"""Stands before every page: who may ask, the headers of every answer, and what is logged of a fault."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import InputError
from review.errors import NoAccess, Refused
from review.language import _
from review.limits import Limited

log = logging.getLogger(__name__)
READING = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; media-src 'self'; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
Refuse = Callable[[Request, int, InputError], Response]


def is_loopback(host: str) -> bool:
    """Whether the host, a name or an address without port, is this machine seen from itself."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(request: Request) -> None:
    """Refused where the page was asked for by a foreign name: a site's name may be made to point here."""
    host = request.headers.get("host", "")
    if not is_loopback(_host_of(host)):
        raise Refused(_("adressen hører ikke til denne maskinen"), host, _("Bruk http://127.0.0.1 med porten."))


def check_origin(request: Request) -> None:
    """NoAccess where a form on another site sent the request. Old browsers send no Origin; the cookie keeps
    foreign forms out there too, since it is same-site."""
    origin = request.headers.get("origin")
    if request.method in READING or origin is None:
        return
    if _netloc(origin) != request.headers.get("host", "").lower():
        raise NoAccess(_("skjemaet kommer fra et annet nettsted"), origin, _("Gå til siden her og prøv på nytt."))


class Guard:
    """ASGI middleware: checks, security headers, and the one boundary where a fault of the program ends."""

    def __init__(self, app: ASGIApp, refuse: Refuse) -> None:
        self.app, self.refuse = app, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request, received = Request(scope), Limited(scope, receive)
        guarded = _Answer(send, received)
        try:
            check_host(request)
            check_origin(request)
            await self.app(scope, received, guarded)
        except Refused as error:
            await self.refuse(request, error.status, error)(scope, receive, guarded)
        except Exception as error:
            _log_fault(error)
            if guarded.started:
                raise
            await self.refuse(request, 500, _fault(error))(scope, receive, guarded)


class _Answer:
    """Sends on at once, each part as it comes, with the security headers."""

    def __init__(self, send: Send, received: Limited) -> None:
        self.send, self.received, self.started = send, received, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            if message["status"] >= 400:
                await self.received.drain()
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            headers.setdefault("Cache-Control", "no-store")  # pages hold personal data
        await self.send(message)


def _log_fault(error: Exception) -> None:
    """Where it happened, but never the error's own text: that of a database quotes what was being written."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s\n%s", type(error).__name__, where)


def _fault(error: Exception) -> InputError:
    name = type(error).__name__
    return InputError(_("uventet feil"), name, _("Prøv på nytt. Meld fra hvis det skjer igjen."))


def _host_of(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
