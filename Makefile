# Every command a contributor needs; `make help` lists them. The build machine calls the same ones.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint types servers docs bench install

# The demonstration and the tests start the command hundreds of times: bytecode is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

PY := .venv/bin/python
RUNTIME := .venv/.runtime-installed
TOOLS := .venv/.tools-installed
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --require-hashes
SELF := $(PY) -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --no-index --editable .

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(RUNTIME) ## install what is needed and run the tour: no key, no account, no question
	@.venv/bin/ruleout demo

test: $(TOOLS) ## everything that must hold: lint, contracts, types, then every test
	@$(MAKE) --no-print-directory -j 3 lint types servers
	$(PY) -m pytest -n logical --dist loadfile

lint: $(TOOLS) ## style, format and import contracts
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports --no-logo

types: $(TOOLS) ## static types, strictly
	$(PY) -m mypy

servers: $(TOOLS) ## bring what tests run beside Python (browser, database, …), where this machine lets us
	@sh tools/install_servers.sh

docs: $(TOOLS) ## check that every document is true: run its commands, follow its links
	$(PY) -m pytest tests/test_docs.py

bench: $(TOOLS) ## every benchmark, in its short form; for the long one run the script itself
	@for script in benchmarks/*.py; do echo "== $$script"; $(PY) "$$script" --quick || exit 1; done

install: $(TOOLS) ## make .venv with everything but run nothing

# The interpreter is looked for once; a machine without a fitting one is told so.
$(PY):
	@for python in "$${PYTHON:-python3.11}" python3.12 python3.13 python3 python; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    "$$python" -m venv .venv && exit 0; \
	    echo "make: $$python cannot make a virtual environment; install its venv module (Debian: python3-venv)" >&2; \
	    rm -rf .venv; exit 1; \
	  fi; \
	done; \
	echo "make: expected Python 3.11 or newer, found none; install it, or say where: PYTHON=/path/to/python3 make" >&2; \
	exit 1

$(RUNTIME): requirements-run.lock pyproject.toml | $(PY)
	@echo "installing what Ruleout needs to run (once) ..."
	@$(PIP) -r requirements-run.lock
	@$(SELF)
	@touch $@

$(TOOLS): requirements.lock pyproject.toml | $(PY)
	@echo "installing what the tests need (once) ..."
	@$(PIP) --no-compile -r requirements.lock
	@$(SELF)
	@touch $(RUNTIME) $@
