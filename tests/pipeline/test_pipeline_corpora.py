from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import corpora
from corpora import (
    FIELDS,
    FOLDS,
    RECORDINGS,
    AnnotatedInterview,
    LabelledPhrase,
    field_of,
    parse_interview,
    parse_phrases,
    read_interview,
    read_interviews,
    read_key_competences,
    read_phrases,
)
from pipeline.balance import POSITIONS
from pipeline.records import CATEGORIES, INTERVIEWER, RESPONDENT

SCRIPT = """# id: kort
# role: kokk
# sector: servering
# chain:
# title: Kort: en prøve

I: Hva gjør du?
R: Så {smaker jeg på sausen|competence|pace+presence|judging}, og {bestiller varer|task||}. Jeg er {rolig|trait||calm}.

I: Takk.
"""


@pytest.fixture
def short(tmp_path: Path) -> AnnotatedInterview:
    (tmp_path / "kort.txt").write_text(SCRIPT, encoding="utf-8")
    return read_interview(tmp_path / "kort.txt")


def test_script_becomes_a_transcript(short: AnnotatedInterview) -> None:
    """A script's header says who, and its lines are turns without marks."""
    transcript = short.transcript
    assert (transcript.id, transcript.role, transcript.sector, transcript.chain) == ("kort", "kokk", "servering", "")
    assert [(turn.speaker, turn.text) for turn in transcript.turns] == [
        (INTERVIEWER, "Hva gjør du?"),
        (RESPONDENT, "Så smaker jeg på sausen, og bestiller varer. Jeg er rolig."),
        (INTERVIEWER, "Takk."),
    ]


def test_marks_become_spans(short: AnnotatedInterview) -> None:
    """Each mark is an exact span with its label: a competence told of, or what a proxy stands for."""
    assert [(s.turn, s.start, s.end, s.text) for s, _ in short.spans] == [
        (1, 3, 23, "smaker jeg på sausen"),
        (1, 28, 43, "bestiller varer"),
        (1, 52, 57, "rolig"),
    ]
    assert [label for _, label in short.spans] == [
        LabelledPhrase("smaker jeg på sausen", "competence", "pace+presence", "kokk", "judging", source="kort"),
        LabelledPhrase("bestiller varer", "task", "", "kokk", source="kort"),
        LabelledPhrase("rolig", "trait", "", "kokk", stands_for="calm", source="kort"),
    ]


@pytest.mark.parametrize("interview", read_interviews(), ids=lambda interview: interview.transcript.id)
def test_every_span_is_exact(interview: AnnotatedInterview) -> None:
    """Every span of a sample interview is the respondent's exact words, none empty, none overlapping."""
    free_from = {i: 0 for i, _ in enumerate(interview.transcript.turns)}
    assert interview.spans
    for span, _ in interview.spans:
        turn = interview.transcript.turns[span.turn]
        assert turn.speaker == RESPONDENT
        assert turn.text[span.start : span.end] == span.text == span.text.strip(" .,")
        assert span.text
        assert span.start >= free_from[span.turn]
        free_from[span.turn] = span.end
    assert not any(sign in turn.text for turn in interview.transcript.turns for sign in "{}|")


@pytest.mark.parametrize("interview", read_interviews(), ids=lambda interview: interview.transcript.id)
def test_every_interview_says_what_it_is(interview: AnnotatedInterview) -> None:
    """A sample interview has its file's name as id, a role and a sector, and both speakers; a text has but one."""
    transcript = interview.transcript
    assert (corpora.INTERVIEWS / f"{transcript.id}.txt").is_file()
    assert transcript.role
    assert transcript.sector
    speakers = {RESPONDENT} if is_text(transcript.id) else {INTERVIEWER, RESPONDENT}
    assert {turn.speaker for turn in transcript.turns} == speakers


def is_text(interview: str) -> bool:
    """Whether it is an advertisement or a job description, which nobody asks anything."""
    return any(kind in interview for kind in ("_annonse_", "_stillingsbeskrivelse_"))


def test_most_samples_are_interviews() -> None:
    """There are 24 interviews or more beside the written texts, of which there are some."""
    texts = [is_text(interview.transcript.id) for interview in read_interviews()]
    assert texts.count(False) >= 24
    assert texts.count(True) >= 12


def test_text_without_an_interviewer_is_read() -> None:
    """A script of one speaker, as an advertisement is, becomes a transcript with spans like any other."""
    script = "# id: annonse\n# role: kokk\n\nR: Vi søker en {rolig|trait||calm} kokk.\n"
    interview = parse_interview(script)
    assert [turn.speaker for turn in interview.transcript.turns] == [RESPONDENT]
    assert [span.text for span, _ in interview.spans] == ["rolig"]


@pytest.mark.parametrize("missing", ["id: kort", "role: kokk"])
def test_script_needs_a_name_and_a_role(missing: str) -> None:
    """A script that does not say what it is called, or whose role it tells of, is refused."""
    with pytest.raises(KeyError, match=missing.partition(":")[0]):
        parse_interview(SCRIPT.replace(f"# {missing}\n", ""))


def test_table_of_phrases_is_read() -> None:
    """Every column of a table has its place in the record, and the source is named."""
    table = (
        "phrase\tcategory\tposition\trole\tkey_competence\tstyle\thard\tstands_for\n"
        "roe folk\tcompetence\tpeople\tkokk\tcalm\twritten\t1\t\n"
        "rolig\ttrait\t\tkokk\t\tspoken\t0\tcalm\n"
    )
    assert parse_phrases(table, "retail") == (
        LabelledPhrase("roe folk", "competence", "people", "kokk", "calm", "written", True, "", "retail"),
        LabelledPhrase("rolig", "trait", "", "kokk", "", "spoken", False, "calm", "retail"),
    )


def test_table_needs_only_phrase_and_category() -> None:
    """All other columns may be missing, in any order of those that there are."""
    (phrase,) = parse_phrases("category\tphrase\ntrait\trolig\n\n", "ute")
    assert phrase == LabelledPhrase("rolig", "trait", source="ute")


def test_row_that_is_too_short_is_refused() -> None:
    """A row with fewer values than columns is an error, not a phrase with a hole."""
    with pytest.raises(ValueError, match="shorter"):
        parse_phrases("phrase\tcategory\nrolig\n", "ute")


def sources() -> set[str]:
    """Phrase files, sample interviews and the recording."""
    phrases = {path.stem for path in (corpora.HERE / "phrases").glob("*.tsv")}
    return phrases | {path.stem for path in [*corpora.INTERVIEWS.glob("*.txt"), *RECORDINGS.glob("*.txt")]}


def test_every_source_has_one_field() -> None:
    """Each file's name begins as the files of one field of work do, and each field has phrases and interviews."""
    beginnings = [(field, begin) for field, known in FIELDS.items() for begin in known]
    found = {source: {field for field, begin in beginnings if source.startswith(begin)} for source in sources()}
    assert [source for source, fields in found.items() if len(fields) != 1] == []
    assert {field_of(phrase.source) for phrase in read_phrases()} == {*FIELDS}
    assert {field_of(interview.transcript.id) for interview in read_interviews()} == {*FIELDS}


def test_labels_name_their_source() -> None:
    """Every phrase and every span names a file that there is."""
    spans = {label.source for interview in read_interviews() for _, label in interview.spans}
    assert {phrase.source for phrase in read_phrases()} | spans <= sources()


def test_no_field_is_left_out_twice() -> None:
    """Folds name fields that there are, none twice, and there are two or more: one calibrates the other."""
    left_out = [field for fold in FOLDS for field in fold]
    assert len(FOLDS) >= 2
    assert sorted(set(left_out)) == sorted(left_out)
    assert {*left_out} <= {*FIELDS}


def test_folds_are_about_as_large() -> None:
    """No fold has more than half of the phrases, so that enough is left to learn from."""
    fold_of = {field: number for number, fold in enumerate(FOLDS) for field in fold}
    sizes = Counter(fold_of.get(field_of(phrase.source), "always taught") for phrase in read_phrases())
    assert max(sizes[number] for number in range(len(FOLDS))) < sizes.total() / 2


def problem(label: LabelledPhrase) -> str:
    """What is wrong with a label, or nothing."""
    known = read_key_competences()
    if label.category not in CATEGORIES:
        return "category"
    if label.category == "competence":
        fine = label.position in POSITIONS and label.key_competence in known and not label.stands_for
        return "" if fine else "competence"
    if label.position or label.key_competence:
        return "position of no competence"
    if label.category == "none" and label.stands_for:
        return "none that stands for something"
    return "" if not label.stands_for or label.stands_for in known else "stands for something unknown"


def test_labels_of_phrases_are_valid() -> None:
    """Each phrase has a category, and a competence a position and a key competence of the list; others have none."""
    assert [(phrase.text, problem(phrase)) for phrase in read_phrases() if problem(phrase)] == []


def test_labels_of_interviews_are_valid() -> None:
    """Spans of sample interviews are labelled by the same rules, and none is `none`."""
    labels = [label for interview in read_interviews() for _, label in interview.spans]
    assert [(label.text, problem(label)) for label in labels if problem(label) or label.category == "none"] == []


def test_phrases_are_cut_as_a_splitter_would() -> None:
    """Phrases are of 1–35 words, trimmed, without a final full stop, in a known style."""
    odd = [
        phrase.text
        for phrase in read_phrases()
        if not 1 <= len(phrase.text.split()) <= 35
        or phrase.text != phrase.text.strip(" .")
        or phrase.style not in ("spoken", "written")
    ]
    assert odd == []


def test_corpus_is_large_and_varied() -> None:
    """There are 3,000 phrases or more, from ten roles or more, a third of them hard, in every category and position."""
    phrases = read_phrases()
    assert len(phrases) >= 3000
    assert len({phrase.role for phrase in phrases}) >= 10
    assert sum(phrase.hard for phrase in phrases) >= len(phrases) / 3
    assert {phrase.category for phrase in phrases} == set(CATEGORIES)
    assert {phrase.position for phrase in phrases} - {""} == set(POSITIONS)


def test_key_competences_are_told_often() -> None:
    """Sixty key competences or more are told fifteen times or more, and each is told in writing too."""
    phrases = [phrase for phrase in read_phrases() if phrase.key_competence]
    tellings = Counter(phrase.key_competence for phrase in phrases)
    assert sum(count >= 15 for count in tellings.values()) >= 60
    assert {phrase.key_competence for phrase in phrases if phrase.style == "written"} == {*read_key_competences()}


def test_same_words_have_one_category() -> None:
    """No wording is labelled in two ways for one role."""
    labels: dict[tuple[str, str], set[str]] = {}
    for phrase in read_phrases():
        labels.setdefault((phrase.text.lower(), phrase.role), set()).add(phrase.category)
    assert [words for words, categories in labels.items() if len(categories) > 1] == []


def test_interviews_span_the_retail_project() -> None:
    """Four chains or more have an interview with each of three roles; further chains may have some of them."""
    transcripts = [interview.transcript for interview in read_interviews()]
    retail = {(t.chain, t.role) for t in transcripts if t.chain}
    chains, roles = {chain for chain, _ in retail}, {role for _, role in retail}
    assert len(roles) == 3
    assert sum(all((chain, role) in retail for role in roles) for chain in chains) >= 4


def test_key_competences_cover_the_model() -> None:
    """Key competences have different names, a meaning and a position, and every position has some."""
    known = read_key_competences().values()
    assert len({competence.name for competence in known}) == len(known)
    assert all(competence.meaning for competence in known)
    assert {competence.position for competence in known} == set(POSITIONS)


def test_checksum_is_of_the_content() -> None:
    """The checksum is a SHA-256 that stays the same while the material does."""
    assert corpora.checksum() == corpora.checksum()
    assert len(corpora.checksum()) == 64
