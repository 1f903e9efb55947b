# The short way to everything; `make` alone lists it. Each part also runs by itself: see tools/ and CMakePresets.json.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
export JOBS ?= $(shell nproc)
KILLS ?= 500
EVENTS ?= 10000000
RUNS ?= 5

build_release = cmake --preset release --log-level=WARNING && cmake --build build/release -j $(JOBS)
step = @echo "== $(1)"

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.* ## /  make \1\t/p' Makefile | expand -t 22

.PHONY: demo
demo: ## build gapless and show it at work on the sample logs
	$(call step,what building needs: tools/setup build)
	@tools/setup build </dev/null
	$(call step,the program: build/release/gapless)
	@$(build_release) --target gapless </dev/null
	$(call step,the demonstration: tools/demo)
	@tools/demo </dev/null

.PHONY: build
build: ## build the program, build/release/gapless
	$(call step,what building needs: tools/setup build)
	@tools/setup build </dev/null
	$(call step,the program: build/release/gapless)
	@$(build_release) --target gapless </dev/null

.PHONY: test
test: test-setup test-asan test-tsan test-release ## every test: under ASan and UBSan, under TSan, and in the release build

.PHONY: test-setup
test-setup:
	$(call step,what testing needs: tools/setup test)
	@tools/setup test </dev/null

.PHONY: test-asan
test-asan: test-setup ## only unit and contract tests, under ASan and UBSan
	$(call step,unit and contract tests under ASan and UBSan: tools/sanitize asan)
	@tools/sanitize asan </dev/null

.PHONY: test-tsan
test-tsan: test-setup ## only tests with threads, under TSan
	$(call step,tests with threads under TSan: tools/sanitize tsan)
	@tools/sanitize tsan </dev/null

.PHONY: test-release
test-release: test-setup ## only the release build's tests: all there are
	$(call step,the release build with its tests: build/release)
	@$(build_release) </dev/null
	$(call step,all tests of the release build: ctest --preset release)
	@ctest --preset release -j $(JOBS) </dev/null

.PHONY: test-long
test-long: test-setup ## what takes too long for `make test`: a busy month in 300 MB, every stream in little memory, every statement spoilt, every report while days are built, all on a server
	@$(build_release) --target gapless stand_in_server </dev/null
	$(call step,a month of 10 M events with 300 MB of memory: tests/long/memory_month.py)
	@python3 -B tests/long/memory_month.py </dev/null
	$(call step,a backfill on a server with each statement spoilt in each way: tests/cli/test_proxy.py)
	@GAPLESS_PROXY_EVERY=1 python3 -B tests/cli/test_proxy.py </dev/null
	$(call step,the groups of 32 streams in every team buckets and ever less memory: tests/embedded/reference_groups.py)
	@$(build_release) --target embedded_groups </dev/null
	@GAPLESS_TEST_LONG=1 python3 -B tests/embedded/reference_groups.py build/release/tests/embedded_groups </dev/null
	$(call step,every report of 40 streams while their days are built: tests/embedded/reference_reports.py)
	@$(build_release) --target embedded_reports </dev/null
	@python3 -B tests/embedded/reference_reports.py build/release/tests/embedded_reports 1 40 20 </dev/null
	$(call step,a rebuild of the targets killed at every point: tests/cli/test_buckets.py)
	@GAPLESS_TEST_LONG=1 python3 -B tests/cli/test_buckets.py </dev/null
	$(call step,processes that share a store for four months and miss it for a minute: tests/run/processes_test.cpp)
	@$(build_release) --target executor_process_test </dev/null
	@GAPLESS_TEST_LONG=1 build/release/tests/executor_process_test --gtest_filter='*Crowds*:*OutageOfTheStore*' </dev/null
	$(call step,100 kills with the state in PostgreSQL: tests/torture/torture.py)
	@tests/torture/torture.py --store postgres --kills 100 --publishing-at-least 10 </dev/null
	$(call step,two and four servers and teams that move between them: tests/cli/test_shards.py)
	@GAPLESS_TEST_LONG=1 python3 -B tests/cli/test_shards.py </dev/null
	$(call step,every black-box test on a server: GAPLESS_TEST_ENGINE=server)
	@for file in tests/cli/test_*.py; do echo "$$file"; GAPLESS_TEST_ENGINE=server python3 -B $$file </dev/null; done

.PHONY: torture
torture: test-setup ## kill the program 500 times (KILLS=N), and look whether anything was lost or counted twice
	$(call step,the program: build/release/gapless)
	@$(build_release) --target gapless </dev/null
	$(call step,$(KILLS) kills: tests/torture/torture.py)
	@tests/torture/torture.py --kills $(KILLS) --publishing-at-least $$(($(KILLS) / 10)) </dev/null

.PHONY: bench
bench: ## gapless against the usual way on the same data (EVENTS=10000000 RUNS=5): minutes, and some GB of disk
	$(call step,what building needs: tools/setup build)
	@tools/setup build </dev/null
	$(call step,the measurement: build/release/gapless_bench)
	@$(build_release) --target gapless_bench </dev/null
	$(call step,$(EVENTS) events and $(RUNS) runs: docs/BENCHMARK.md says what is measured)
	@build/release/gapless_bench --events $(EVENTS) --runs $(RUNS) --json build/bench.json </dev/null

.PHONY: check
check: ## format, include directions, scripts and clang-tidy, without building
	$(call step,what checking needs: tools/setup check)
	@tools/setup check </dev/null
	$(call step,formatting: tools/format --check)
	@tools/format --check
	$(call step,include directions: tools/check-includes)
	@tools/check-includes
	$(call step,shell and Python scripts: tools/check-scripts)
	@tools/check-scripts
	$(call step,clang-tidy: tools/lint)
	@time tools/lint

.PHONY: format
format: ## format every C++ file
	$(call step,formatting: tools/format)
	@tools/setup check </dev/null
	@tools/format

.PHONY: clean
clean: ## remove what was built
	$(call step,removing build/)
	@rm -rf build
