# One command each. Everything that is needed is set up on the way, in this folder and the user's cache; the
# demonstration's ledger is in the default data directory, which its last line names.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
# Beside it PySpark, Go and Node.js, which are large and only for tests, benchmarks and the bill of materials.
WITH_SPARK := .venv/with-spark
# Each process of the tests has PostgreSQL servers of its own, and all share one broker. They wait more than they
# work, so more of them than cores.
PROCESSES ?= 4
# What the lock files name and nothing beyond it; what is built is built by tools that they name.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
TESTS := $(BIN)/pytest --numprocesses $(PROCESSES) --dist worksteal

# Compiled modules are kept: else each process that a test starts compiles all of them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo demo-kafka check tools quick format lint site types imports test matrix coverage fault documents sbom bench bench-guard mutants calendar recorded clean

help:  ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@echo "Installing the program and its libraries into .venv (the first time about a minute) ..."
	$(PYTHON) -m venv .venv
	$(INSTALL) --progress-bar on --require-hashes --only-binary :all: --requirement requirements.lock
	$(INSTALL) --no-build-isolation --editable .
	$(BIN)/python -m pip check
	@touch $@

# Its wheel is half a gigabyte of jars, which are compressed already.
$(WITH_SPARK): $(READY) requirements-source.lock tests/requirements.lock
	@echo "Installing PySpark, Go and Node.js for the tests ..."
	$(INSTALL) --require-hashes --only-binary :all: --requirement tests/requirements.lock
	@printf '[bdist_wheel]\ncompression = stored\n' > .venv/build.cfg
	DIST_EXTRA_CONFIG=$(CURDIR)/.venv/build.cfg $(INSTALL) --require-hashes --no-build-isolation --requirement requirements-source.lock
	$(BIN)/python -m pip check
	@touch $@

demo: $(READY)  ## the main job on an embedded PostgreSQL: sample events, ledger, views, a tour on screen
	$(BIN)/ledger demo

demo-kafka: $(READY)  ## the same through a real Kafka topic, with a broker started for it
	$(BIN)/python deploy/kafka/demo.py

# The site is built by the test that looks into it, and only there.
check: tools lint  ## everything that CI checks: format, lint, the site, types, imports, all tests, each on one PostgreSQL
	@$(MAKE) --no-print-directory --jobs 2 test types imports

tools:  ## what the tests start beside Python: installs what is missing, as root on Debian, else says how
	@$(PYTHON) tests/tools.py

quick: lint  ## what is checked while one thinks: format, lint, types, imports, the site, the unit and property tests
	@$(MAKE) --no-print-directory --jobs 2 small types imports site

format: $(READY)  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python -m tests.architecture.shape

# A broken link, a missing anchor or a page that no list names is an error; so each time all pages are read.
site: $(READY)  ## the documentation as a site, in build/site
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env --conf-dir docs --doctree-dir build/doctrees . build/site

types: $(READY)
	$(BIN)/mypy
	cd deploy/kafka && MYPYPATH=. ../../$(BIN)/mypy --config-file ../../pyproject.toml --scripts-are-modules broker

imports: $(READY)
	$(BIN)/lint-imports --no-cache

test: $(WITH_SPARK)  ## the tests alone
	$(TESTS)

# These wait for nothing.
.PHONY: small
small: $(WITH_SPARK)
	$(BIN)/pytest --numprocesses 2 --dist worksteal tests/unit tests/property

matrix: export LEDGER_TEST_WHOLE = 1
matrix: $(WITH_SPARK)  ## all tests whole, each on the embedded PostgreSQL and on an installed one
	$(TESTS) --timeout 0 --engines both

coverage: $(WITH_SPARK)  ## all tests, and the lines and branches that none of them runs (takes half as long again)
	$(TESTS) --cov --cov-report=term:skip-covered

fault: $(WITH_SPARK)  ## the long fault campaign: hundreds of kills, dead servers, cut connections (LEDGER_FAULT_SEED repeats a run)
	$(BIN)/pytest -m campaign --timeout 0 --capture=no

# Cosmic Ray stands beside the environment: its libraries are no part of what is checked.
build/mutants/tool: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --target $@ cosmic-ray==8.7.0
	@touch $@

mutants: $(WITH_SPARK) build/mutants/tool  ## try the altered places of tests/mutants/tried.tsv that have no fate yet (MUTANTS="--most 20", "--draw 7" for others)
	$(BIN)/python -m tests.mutants $(MUTANTS)

calendar: $(WITH_SPARK)  ## the unit and property tests on days of which a calendar is made (needs the package faketime; CALENDAR="2032-06-15T12:00 tests/integration/test_pruning.py")
	$(BIN)/python -m tests.calendar $(CALENDAR)

recorded: $(WITH_SPARK)  ## what every edge says, for each role and language, into a folder: record before and after a change, then compare (TO=FOLDER; ONLY=PATTERN: a part)
	$(BIN)/python -m tests.recorded $(TO) $(if $(ONLY),'$(ONLY)')

documents: $(READY)  ## write again what is generated from the code (JSON Schemas, AsyncAPI, reference, diagrams, dashboards, the catalogue)
	$(BIN)/python -m schemas.generate
	$(BIN)/python -m tests.architecture.catalogue
	$(BIN)/python -m web.interface
	$(BIN)/python -m tests.architecture.documents
	$(BIN)/python -m tests.architecture.diagrams
	$(BIN)/python -m deploy.grafana

sbom: $(WITH_SPARK)  ## write sbom.cdx.json: every dependency with hashes and licence (CycloneDX), without internet
	$(BIN)/python -m deploy.sbom > sbom.cdx.json

bench: $(WITH_SPARK)  ## benchmarks against peers in the same run
	$(BIN)/python -m bench

bench-guard: $(WITH_SPARK)  ## ratios to peers on a small size: fails where a path takes twice the time that it took
	$(BIN)/python -m bench.guard

clean:  ## remove what the commands above made
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
