# What one can do here; `make` or `make help` explains each word.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
TEST_JOBS ?= 4
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help install run test check soak bench clean lock format

help: ## this text
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## .venv with all that running needs (.venv/bin/signals)

run: install ## the whole service on this machine, with a simulated month at Almelo; until Ctrl-C
	@$(BIN)/signals up

test: $(VENV)/.tested ## set up what the tests need, then run them (under 10 minutes)
	@$(BIN)/python -m tests.setup
	@$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: $(VENV)/.tested ## lint, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

soak: $(VENV)/.tested ## the long runs: a million mutated events, thousands of generated sets, a thousand faults
	@$(BIN)/python -m tests.setup
	@SIGNALS_SOAK=1 $(BIN)/python -m pytest -m soak --timeout 7200 $(PYTEST_ARGS)
	@$(BIN)/python -m tests.faults $(SOAK_ARGS)

bench: $(BENCH)/.tested ## the benchmarks of benchmarks/, as ratios
	@$(BENCH)/bin/python -m tests.setup
	@$(BENCH)/bin/python -m benchmarks $(BENCH_ARGS)

lock: $(VENV)/.tested ## resolve pyproject.toml anew into the hash-pinned locks
	@$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url --extra embedded pyproject.toml requirements-build.in -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url --extra embedded --extra dev pyproject.toml requirements-build.in -c requirements.lock -o requirements-dev.lock
	@$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url --extra embedded --extra dev --extra bench pyproject.toml requirements-build.in -o requirements-bench.lock

format: $(VENV)/.tested ## mend what the formatter and linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean: ## remove .venv, caches and the data of `make run`
	rm -rf $(VENV) $(BENCH) .signals .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache artefacts

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q --require-hashes -r requirements.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.tested: requirements-dev.lock $(VENV)/.installed
	$(BIN)/pip install -q --require-hashes -r requirements-dev.lock
	@touch $@

# A peer that is measured against wants another version of a package than the service: it gets a place of its own.
$(BENCH)/.tested: requirements-bench.lock pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/pip install -q --require-hashes -r requirements-bench.lock
	$(BENCH)/bin/pip install -q --no-deps --no-build-isolation -e .
	@touch $@
