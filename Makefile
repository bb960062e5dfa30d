# The two commands that matter: `make run` and `make test`. Both set up everything they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA := casework-data
PORT ?= 8000
export CASEWORK_DATABASE_URL ?= sqlite:///$(DATA)/casework.db
# Where this is set, each of the processes that tests start compiles the whole program: two seconds instead of one.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo test coverage lint check faults mutants tamper walks thorough bench lock wheel clean

help:  ## Say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/run: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "casework needs Python 3.11 or newer: make run PYTHON=python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	touch $@

# Style sheets and scripts are built from packages of the npm registry. Where there is no npm, a wheel brings it.
NPM = PATH="$(CURDIR)/$(BIN):$$PATH" npm
$(VENV)/assets: $(VENV)/run package-lock.json $(wildcard engine/web/assets/*)
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.txt
	$(NPM) ci --silent --no-audit --no-fund --ignore-scripts
	$(NPM) run --silent build
	touch $@

$(VENV)/test: $(VENV)/run $(VENV)/assets requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

run: demo  ## Set up, load the demonstration caseload, serve the pages, the API and the scheduler
	@echo "Sign in at http://127.0.0.1:$(PORT) as one of these; Ctrl-C stops it."
	@$(BIN)/casework serve --port $(PORT)

demo: $(VENV)/run $(VENV)/assets
	@mkdir -p $(DATA)
	@$(BIN)/casework init
	@$(BIN)/casework demo --if-empty --sign-ins

test: $(VENV)/test lint check  ## Everything: style, types, imports, processes, tests on both databases
	$(BIN)/python -m pytest -n logical --maxprocesses 8 --dist worksteal $(PYTEST)

# By itself: to follow every line costs the tests a third of their time.
coverage: $(VENV)/test  ## The tests once more, and which lines none of them reaches
	$(BIN)/python -m pytest -n logical --maxprocesses 8 --dist worksteal --cov --cov-report=term $(PYTEST)

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

check: $(VENV)/test
	$(BIN)/casework check processes
	$(BIN)/casework test processes --coverage

# Trials that have one length, and those that are told how long.
FAULTS = tests/faults/test_upgrade.py tests/faults/test_clock_steps.py tests/faults/test_drill.py tests/faults/test_checker.py \
	tests/integration/test_unwritable.py tests/integration/test_clock.py tests/integration/test_scheduler.py \
	tests/integration/test_afterwards.py tests/integration/test_archives.py tests/integration/test_database.py
faults: $(VENV)/test  ## Kill the scheduler, the service under load and an upgrade; stop PostgreSQL: hundreds of times
	$(BIN)/python -m tests.faults.kill --times 1000
	$(BIN)/python -m tests.faults.crash --times 100 --services 4
	$(BIN)/python -m tests.faults.outage --times 100 --services 2
	$(BIN)/python -m tests.faults.disk --times 30 --services 2
	CASEWORK_KILLS=100 CASEWORK_CLOCKS=30 CASEWORK_SEED=$$(date +%s) $(BIN)/python -m pytest $(FAULTS)

mutants: $(VENV)/test  ## Try small changes of the rooms that decide: do the tests notice?
	$(BIN)/python -m tests.mutants

tamper: $(VENV)/test  ## Change a database in thousands of ways: does verify name each of them?
	CASEWORK_EDITS=5000 $(BIN)/python -m pytest tests/integration/test_proof.py

walks: $(VENV)/test  ## Walk hundreds of processes that nobody wrote on each database, with new seeds
	CASEWORK_WALKS=300 CASEWORK_WALKS_POSTGRES=150 $(BIN)/python -m pytest tests/integration/test_drawn.py

# What the suite does in part (tests/part.py), and ten times as many examples of what is drawn.
THOROUGH = $(shell grep -rlE 'tests.part import|^from hypothesis' tests --include='test_*.py')
thorough: $(VENV)/test  ## The long proofs whole: every nasty value everywhere, every pair of mistakes, more drawn examples
	CASEWORK_THOROUGH=1 $(BIN)/python -m pytest -n logical --maxprocesses 8 --dist worksteal $(THOROUGH)

bench: $(VENV)/test  ## Measure: ratios to a floor from the same run
	$(BIN)/python -m benchmarks

lock:  ## Pin the newest requirements that pyproject.toml allows
	$(BIN)/uv pip compile pyproject.toml --group build --generate-hashes --universal --no-strip-extras --no-emit-index-url --no-annotate --no-header --python-version 3.11 -q --upgrade -o requirements.txt
	$(BIN)/uv pip compile --group node --generate-hashes --universal --no-strip-extras --no-emit-index-url --no-annotate --no-header --python-version 3.11 -q --upgrade -o requirements-node.txt
	$(BIN)/uv pip compile pyproject.toml --group build --group dev --generate-hashes --universal --no-strip-extras --no-emit-index-url --no-annotate --no-header --python-version 3.11 -q --upgrade -c requirements.txt -o requirements-dev.txt

wheel: $(VENV)/test  ## Build the wheel
	$(BIN)/python -m hatchling build -t wheel

clean:  ## Remove what was built; the data stays
	rm -rf $(VENV) dist build node_modules engine/web/static .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
