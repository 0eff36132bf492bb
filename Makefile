# Everything runs from one private environment, made from the lock file; nothing is installed outside this folder.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
TOOLS  := .uv
VENV   := .venv
READY  := $(VENV)/.ready
export UV_PROJECT_ENVIRONMENT := $(VENV)

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench chaos month soak looks dist deploy-check wheel-check schema man clean

help: ## List these targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(TOOLS)/bin/uv:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet --disable-pip-version-check uv

$(READY): $(TOOLS)/bin/uv pyproject.toml uv.lock
	$(TOOLS)/bin/uv sync --quiet --locked --python $(PYTHON)
	@touch $@

demo: $(READY) ## Run the main job on sample postmortems: no account, no network
	@$(VENV)/bin/syncd demo

test: $(READY) lint ## Run every check and test
	$(VENV)/bin/pytest -n auto

lint: $(READY) ## Check style, types and the floors of the house
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

format: $(READY) ## Rewrite the code in the house's style
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: $(READY) ## Measure what passes cost on this machine, and how that grows
	@$(VENV)/bin/python -m tests.bench

chaos: $(READY) ## Kill a pass at every call and request, on every kind of tracker, in every weather, with 20 seeds
	$(VENV)/bin/python -m tests.crash --seeds 20

month: $(READY) ## Let two daemons on one PostgreSQL live through a month of faults
	$(VENV)/bin/python -m tests.daemon

soak: $(READY) ## Passes for two hours: memory and open files must stay flat
	$(VENV)/bin/python -m tests.daemon.soak

looks: $(READY) ## Take pictures of every mail and card, narrow and wide, light and dark, and check them
	@tests/looks/bring.sh
	@$(VENV)/bin/python -m tests.looks looks

dist: $(READY) ## Build the wheel, the source archive, what they need by hash, and a CycloneDX list of it
	rm -rf dist
	$(TOOLS)/bin/uv build --quiet --out-dir dist
	$(TOOLS)/bin/uv export --quiet --locked --no-dev --no-emit-project --output-file dist/requirements.txt
	$(TOOLS)/bin/uv export --quiet --locked --no-dev --preview-features sbom-export --format cyclonedx1.5 --output-file dist/syncd.cdx.json

deploy-check: $(READY) ## Put what is in deploy/ before the judges of each kind; who is not here is named
	@tests/deploy/bring.sh
	@$(VENV)/bin/python -m tests.deploy

wheel-check: $(READY) ## Build the wheel twice, install it alone and use it
	@$(VENV)/bin/python -m tests.deploy.wheel

schema: $(READY) ## Write config/syncd.schema.json from the settings
	$(VENV)/bin/python -c 'import json, syncd.settings as s; print(json.dumps(s.schema(), indent=2))' > config/syncd.schema.json

man: $(READY) ## Write deploy/man/syncd.1 from the commands
	$(VENV)/bin/python deploy/man/write.py > deploy/man/syncd.1

clean: ## Remove what these targets made
	rm -rf $(TOOLS) $(VENV) .deploy .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
