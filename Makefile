# `make help` lists the targets. Everything made on this machine lies in .venv/ and var/.

.DEFAULT_GOAL := help
.PHONY: help install install-run run backup restore test test-rest test-all soak peers check audit messages translations docs release screenshots bench clean
MAKEFLAGS += --no-print-directory

# The first Python that the lock has wheels for; PYTHON=... names another one.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo "$$name" && break; done)
BIN := .venv/bin

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install:  ## make .venv with all that running and developing need, and compile the catalogues, unless that is done
install-run:  ## the same, with what running needs alone
install-run: LOCKS := --running
install install-run:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Titian needs Python 3.11 to 3.14: install it, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
		exit 1; fi
	@"$(PYTHON)" .ci/install.py $(LOCKS)
	@$(BIN)/python -m backend.config.compiled_catalogues

run: install-run  ## the demo forum at http://127.0.0.1:8000 (TITIAN_PORT for another port, TITIAN_DEMO=0 for no demo)
	@TITIAN_DEMO=$${TITIAN_DEMO-1} exec $(BIN)/python manage.py serve

backup: install-run  ## write a backup to var/backups (TITIAN_BACKUPS, TITIAN_BACKUP_KEY, TITIAN_BACKUP_DAYS: docs/running.md)
	@$(BIN)/python manage.py backup

restore: install-run  ## restore BACKUP=FILE into an empty database (IDENTITY=FILE opens it, ERASURES="FILE ..." are kept copies)
	@test -n "$(BACKUP)" || { echo "Name the backup: make restore BACKUP=var/backups/titian-....tar" >&2; exit 1; }
	@$(BIN)/python manage.py restore "$(BACKUP)" $(if $(IDENTITY),--identity "$(IDENTITY)") $(if $(ERASURES),--erasures $(ERASURES))

# Settings given to `make run` are not the tests'; DATABASE_URL and TITIAN_VAR are obeyed.
SETTINGS := $(filter-out TITIAN_VAR,$(filter TITIAN_% ALLOWED_HOSTS EMAIL_URL SECRET_KEY,$(.VARIABLES)))
TESTS = @$(BIN)/python -m tests.chromium && env $(addprefix -u ,$(SETTINGS)) PYTHONDONTWRITEBYTECODE= \
	$(BIN)/python -m pytest --benchmark-disable -q -n logical --dist loadfile --no-loadscope-reorder
test: install  ## the first tier: all but the longest tests, and the main path in a browser
	$(TESTS) -m "not slow"

test-rest: install  ## the second tier: every page and path in a browser, walks through all addresses, real processes
	$(TESTS) -m slow

test-all: install  ## both tiers
	$(TESTS)

soak: install  ## what takes long to try: random situations, hostile requests, load (TITIAN_SOAK=0.1 for a tenth of it)
	@$(BIN)/python -m pytest tests/soak --benchmark-disable -q -s

peers: install  ## install the servers and libraries of others that `make soak` asks into var/peers, each server with a forum
	@$(BIN)/python -m tests.peers

check: install  ## ruff, mypy, djlint, the layers, missing migrations, the catalogue of texts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy matching backend frontend manage.py
	@$(BIN)/djlint --check frontend backend
	@$(BIN)/djlint --lint --quiet frontend backend
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py make_messages --check
	@$(BIN)/python manage.py check_messages

AUDIT := var/audit
audit: install  ## known vulnerabilities of what is installed; asks the package registry, so not part of check
	@test -x $(AUDIT)/bin/pip-audit || { $(BIN)/python -m venv $(AUDIT) && $(AUDIT)/bin/pip install -q pip-audit; }
	@$(AUDIT)/bin/pip-audit --path "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

translations: install  ## whether each translation means what its English says, by the bundled model
	@$(BIN)/python -m tests.benchmarks.bench_translations

DOCS := var/docs
docs:  ## write the handbook, var/handbook, which is served under /handbook/
	@test -n "$(PYTHON)" || { echo "The handbook needs Python 3.11 or later: name it, make docs PYTHON=/path/to/python3" >&2; exit 1; }
	@cmp -s docs/requirements.txt $(DOCS)/installed-from || { "$(PYTHON)" -m venv --clear $(DOCS) && \
		$(DOCS)/bin/pip install -q -r docs/requirements.txt && cp docs/requirements.txt $(DOCS)/installed-from; }
	@$(DOCS)/bin/sphinx-build -q -E -W --keep-going -b html -d $(DOCS)/doctrees docs $(DOCS)/html
	@$(DOCS)/bin/python docs/reading_grade.py
	@rm -rf var/handbook && mv $(DOCS)/html var/handbook && echo "The handbook is in var/handbook."

SBOM := var/sbom
release: install docs  ## write wheel, image, SBOMs, notes and signed checksums to dist (KEY=FILE signs, EARLIER_API=FILE is compared, BASE=IMAGE)
	@test -x $(SBOM)/bin/cyclonedx-py || { "$(PYTHON)" -m venv $(SBOM) && $(SBOM)/bin/pip install -q cyclonedx-bom; }
	@$(BIN)/python .ci/release.py --sbom-program $(SBOM)/bin/cyclonedx-py $(if $(KEY),--key "$(KEY)") \
		$(if $(EARLIER_API),--earlier-api "$(EARLIER_API)") $(if $(BASE),--base "$(BASE)")

screenshots: install  ## take the handbook's pictures anew from a running demo (TITIAN_PORT for another port)
	@$(BIN)/python -m tests.screenshots

messages: install  ## write the catalogues of translatable texts, frontend/locale
	@$(BIN)/python manage.py make_messages

BENCHES := bench_encoder bench_encoder_process bench_graph bench_pairs bench_update bench_markets bench_languages bench_learning bench_polling
bench: install  ## how fast and how good, against a peer or the limit in the same run (DATA=FOLDER of sets to rank)
	@status=0; for one in $(BENCHES); do \
		echo; echo "== $$one"; DJANGO_SETTINGS_MODULE=backend.config.settings $(BIN)/python -m tests.benchmarks.$$one || status=1; done; \
		echo; echo "== bench_evaluation"; if [ -n "$(DATA)" ]; then \
			for one in "$(DATA)"/*/people.jsonl; do $(BIN)/python -m tests.benchmarks.bench_evaluation "$$(dirname "$$one")" || status=1; done; \
			else echo "left out: it needs a folder of data sets, make bench DATA=../shared/data (docs/matching.md)"; fi; \
		if [ -f "$(DATA)/dev-forum/key.json" ]; then echo; echo "== bench_reasons"; \
			$(BIN)/python -m tests.benchmarks.bench_reasons "$(DATA)/dev-forum" || status=1; fi; \
		if [ -f "$(DATA)/introductions/people.jsonl" ]; then echo; echo "== bench_precision"; \
			$(BIN)/python -m tests.benchmarks.bench_precision "$(DATA)/introductions" || status=1; fi; \
		if [ -f "$(DATA)/introductions/attendees.csv" ]; then echo; echo "== bench_first_lists"; \
			$(BIN)/python -m tests.benchmarks.bench_first_lists "$(DATA)/introductions" || status=1; \
			echo; echo "== bench_introductions"; \
			INTRODUCTIONS="$(DATA)/introductions" $(BIN)/python -m pytest tests/benchmarks/bench_introductions.py -q -s || status=1; fi; \
		echo; echo "== five seconds from saving a profile to its new list"; \
			TITIAN_PATIENCE_MS=5000 $(BIN)/python -m pytest tests/journeys/test_official.py -q || status=1; \
		echo; echo "== bench_stats"; $(BIN)/python -m pytest tests/benchmarks/bench_stats.py -q -s || status=1; \
		echo; echo "== bench_search"; $(BIN)/python -m pytest tests/benchmarks/bench_search.py -q -s || status=1; \
		echo; echo "== bench_matching"; $(BIN)/python manage.py bench_matching --people 1000 || status=1; \
		$(BIN)/python manage.py bench_matching --people 10000 || status=1; exit $$status

clean:  ## remove caches; the data in var/ stays
	@rm -rf .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks var/test-postgres
	@find . -name __pycache__ -not -path "./.venv/*" -prune -exec rm -rf {} +
