# `make help` lists what there is. Everything is installed into .venv, pinned by hash.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
export PORT

CATALOGUES := $(wildcard training/translations/*/LC_MESSAGES/messages.po)
EXTRACT := PYTHONPATH=. $(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext -k lazy_ngettext:1,2 \
	--no-location --sort-output --no-wrap --project="Border Training Register" --version=1

.PHONY: help run test test-fast deep coverage fmt check bench messages install

help:  ## this list
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | sort | awk -F'\t' '{ printf "make %-10s %s\n", $$1, $$2 }'

run: install  ## serve the demonstration on http://127.0.0.1:8000
	exec $(BIN)/python -m training run

install: .venv/installed .venv/stylesheet .venv/catalogues  ## what the service runs on, its stylesheet and its texts

.venv/installed: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

# The design system is an npm package; a machine without npm gets Node from a pinned wheel.
.venv/design-system: package-lock.json .npmrc requirements-node.txt .venv/installed
	if command -v npm > /dev/null; then npm ci --silent; else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.txt \
		&& PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent; fi
	touch $@

.venv/stylesheet: .venv/design-system tools/build_css.py $(wildcard assets/*)
	$(BIN)/python tools/build_css.py
	touch $@

.venv/catalogues: $(CATALOGUES) .venv/installed
	$(BIN)/pybabel -q compile --directory training/translations
	touch $@

# One worker more than the two processors: some wait for a browser or a server.
PYTEST := $(BIN)/python -m pytest -n 3 --dist worksteal

test: install .venv/installed-dev  ## all tests: SQLite, PostgreSQL, a real browser (ARGS=… for pytest)
	$(BIN)/python tools/prepare_tests.py
	$(PYTEST) $(ARGS)

test-fast: install .venv/installed-dev  ## the tests on SQLite alone, without browser, servers and races
	$(PYTEST) --fast $(ARGS)

deep: install .venv/installed-dev  ## random walks, planted faults, races and every screen, at length
	$(BIN)/python tools/prepare_tests.py
	TESTS_DEPTH=deep $(PYTEST) -rP tests/domain/finance/test_ledger_stateful.py \
		tests/domain/admissions/test_nominations_stateful.py tests/faults/test_ceiling.py tests/e2e/test_every_screen.py

coverage: install .venv/installed-dev  ## all tests, and which lines and branches they reach
	$(BIN)/python tools/prepare_tests.py
	$(PYTEST) --cov --cov-report=term:skip-covered $(ARGS)

fmt: install .venv/installed-dev  ## format the code and sort its imports
	$(BIN)/ruff check --quiet --select I --fix .
	$(BIN)/ruff format .

check: install .venv/installed-dev  ## formatter, linter, types, import contracts, templates, migrations, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/python -m tools.check_migrations
	$(BIN)/python -m tools.check_translations

bench: install .venv/installed-dev  ## the benchmark and its table
	$(BIN)/python -m bench

messages: install .venv/installed-dev  ## bring new texts of the code into the catalogues, for the translators
	$(EXTRACT) -o .venv/messages.pot .
	for language in ar ckb; do $(BIN)/pybabel -q update -i .venv/messages.pot -d training/translations -l $$language \
		--no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date; done

.PHONY: wheel docs
wheel: install .venv/installed-dev  ## build the package that pip installs, into dist/
	$(BIN)/python -m hatchling build --target wheel --directory dist

docs: .venv/installed-dev  ## draw docs/entities.md from the models
	$(BIN)/python -m tools.draw_entities
