"""Second coding: rounds, blind coding by two people, how far they agree, and what they disagree on."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from review.access import check_code, check_decide
from review.addresses import second_coding_address
from review.dependencies import Sessions, Someone
from review.material import find_project_or_refuse
from review.pages import is_part, page
from review.second_coding_acts import close, code, settle, start
from review.second_coding_cards import blind_page, settle_page
from review.second_coding_forms import (
    AskedCode,
    AskedRound,
    AskedSettle,
    SentCode,
    SentRound,
    SentSettle,
    find_round,
)
from review.second_coding_view import round_page, rounds_page

router = APIRouter(default_response_class=HTMLResponse)
ROUNDS = "/prosjekt/{name:path}/dobbeltkoding"
ROUND = f"{ROUNDS}/{{number:int}}"


@router.get(f"{ROUND}/kode")
def show_blind(
    request: Request, sessions: Sessions, visitor: Someone, name: str, number: int, asked: AskedCode
) -> Response:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        coding_round = find_round(session, project.id, number)
        check_code(visitor, coding_round.people)
        if coding_round.closed:
            return RedirectResponse(second_coding_address(project.name, number), 303)
        view = blind_page(session, project, coding_round, visitor.person, asked.endre, asked.etter)
    return page(
        request, "_second_coding_blind.html" if is_part(request) else "second_coding_blind.html", visitor, view=view
    )


@router.post(f"{ROUND}/kode")
def code_one(
    request: Request, sessions: Sessions, visitor: Someone, name: str, number: int, form: SentCode
) -> Response:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        coding_round = find_round(session, project.id, number)
        check_code(visitor, coding_round.people)
        code(session, coding_round, form, visitor.person)
        view = blind_page(session, project, coding_round, visitor.person, etter=form.nr) if is_part(request) else None
    if view:
        return page(request, "_second_coding_blind.html", visitor, view=view)
    return RedirectResponse(second_coding_address(name, number, "kode", etter=form.nr), 303)


@router.post(f"{ROUND}/lukk")
def close_one(sessions: Sessions, visitor: Someone, name: str, number: int) -> Response:
    check_decide(visitor)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        close(session, project, find_round(session, project.id, number), visitor.person)
    return RedirectResponse(second_coding_address(name, number), 303)


@router.get(f"{ROUND}/uenighet")
def show_disagreement(
    request: Request, sessions: Sessions, visitor: Someone, name: str, number: int, asked: AskedSettle
) -> Response:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        coding_round = find_round(session, project.id, number)
        if not coding_round.closed:
            return RedirectResponse(second_coding_address(project.name, number), 303)
        view = settle_page(session, project, coding_round, asked.nr, asked.etter, asked.sist)
    template = "_second_coding_settle.html" if is_part(request) else "second_coding_settle.html"
    return page(request, template, visitor, view=view)


@router.post(f"{ROUND}/uenighet")
def settle_one(
    request: Request, sessions: Sessions, visitor: Someone, name: str, number: int, form: SentSettle
) -> Response:
    check_decide(visitor)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        done = settle(session, project, find_round(session, project.id, number), form, visitor.person)
    shown = {"nr": form.nr} if done.undone else {"etter": form.nr, "sist": form.nr}
    if not is_part(request):
        return RedirectResponse(second_coding_address(name, number, "uenighet", **shown), 303)
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        view = settle_page(session, project, find_round(session, project.id, number), **shown)
    return page(request, "_second_coding_settle.html", visitor, view=view)


@router.get(ROUND)
def show_round(
    request: Request, sessions: Sessions, visitor: Someone, name: str, number: int, asked: AskedRound
) -> Response:
    with sessions.begin() as session:
        project = find_project_or_refuse(session, name)
        view = round_page(session, project, find_round(session, project.id, number), visitor, asked)
    return page(request, "second_coding_round.html", visitor, view=view)


@router.get(ROUNDS)
def show_rounds(request: Request, sessions: Sessions, visitor: Someone, name: str) -> Response:
    with sessions.begin() as session:
        view = rounds_page(session, find_project_or_refuse(session, name), visitor)
    return page(request, "second_coding.html", visitor, view=view)


@router.post(ROUNDS)
def start_one(sessions: Sessions, visitor: Someone, name: str, form: SentRound) -> Response:
    check_decide(visitor)
    with sessions.begin() as session:
        begun = start(session, find_project_or_refuse(session, name), form, visitor.person)
    return RedirectResponse(second_coding_address(name, begun.id), 303)
