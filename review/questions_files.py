"""Questions for the next interview as a file to print or carry: plain text, or a document with room for answers."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import groupby

from docx import Document
from docx.shared import Pt
from fastapi.responses import Response

from review.downloads import attached
from review.language import _
from review.questions_view import Question

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TICK = "☐"
ROOM = Pt(36)  # for notes below each question


def questions_file(project: str, role: str, questions: Sequence[Question], format: str) -> Response:
    """The questions as a download, in one of `questions_view.FORMATS`."""
    about = _printable(" · ".join(filter(None, (project, role))))
    name = f"{_('Spørsmål')} {about}.{format}"
    if format == "docx":
        return Response(as_document(about, questions), media_type=DOCX, headers=attached(name))
    return Response(as_text(about, questions), media_type="text/plain; charset=utf-8", headers=attached(name))


def as_text(about: str, questions: Sequence[Question]) -> str:
    """Headings on lines of their own, a box before each question."""
    lines = [_("Spørsmål til neste intervju"), about]
    for heading, below in _below_headings(questions):
        lines += ["", heading, *(f"{TICK} {question.text}" for question in below)]
    return "\n".join(lines) + "\n"


def as_document(about: str, questions: Sequence[Question]) -> bytes:
    """The same as a Word document, with room for notes."""
    document = Document()
    document.add_heading(_("Spørsmål til neste intervju"), 0)
    document.add_paragraph(about)
    for heading, below in _below_headings(questions):
        document.add_heading(heading, 1)
        for question in below:
            document.add_paragraph(f"{TICK} {question.text}").paragraph_format.space_after = ROOM
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _printable(text: str) -> str:
    """Without what no document can hold."""
    return "".join(filter(str.isprintable, text))


def _below_headings(questions: Sequence[Question]) -> list[tuple[str, list[Question]]]:
    grouped = groupby(questions, key=lambda question: question.heading)
    return [(heading or _("Andre spørsmål"), list(below)) for heading, below in grouped]
