"""What a form says of an interview: role, chain, day, pseudonym, interviewer and consent, read as `Details`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Annotated

from fastapi import Form
from pydantic import BaseModel

from balansekunst.adding import read_day
from pipeline.errors import InputError
from review.errors import Refused
from review.language import N_, _
from store.interview_details import Details

LONGEST = 200  # characters of a field
FIELDS = {
    "role": N_("Rolle"),
    "chain": N_("Kjede"),
    "held": N_("Dato for intervjuet"),
    "pseudonym": N_("Dekknavn"),
    "interviewer": N_("Intervjuer"),
    "consent": N_("Samtykke"),
}


class DetailsForm(BaseModel):
    """The fields as the browser sends them. `sett` is the last change that the page knew of."""

    rolle: str = ""
    kjede: str = ""
    dato: str = ""
    dekknavn: str = ""
    intervjuer: str = ""
    samtykke: str = ""
    sett: str = "0"


SentDetails = Annotated[DetailsForm, Form()]


def read_details(form: DetailsForm, roles: Collection[str]) -> Details:
    """What the form says. Refused: a role that the project does not have, no consent, or something unusable.

    Without consent nothing may be kept or processed of what somebody said, so an interview is not added before.
    """
    details = Details(
        role=_text(form.rolle, "role"),
        chain=_text(form.kjede, "chain"),
        interviewer=_text(form.intervjuer, "interviewer"),
        pseudonym=_text(form.dekknavn, "pseudonym"),
        consent=_text(form.samtykke, "consent"),
        held=_day(form),
    )
    if details.role and roles and details.role not in roles:
        raise Refused(_("rollen finnes ikke i prosjektet"), details.role, _("Velg en rolle i listen."))
    if not details.consent:
        why = _("Skriv datoen eller referansen til samtykket: uten det kan ikke intervjuet brukes.")
        raise Refused(_("samtykket mangler"), _("Samtykke: dato eller referanse"), why)
    return details


def _text(value: str, field: str) -> str:
    said, title = " ".join(value.split()), _(FIELDS[field])
    if len(said) > LONGEST:
        raise Refused(_("teksten er for lang"), title, _("Bruk høyst %(count)s tegn.", count=LONGEST))
    if not said.isprintable():
        raise Refused(_("teksten har tegn som ikke kan vises"), title, _("Skriv vanlige tegn."))
    return said


def _day(form: DetailsForm) -> date | None:
    try:
        return read_day(form.dato)
    except InputError as error:
        raise Refused(error.what, error.which, error.next) from error
