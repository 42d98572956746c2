# Data Master. Python 3.11 or 3.12 and make are all that is needed; everything else is fetched at pinned versions.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help add-source check-source run rebuild settle erase up down status test test-unit test-chaos test-connect test-kubernetes mutation setup lint checkov contract-diff release-plan image format lock synth validate bench clean

# The first Python that can make virtual environments; version managers leave names on the path that do not run.
PYTHON ?= $(shell for name in python3.12 python3.11 python3; do \
	$$name -c 'import ensurepip, venv' 2>/dev/null && echo $$name && break; done)
VENV_PYTHON := .venv/bin/python
DATASET ?= customer-purchases
RUN_GROUPS := spark flows sandbox
ALL_GROUPS := $(RUN_GROUPS) infra dev
UNIT := not spark and not services and not infra and not end_to_end and not kubernetes and not chaos

define install
@test -n "$(PYTHON)" || { echo "No Python that can make virtual environments: install Python 3.11 or 3.12 (on Debian and Ubuntu also python3-venv)" >&2; exit 1; }
@$(PYTHON) -m sandbox.bootstrap $(1)
endef

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set everything up and run the pipeline of DATASET once on the sandbox; prints the summary
	$(call install,$(RUN_GROUPS))
	@$(VENV_PYTHON) -m sandbox run --dataset $(DATASET)

rebuild: ## make LAYER=silver or gold of DATASET anew from the layer below
	$(call install,$(RUN_GROUPS))
	@$(VENV_PYTHON) -m sandbox run --dataset $(DATASET) --rebuild $(LAYER)

settle: ## write off landed rows of DATASET that bronze does not hold and never will: REASON='…'
	$(call install,$(RUN_GROUPS))
	@test -n "$$REASON" || { echo "Say why: make settle DATASET=$(DATASET) REASON='…'" >&2; exit 1; }
	@$(VENV_PYTHON) -m sandbox run --dataset $(DATASET) --settle "$$REASON"

KEYS ?=
erase: ## erase the rows of the persons that the file KEYS names from every table of DATASET (docs/operations.md)
	$(call install,$(RUN_GROUPS))
	@test -n "$(KEYS)" || { echo "Say which file names them: make erase DATASET=$(DATASET) KEYS=‹file›" >&2; exit 1; }
	@$(VENV_PYTHON) -m sandbox run --dataset $(DATASET) --erase "$(KEYS)"

up: ## start the sandbox and leave it up: Prefect, sources, lake
	$(call install,$(RUN_GROUPS))
	@$(VENV_PYTHON) -m sandbox up

ANSWERS ?=
add-source: ## look at a new source and put its entry into a contract; ANSWERS=‹file›.yaml answers beforehand
	$(call install,flows sandbox)
	@$(VENV_PYTHON) -W ignore::UserWarning -m onboarding add-source $(if $(ANSWERS),--answers "$(ANSWERS)")

NAME ?=
check-source: ## read a sample of the source NAME as its flow would, land nothing, and say what would be refused
	$(call install,flows sandbox)
	@test -n "$(NAME)" || { echo "Say which source: make check-source NAME=…" >&2; exit 1; }
	@$(VENV_PYTHON) -W ignore::UserWarning -m onboarding check-source "$(NAME)" $(if $(filter-out file,$(origin DATASET)),--dataset "$(DATASET)")

down: ## stop everything that up or run started
	@test ! -x $(VENV_PYTHON) || $(VENV_PYTHON) -m sandbox down

status: ## say which parts of the sandbox run
	$(call install,$(RUN_GROUPS))
	@$(VENV_PYTHON) -m sandbox status

test: ## set everything up and run all tests
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m pytest -n 3 --dist loadgroup --no-loadscope-reorder -m "not kubernetes"

test-unit: ## run the tests that need neither JVM nor servers
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m pytest -m "$(UNIT)"

test-chaos: ## run every test of what is killed, cut off or done at once, or takes long; make test runs a sample by seed
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m pytest -m chaos --chaos=all

test-connect: ## run the Spark jobs' tests on a Spark Connect server, as on Databricks' standard access mode
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m pytest tests/spark_jobs --connect

test-kubernetes: ## run what needs a Kubernetes control plane; the first time it builds one (five to ten minutes)
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m tests.kubernetes.control_plane.programs > /dev/null
	@$(VENV_PYTHON) -m pytest tests/kubernetes -m kubernetes

PATHS ?= contracts tasks
mutation: ## say which small changes of PATHS='contracts/quality.py tasks/land …' no unit test notices
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m tests.repository.mutation $(PATHS)

setup: ## set everything up and do nothing with it
	$(call install,$(ALL_GROUPS))

lint: ## check style, types, import rules, contracts, workflows and the Dockerfile
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m ruff check
	@$(VENV_PYTHON) -m ruff format --check
	@$(VENV_PYTHON) -m mypy
	@.venv/bin/lint-imports
	@$(VENV_PYTHON) -m tests.contracts.official_tool
	@$(VENV_PYTHON) -m tests.repository.workflow_lint

checkov: ## hold what synth wrote against checkov's rules
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m tests.infra_cdktf.checkov_command cdktf.out

contract-diff: ## say what changed in the contracts since DIFF_BASE=‹revision› (by default the last release tag)
	$(call install,sandbox dev)
	@tool=$$($(VENV_PYTHON) -m tests.contracts.official_tool --python) && \
		$(VENV_PYTHON) -m contracts.diff --tool "$$tool" --base "$$DIFF_BASE"

release-plan: ## say which images change since DIFF_BASE=‹revision› (by default the last release tag), and whose version did not
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m deployments.release_plan $(if $(DIFF_BASE),--base "$(DIFF_BASE)")

IMAGE ?=
REGISTRY ?= localhost
image: ## build IMAGE=‹source› (by default all images) for REGISTRY with docker, podman or buildah
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m deployments.image $(IMAGE) --registry "$(REGISTRY)"

format: ## rewrite the code in the project's style
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m ruff check --fix
	@$(VENV_PYTHON) -m ruff format

# All groups are resolved together first, so that one environment can hold any of them; UPGRADE=--upgrade takes new versions.
LOCK = .tools/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header $(UPGRADE)
lock: ## renew requirements/*.txt after a change of pyproject.toml
	$(call install)
	@mkdir -p build && cat $(ALL_GROUPS:%=requirements/%.txt) > build/all.txt
	@$(LOCK) pyproject.toml $(addprefix --group ,$(ALL_GROUPS)) -o build/all.txt
	@for group in $(ALL_GROUPS); do echo "requirements/$$group.txt"; \
		$(LOCK) pyproject.toml --group $$group -c build/all.txt -o requirements/$$group.txt || exit 1; done
	@echo uv | $(LOCK) - -c build/all.txt -o requirements/bootstrap.txt
	@echo requirements/wheel.txt; $(LOCK) pyproject.toml -c build/all.txt -o requirements/wheel.txt
	@for alone in requirements/*.in; do echo "$${alone%.in}.txt"; $(LOCK) $$alone -o $${alone%.in}.txt || exit 1; done

synth: ## write the Terraform configuration of every environment
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m infra_cdktf.main

validate: ## run terraform validate on every stack
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m infra_cdktf.validate

bench: ## measure the pipeline beside its peers, or ONLY=‹line›, in ROUNDS=3; PAGE=docs/performance.md takes the tables
	$(call install,$(ALL_GROUPS))
	@$(VENV_PYTHON) -m tests.bench $(addprefix --only ,$(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(PAGE),--markdown "$(PAGE)")

clean: down ## stop the sandbox and remove everything that was set up or made
	@rm -rf .sandbox .venv .tools sandbox/parts/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist mutants cdktf.out
