# Each target sets itself up; the second time that takes no time. `make help` lists them.
# ARGS is handed on: make demo ARGS="--scenario schema-failures", make test ARGS="-k kill -x".

SHELL := /bin/sh
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format test-sim test-kill test-walks test-servers servers servers-stop bench bench-kill clean

help: ## list these habits
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv/bin/console
	@.ci/setup

demo: setup ## the console over the embedded world: no account, no configuration
	@.venv/bin/console demo $(ARGS)

test: setup ## the tests, under 5 minutes
	$(PYTEST) -n 4 -m "not sim and not kill and not walks and not servers" $(ARGS)

check: setup ## ruff, its format, mypy and the import contracts
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

format: setup ## put the code into its format
	$(PYTHON) -m ruff check --fix-only .
	$(PYTHON) -m ruff format .

# pytest leaves with 5 where nothing is marked: said, and not a failure.
marked = $(PYTEST) -m "$(1)" $(ARGS) || { s=$$?; [ $$s -eq 5 ] && echo "no test is marked '$(1)' yet"; }

test-sim: setup ## long seeded simulations
	@$(call marked,sim)

test-kill: setup ## races and real-time waits of the kill switch
	@$(call marked,kill)

test-walks: setup ## real consoles on real terminals, over worlds that live, die and come back
	@$(call marked,walks)

test-servers: setup ## the walk on a real Unleash and a real Prometheus
	@$(call marked,servers)

servers: setup ## start a real Unleash and Prometheus and print how to reach them
	@$(PYTHON) -m tests.servers start $(ARGS)

servers-stop: setup ## stop them again
	@$(PYTHON) -m tests.servers stop

bench: setup ## measure the console against a minimal Textual application
	$(PYTHON) -m benchmarks $(ARGS)

bench-kill: setup ## measure the kill on a real Unleash against a bare curl
	$(PYTHON) -m benchmarks.kill $(ARGS)

clean: ## remove what set-up, tests and checks left here
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache snapshot_report.html
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
