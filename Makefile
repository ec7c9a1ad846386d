# make run    the app on http://127.0.0.1:8501, with everything it needs
# make test   every test, the browser's included
# make check  format, lint, types, contracts, and tests with coverage
# make bench  ratios and figures (tests/benchmarks)
# make live   one small, capped run on a real AWS account, beside the same run in the sandbox

SHELL := /bin/bash
PY ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.ready
UV_VERSION := 0.13.9
JOBS ?= 2
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

.PHONY: setup run test lint check bench live browser lock clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@[ -x $(BIN)/python ] || $(PY) -m venv .venv || { rm -rf .venv; $(SUDO) apt-get update -qq; \
	  $(SUDO) apt-get install -y -qq python3-venv; $(PY) -m venv .venv; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV=.venv $(BIN)/uv pip sync -q --require-hashes requirements.lock \
	  || $(BIN)/python -m pip install -q --require-hashes --no-deps -r requirements.lock
	@VIRTUAL_ENV=.venv $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q -j 0 assistant tools knowledge ui
	@touch $(STAMP)

run: setup
	@$(BIN)/sagepilot ui

test: setup browser
	@$(BIN)/python -m pytest -n $(JOBS) -q

lint: setup
	@$(BIN)/ruff format --check -q . && $(BIN)/ruff check -q .
	@$(BIN)/mypy assistant tools knowledge ui
	@$(BIN)/lint-imports

check: lint browser
	@$(BIN)/python -m pytest -n $(JOBS) -q --cov --cov-report=term

bench: setup
	@$(BIN)/python -m pytest tests/benchmarks -q --benchmark-enable -p no:xdist \
	  -o addopts="--import-mode=importlib" -o python_files="bench_*.py"

live: setup
	@$(BIN)/python -m tests.live.run

browser:
	@command -v chromium >/dev/null || { echo "Installing Chromium for the browser tests"; \
	  $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq chromium >/dev/null; }

# All packages in one resolve, hashes in, no host and no header in the file.
lock:
	@$(BIN)/uv pip compile pyproject.toml --group dev --all-extras --python-version 3.11 \
	  --generate-hashes --no-header --no-emit-index-url --no-annotate -q -o requirements.lock

clean:
	@rm -rf .venv .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
