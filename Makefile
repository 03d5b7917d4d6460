# Everything here runs in `.venv`, which `make setup` makes and keeps up to date. `make help` lists the targets.

VENV := .venv/bin
DEMO := results/demo
SMALL := $(addprefix tests/end_to_end/test_,downloads.py grade_other_commands.py what_to_do_next.py)
LANES := $(addprefix test-,attacks whole boxes units)

.DEFAULT_GOAL := help
.PHONY: help setup demo test $(LANES) test-thorough check check-all format lint types quick bench bench-scale bench-answers lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

setup:  ## a virtual environment with the locked dependencies, and what the system lacks
	@sh .ci/setup

demo: setup  ## grade the class in examples/, and say where the pages are
	@rm -rf $(DEMO)
	@$(VENV)/grade examples/class --out $(DEMO); status=$$?; \
	if [ $$status -eq 1 ]; then echo "(Some of them are for a person to look at, as in any class: exit status 1.)"; \
	elif [ $$status -ne 0 ]; then exit $$status; fi

test: setup  ## the test suite, in four lanes side by side
	@$(MAKE) --no-print-directory --jobs=4 $(LANES)

test-attacks:
	@$(VENV)/python -m pytest tests/attacks
	@$(VENV)/python -m pytest $(SMALL)

test-whole:
	@$(VENV)/python -m pytest tests/end_to_end $(addprefix --ignore=,$(SMALL))

test-boxes:
	@$(VENV)/python -m pytest tests/sandbox tests/mutants
	@$(VENV)/python -m pytest tests/cluster

test-units:
	@$(VENV)/python -m pytest tests/unit tests/property

test-thorough: setup  ## the same and more: every mutant, mistake and attack on a user, and what takes long
	@$(MAKE) --no-print-directory $(LANES) PYTEST_ADDOPTS=--thorough

check: setup lint types quick  ## format, lint, types and the quick tests: before every commit

check-all: setup lint types test  ## the same with all tests

lint: setup
	@$(VENV)/python -m ruff format --check .
	@$(VENV)/python -m ruff check .

types: setup
	@$(VENV)/python -m mypy

quick: setup
	@$(VENV)/python -m pytest -m "not slow"

format: setup  ## rewrite the code in the project's format
	@$(VENV)/python -m ruff format .
	@$(VENV)/python -m ruff check --fix-only --quiet .

bench: setup  ## CPU and time a submission, beside the bare pair of programs, pytest and check50
	@$(VENV)/python -m bench.throughput

bench-scale: setup  ## the memory and CPU of 1,000 submissions, and of 10,000 of which nothing has to be run
	@$(VENV)/python -m bench.scale
	@$(VENV)/python -m bench.rescore

bench-answers: setup  ## how far each engine for the answers agrees with marks, bank by bank
	@$(VENV)/python -m bench.answers.compare

lock: setup  ## renew requirements.lock from pyproject.toml
	@sh .ci/lock

clean:  ## remove caches and the demo's results; not .venv, not results of your own
	@rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis $(DEMO)
	@find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
