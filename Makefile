# Everything happens in .venv; `make demo` and `make test` set it up themselves.
PYTHON ?= python3
# TensorFlow 2.15, whose files the benchmark compares with, has none newer.
PEER_PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: demo test check bench clean

demo: .venv/demo.stamp
	$(BIN)/rnn2onnx demo

test: check
	$(BIN)/python -m pytest -n auto

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev.stamp .peers/files/peers.json
	$(BIN)/python -m tests.bench .peers/files

.peers/files/peers.json: .peers/peers.stamp tests/bench/peers.py tests/bench/programs.py
	.peers/bin/python -W ignore -m tests.bench.peers .peers/files

.peers/peers.stamp:
	$(PEER_PYTHON) -m venv .peers
	.peers/bin/pip install --quiet tensorflow-cpu==2.15.1 tf2onnx==1.17.0 'onnx<1.19' h5py requests
	.peers/bin/pip install --quiet --no-deps deepctr==0.9.4
	touch $@

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/demo.stamp: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[demo]'
	touch $@

.venv/dev.stamp: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,demo]'
	touch $@

clean:
	rm -rf .venv .peers .mypy_cache .ruff_cache .pytest_cache .hypothesis
