# The few commands of a working day. `make` lists them; CONTRIBUTING.md says when to use which.
# Every one runs in .venv, which `make .venv` builds; PYTHON=... takes another interpreter.

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PYTHON ?= $(BIN)/python
ENVIRONMENT := $(if $(filter $(BIN)/python,$(PYTHON)),.venv)
# Wherever a folder is named aws, its tests talk to a server over HTTP: half of the suite's time.
FAST := -m "not slow and not index" --ignore-glob="*/aws"

.DEFAULT_GOAL := help
.PHONY: help lint types test all golden bench clean

help: ## list the commands
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 10

# Built again when what it installs has changed.
.venv: pyproject.toml
	$(if $(wildcard .venv),,python3 -m venv .venv)
	$(BIN)/python -m pip install -q -e '.[test]'
	@touch .venv

lint: $(ENVIRONMENT) ## what ruff finds, and whether the code is formatted
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types: $(ENVIRONMENT) ## mypy, strict
	$(PYTHON) -m mypy

test: $(ENVIRONMENT) ## the inner loop: tests below 30 s, up to the first failure
	$(PYTHON) -m pytest -q -x -n auto $(FAST)

all: lint types ## everything that a merge must pass, with the coverage of shardcalc/core
	$(PYTHON) -m pytest -q -n auto -m "" --cov --cov-report=
	$(PYTHON) -m coverage report --include="shardcalc/core/*" --fail-under=100

# One after the other: tests that write into one page would overwrite each other's part of it.
golden: $(ENVIRONMENT) ## write golden files and console blocks anew; then read the diff
	-SHARDCALC_GOLDEN=write $(PYTHON) -m pytest -q -m "" $$(grep -rlE "golden\.check|SHARDCALC_GOLDEN" tests --include="test_*.py")
	git diff --stat

bench: $(ENVIRONMENT) ## speeds, as ratios to a floor in the same run
	for bench in tests/bench/bench_*.py; do $(PYTHON) $$bench || exit 1; done

clean: ## remove what the tools leave behind, but not .venv
	rm -rf build dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find shardcalc tests -name __pycache__ -type d -prune -exec rm -rf {} +
