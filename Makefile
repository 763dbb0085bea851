# Partage. `make` prints this help; `make run` and `make test` need only git, make and Python 3.11+.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
  $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
.DEFAULT_GOAL := help
# Where the home directory cannot be written to, what pip, uv and npm fetch is kept beside the rest.
ifneq ($(shell test -w "$$HOME" && mkdir -p "$${XDG_CACHE_HOME:=$$HOME/.cache}" 2>/dev/null && test -w "$$XDG_CACHE_HOME" && echo yes),yes)
export XDG_CACHE_HOME := $(CURDIR)/.venv/cache
export npm_config_cache := $(CURDIR)/.venv/cache/npm
endif
.PHONY: help suites clients run test install build serve check format lint types layers unit packaging validate lock conformance attacks bench wheel clean site messages screenshots
# As many processes as processors, at most four; the tests of a file share what is made for them.
PYTEST := $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile
FRONTEND := server/frontend
TRANSLATIONS := server/partage/web/translations
SCRIPTS := $(FRONTEND)/build.mjs $(wildcard $(FRONTEND)/src/* $(FRONTEND)/src/*/*)
TEXTS := $(wildcard $(TRANSLATIONS)/*/LC_MESSAGES/*.po)

help: ## Print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  PORT=8000 HOST=127.0.0.1 choose where \`make run\` and \`make serve\` listen."

run: .venv/run.done ## Set up, build the graph, serve it on http://HOST:PORT
	@$(BIN)/partage serve --check --host "$(HOST)" --port "$(PORT)"
	@$(MAKE) --silent --no-print-directory .venv/site.tried
	@$(BIN)/partage build
	@exec $(BIN)/partage serve --host "$(HOST)" --port "$(PORT)"

test: check ## Set up and run everything: format, lint, types, layers, tests, packaging

check: format-check lint types layers build site unit

install: .venv/run.done ## Make the environment; the command is then .venv/bin/partage

build: .venv/run.done ## Build the release in out/release (nothing is redone that has not changed)
	@$(BIN)/partage build

# Both are made from what is committed, and shipped in the wheel.
site: $(TRANSLATIONS)/compiled.done .venv/site.done ## Build the scripts and the French texts of the pages

$(TRANSLATIONS)/compiled.done: $(TEXTS) | .venv/run.done
	@$(BIN)/pybabel --quiet compile --directory $(TRANSLATIONS)
	@touch $@

$(FRONTEND)/node_modules/.package-lock.json: $(FRONTEND)/package-lock.json | .venv/run.done
	@echo "Fetching the libraries of the pages' scripts (once, a few seconds) …"
	@cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --fetch-retries 1 --fetch-timeout 30000
	@touch $@

# What could not be built is tried again by `make run` only when something of it has changed.
.venv/site.tried: $(FRONTEND)/package-lock.json $(SCRIPTS) $(TEXTS)
	@$(MAKE) --no-print-directory site || \
	  echo "The pages will do without scripts. \`make site\` tries again." >&2
	@touch $@

.venv/site.done: $(FRONTEND)/node_modules/.package-lock.json $(SCRIPTS)
	@cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" node build.mjs
	@touch $@

messages: .venv/dev.done ## Collect the texts of the pages for translation
	@$(BIN)/python .ci/messages

screenshots: .venv/dev.done build site ## Write pictures of every kind of page (screenshots/)
	@PYTHONPATH=tests $(BIN)/python -m browser.screenshots screenshots

serve: .venv/run.done ## Serve the built release
	@exec $(BIN)/partage serve --host "$(HOST)" --port "$(PORT)"

validate: .venv/run.done ## Check ontology and data against shapes and rules
	@$(BIN)/partage validate

.venv/bin/uv:
	@test -n "$(PYTHON)" || { echo "Partage needs Python 3.11 or newer with venv (Debian: apt install python3-venv)."; exit 2; }
	@echo "Setting up .venv with $(PYTHON) (once, under a minute) …"
	@$(PYTHON) -m venv .venv && $(BIN)/python -m pip install -qq --disable-pip-version-check uv

# Python reads .pth files in the encoding of the locale, which may lack what the path holds: LC_ALL=C.
define EDITABLE
@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
@for pth in .venv/lib/python3*/site-packages/_partage.pth; do echo ../../../../server > "$$pth"; done
endef

.venv/run.done: .venv/bin/uv .ci/run.lock pyproject.toml
	@test -f .venv/dev.done || $(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes .ci/run.lock
	$(EDITABLE)
	@touch $@

.venv/dev.done: .venv/bin/uv .ci/dev.lock pyproject.toml
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes .ci/dev.lock
	$(EDITABLE)
	@touch $@ .venv/run.done

format: .venv/dev.done ## Format the Python code
	@$(BIN)/ruff format server tests benchmarks && $(BIN)/ruff check --fix server tests benchmarks

format-check: .venv/dev.done
	@$(BIN)/ruff format --check server tests benchmarks

lint: .venv/dev.done ## Lint the Python code
	@$(BIN)/ruff check server tests benchmarks

types: .venv/dev.done ## Check the types (mypy, strict)
	@$(BIN)/mypy

layers: .venv/dev.done ## Check who imports whom
	@$(BIN)/lint-imports

unit: .venv/dev.done site suites clients ## Run every test
	@$(PYTEST)

suites: out/suites/done ## Fetch the W3C's suites of SPARQL tests (once; without them their tests are skipped)

out/suites/done: .ci/suites.txt | .venv/dev.done
	@mkdir -p out/suites
	@echo "Fetching the W3C's suites of SPARQL tests (once, a few seconds) …"
	@{ $(BIN)/python -m pip download -qq --disable-pip-version-check --no-deps --no-binary rdflib \
	    --require-hashes --requirement .ci/suites.txt --dest out/suites && \
	  tar xzf out/suites/rdflib-*.tar.gz --directory out/suites --strip-components=4 --wildcards '*/test/data/suites/w3c' && \
	  touch $@; } || echo "They cannot be had here: their tests are skipped." >&2

clients: tests/clients/node_modules/.package-lock.json out/clients/done ## Fetch the clients that live apart (once; without them their tests are skipped)

tests/clients/node_modules/.package-lock.json: tests/clients/package-lock.json | .venv/dev.done
	@echo "Fetching the clients in JavaScript that tests run (once, under a minute) …"
	@cd tests/clients && { PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent && touch node_modules/.package-lock.json; } || \
	  echo "They cannot be had here: their tests are skipped." >&2

out/clients/done: tests/clients/cffconvert.lock | .venv/dev.done
	@mkdir -p out/clients
	@{ $(BIN)/uv pip install --quiet --python $(BIN)/python --target out/clients --require-hashes -r $< && touch $@; } || \
	  echo "cffconvert cannot be had here: its tests are skipped." >&2

conformance: .venv/dev.done build site suites clients ## Run every test and write docs/reference/conformance.md
	@PARTAGE_WHOLE_SUITES=1 $(PYTEST) -q --junitxml out/tests.xml; status=$$?; \
	  PYTHONPATH=tests $(BIN)/python -m conformance.report out/tests.xml > docs/reference/conformance.md && exit $$status

attacks: .venv/dev.done build site ## Run every test that attacks a running server, also the slow ones
	@$(BIN)/pytest -q -m "slow or not slow" tests/attacks

bench: .venv/dev.done build ## Measure side by side, write benchmarks/report.md (BENCH="--sizes corpus --seconds 1")
	@$(BIN)/python -m benchmarks $(BENCH)

lock: .venv/dev.done ## Update the locked dependencies
	@.ci/lock

wheel: .venv/dev.done site ## Build the wheel in dist/
	@$(BIN)/python -m build --wheel

clean: ## Remove what was built and installed
	rm -rf .venv out dist $(FRONTEND)/node_modules tests/clients/node_modules server/partage/web/static/built $(TRANSLATIONS)/compiled.done $(TRANSLATIONS)/*/LC_MESSAGES/*.mo
