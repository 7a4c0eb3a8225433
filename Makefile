# make run | test | deep | check | bench: see README.md. Everything is installed into .venv, pinned by hash.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
export PORT

CATALOGUES := $(wildcard training/translations/*/LC_MESSAGES/messages.po)
EXTRACT := $(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext -k lazy_ngettext:1,2 \
	--no-location --sort-output --no-wrap --project="Border Training Register" --version=1

.PHONY: run test deep check bench messages install

run: install
	exec $(BIN)/python -m training run

install: .venv/installed .venv/stylesheet .venv/catalogues

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

test: install .venv/installed-dev
	$(BIN)/python tools/prepare_tests.py
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

deep: install .venv/installed-dev
	$(BIN)/python tools/prepare_tests.py
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n 2 -rP tests/domain/test_stateful.py tests/domain/test_path_stateful.py -k random_walks

check: install .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/python -m tools.check_migrations
	$(BIN)/python -m tools.check_translations

bench: install .venv/installed-dev
	$(BIN)/python -m bench

# Brings new texts of the code into the catalogues, for the translators.
messages: install .venv/installed-dev
	$(EXTRACT) -o .venv/messages.pot .
	for language in ar ckb; do $(BIN)/pybabel -q update -i .venv/messages.pot -d training/translations -l $$language \
		--no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date; done

.PHONY: wheel docs
wheel: install .venv/installed-dev  ## build the package that pip installs, into dist/
	$(BIN)/python -m hatchling build --target wheel --directory dist

docs: .venv/installed-dev  ## draw docs/entities.md from the models
	$(BIN)/python -m tools.draw_entities
