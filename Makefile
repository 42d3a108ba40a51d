# Thin: every target hands over to CMake's presets or to a script in tools/.
# make run RUN='demo --device cpu' runs another command.
RUN ?= compare
JOBS ?= $(shell nproc)

export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)
.DEFAULT_GOAL := help
.PHONY: build run test python sanitize fuzz bench format lint install clean help

build: ## build/bin/wattention and the library, optimized
	@tools/install_dependencies build
	@cmake --preset release
	@cmake --build --preset release --target bin/wattention

run: build ## the main job: the notebook's comparison, with its report in out/
	@mkdir -p out
	build/bin/wattention $(RUN)

test: ## everything, built and tested in release mode (TORCH=0: PyTorch is not installed for it)
	@tools/install_dependencies build test python
	@cmake --preset release $$(TORCH=$(TORCH) tools/python_venv build/python-venv)
	@cmake --build --preset release
	@ctest --preset release -j $(JOBS)

python: ## the wheel, built from nothing, installed into a fresh environment and tested there (TORCH=1: with torch)
	@tools/install_dependencies build python
	@tools/test_wheel build/wheel $(if $(TORCH),--torch)

sanitize: ## the same tests under ASan with UBSan, then under TSan
	@tools/install_dependencies build test
	@for preset in asan tsan; do \
	  echo "make sanitize: the preset $$preset, in build-$$preset/" && cmake --preset $$preset \
	    && cmake --build --preset $$preset && ctest --preset $$preset -j $(JOBS) \
	    || { echo "make sanitize: the preset $$preset failed" >&2; exit 1; }; done
	@echo "make sanitize: clean under ASan, UBSan and TSan"

fuzz: ## a minute of libFuzzer on each of its targets, under ASan and UBSan
	@tools/install_dependencies build fuzz
	@cmake --preset fuzz
	@cmake --build --preset fuzz
	@ctest --preset fuzz -V

bench: ## the microbenchmarks of benchmarks/
	@tools/install_dependencies build bench
	@cmake --preset bench
	@cmake --build --preset bench --target run_benchmarks

format: ## rewrite the sources with clang-format
	@tools/install_dependencies test
	@git ls-files -z '*.cpp' '*.cu' '*.h' '*.inc' | xargs -0 clang-format -i

lint: ## layers, style, clang-format and clang-tidy over every source (CHANGED=1: clang-tidy in 5 minutes, the newest changes first)
	@tools/install_dependencies build test
	@cmake --preset release
	@tools/check_layers
	@tools/check_style
	@tools/lint $(if $(CHANGED),--quick --time-limit 300,--all) || [ $$? -eq $(if $(CHANGED),77,0) ]

install: build ## to PREFIX (default /usr/local)
	@cmake --install build $(if $(PREFIX),--prefix $(PREFIX))

clean: ## forget every build tree
	@rm -rf build build-*

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
