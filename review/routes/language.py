"""The language switch, which comes back to the page it was on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from review.addresses import safe_back
from review.errors import Refused
from review.language import COOKIE, LANGUAGES, _

router = APIRouter(default_response_class=HTMLResponse)
A_YEAR = 365 * 24 * 3600  # seconds


@router.post("/sprak")
def choose(sprak: Annotated[str, Form()] = "", tilbake: Annotated[str, Form()] = "/") -> Response:
    if sprak not in LANGUAGES:
        raise Refused(_("språket finnes ikke"), sprak, _("Velg et av språkene øverst på siden."))
    answer = RedirectResponse(safe_back(tilbake), 303)
    answer.set_cookie(COOKIE, sprak, max_age=A_YEAR, httponly=True, samesite="strict")
    return answer
