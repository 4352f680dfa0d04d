# Grid portal. `make help` lists the targets.
# On a bare machine: Python 3.11 or newer and make are enough.

.DEFAULT_GOAL := help
.PHONY: help run test check clauses bench soak lock messages fmt env env-test
SHELL := /bin/sh

# The first Python that is new enough; the plain python3 where none is, to be told so.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	2>/dev/null && echo $$p && exit; done; echo python3)
PY := .venv/bin/python
BUILD = @command -v $(PYTHON) >/dev/null 2>&1 || { \
	echo "Grid portal needs Python 3.11 or newer: install python3 and python3-venv." >&2; exit 2; }; \
	$(PYTHON) -I config/runtime/bootstrap.py

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

env:
	$(BUILD) $(if $(SMS),sms,run)

env-test:
	$(BUILD) test

run: env  ## the whole portal on http://127.0.0.1:8000 (HOST, PORT, SEED=0); Ctrl-C stops it
	@$(PY) manage.py up

test: env-test  ## the whole suite on a real PostgreSQL and Redis (ARGS="-k name")
	$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

check: env-test  ## format, lint, types, imports, migrations, deploy check, translations
	@$(PY) -m tests.check

clauses: env-test  ## which clauses a test proves, by class, and which none does
	@$(PY) tests/clauses_report.py

bench: env-test  ## speed and memory as ratios (SIZE=small|full, PLACES=file LIST=file)
	@SIZE="$(or $(SIZE),small)" PLACES="$(PLACES)" LIST="$(LIST)" $(PY) -m tests.bench

soak: env-test  ## the long fault runs
	$(PY) -m pytest -m soak $(ARGS)

lock: env-test  ## pin what pyproject.toml asks for, with hashes (UPGRADE=1: the newest allowed)
	@$(PY) -m tests.lock $(if $(UPGRADE),--upgrade)

messages: env-test  ## collect the sentences to translate, and compile the catalogues
	@command -v xgettext >/dev/null 2>&1 || { \
		echo "Collecting sentences needs GNU gettext: apt-get install gettext." >&2; exit 2; }
	@$(PY) manage.py makemessages --locale zh_Hans --no-obsolete --no-wrap --add-location file \
		--ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'
	@$(PY) -c "from config.runtime.messages import main; main()"

fmt: env-test  ## format the code
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix --quiet .
