from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from review.static_files import FOLDER, static_address

VENDORED = (FOLDER / "vendor", Path(__file__).parents[1] / "browser" / "vendor")


@pytest.mark.parametrize("folder", VENDORED)
def test_scripts_by_others_are_as_they_came(folder: Path) -> None:
    """Each script by others stands in its folder's list with its checksum and a licence that lies beside it."""
    rows = re.findall(r"^\| `(\S+)` \| .+ \| (.+) \| `(\w+)` \|$", (folder / "README.md").read_text(), re.MULTILINE)
    assert {name for name, _, _ in rows} == {path.name for path in folder.glob("*.js")}
    for name, licence, checksum in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == checksum
        assert all((folder / file).is_file() for file in re.findall(r"`(\S+?)`", licence))


def test_file_asked_for_by_its_content_is_kept(client: TestClient) -> None:
    """A file at the address that pages give it may be kept for good, by the browser alone or by others."""
    answer = client.get(static_address("review.css"))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("address", ["/static/keys.js", "/static/keys.js?v=abc", "/static/keys.js?v="])
def test_file_asked_for_otherwise_is_asked_for_again(client: TestClient, address: str) -> None:
    """Without the mark of its content a file is checked each time, and not sent when it has not changed."""
    answer = client.get(address)
    assert answer.headers["cache-control"] == "no-cache"
    again = client.get(address, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_changed_file_gets_a_new_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address follows the content."""
    monkeypatch.setattr("review.static_files.FOLDER", tmp_path)
    file = tmp_path / "a.css"
    file.write_text("a {}")
    first = static_address("a.css")
    file.write_text("b {}")
    assert static_address("a.css") != first


@pytest.mark.parametrize("address", ["/static/finnes-ikke.css", "/static/../app.py", "/static/vendor"])
def test_what_is_no_file_is_not_found(client: TestClient, address: str) -> None:
    """Nothing but the files themselves is served."""
    assert client.get(address).status_code == 404


def test_pages_ask_for_files_by_their_content(client: TestClient) -> None:
    """Every style sheet and script on a page has the mark of its content in its address."""
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/prosjekt/Butikk").text)
    assert len(addresses) >= 5
    assert [address for address in addresses if "immutable" not in client.get(address).headers["cache-control"]] == []
