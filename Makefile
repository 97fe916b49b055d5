# The study's commands; each sets up what it needs in .venv.
#
#   make study                        run the default study and make its report
#   make study STUDY=own_photos PHOTOS=folder   the same on your own photos
#   make ablations                    every sweep over one choice at a time (after make study)
#   make demo                         a page that places your photos (after make study)
#   make smoke                        a tiny study through every notebook
#   make test                         the tests, but for those that follow
#   make test-faults                  tests that kill, fill disks and set clocks, slow ones too
#   make test-nominatim               install a real Nominatim server, geocode with it
#   make lab                          JupyterLab on the notebooks
#   make report                       make the report again from executed notebooks
#   make lint                         style of code and notebooks
#   make bench                        speed, side by side with what one would use instead
#   make check-results                the committed results once more: what moved, and by chance?
#   make check-presets                every model of the papers, at full size, for 20 steps

STUDY ?= default
PHOTOS ?=
PYTHON ?= $(shell command -v python3.11 || command -v python3)
OUT ?=
SEGMENTER ?=
IP ?= localhost
PORT ?= 8866
VENV := .venv
RUN := $(VENV)/bin/python -m

export PYTHONUNBUFFERED = 1

.PHONY: study ablations demo smoke report test test-faults test-nominatim lab lint bench check-results check-presets setup clean

study: setup
	$(RUN) geoutils run --study "$(STUDY)" $(if $(PHOTOS),--photos "$(PHOTOS)") $(if $(OUT),--out-dir "$(OUT)")

ablations: setup
	$(RUN) geoutils ablations --study "$(STUDY)" $(if $(OUT),--out-dir "$(OUT)")

demo: setup
	$(RUN) geoutils demo --study "$(STUDY)" $(if $(OUT),--out-dir "$(OUT)") \
		$(if $(SEGMENTER),--segmenter "$(SEGMENTER)") --ip "$(IP)" --port "$(PORT)"

smoke:
	$(MAKE) study STUDY=smoke

report: setup
	$(RUN) geoutils report --study "$(STUDY)" $(if $(OUT),--out-dir "$(OUT)")

test: setup
	$(RUN) pytest -n 2 --dist loadfile

test-faults: setup
	$(RUN) pytest -m faults -n 2 --dist loadfile

test-nominatim: setup
	$(VENV)/bin/python tests/geocoding/nominatim/install.py
	$(RUN) pytest tests/geocoding/nominatim

lab: setup
	$(RUN) jupyterlab notebooks

lint: setup
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(VENV)/bin/nbstripout --keep-id --verify notebooks/*.ipynb

bench: setup
	$(VENV)/bin/pip install --quiet --constraint constraints.txt --requirement benchmarks/peers.txt || \
		echo "benchmarks/peers.txt: not installed; comparisons with what is missing will fail"
	$(VENV)/bin/python benchmarks/run_all.py

check-results: setup
	$(RUN) geoutils.study.check_results --study "$(STUDY)" $(if $(OUT),--out-dir "$(OUT)")

check-presets: setup
	$(RUN) geoutils.study.check_presets

setup: $(VENV)/.ready

# Rebuilt when what it was made from changes.
$(VENV)/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11))' 2>/dev/null || \
		{ echo "error: PYTHON=$(PYTHON) is not Python 3.11 or newer"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV)
