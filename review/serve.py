"""Starts the web application, for this machine only."""

from __future__ import annotations

import gc
import socket
import sys
from contextlib import suppress

import uvicorn
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from pipeline.errors import InputError
from review.app import create_app
from review.guards import is_loopback

LAST_WORDS = 3  # seconds for answers under way when it is stopped: a page that follows a run never ends by itself


def serve(sessions: sessionmaker[Session], settings: Settings, host: str, port: int) -> None:
    """Serves until it is interrupted, and says where on stderr; port 0 takes any free one.

    InputError: the host is not this machine, or the port cannot be used.
    """
    check_loopback(host)
    listening = listen(host, port)
    address = f"[{host}]" if ":" in host else host
    print(
        f"Åpne http://{address}:{listening.getsockname()[1]}/ i nettleseren. Stopp med Ctrl-C.",
        file=sys.stderr,
    )
    settle()
    # No access log: addresses name projects. Warnings only, and none of them quotes what people said.
    config = uvicorn.Config(
        create_app(sessions, settings),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_WORDS,
    )
    with listening, suppress(KeyboardInterrupt):  # that is how it is stopped
        uvicorn.Server(config).run(sockets=[listening])


def settle() -> None:
    """Leaves what is loaded by now out of every search for garbage: going through it holds a page up by 80 ms."""
    gc.collect()
    gc.freeze()


def check_loopback(host: str) -> None:
    """InputError for a host that others reach: there are no accounts yet, and this is personal data."""
    if not is_loopback(host):
        what = "nettsiden kan bare vises på denne maskinen, fordi den ennå ikke har innlogging"
        raise InputError(what, host or "tom adresse", "Bruk 127.0.0.1, ::1 eller localhost.")


def can_listen_on(host: str) -> bool:
    """Whether `check_loopback` accepts the host."""
    try:
        check_loopback(host)
    except InputError:
        return False
    return True


def listen(host: str, port: int) -> socket.socket:
    """A socket that browsers reach. InputError where the port cannot be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OverflowError as error:
        raise InputError("porten finnes ikke", str(port), "Velg en port fra 1024 til 65535.") from error
    except OSError as error:
        what = f"porten kan ikke brukes ({error.strerror})"
        raise InputError(what, f"{host}:{port}", "Velg en annen port.") from error
    # Each connection has it from here. asyncio sets it only where the protocol was named, and without it the end of
    # an answer waits 40 ms for the browser to confirm its beginning.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
