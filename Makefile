# What people do daily. Everything runs in .venv, which the first target that needs it makes.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: chat run test lint types imports unit bench chaos lock clean

chat: .venv/core        ## talk to the bot in the terminal
	@$(BIN)/python -m bot chat

run: .venv/core         ## run it on every platform that has a token
	@$(BIN)/python -m bot run

test: lint types imports unit  ## everything that CI checks

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/deptry .

types: .venv/dev
	$(BIN)/mypy

imports: .venv/dev
	$(BIN)/lint-imports

unit: .venv/dev
	$(BIN)/python -m pytest -q -n auto --dist worksteal

bench: .venv/dev        ## figures, printed side by side with their baselines
	$(BIN)/python -m tests.benchmarks

lock: .venv/dev         ## write down anew what the image is made of, version by version
	@deploy/lock/renew $(BIN)/python

chaos: .venv/dev        ## the long form of tests/chaos: some hundred disasters, and an hour of everything at once
	$(BIN)/python -m tests.chaos

clean:
	rm -rf .venv

.venv/core: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/dev: pyproject.toml .venv/core
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@
