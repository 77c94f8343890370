"""The balance model's figure as a file: of a selection, with the names of the key competences."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from babel.dates import format_date

from pipeline.records import Candidate
from review.balance_cards import Visit, chosen_in, placed_candidates
from review.balance_view import counts_of, told, whose
from review.figure import ON_PAPER, Named, figure_of, picture_of
from review.language import _, locale_name


def picture_for(visit: Visit, today: date) -> str:
    """The figure as SVG. The names are of the chosen key competences, or of all candidates before any is chosen."""
    counts, chosen = counts_of(visit), chosen_in(visit)
    candidates = placed_candidates(visit, chosen)
    named = [one for one in candidates if one.id in chosen] or candidates
    about = (whose(visit.asked), told(visit.asked, counts), format_date(today, "long", locale_name()))
    words = Named(
        title=_("Balansemodellen: %(project)s", project=visit.project.name),
        subtitle=" · ".join(about),
        names=_by_position(named),
        footnote=_explained(named, chosen),
    )
    return picture_of(figure_of(counts, ON_PAPER), words)


def picture_name(visit: Visit, today: date, format: str) -> str:
    """What the file is called: `balansemodellen-Butikk-butikksjef-2025-11-24.svg`."""
    parts = ("balansemodellen", visit.project.name, *visit.asked.narrowed().values(), today.isoformat())
    return f"{'-'.join('-'.join(part.split()) for part in parts)}.{format}"


def _by_position(candidates: Sequence[Candidate]) -> dict[str, list[str]]:
    """Their names at the position that each tells most of."""
    names: dict[str, list[str]] = {}
    for one in candidates:
        names.setdefault(one.positions[0].position, []).append(one.name)
    return names


def _explained(named: Sequence[Candidate], chosen: Collection[str]) -> str:
    """What the sizes mean, and whose names there are."""
    sizes = _("Sirklene er så store som antallet, og bjelkene heller mot den siden det er mest av.")
    if not named:
        return sizes
    key, rest = _("Under plassene: nøkkelkompetansene."), _("Under plassene: kandidatene; ingen er valgt ennå.")
    return f"{sizes} {key if named[0].id in chosen else rest}"
