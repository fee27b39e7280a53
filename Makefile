# make corpus   set up .venv with what a run needs, build seeds/ into data/warehouse
# make test     all tests            make lint   ruff, import-linter, mypy
# make bench    how right the tables are, on the seeds and on the benches that lie beside the checkout
# make benchmark   how fast figures are read, beside jieba's words over the same text; what the warehouse costs, beside
#               pyarrow alone; what Prefect costs at 100, 1,000 and 10,000 pages; the whole job beside datatrove, and how
#               it grows (benchmarks/results); hostile pages
# make lock     choose new versions and pin them     make clean   remove what make has set up (no tables)

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: corpus test bench benchmark lint lock clean venv venv-dev

corpus: .venv/.run
	@$(BIN)/banmian build seeds

test: .venv/.dev
	@$(BIN)/python -m pytest

bench: .venv/.dev
	@$(BIN)/python -m benchmarks.accuracy

benchmark: .venv/.dev
	@$(BIN)/python -m benchmarks.speed
	@$(BIN)/python -m benchmarks.publishing
	@$(BIN)/python -m benchmarks.orchestration
	@$(BIN)/python -m benchmarks.throughput
	@$(BIN)/python -m benchmarks.hostile

lint: .venv/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

venv: .venv/.run
venv-dev: .venv/.dev

# The stamps make a second run free: pip is asked again only when a pin or the package's own set-up has changed.
.venv/.run: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "banmian needs Python 3.11 or later: install it, or say make PYTHON=/path/to/python" >&2; exit 2; }
	@test -x $(BIN)/python || { echo "Setting up .venv with what a run needs"; $(PYTHON) -m venv .venv; }
	@$(PIP) install -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	@echo "Adding what the tests need to .venv"
	@$(PIP) install -r requirements-dev.txt
	@touch $@

# Each lock is what pip chose in a clean environment: the run-time set, and the same with the extra `dev` on top.
lock:
	@rm -rf build/lock && $(PYTHON) -m venv build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check --quiet install --upgrade "setuptools>=77" .
	@build/lock/bin/python -m pip freeze --all --exclude pip --exclude banmian > requirements.txt
	@build/lock/bin/python -m pip --disable-pip-version-check --quiet install --constraint requirements.txt ".[dev]"
	@build/lock/bin/python -m pip freeze --all --exclude pip --exclude banmian > requirements-dev.txt
	@build/lock/bin/python -m pip check
	@rm -rf build/lock

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
