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

# New objects between two searches for garbage. A page reads a project into some hundred thousand that all live on:
# at the interpreter's own 700, half of its time goes to searching among them in vain.
OBJECTS_BETWEEN_SEARCHES = 50_000


def serve(sessions: sessionmaker[Session], settings: Settings, host: str, port: int) -> None:
    """Serves until it is interrupted, and says where on stderr; port 0 takes any free one.

    InputError: the host is not this machine, or the port cannot be used.
    """
    check_loopback(host)
    listening = _listen(host, port)
    address = f"[{host}]" if ":" in host else host
    print(
        f"Åpne http://{address}:{listening.getsockname()[1]}/ i nettleseren. Stopp med Ctrl-C.",
        file=sys.stderr,
    )
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    # No access log: addresses name projects. Warnings only, and none of them quotes what people said.
    config = uvicorn.Config(create_app(sessions, settings), log_level="warning", access_log=False, server_header=False)
    with listening, suppress(KeyboardInterrupt):  # that is how it is stopped
        uvicorn.Server(config).run(sockets=[listening])


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


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OverflowError as error:
        raise InputError("porten finnes ikke", str(port), "Velg en port fra 1024 til 65535.") from error
    except OSError as error:
        what = f"porten kan ikke brukes ({error.strerror})"
        raise InputError(what, f"{host}:{port}", "Velg en annen port.") from error
