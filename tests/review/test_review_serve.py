from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pytest
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from pipeline.errors import InputError
from review.serve import can_listen_on, check_loopback, listen, serve

PROGRAM = """
import sys
from pathlib import Path
from balansekunst.settings import Settings
from review.serve import serve
from store.database import open_database
serve(open_database(sys.argv[1]), Settings(Path(), sys.argv[1], ""), "127.0.0.1", 0)
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", "", "localhost.example.org"])
def test_other_hosts_are_refused(sessions: sessionmaker[Session], settings: Settings, host: str) -> None:
    """A host that others could reach is refused before anything listens, with what, which and next."""
    with pytest.raises(InputError, match="bare vises på denne maskinen") as caught:
        serve(sessions, settings, host, 0)
    assert caught.value.which == (host or "tom adresse")
    assert "127.0.0.1" in caught.value.next
    assert not can_listen_on(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_is_accepted(host: str) -> None:
    """This machine's own addresses are accepted, and check and question agree."""
    check_loopback(host)
    assert can_listen_on(host)


def test_busy_port_is_refused(sessions: sessionmaker[Session], settings: Settings) -> None:
    """A port that somebody else listens on is refused, with its number."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=f"127.0.0.1:{port}"):
            serve(sessions, settings, "127.0.0.1", port)


def test_impossible_port_is_refused(sessions: sessionmaker[Session], settings: Settings) -> None:
    """A number that is no port is refused."""
    with pytest.raises(InputError, match="70000"):
        serve(sessions, settings, "127.0.0.1", 70000)


def test_answers_are_sent_at_once() -> None:
    """A connection does not hold back the end of an answer till its beginning is confirmed."""
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_served_page_answers_and_stops(sessions: sessionmaker[Session], settings: Settings) -> None:
    """The server says where it is, answers there without logging, and stops at an interrupt."""
    command = [sys.executable, "-c", PROGRAM, settings.database]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        try:
            address = server.stderr.readline().split()[1]
            assert "Butikk" in httpx.get(address, trust_env=False).text
        finally:
            server.send_signal(signal.SIGINT)
        assert server.stderr.read() == ""
    assert server.returncode == 0
