PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTED := 3.11 3.12 3.13
BUDGET ?= 20

.DEFAULT_GOAL := help
.PHONY: help demo guide test test-all check gate bench docs clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## Run every level of the bundled workloads, then analyze one function
	$(BIN)/epochly bench --bundled --levels 0-4 --budget 3
	$(BIN)/epochly analyze epochly_fixtures.loops:energy --budget 3

guide: $(VENV)/.demo ## Measure every case of the guide (BUDGET seconds each) and write the page about it
	@mkdir -p build
	$(BIN)/epochly bench --guide --levels 0-4 --budget $(BUDGET) --output build/guide.json
	$(BIN)/python tools/guide_vs_measured.py build/guide.json docs/guide-vs-measured.md

# Hundreds of processes are started; where byte code may not be kept, each would compile it anew,
# and the threads of NumPy's BLAS would spin for their first 25 ms, waiting for work.
test: $(VENV)/.test ## Run the tests
	PYTHONDONTWRITEBYTECODE= OPENBLAS_THREAD_TIMEOUT=4 $(BIN)/pytest -n 3 --dist worksteal

test-all: ## Run the tests on every tested Python that is installed
	@ran=0; for version in $(TESTED); do \
	  python=$$(PYENV_VERSION=$$(pyenv versions --bare 2>/dev/null | grep "^$$version\." | tail -n 1) \
	    sh -c 'command -v "$$0" >/dev/null && "$$0" -c "import sys; print(sys.executable)"' \
	    python$$version 2>/dev/null) || { echo "python$$version: not installed"; continue; }; \
	  echo "python$$version: $$python"; ran=1; \
	  $(MAKE) --no-print-directory VENV=.venv-$$version PYTHON="$$python" test || exit 1; \
	done; test $$ran = 1

check: $(VENV)/.dev ## Check format, lint, types, import cost, public names and dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/check_dependency_direction.py
	$(BIN)/python tools/check_public_names.py
	$(BIN)/python tools/check_import_cost.py

gate: $(VENV)/.demo ## Hold bundled workloads to how fast they were (GATE="--against REF" chooses)
	$(BIN)/epochly gate --config fixtures/epochly_fixtures/epochly.yaml --select gate --budget $(BUDGET) $(GATE)

bench: $(VENV)/.dev ## Run the benchmarks, each under 10 minutes
	@for script in benchmarks/against_*.py benchmarks/start_up.py benchmarks/time_in_samples.py benchmarks/profiling.py benchmarks/regret.py benchmarks/overhead.py benchmarks/soak.py benchmarks/choosing.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

docs: ## Show where the documentation is
	@for page in docs/*.md; do printf '  %-28s %s\n' $$page "$$(sed -n '1s/^# //p' $$page)"; done

clean: ## Remove environments, caches and build results
	rm -rf $(VENV) .venv-* build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "error: $(PYTHON) is older than 3.11; try make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[demo]'
	@touch $@

# The tests import, and so compile, a part of what is installed.
$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --no-compile --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(VENV)/.demo

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.test $(VENV)/.demo
