# wiretally: `make demo` runs the main job, `make test` the tests. Everything else sets itself up on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SITE = $(shell $(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench pictures audit clean lock

help:  ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# Compiled here because an environment with PYTHONDONTWRITEBYTECODE would compile everything anew at each start.
setup: $(VENV)/.ready  ## make the virtual environment with everything pinned by requirements.lock
	@$(BIN)/python -m compileall -q agent addons tui

$(VENV)/.ready: pyproject.toml requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@mkdir -p $(VENV)/tree/wiretally
	@for part in agent addons tui; do ln -sfn ../../../$$part $(VENV)/tree/wiretally/$$part; done
	@touch $@

demo: setup  ## a simulated OpenAI service, real apps, a real agent, the screen on it (no key, no network)
	@$(BIN)/wiretally demo

test: setup  ## the tests
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

check: setup  ## format, lint, types, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/basedpyright --level error
	@$(BIN)/lint-imports

bench: setup  ## every promise of speed and size beside its peer; writes bench/results.md
	@$(BIN)/python -m bench

pictures: setup  ## the README's pictures, from the demo's traffic (a minute)
	@$(BIN)/python docs/pictures.py

audit: setup  ## known weaknesses of the pinned dependencies (asks PyPI)
	@$(BIN)/uv tool run pip-audit --strict --progress-spinner off --requirement requirements.lock --no-deps --disable-pip || \
	{ echo "audit: weaknesses are listed above, or nothing could be judged: it asks https://pypi.org itself, which must" \
	"be reachable and know every pinned package; an index mirror has no such data." >&2; exit 1; }

lock: setup  ## pin the development environment anew
	@$(BIN)/uv pip compile --quiet --universal --no-annotate --no-header --group dev pyproject.toml --extra prometheus --extra web --extra parquet --extra otlp --extra desktop -o requirements.lock

clean:  ## remove what the other targets made
	@rm -rf $(VENV) build .pytest_cache .ruff_cache .hypothesis
