# One word each. Needs Python 3.11, 3.12 or 3.13 and make; everything else is set up in .venv/ on first use.
# PYTHON=/path/to/python chooses another interpreter for it.

BIN := .venv/bin
READY := .venv/ready
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --quiet

# Imports take twice as long without bytecode, and every scheduled run is a new process.
export PYTHONDONTWRITEBYTECODE =
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1

.PHONY: help setup demo test trials check bench soak bundle audit lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(READY)  ## Python environment in .venv/ with the `dondoc` command

demo: $(READY)  ## seven mornings from end to end on this machine, nothing else needed
	$(BIN)/dondoc demo

test: $(READY)  ## unit, integration, flows, whole stories, on both databases
	$(BIN)/python -m pytest -n 2 -m "not trial"

trials: $(READY)  ## processes killed beside a real Prefect server, two workers, Dask, a browser
	$(BIN)/python -m pytest -n 2 -m trial

check: $(READY)  ## format, lint, types, rooms, quick tests; under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 -m "not slow" tests/unit tests/repo

bench: $(READY)  ## how fast and how large, each beside its floor; results in docs/benchmarks.md, about an hour
	$(BIN)/python -W ignore -m tests.benchmarks

soak: $(READY)  ## runs, loads and upgrades killed again and again, a life of a hundred days; fifteen minutes
	$(BIN)/python -W ignore -m tests.soak

bundle: $(READY)  ## wheels, lock and installer for a machine without network, in dist/dondoc-bundle.tar.gz
	deployments/bundle/pack.sh $(BIN)/python requirements.lock dist/bundle
	tar -C dist -czf dist/dondoc-bundle.tar.gz bundle
	@du -h dist/dondoc-bundle.tar.gz

audit: $(READY)  ## known vulnerabilities of the locked packages; says so where it cannot ask
	@$(BIN)/python .ci/audit || [ $$? -eq 3 ]

lock:  ## resolve requirements*.lock anew from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH" >&2; exit 1; }
	$(LOCK) -o requirements.lock
	$(LOCK) --extra demo --extra test --extra bench --extra dask -o requirements-dev.lock

clean:  ## remove the environment, caches and the demo's output; never var/
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist demo-out
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The lock is complete: --no-deps installs exactly it (and spares pip 23 a fault with extras in hash mode).
# A candidate counts only if it starts, has the right version and can build environments.
$(READY): requirements-dev.lock
	@usable='import ensurepip, sqlite3, ssl, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'; \
	for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3 python); do \
		if "$$python" -c "$$usable" >/dev/null 2>&1; then \
			echo "setting up .venv with $$python (a few minutes the first time)"; \
			exec "$$python" -m venv .venv; \
		fi; \
	done; \
	echo "dondoc needs Python 3.11, 3.12 or 3.13 with venv; make PYTHON=/path/to/python ..." >&2; exit 1
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
