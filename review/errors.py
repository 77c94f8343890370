"""What a page answers when it cannot do what was asked: each refusal knows its HTTP status and its words."""

from __future__ import annotations

from pipeline.errors import InputError
from review.language import _
from store.decisions import Choice, Decision


class Refused(InputError):
    """The form or address cannot be used as it is: 400."""

    status = 400


class NoAccess(Refused):
    """Nobody said who they are, or the request comes from elsewhere: 403."""

    status = 403


class Nameless(NoAccess):
    """A decision is always somebody's, and the visitor has not said who they are."""

    def __init__(self) -> None:
        super().__init__(_("avgjørelsen mangler navn"), _("Hvem er du?"), _("Oppgi navnet ditt, og avgjør på nytt."))


class NotFound(Refused):
    """What the address or form names is not there: 404."""

    status = 404


class Stale(Refused):
    """What the page showed is no longer so: 409."""

    status = 409


class Conflict(Stale):
    """Somebody else decided since the page was shown: what was chosen, what holds now, and where."""

    def __init__(self, chosen: Choice, standing: Decision | None, which: str, anchor: str) -> None:
        what = _("utsagnet har fått en annen avgjørelse siden du åpnet siden")
        super().__init__(what, which, _("Se på det som gjelder nå, og avgjør på nytt om du er uenig."))
        self.chosen, self.standing, self.anchor = chosen, standing, anchor
