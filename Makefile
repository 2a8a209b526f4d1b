# rnnviz. `make run` opens the site, `make test` checks it: each installs what it needs into .venv, once.
# Settings: PORT and HOST of the site, PYTHON to build .venv with, ARGS for pytest or the benchmark.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
NEW := import sys; sys.exit(sys.version_info < (3, 11))
NAMES := python3 python3.14 python3.13 python3.12 python3.11 python
PYTHON ?= $(shell for p in $(NAMES); do $$p -c '$(NEW)' >/dev/null 2>&1 && { echo $$p; break; }; done)
HOST ?= 127.0.0.1
PORT ?=
# Half of a suite's time is spent waiting, so two processes pay off on two cores and do no harm on one; of more cores
# one is left to the sites and browsers that they start.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); \
  if [ "$$n" -gt 5 ]; then echo 4; elif [ "$$n" -gt 3 ]; then echo $$((n - 1)); else echo 2; fi)

# A .venv that no longer starts, because the Python it stands on is gone, is made anew.
ifeq ($(shell test -e $(VENV)/.made && ! $(PY) -c '$(NEW)' >/dev/null 2>&1 && echo broken),broken)
$(shell rm -f $(VENV)/.made $(VENV)/.run-installed $(VENV)/.test-installed)
endif

.PHONY: help run test lint format bench picture clean
.DEFAULT_GOAL := help

help:
	@echo "make run     the site, on http://$(HOST):$(or $(PORT),8501)   (make run PORT=9000 HOST=0.0.0.0)"
	@echo "make test    every test, the browser's too"
	@echo "make lint    style, types and imports"
	@echo "make format  let ruff put the style right"
	@echo "make bench   the speed budgets, as a table"
	@echo "make picture the screenshot of the README, taken anew"
	@echo "make clean   remove .venv and the caches"

run: $(VENV)/.run-installed
	@$(PY) -m streamlit run app.py --server.headless true --server.address $(HOST) $(if $(PORT),--server.port $(PORT))

# The browser's tests run apart: Playwright keeps an event loop in the process, which others must not meet.
# A process begins with neighbouring tests, which share pages and workers, and takes over others' when it has no more.
test: $(VENV)/.test-installed
	@$(PY) -m tests.chromium --install
	@failed=0; \
	$(PY) -m pytest -n $(WORKERS) --dist worksteal --ignore=tests/browser tests $(ARGS) || failed=1; \
	$(PY) -m pytest -n $(WORKERS) --dist worksteal tests/browser $(ARGS) || failed=1; \
	exit $$failed

lint: $(VENV)/.test-installed
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -c 'from importlinter.cli import lint_imports_command as check; check()'

format: $(VENV)/.test-installed
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(VENV)/.test-installed
	@$(PY) -m tests.chromium --install
	@$(PY) -m tests.benchmarks $(ARGS)

picture: $(VENV)/.test-installed
	@$(PY) -m tests.browser.picture

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "rnnviz needs Python 3.11 or newer, and none of these is: $(NAMES)."; \
	  echo "Install one, or name it: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c '$(NEW)' || { echo "rnnviz needs Python 3.11 or newer; $(PYTHON) is older or does not start."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@{ $(PY) -c '$(NEW)' && $(PIP) --version; } >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@touch $@

# With -e, .venv/bin/python knows rnnviz wherever a script of yours lies; with its path on sys.path even right beside this
# folder, whose name Python would else take for the package.
$(VENV)/.run-installed: requirements.txt pyproject.toml | $(VENV)/.made
	@echo "Installing rnnviz into $(VENV). The first time takes a few minutes."
	$(PIP) install -r requirements.txt --config-settings editable_mode=compat -e .
	@touch $@

$(VENV)/.test-installed: tests/requirements.txt requirements.txt pyproject.toml | $(VENV)/.made
	@echo "Installing rnnviz and its checks into $(VENV). The first time takes a few minutes."
	$(PIP) install -r tests/requirements.txt --config-settings editable_mode=compat -e .
	@touch $(VENV)/.run-installed $@
