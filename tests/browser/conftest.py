"""The real application on a port of its own over a temporary database, and a real browser at it."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from review_pages import fill
from sqlalchemy.orm import Session, sessionmaker

from balansekunst.settings import Settings
from review.app import create_app
from review.background import BackgroundWork
from review.serve import listen
from store.database import open_database

CHROMIUM = shutil.which("chromium")
expect.set_options(timeout=30_000)  # ms; a busy machine is slow, not wrong
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-proxy-server",
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path, f"sqlite:///{tmp_path / 'review.db'}", str(tmp_path / "recordings"))


@pytest.fixture
def sessions(settings: Settings) -> Iterator[sessionmaker[Session]]:
    """A database with the small project of tests/review; a test adds what it needs before it opens a page."""
    opened = open_database(settings.database)
    with opened.begin() as session:
        fill(session)
    yield opened
    opened.kw["bind"].dispose()


@pytest.fixture
def background(settings: Settings) -> BackgroundWork:
    """Runs that do nothing: real ones would load models."""
    return BackgroundWork(settings, (sys.executable, "-c", ""))


@pytest.fixture
def address(sessions: sessionmaker[Session], settings: Settings, background: BackgroundWork) -> Iterator[str]:
    """Where the application answers, without a slash at the end."""
    listening = listen("127.0.0.1", 0)
    config = uvicorn.Config(
        create_app(sessions, settings, background), log_level="critical", access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. One for a module, since Playwright's event loop must not run beside other tests'."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        # Its sandbox does not work for root.
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, chromium_sandbox=os.getuid() != 0)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A Norwegian visitor's browser, which nobody has used before."""
    with browser.new_context(base_url=address, locale="nb-NO", viewport={"width": 1280, "height": 800}) as opened:
        opened.set_default_timeout(30_000)
        yield opened


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page in that browser: `page.goto("/")`."""
    return context.new_page()


@pytest.fixture
def trouble(page: Page) -> list[str]:
    """What the browser's console complains of from here on, the Content-Security-Policy's refusals included."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    return complaints
