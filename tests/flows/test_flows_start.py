"""How Prefect is set up: on this machine alone, silent, telling nobody anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.orm import sessionmaker

from balansekunst.settings import Settings
from flows.context import Context, current_context, use_context
from flows.start import configure_prefect

ASK_PREFECT = """
import json, sys
from pathlib import Path
from balansekunst.settings import read_settings
from flows.context import Context
from flows.start import configure_prefect
configure_prefect(Context(read_settings(), None))
assert "prefect" not in sys.modules
from prefect.settings import get_current_settings
s = get_current_settings()
print(json.dumps({
    "home": str(s.home),
    "analytics": s.server.analytics_enabled,
    "telemetry": s.cloud.enable_orchestration_telemetry,
    "logs": s.logging.to_api.enabled,
    "api": s.api.url,
}))
"""

RUN_NOTHING = """
import sys
from balansekunst.settings import read_settings
from flows.context import Context
from flows.start import start_project
from store.database import open_database
from store.projects import create_project
settings = read_settings()
sessions = open_database(settings.database)
with sessions.begin() as session:
    create_project(session, "Butikk", ("butikksjef",))
print(start_project(Context(settings, sessions), "Butikk").candidates, "prefect" in sys.modules, "torch" in sys.modules)
"""


def python(code: str, home: Path) -> str:
    """What a fresh Python with this home prints; settings of Prefect's that this one has are left out."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT", "DO_NOT_TRACK"))}
    environment |= {"BALANSEKUNST_HOME": str(home)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def test_prefect_is_on_this_machine_alone_and_silent(tmp_path: Path) -> None:
    """In a fresh process Prefect has its home with ours, no analytics, no telemetry, no logs sent, no other server."""
    found = json.loads(python(ASK_PREFECT, tmp_path))
    assert found == {
        "home": str(tmp_path / "prefect"),
        "analytics": False,
        "telemetry": False,
        "logs": False,
        "api": None,
    }


def test_finished_project_starts_no_prefect_and_no_models(tmp_path: Path) -> None:
    """Where there is nothing to do neither Prefect nor any model library is so much as imported."""
    assert python(RUN_NOTHING, tmp_path).split() == ["0", "False", "False"]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment of the test's own."""
    own: dict[str, str] = {}
    monkeypatch.setattr(os, "environ", own)
    return own


def test_nothing_is_tracked(environment: dict[str, str], tmp_path: Path) -> None:
    """The signs that libraries know for «do not track» are set."""
    configure_prefect(Context(Settings(tmp_path, "", ""), sessionmaker()))
    assert environment["DO_NOT_TRACK"] == "1"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY"] == "false"


def test_what_the_user_set_stays(environment: dict[str, str], tmp_path: Path) -> None:
    """A server or a home that the user chose is not replaced."""
    environment |= {"PREFECT_HOME": "/annet", "PREFECT_API_URL": "http://vert:4200/api"}
    configure_prefect(Context(Settings(tmp_path, "", ""), sessionmaker()))
    assert environment["PREFECT_HOME"] == "/annet"
    assert environment["PREFECT_API_URL"] == "http://vert:4200/api"


def test_worker_makes_its_context_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where nobody set a context it is made of the settings, once."""
    monkeypatch.setenv("BALANSEKUNST_HOME", str(tmp_path))
    monkeypatch.delenv("BALANSEKUNST_DATABASE", raising=False)
    use_context(None)
    try:
        made = current_context()
        assert made.settings.home == tmp_path
        assert current_context() is made
        assert made.profile == "bundled"
    finally:
        use_context(None)
