# One command each. `make setup` runs by itself before the others and only when something changed.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up

.PHONY: help setup demo test newest coverage kills mutants screenshots check audit bench docs dist format clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(STAMP) ## make the virtual environment with everything pinned, and build the front end
	@$(BIN)/python tools/frontend.py

$(STAMP): pyproject.toml constraints.txt tools/setup.sh
	@PYTHON=$(PYTHON) VENV=$(VENV) sh tools/setup.sh
	@touch $(STAMP)

demo: setup ## play the tutorial from its first step to its insight, about 80 s; DEMO=--full at its published times
	@$(BIN)/rtk demo $(DEMO) || [ $$? -eq 130 ] # which is Ctrl-C, and no failure

# Many tests wait more than they work, so two more at a time than there are cores; in the order of the files, for the
# longest of them are not the last.
AT_ONCE = --dist=loadfile --no-loadscope-reorder --maxprocesses=6 --numprocesses=$$(($$(getconf _NPROCESSORS_ONLN) + 2))
test: setup ## every test, those of the TypeScript first, up to six at a time
	@$(BIN)/python tools/frontend.py test
	@$(BIN)/python -m pytest $(AT_ONCE)

newest: setup ## the tests that rest on the Chaos Toolkit and on Django once more, on Python 3.13 with the newest of both
	@VENV=$(VENV) sh tools/newest.sh

# Not a part of `make test`, which it makes half as slow again; how the tests end is how this ends.
coverage: setup ## every test, and what of the code they reach, by lines and branches; TESTS="tests/insight" for some
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest $(AT_ONCE) $(TESTS); ended=$$?; $(BIN)/coverage combine --quiet; \
		$(BIN)/coverage report --sort=cover; exit $$ended

kills: setup ## kill a hundred runs, the console of thirty, guardians, records and workers; look what is left, about 20 min
	@RTK_KILLS=100 RTK_PUBLISHED=30 RTK_TRIES=5 RTK_WORKERS_KILLED=100 $(BIN)/python -m pytest -s tests/journey/test_death.py \
		tests/journey/test_guardian.py tests/journey/test_kept_once.py tests/journey/test_jobs.py

mutants: setup ## break the code a little and see whether a test notices; MUTANTS="--most 30 secrets", about 5 s a mutant
	@$(BIN)/python tools/mutants.py $(MUTANTS)

screenshots: setup ## a picture of every page, wide and narrow, light and dark, in pictures/
	@mkdir -p pictures
	@RTK_SCREENSHOTS=$(CURDIR)/pictures $(BIN)/python -m pytest -q tests/console/pages/test_looks.py

check: setup ## linters, types, documentation
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python tools/frontend.py check
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

audit: setup ## pins against ADVISORIES="FILE …" of OSV or pip-audit, and the licences of what is shipped
	@$(BIN)/python -m tools.audit check $(ADVISORIES)

# What follows `bench` on the line names rows, and is no goal of its own.
ifeq ($(firstword $(MAKECMDGOALS)),bench)
ROWS := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
.PHONY: $(ROWS)
$(ROWS): bench
	@:
endif

bench: setup ## measure the measurer; rewrites bench/RESULTS.md; "make bench verdict SEED=new" plays a row alone
	@$(BIN)/python -m bench $(ROWS) $(if $(SEED),--seed $(SEED)) $(if $(BESIDE),--beside $(BESIDE))

docs: setup ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

dist: setup ## the sdist, the wheel with the front end inside, and its bill of materials, in dist/
	@$(BIN)/uv build --quiet --clear --no-build-isolation --python $(BIN)/python --out-dir dist
	@$(BIN)/python -m tools.audit sbom dist/*.whl
	@ls -l dist/*.whl dist/*.tar.gz dist/*.cdx.json

format: setup ## format and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/python tools/frontend.py format

clean: ## remove what setup and the tests made
	rm -rf $(VENV) site dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
	rm -rf frontend/node_modules src/rtk/console/pages/static/pages/dist
