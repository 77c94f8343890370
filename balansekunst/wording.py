"""What the command line says of results, in sentences."""

from __future__ import annotations

from pipeline.cluster import APART, ASKED, DECIDED, KEPT, LITTLE
from pipeline.records import Clustering, Trial

WHY = {
    ASKED: ", så mange som det ble bedt om",
    LITTLE: ", siden det er for få utsagn til å velge blant 10–15",
    DECIDED: ", så mange som folk har delt og slått sammen til",
    KEPT: ", som før, siden ingen andre antall skiller klart bedre",
    APART: ", det antallet som skiller best",
}


def grounds_sentence(clustering: Clustering) -> str:
    """How many candidates there are, and on what grounds."""
    count = len(clustering.candidates)
    if not count:
        return "Ingen kandidater til nøkkelkompetanser ennå."
    noun = "kandidat" if count == 1 else "kandidater"
    return f"{count} {noun} til nøkkelkompetanser{_why(clustering)}.{_by_people(clustering.shift)}"


def _why(clustering: Clustering) -> str:
    tried = "; ".join(f"{one.clusters}: {_number(one)}" for one in clustering.tried)
    # One number alone was not chosen by how well apart anything lies.
    shown = f" (silhuett {tried})" if len(clustering.tried) > 1 else ""
    return f"{WHY[clustering.reason]}{shown}" if clustering.reason else ""


def _number(trial: Trial) -> str:
    return f"{trial.silhouette:.3f}".replace(".", ",").replace("-", "−")


def _by_people(shift: int) -> str:
    if not shift:
        return ""
    way = "flere" if shift > 0 else "færre"
    return f" Det er {abs(shift)} {way} fordi folk har delt eller slått sammen."
