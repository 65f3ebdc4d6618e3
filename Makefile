# The whole project in a few words: `make run` builds the report site, `make test` checks
# everything. Both build .venv from the lock first if it is missing or out of date.

.PHONY: help run test bench lab refresh audio clean
.DEFAULT_GOAL := help

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
# Newest first: LightFM has wheels for 3.12 and 3.13 and is compiled on 3.11.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c '$(SUPPORTED)' 2>/dev/null && echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
ARGS ?=

export OPENBLAS_NUM_THREADS := 1
export JUPYTER_PLATFORM_DIRS := 1

help: ## Say what can be made
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1	\2/p' Makefile | expand -t 14

run: $(INSTALLED) ## Run every lesson and build reports/html/index.html (ARGS="05 --data real")
	@$(PY) -m helpers run $(ARGS)

# One process a core, four at most: each holds a whole lesson in memory.
PYTEST := $(PY) -m pytest --numprocesses logical --maxprocesses 4

# The last notebooks first: later lessons take longer, and short ones at the end leave no core idle.
test: $(INSTALLED) ## Lint, unit and browser tests, and the committed lessons under nbval
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	@$(PY) -m helpers data make >/dev/null # here, or the lesson that draws it says so in its output
	$(PYTEST) --dist worksteal
	MUSIC_REPORTS_DIR=$(CURDIR)/build/nbval $(PYTEST) --dist loadfile --no-loadscope-reorder \
		-p no:cacheprovider --nbval-lax --nbval-current-env --nbval-cell-timeout=300 \
		$$(ls -r notebooks/*.ipynb notebooks/solutions/*.ipynb)

bench: $(INSTALLED) ## Ours, a peer and the limit in the same run, as ratios
	@for script in benchmarks/[!_]*.py; do \
		grep -q __main__ $$script || continue; $(PY) $$script || exit 1; echo; done

lab: $(INSTALLED) ## Open the lessons in JupyterLab
	$(VENV)/bin/jupyter lab --LabApp.default_url=/lab/tree/notebooks/01_explore_listening.ipynb

refresh: $(INSTALLED) ## Re-execute the committed lessons, normalised
	@$(PY) -m helpers refresh $(ARGS)

audio: $(INSTALLED) ## Add PyTorch, which lesson 13 needs
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-audio.txt

clean: ## Delete what was generated; downloads and .venv stay
	rm -rf build data/synthetic data/cache reports/runs reports/html reports/metrics

# A C compiler and Python's headers are needed only where LightFM has no wheel (3.11).
CAN_COMPILE := import pathlib, shutil, sys, sysconfig; \
	header = pathlib.Path(sysconfig.get_paths()["include"], "Python.h"); \
	sys.exit(sys.version_info < (3, 12) and not (shutil.which("cc") and header.exists()))

$(INSTALLED): requirements.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 was found: install one," \
		"or name it with make PYTHON=/path/to/python." >&2; exit 1; }
	@$(PYTHON) -c '$(CAN_COMPILE)' || { echo "Python 3.11 needs a C compiler (cc) and Python.h" \
		"to build LightFM: install gcc and python3-dev, or use Python 3.12 or 3.13." >&2; exit 1; }
	@echo "Building $(VENV) with $$($(PYTHON) --version) (a few minutes, once)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { echo "Python could not make a virtual environment:" \
		"install its venv module (Debian: python3-venv)." >&2; exit 1; }
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@
