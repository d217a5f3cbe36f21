# Each verb does all its own set-up, in .venv. `make help` lists them.
PYTHON ?= python3
VENV ?= .venv
ARGS ?=

BIN := $(VENV)/bin
READY := $(VENV)/ready
# The machine's own Python settings must not leak into ours.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP

.DEFAULT_GOAL := help
.PHONY: help demo run test check format-check lint types imports map words words-check compile proof bench profile soak simulate mutants sabotage snapshots pictures lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: compile ## chat with a stand-in calendar, here in the terminal (ARGS="--tour" plays by itself)
	@$(BIN)/booking-bot demo $(ARGS)

run: compile ## run what the settings name; with TELEGRAM_BOT_TOKEN alone, over a stand-in calendar
	@$(BIN)/booking-bot run $(ARGS)

test: compile ## all tests (ARGS="-k cancel" for some)
ifdef ARGS
	$(PYTEST) $(ARGS)
else
	$(PYTEST) $(CORE) --cov
	$(PYTEST) $(CORE:%=--ignore=%)
endif

# What each line of the core is answered for by; to watch the others' lines too would take a quarter more.
CORE := tests/conversations tests/snapshots
# A test waits about half of its time, for a disk or for another process.
PYTEST = $(BIN)/pytest --numprocesses $$(( $$(nproc) * 3 / 2 )) --dist worksteal

check: format-check lint types imports words-check test ## everything that must hold before a commit

format-check: $(READY)
	$(BIN)/ruff format --check

lint: $(READY)
	$(BIN)/ruff check

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

words-check: $(READY)
	$(BIN)/python -m scripts.words check

sabotage: compile ## plant faults on purpose, and show that each is caught (ARGS=Telegram for some)
	$(BIN)/python tests/sabotage/planting.py $(ARGS)

proof: compile ## the tests that take long
	$(BIN)/pytest -m proof --timeout 3600 --hypothesis-profile proof $(ARGS)

bench: compile $(VENV)-peers/ready ## measure waits and costs beside other bots, and write them to docs/performance.md (ARGS="--rounds 1")
	$(BIN)/python -m benchmarks --peers $(VENV)-peers/bin/python $(ARGS)

profile: compile ## where the time goes, as a flame graph in build/profile.svg
	$(BIN)/python -m benchmarks.profiling $(ARGS)

# The libraries of the bots that ours is measured against.
$(VENV)-peers/ready: requirements/peers.txt
	$(PYTHON) -m venv --clear $(VENV)-peers
	$(VENV)-peers/bin/python -I -m pip --disable-pip-version-check --no-input install --quiet --require-hashes --requirement requirements/peers.txt
	touch $@

soak: compile ## 50 updates a second for a minute, and what is left behind (ARGS="--seconds 1800")
	$(BIN)/python -m benchmarks.soak $(ARGS)

simulate: compile ## the whole program in virtual time with faults everywhere (ARGS="--from 0 --seeds 1000", ARGS="--seed 7")
	$(BIN)/python -m tests.simulation $(ARGS)

mutants: compile ## change the core a little, again and again, and count what no test notices (ARGS="--sample 300")
	$(BIN)/python tests/mutation/scoring.py $(ARGS)

pictures: compile ## draw what people see in Telegram and Slack into docs/pictures
	$(BIN)/python -m scripts.pictures

map: compile ## draw the conversations into docs/conversations.md
	$(BIN)/python -m scripts.map

snapshots: compile ## draw every screen anew into tests/snapshots, to be read in the diff
	SNAPSHOTS=update $(BIN)/pytest tests/snapshots

words: $(READY) ## bring locales/ up to date with the sentences in the code
	$(BIN)/python -m scripts.words update

compile: $(READY)
	@$(BIN)/python -m scripts.words compile

lock: $(READY) ## pin what pyproject.toml asks for (ARGS=--upgrade for the newest)
	$(BIN)/python -m pip --disable-pip-version-check install --quiet uv
	$(BIN)/uv pip compile $(LOCK) --output-file requirements/runtime.txt pyproject.toml $(ARGS)
	$(BIN)/uv pip compile $(LOCK) --output-file requirements/dev.txt --group dev \
	    --constraint requirements/runtime.txt pyproject.toml $(ARGS)
	$(BIN)/uv pip compile $(LOCK) --output-file requirements/peers.txt --group pyproject.toml:peers $(ARGS)

# One file for every Python and system; no header, no addresses.
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

clean: ## remove what can be made again
	rm -rf $(VENV) $(VENV)-peers __pycache__ .setup.lock .coverage* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find locales -name '*.mo' -delete
	find adapters benchmarks bot conversations sandbox scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements/dev.txt pyproject.toml hatch_build.py scripts/setup
	@scripts/setup $(VENV) $(PYTHON)
