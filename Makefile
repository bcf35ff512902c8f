# Everything a newcomer or CI calls. Paths are relative on purpose: a checkout may lie in a folder with spaces.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input install -qq --require-hashes --only-binary :all:
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
WORKERS ?= $(shell expr $(CORES) + 2)# test processes: some only wait for others
ARGS ?=# passed on to main.py

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run check test long-checks deep-checks reliability bench model evaluate locales requirements clean

help: ## say what there is
	@echo "Janymda"
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name does; do printf '  make %-13s %s\n' "$$name" "$$does"; done

# Ctrl-C is a way to leave: the shell waits for the bot's own goodbye, and make has nothing to complain about.
run: $(VENV)/run.stamp ## run the bot: on Telegram when a token is set, otherwise in this terminal
	@trap : INT; $(PY) main.py $(ARGS) || [ $$? -eq 130 ]

check: $(VENV)/run.stamp ## find everything that can be wrong in flows/ and locales/
	@$(PY) main.py check

test: $(VENV)/dev.stamp ## lint, types, flows, then all tests but the long ones
	@$(PY) -m ruff check --quiet .
	@$(PY) -m mypy --no-error-summary
	@$(PY) main.py check
	@$(PY) -m pytest -q -n $(WORKERS) $(ARGS)

long-checks: $(VENV)/dev.stamp ## the tests marked "long": minutes
	@$(PY) -m pytest -q -m long $(ARGS) || { status=$$?; \
		[ $$status -ne 5 ] || echo 'No test is marked "long": what should be checked here has gone.' >&2; exit $$status; }

bench: $(VENV)/bench.stamp ## measure what a tap costs, beside other bots; writes docs/performance.md (a quarter of an hour)
	@$(PY) -m bench.speed --write docs/performance.md $(ARGS)

reliability: $(VENV)/dev.stamp ## play everything that may go wrong; writes docs/reliability.md (a quarter of an hour)
	@$(PY) -m tests.reliability -n $(WORKERS) --dist worksteal $(ARGS)

deep-checks: $(VENV)/dev.stamp ## the tests marked "deep": disk images, memory, seeded bugs, rushes; many minutes
	@$(PY) -m pytest -q -m deep -o timeout=0 $(ARGS)

model: $(VENV)/dev.stamp ## train bot/understanding/model.bin from flows/topics/ (15 seconds)
	@$(PY) -m bench.train

evaluate: $(VENV)/dev.stamp ## say how well typed words are understood
	@$(PY) -m bench.evaluate $(ARGS)

# No fuzzy matching: it would hand the survivor's translation to the friend's entry.
locales: $(VENV)/run.stamp ## bring the catalogues up to date with flows/; NEW=uz begins a language
	@$(PY) -m bot.authoring.locales $(NEW)
	@$(PY) main.py check

# The resolver reads no configuration of this machine: local links must not end up in files for everybody.
COMPILE = $(VENV)/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 --upgrade --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements"

requirements: $(VENV)/tools.stamp ## pin the newest allowed versions in requirements/
	@$(COMPILE) -o requirements/run.txt pyproject.toml
	@$(COMPILE) -o requirements/dev.txt pyproject.toml --group dev --constraints requirements/run.txt
	@$(COMPILE) -o requirements/bench.txt pyproject.toml --group bench --constraints requirements/run.txt
	@$(COMPILE) -o requirements/tools.txt --group pyproject.toml:tools

clean: ## remove what was made here
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis locales/messages.pot
	@find bot tests bench main.py -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is thrown away when its Python no longer answers (a system update, a moved home).
ifneq ($(shell $(PY) -c 'print(1)' 2>/dev/null),1)
.PHONY: $(VENV)/made.stamp
endif
$(VENV)/made.stamp:
	@python=$$(sh requirements/find-python "$(PYTHON)") && "$$python" -m venv --clear $(VENV) </dev/null
	@touch $@

$(VENV)/run.stamp: requirements/run.txt $(VENV)/made.stamp
	@echo "Setting up: packages for running (about a minute, once)" >&2
	@$(PIP) -r requirements/run.txt </dev/null
	@touch $@

# The pins for testing contain those for running, so one installation serves both.
$(VENV)/dev.stamp: requirements/dev.txt requirements/run.txt $(VENV)/made.stamp
	@echo "Setting up: packages for testing (about a minute, once)" >&2
	@$(PIP) -r requirements/dev.txt </dev/null
	@touch $@ $(VENV)/run.stamp

$(VENV)/bench.stamp: requirements/bench.txt requirements/run.txt $(VENV)/made.stamp
	@$(PIP) -r requirements/bench.txt </dev/null
	@touch $@ $(VENV)/run.stamp

$(VENV)/tools.stamp: requirements/tools.txt $(VENV)/made.stamp
	@$(PIP) -r requirements/tools.txt </dev/null
	@touch $@
