# Every target does all its own set-up; `make demo` and `make test` are all a newcomer needs.
# PYTHON is any Python from 3.11 on; everything is installed into .venv and nowhere else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?=

RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed

.PHONY: help demo test lint check clean

help:
	@echo "make demo    draw a small auction, read it, and show what was found (into demo/)"
	@echo "make test    run all tests"
	@echo "make lint    formatting, types, import rules, schema"
	@echo "make check   lint and test"
	@echo "make clean   remove what these targets made (demo/ too, data/ stays)"

demo: $(RUNTIME)
	$(BIN)/troostwatch demo --folder demo

test: $(DEV)
	-@scripts/install_system_packages.sh
	$(BIN)/pytest $(PYTEST_ARGS)

lint: $(DEV)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy scripts benchmarks tests
	$(BIN)/lint-imports
	$(BIN)/python scripts/dump_schema.py --check

check: lint test

clean:
	rm -rf $(VENV) demo build dist htmlcov .coverage .coverage.* .hypothesis
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .schemathesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Troostwatch needs Python 3.11 or newer; say make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

# The prerequisite is order-only: the interpreter's date says nothing about what is installed.
$(RUNTIME): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --quiet -c constraints.txt -e .
	@touch $@

$(DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@ $(RUNTIME)
