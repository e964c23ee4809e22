# Everything happens in .venv, made on first use; nothing is installed outside of it.
# Paths here are relative, so that the clone may lie in a folder with spaces in its name.

SHELL := /bin/sh
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install --quiet --disable-pip-version-check
ARGS ?=
WORKERS ?= 3

# Stamps. A venv whose Python is gone, or that was moved here from elsewhere, is made anew.
MADE := $(VENV)/made-in
READY := $(VENV)/ready
READY_DEV := $(VENV)/ready-dev
READY_BENCH := $(VENV)/ready-bench
READY_FUZZ := $(VENV)/ready-fuzz
READY_MUTATION := $(VENV)/ready-mutation
ifneq ($(shell $(RUN) -c 'import pip' 2>/dev/null && test "$$(cat $(MADE))" = "$$(pwd -P)" && echo yes),yes)
.PHONY: $(MADE)
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check format lint types contracts shell fix bench performance model sim attacks reliability depth live storm crash powercut soak failover vectors lock coverage fuzz mutation lab lab-mutations clean

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F '|' '{ printf "%-16s %s\n", $$1, $$2 }'

demo: $(READY) ## open the demo: two people, and the relay between them
	@$(VENV)/bin/doorless-lab demo $(ARGS)

# All of them in WORKERS processes, more than a small machine has processors: a third of the time
# they wait for a relay, a terminal or a disk. A file's tests stay together, for they share what is
# dear to make. Some of them in one, which is there sooner.
test: $(READY_DEV) ## run the tests (ARGS="-k ratchet" picks some)
	@$(RUN) -m pytest $(if $(ARGS),$(ARGS),-n $(WORKERS) --dist loadfile --no-loadscope-reorder)

check: format lint types contracts shell ## format, lint, types, import contracts, shell syntax

format: $(READY_DEV)
	@$(RUN) -m ruff format --check --quiet . || { echo 'unformatted files: "make fix" formats them' >&2; exit 1; }

lint: $(READY_DEV)
	@$(RUN) -m ruff check --quiet .

types: $(READY_DEV)
	@$(RUN) -m mypy

contracts: $(READY_DEV)
	@$(VENV)/bin/lint-imports

shell:
	@bash -n .ci/run

fix: $(READY_DEV) ## format, and mend what the linter can mend
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

bench: $(READY_BENCH) ## run the benchmarks in their short form
	@for name in $(BENCHMARKS); do \
		echo "== $$name"; $(RUN) -m benchmarks.$$name --quick $(ARGS) || exit 1; \
	done

BENCHMARKS := protocol healing keylog client tui relay cluster

# Beside the peers that are installed; 19,000 connections want as many files of one process.
performance: $(READY_BENCH) ## measure it all on a quiet machine, and write docs/reference/performance.md
	@ulimit -n 20000; for name in $(BENCHMARKS); do \
		echo "== $$name"; if [ $$name = relay ]; then more=--peers; else more=; fi; \
		$(RUN) -m benchmarks.$$name --save $$more $(ARGS) || exit 1; \
	done
	@$(RUN) -m benchmarks.table

vectors: $(READY_DEV) ## write the test vectors in protocol/vectors anew, from their tapes
	@$(RUN) protocol/vectors $(ARGS)

model: $(READY_DEV) ## check the hop in every order, deeper than the tests do (ARGS="--steps 10")
	@$(RUN) -m doorless_lab.hop_model $(ARGS)

coverage: $(READY_DEV) ## say which branches of the protocol no test takes; there must be none
	@$(RUN) -m coverage run -m pytest --quiet tests/protocol $(ARGS)
	@$(RUN) -m coverage report

fuzz: $(READY_FUZZ) ## look a minute each for inputs that break a decoder (ARGS="--seconds 600 header")
	@$(RUN) -m fuzz $(ARGS) || [ $$? -eq 75 ] # it says itself that it was skipped

mutation: $(READY_DEV) $(READY_MUTATION) ## break the protocol in every small way, and see that a test notices (ARGS="--sample 7")
	@$(RUN) tests/mutation.py $(ARGS)

lab: $(READY_DEV) ## play every scenario of the lab, and compare each verdict with what it has to be (some minutes)
	@$(VENV)/bin/doorless-lab run --all $(ARGS)

lab-mutations: $(READY_DEV) ## take defences away one by one, and see that a verdict of the lab turns red (some minutes)
	@DOORLESS_LAB_MUTATIONS=all $(RUN) -m pytest --quiet -rP tests/lab/test_mutations.py $(ARGS)

sim: $(READY_DEV) ## play 10,000 simulated runs, and 10,000 that hypothesis chooses (about an hour)
	@$(VENV)/bin/doorless-lab simulate --seeds 10000 $(ARGS)
	@DOORLESS_EXPLORE=1 DOORLESS_SEEDS=10000 $(RUN) -m pytest --quiet tests/lab/test_simulation_machine.py

attacks: $(READY_DEV) ## run the attack tests and write docs/reference/attacks.md from their verdicts
	@PYTHONPATH=tests $(RUN) -m pytest -p attack_table -m attack --quiet $(ARGS)

RELIABILITY = PYTHONPATH=tests $(RUN) -m reliability

reliability: $(READY_DEV) ## play what docs/reference/reliability.md names, and write that page
	@PYTHONPATH=tests $(RUN) -m pytest -q -p figures -p on_page -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
		--figures docs/reference/figures/reliability.jsonl $(ARGS)
	@$(RELIABILITY)

# The attacks that have a number in the catalogue, at that number. Times are compared: be alone.
AT_DEPTH := DOORLESS_SLOWLORIS=1000 DOORLESS_TIMING=10000 DOORLESS_REPLAYS=10000 DOORLESS_FLOOD=20000 \
	DOORLESS_MAILBOX_FLOOD=1000000 DOORLESS_QUEUED=10000 DOORLESS_DRAIN=10000

depth: $(READY_DEV) ## play attacks at their full size, on a quiet machine (half an hour; ARGS="-k S13")
	@ulimit -n 20000 && $(AT_DEPTH) PYTHONPATH=tests $(RUN) -m pytest -q -p figures --figures docs/reference/figures/depth.jsonl \
		tests/attacks/test_S0[14567]_*.py tests/attacks/test_S1[38]_*.py tests/attacks/test_X14_*.py -k 'not twin' $(ARGS)
	@$(RELIABILITY)

# What a relay stands. Each keeps the figures that it reached for docs/reference/reliability.md.
STAND = PYTHONPATH=tests $(RUN) -m pytest -q -p figures --figures docs/reference/figures/$@.jsonl

live: $(READY_DEV) ## say 1,000,000 frames of every kind to a live relay (ten minutes)
	@DOORLESS_LIVE_FRAMES=1000000 $(STAND) tests/attacks/test_S03_any_frame.py $(ARGS)
	@$(RELIABILITY)

storm: $(READY_DEV) ## cut off 500 clients twenty times, and restart a relay of 1,000 (some minutes)
	@DOORLESS_STORM=1 $(STAND) tests/attacks/test_S17_reconnect_storm.py $(ARGS)
	@$(RELIABILITY)

crash: $(READY_DEV) ## kill, fill or fail a relay at every call of its disk, and kill a client and a desk (an hour)
	@DOORLESS_EVERY_POINT=1 $(STAND) tests/attacks/test_S09_*.py tests/attacks/test_S10_*.py \
		tests/attacks/test_S14_failing_anywhere.py tests/faults/test_client_killed.py \
		tests/faults/test_desk_killed.py $(ARGS)
	@$(RELIABILITY)

powercut: $(READY_DEV) ## cut the power of a relay and of a client in more than 5,000 states each (ten minutes)
	@DOORLESS_EVERY_POINT=1 $(STAND) tests/attacks/test_S11_*.py tests/attacks/test_X16_*.py $(ARGS)
	@$(RELIABILITY)

soak: $(READY_DEV) ## ten minutes of mail and visitors, and what they leave behind (ARGS="--minutes 60")
	@PYTHONPATH=tests $(RUN) -m strain.soak --figures docs/reference/figures/soak.jsonl $(ARGS)
	@$(RELIABILITY)

failover: $(READY_DEV) ## kill thirty processes of a cluster under load, one after the other (some minutes)
	@DOORLESS_CLUSTER_KILLS=30 $(STAND) tests/faults/test_cluster_killed.py $(ARGS)
	@$(RELIABILITY)

# Universal: one lock for Python 3.11 to 3.14 on Linux, macOS and Windows. The later locks keep
# to the versions of the first, so that one environment can hold them all.
COMPILE := $(RUN) -m uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header --quiet

lock: $(MADE) ## resolve the dependencies anew, for every supported Python and system
	@$(PIP) uv
	@printf 'hatchling\neditables\n' | $(COMPILE) pyproject.toml - -o requirements.txt > /dev/null
	@$(COMPILE) pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt > /dev/null
	@$(COMPILE) pyproject.toml --extra bench -c requirements-dev.txt -o requirements-bench.txt > /dev/null
	@$(COMPILE) pyproject.toml --extra fuzz -c requirements-dev.txt -o requirements-fuzz.txt > /dev/null
	@$(COMPILE) pyproject.toml --extra mutation -c requirements-dev.txt -o requirements-mutation.txt > /dev/null

clean: ## remove everything that was made
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage .mutation build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the virtual environment -------------------------------------------------------------------

$(MADE):
	@python=; for name in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo 'doorless needs Python 3.11 or newer; found: '"$$(python3 --version 2>&1 || echo none)"' (make PYTHON=/path/to/python3 picks one)' >&2; exit 1; \
	fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python cannot make virtual environments; on Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; \
	fi; \
	echo "making .venv with $$("$$python" --version)"; \
	"$$python" -m venv --clear $(VENV)
	@pwd -P > $@

# The locked requirements bring the build backend, so nothing is fetched unlocked afterwards
# (pip refuses "-e ." beside hashes, and build isolation would ignore the lock).
$(READY): requirements.txt pyproject.toml $(MADE)
	@echo 'installing what doorless needs'
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(READY_DEV): requirements-dev.txt $(READY)
	@echo 'installing the development tools'
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

$(READY_BENCH): requirements-bench.txt $(READY)
	@echo 'installing what the benchmarks compare with'
	@$(PIP) --require-hashes -r requirements-bench.txt
	@touch $@

$(READY_FUZZ): requirements-fuzz.txt $(READY)
	@echo 'installing what fuzzing needs, where there is a wheel of it'
	@$(PIP) --require-hashes -r requirements-fuzz.txt
	@touch $@

$(READY_MUTATION): requirements-mutation.txt $(READY)
	@echo 'installing what mutation testing needs'
	@$(PIP) --require-hashes -r requirements-mutation.txt
	@touch $@
