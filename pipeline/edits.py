"""What people do to candidates — merge, split, rename, move phrases — and how that guides the next clustering.

An edit names candidates by id and by the phrases that they had, so that it means the same whatever is clustered later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.constraints import Apart, Constraint, Together
from pipeline.errors import InputError
from pipeline.records import Candidate, Clustering, Identity, identity_of

MERGE, SPLIT, RENAME, MOVE = ACTIONS = ("merge", "split", "rename", "move")
TYPICAL = 5  # phrases that a move knows a candidate by, the most typical ones: the rest stays free


@dataclass(frozen=True)
class Part:
    """A candidate as an edit remembers it, without its words; no id for phrases that are in no part by themselves."""

    id: str
    name: str
    phrases: tuple[Identity, ...]


@dataclass(frozen=True)
class Edit:
    """One change to the candidates. The first part is the one that has the `name` afterwards.

    merge: the candidates that become one, which keeps the id of the first. split: what was taken out, what was left of
    that candidate, and all other phrases of the time. rename: the candidate. A split may leave the name to the program.
    move: the candidate that phrases came to and the one they came from, each by its typical phrases, and the phrases.
    """

    action: str
    parts: tuple[Part, ...]
    name: str = ""


@dataclass(frozen=True)
class Taken:
    """An edit, and whether it still stands: an undone one is remembered for the ids and names that it took away."""

    edit: Edit
    stands: bool = True


@dataclass(frozen=True)
class Guidance:
    """What a clustering goes by beside the phrases themselves.

    `constraints`, oldest first; `shift`, what people's merges and splits add to the number of candidates; `named`,
    people's names with the phrases they are for, newest first; `known`, the candidates there were; `clusters`, how
    many the program chose the last time, before the shift.
    """

    constraints: tuple[Constraint, ...] = ()
    shift: int = 0
    named: tuple[Part, ...] = ()
    known: tuple[Part, ...] = ()
    clusters: int | None = None


def part_of(candidate: Candidate) -> Part:
    """The candidate as an edit remembers it."""
    return Part(candidate.id, candidate.name, tuple(identity_of(phrase) for phrase in candidate.phrases))


def merge(candidates: Sequence[Candidate], ids: Sequence[str], name: str = "") -> Edit:
    """These candidates as one, under the first one's id and, unless another is given, name."""
    parts = tuple(part_of(_candidate(candidates, id)) for id in dict.fromkeys(ids))
    if len(parts) < 2:
        raise InputError("det må være minst to kandidater å slå sammen", ", ".join(ids), "Oppgi flere id-er.")
    return Edit(MERGE, parts, _free(candidates, name, [part.id for part in parts]) or parts[0].name)


def split(candidates: Sequence[Candidate], id: str, phrases: Sequence[Identity], name: str = "") -> Edit:
    """Phrases out of a candidate, as a candidate of their own."""
    whole = part_of(_candidate(candidates, id))
    out = _inside(whole, phrases)
    if not out or len(out) == len(whole.phrases):
        raise InputError("en deling må ta ut noen av utsagnene, ikke alle", id, "Velg andre utsagn.")
    name = _free(candidates, name, [])
    own = unused(f"{id}-{min(out).turn}-{min(out).start}", {candidate.id for candidate in candidates})
    others = tuple(p for c in candidates if c.id != id for p in part_of(c).phrases)
    left = tuple(p for p in whole.phrases if p not in out)
    taken = tuple(p for p in whole.phrases if p in out)
    return Edit(SPLIT, (Part(own, name, taken), replace(whole, phrases=left), Part("", "", others)), name)


def rename(candidates: Sequence[Candidate], id: str, name: str) -> Edit:
    """A candidate under another name."""
    part = part_of(_candidate(candidates, id))
    if not name.strip():
        raise InputError("kandidaten må ha et navn", repr(name), "Skriv et navn.")
    return Edit(RENAME, (part,), _free(candidates, name, [id]))


def move(candidates: Sequence[Candidate], phrases: Sequence[Identity], source: str, target: str) -> Edit:
    """Phrases out of one candidate into another one."""
    home, to = part_of(_candidate(candidates, source)), part_of(_candidate(candidates, target))
    if source == target:
        raise InputError("utsagnene er alt i kandidaten", target, "Velg en annen å flytte til.")
    moved = _inside(home, phrases)
    if not moved:
        raise InputError("ingen utsagn er valgt", source, "Velg utsagn å flytte.")
    if len(moved) == len(home.phrases):
        raise InputError("alle utsagnene kan ikke flyttes ut", source, f"Slå den sammen med {target} i stedet.")
    left = tuple(p for p in home.phrases if p not in moved)
    parts = (replace(to, phrases=to.phrases[:TYPICAL]), replace(home, phrases=left[:TYPICAL]))
    return Edit(MOVE, (*parts, Part("", "", tuple(p for p in home.phrases if p in moved))), to.name)


def _inside(whole: Part, phrases: Sequence[Identity]) -> frozenset[Identity]:
    """The phrases, which must be in the candidate."""
    there = frozenset(whole.phrases)
    for phrase in phrases:
        if phrase not in there:
            raise InputError("utsagnet er ikke i kandidaten", written(phrase), f"Se utsagnene i {whole.id}.")
    return frozenset(phrases)


def check_known(candidates: Sequence[Candidate], id: str) -> None:
    """InputError where no candidate has the id."""
    _candidate(candidates, id)


def written(phrase: Identity) -> str:
    """A phrase as people write it: `INTERVJU:TUR:START:SLUTT`."""
    return ":".join(map(str, phrase))


def read_identity(text: str) -> Identity:
    """The phrase that `written` wrote. InputError for anything else."""
    try:
        interview, *span = text.rsplit(":", 3)
        return Identity(interview, *map(int, span))
    except (TypeError, ValueError):
        raise InputError("er ikke et utsagn", text, "Skriv INTERVJU:TUR:START:SLUTT, slik listen viser det.") from None


def unused(id: str, taken: set[str]) -> str:
    """The id, with a number where it is taken."""
    numbered = (f"{id}-{number}" for number in range(2, len(taken) + 3))
    return id if id not in taken else next(other for other in numbered if other not in taken)


def _candidate(candidates: Sequence[Candidate], id: str) -> Candidate:
    for candidate in candidates:
        if candidate.id == id:
            return candidate
    ids = ", ".join(candidate.id for candidate in candidates) or "ingen"
    raise InputError("kandidaten finnes ikke", id, f"Kandidatene er: {ids}.")


def _free(candidates: Sequence[Candidate], name: str, own: Sequence[str]) -> str:
    """The name, tidied. InputError where a candidate other than its own has it."""
    name = " ".join(name.split())
    for candidate in candidates:
        if name and candidate.name.lower() == name.lower() and candidate.id not in own:
            raise InputError("navnet er i bruk", name, f"Velg et annet, eller slå sammen med {candidate.id}.")
    return name


def guide(taken: Sequence[Taken], previous: Clustering | None, phrases: frozenset[Identity]) -> Guidance:
    """What the edits, oldest first, and the previous clustering say of the next one, which is of these phrases."""
    standing = [one.edit for one in taken if one.stands]
    return Guidance(
        constraints=tuple(constraint for edit in standing for constraint in _constraints(edit)),
        shift=sum(_shift(edit, phrases) for edit in standing),
        named=_named(standing),
        known=_known(taken, previous),
        clusters=len(previous.candidates) - previous.shift if previous and previous.candidates else None,
    )


def _constraints(edit: Edit) -> tuple[Constraint, ...]:
    if edit.action == MERGE:
        return (Together(tuple(phrase for part in edit.parts for phrase in part.phrases)),)
    if edit.action == SPLIT:
        out, *rest = (part.phrases for part in edit.parts)
        # The newer of the two is resolved first; together first makes one group of what is then kept apart.
        return Apart(out, tuple(phrase for phrases in rest for phrase in phrases)), Together(out)
    if edit.action == MOVE:
        to, left, moved = (part.phrases for part in edit.parts)
        return Apart(moved, left), Together((*to, *moved))
    return ()


def _shift(edit: Edit, phrases: frozenset[Identity]) -> int:
    """Candidates more or fewer by this edit, as far as its phrases are still there."""
    if edit.action not in (MERGE, SPLIT):
        return 0
    there = sum(not phrases.isdisjoint(part.phrases) for part in edit.parts if part.id)
    return (1 if edit.action == SPLIT else -1) * max(there - 1, 0)


def _named(standing: Sequence[Edit]) -> tuple[Part, ...]:
    """The newest name for each id."""
    newest: dict[str, Part] = {}
    for edit in standing:
        if edit.name and edit.action != MOVE:
            id = edit.parts[0].id
            parts = edit.parts if edit.action == MERGE else edit.parts[:1]
            newest.pop(id, None)
            newest[id] = Part(id, edit.name, tuple(phrase for part in parts for phrase in part.phrases))
    return tuple(reversed(newest.values()))


@dataclass
class _Known:
    """Candidates by id, as they would be after edits that no clustering has seen yet."""

    parts: dict[str, Part] = field(default_factory=dict)

    def take_out(self, part: Part) -> None:
        """The part by itself again, where no candidate has its id."""
        if part.id in self.parts:
            return
        out = frozenset(part.phrases)
        for id, one in self.parts.items():
            self.parts[id] = replace(one, phrases=tuple(p for p in one.phrases if p not in out))
        self.parts[part.id] = part

    def carry(self, phrases: Sequence[Identity], source: Part, target: Part) -> None:
        """Those of the phrases that are in the one candidate in the other, where both are there."""
        if source.id in self.parts and target.id in self.parts:
            home, to = self.parts[source.id], self.parts[target.id]
            out = frozenset(phrases).intersection(home.phrases)
            self.parts[source.id] = replace(home, phrases=tuple(p for p in home.phrases if p not in out))
            self.parts[target.id] = replace(to, phrases=(*to.phrases, *out))

    def fold(self, edit: Edit) -> None:
        """The merged candidates in the first of them."""
        found = [self.parts.pop(part.id) for part in edit.parts if part.id in self.parts]
        if found:
            phrases = tuple(phrase for part in found for phrase in part.phrases)
            self.parts[edit.parts[0].id] = Part(edit.parts[0].id, edit.name, phrases)


def _known(taken: Sequence[Taken], previous: Clustering | None) -> tuple[Part, ...]:
    known = _Known({c.id: part_of(c) for c in previous.candidates} if previous else {})
    for one in reversed(taken):
        first = one.edit.parts[0]
        current = known.parts.get(first.id)
        if not one.stands and current and current.name == one.edit.name:
            known.parts[first.id] = replace(current, name=first.name)
    for one in taken:
        if one.edit.action == MERGE and one.stands:
            known.fold(one.edit)
        elif one.edit.action == MERGE:
            for part in one.edit.parts[1:]:
                known.take_out(part)
        elif one.edit.action == SPLIT and one.stands:
            known.take_out(one.edit.parts[0])
        elif one.edit.action == MOVE:
            to, home, moved = one.edit.parts
            known.carry(moved.phrases, *((home, to) if one.stands else (to, home)))
    return tuple(known.parts.values())
