"""«Hvem er du?»: the name that stands under decisions."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from review.access import check_name
from review.addresses import safe_back
from review.dependencies import COOKIE, Someone
from review.errors import Refused
from review.pages import page

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/hvem")
def ask_who(request: Request, visitor: Someone, tilbake: str = "/") -> Response:
    return page(request, "who.html", visitor, back=safe_back(tilbake), error=None)


@router.post("/hvem")
def say_who(
    request: Request,
    visitor: Someone,
    navn: Annotated[str, Form()] = "",
    tilbake: Annotated[str, Form()] = "/",
) -> Response:
    name, back = " ".join(navn.split()), safe_back(tilbake)
    try:
        check_name(name)
    except Refused as error:
        return page(request, "who.html", visitor, error.status, back=back, error=error)
    answer = RedirectResponse(back, 303)
    # Gone when the browser closes: on a shared machine nobody should decide in another's name.
    answer.set_cookie(COOKIE, quote(name), httponly=True, samesite="strict")
    return answer
