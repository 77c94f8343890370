from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from review_pages import PEOPLE

from review.access import Visitor, can_decide, can_name, check_decide, check_name
from review.addresses import safe_back
from review.errors import Nameless, Refused


def test_name_is_kept_and_leads_back(client: TestClient) -> None:
    """Who says their name is sent back to where they were, and stands on every page from then on."""
    answer = client.post("/hvem", data={"navn": "  Åse  Øy ", "tilbake": PEOPLE}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, PEOPLE)
    assert "Du er <strong>Åse Øy</strong>" in client.get("/").text


def test_cookie_is_for_this_site_only(client: TestClient) -> None:
    """The cookie is for this site's own requests, not for scripts, and gone when the browser closes."""
    cookie = client.post("/hvem", data={"navn": "Kari"}, follow_redirects=False).headers["set-cookie"]
    assert "SameSite=strict" in cookie
    assert "HttpOnly" in cookie
    assert "Max-Age" not in cookie


def test_saying_ones_name_twice_is_harmless(client: TestClient) -> None:
    """The same name sent twice leads back both times, and a new name takes the place of the old."""
    for name in ("Kari", "Kari", "Ola"):
        assert client.post("/hvem", data={"navn": name}, follow_redirects=False).status_code == 303
    assert "Du er <strong>Ola</strong>" in client.get("/").text


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x07b"])
def test_unusable_name_is_asked_for_again(client: TestClient, name: str) -> None:
    """A name that cannot stand under a decision gets the form again with what is wrong, and no cookie."""
    answer = client.post("/hvem", data={"navn": name, "tilbake": PEOPLE})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert f'value="{PEOPLE}"' in answer.text
    assert "set-cookie" not in answer.headers


def test_name_is_escaped(client: TestClient) -> None:
    """Markup in a name is text on the page."""
    client.post("/hvem", data={"navn": "<script>1</script>"})
    assert "&lt;script&gt;1&lt;/script&gt;" in client.get("/").text


@pytest.mark.parametrize("cookie", ["%00", "%0A", "x" * 300])
def test_unusable_cookie_is_nobody(client: TestClient, cookie: str) -> None:
    """A cookie that holds no usable name counts as no name."""
    client.cookies.set("hvem", cookie)
    assert ">Hvem er du?</a>" in client.get("/").text


@pytest.mark.parametrize(
    "address",
    [
        "https://ondt.example/",
        "//ondt.example",
        "/\\ondt.example",
        "\\\\ondt",
        "hvem",
        "javascript:1",
        "",
        "/a\nb",
        "//[",
    ],
)
def test_nobody_is_sent_elsewhere(client: TestClient, address: str) -> None:
    """An address outside this site, in whatever disguise, leads to the front page instead."""
    answer = client.post("/hvem", data={"navn": "Kari", "tilbake": address}, follow_redirects=False)
    assert answer.headers["location"] == "/"
    assert safe_back(address) == "/"


def test_wrong_method_for_a_name(client: TestClient) -> None:
    """Anything but reading and sending the form gets a Norwegian 405."""
    answer = client.put("/hvem")
    assert answer.status_code == 405
    assert "Siden kan ikke brukes på den måten" in answer.text


def test_who_may_decide() -> None:
    """Only a visitor with a name may decide, and check and question agree."""
    assert can_decide(Visitor("Kari"))
    assert not can_decide(Visitor())
    with pytest.raises(Nameless):
        check_decide(Visitor())


def test_which_names_will_do() -> None:
    """A name of one to eighty printable characters will do, and check and question agree."""
    assert [can_name(name) for name in ("Kari", "x" * 80, "", "x" * 81)] == [True, True, False, False]
    with pytest.raises(Refused):
        check_name("")
