# Nothing is needed but Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help

help:  ## show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

$(VENV)/run.stamp: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Addendum needs Python 3.11 or newer; name one with make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@

install: $(VENV)/run.stamp  ## make the virtual environment and install

browser: $(VENV)/run.stamp  ## also install what showing pages in Chromium needs (docs/reach.md)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[browser]'

run: $(VENV)/run.stamp  ## start the service with config.toml
	$(BIN)/addendum --config config.toml run

demo: $(VENV)/dev.stamp  ## a small news site that changes, watched by the service; no internet needed
	$(BIN)/python -m tests.newsroom.demo

test: $(VENV)/dev.stamp  ## all tests
	$(BIN)/python -m pytest

test-postgres: $(VENV)/dev.stamp  ## all tests, with a PostgreSQL started for them where none runs (Debian's package)
	.ci/with-postgres $(BIN)/python -m pytest

bench-signal: $(VENV)/dev.stamp  ## measure extraction, topic and what is said of a change, against labelled data
	$(BIN)/python -m bench.signal

bench-alerts: $(VENV)/dev.stamp  ## measure how soon a change is told, at rest and with 10,000 alerts waiting
	$(BIN)/python -m bench.alerts

bench-revisit: $(VENV)/dev.stamp  ## measure when to look again: delays with equal requests, and choosing what is due
	$(BIN)/python -m bench.revisit

bench-scale: $(VENV)/dev.stamp  ## measure what several machines can do; needs a PostgreSQL
	$(BIN)/python -m bench.scale

bench-ask: $(VENV)/dev.stamp  ## measure how soon questions to a record of a million versions are answered
	$(BIN)/python -m bench.ask

bench-crawl: $(VENV)/dev.stamp  ## measure what an unchanged page costs, beside other programs, and how light the program is
	$(BIN)/python -m bench.crawl

bench-month: $(VENV)/dev.stamp  ## measure whether memory stays as it is over a month, simulated
	$(BIN)/python -m bench.month

soak: $(VENV)/dev.stamp  ## ten minutes of kills, full disks, stepping clocks and cut connections, mixed (MINUTES=60 for longer)
	$(BIN)/python -m tests.soak $(MINUTES)

fuzz: $(VENV)/dev.stamp  ## half an hour of broken feeds, pages, texts and configurations, guided by coverage (MINUTES=240 for longer)
	$(BIN)/python -m tests.fuzz $(MINUTES)

audit: $(VENV)/dev.stamp  ## known vulnerabilities of what is pinned; offline, its versions and licences
	$(BIN)/python .ci/audit

pictures: $(VENV)/dev.stamp  ## draw the messages in docs/ (needs Chromium)
	$(BIN)/python -m tests.pictures

check: $(VENV)/dev.stamp  ## style, types and imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/dev.stamp  ## put the code into shape
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

lock: pyproject.toml  ## pin the newest versions that fit, for every Python from 3.11 on
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header --extra dev pyproject.toml -o requirements.lock

clean:  ## remove what was made here
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache

.PHONY: help install browser run demo test test-postgres bench-signal bench-alerts bench-revisit bench-scale bench-ask bench-crawl bench-month soak fuzz audit pictures check format lock clean
