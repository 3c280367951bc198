# make demo            set-up, build, then the main job on real input: train a CNN on images, classify pictures with it,
#                      generate text with Gemma 3 270M
# make gemma           fetches Gemma 3 270M (253 MB) into HILO_CACHE, for `hilo generate gemma-3-270m` and the tests
# make test            set-up, build, then every test (LABEL=fast: only the fast ones; CTEST_ARGS=.. goes to ctest)
# make build           the program, build/hilo
# make dist            a folder and an archive that run on a bare Debian 12
# make bench           every benchmark, JSON out (BENCH=name: only that one)
# make fuzz            every parser of outside bytes under libFuzzer and sanitizers (FUZZ=name: only that one; RUNS=N)
# make format          clang-format over all sources;   make tidy  clang-tidy over all sources
# make plugins-latest  the compatibility test against the newest CPU plugins
# make clean           removes build/; downloads stay in HILO_CACHE (default ~/.cache/hilo)

HILO_CACHE ?= $(HOME)/.cache/hilo
export HILO_CACHE
BUILD := build
JOBS ?= $(shell nproc)
NINJA := cmake --build $(BUILD) --parallel $(JOBS)
SOURCES = $(shell git ls-files '*.h' '*.cpp')
# The pinned CPU plugins, for the compatibility test.
PLUGINS = $(shell awk '/^(cpu|test)/ { print "$(HILO_CACHE)/" $$2 }' cmake/plugins.lock | sort -u | \
            xargs -I{} find {} -name '*.so' | paste -sd:)

.PHONY: gemma demo test build dist bench fuzz format tidy plugins-latest clean setup configure

demo: build
	@cmake/demo.sh $(BUILD)/hilo

gemma: setup
	@cmake/gemma.sh

test: setup-test configure
	$(NINJA)
	@HILO_TEST_PLUGINS=$${HILO_TEST_PLUGINS:-$(PLUGINS)} ctest --test-dir $(BUILD) --parallel $(JOBS) --output-on-failure --no-tests=error $(if $(LABEL),-L $(LABEL)) $(CTEST_ARGS)
	@echo "make test: passed"

build: configure
	$(NINJA) --target hilo

dist: setup-dist build
	@cmake/dist.sh $(BUILD)

bench: configure
	$(NINJA)
	@cmake/bench.sh $(BUILD)/bench $(BENCH)

fuzz: setup-fuzz
	@cmake --preset fuzz --log-level=WARNING -DHILO_CACHE_DIR=$(HILO_CACHE) >/dev/null
	cmake --build build-fuzz --parallel $(JOBS) --target fuzzers
	@cmake/fuzz.sh build-fuzz $(FUZZ)

format: setup-format
	clang-format-14 -i $(SOURCES)

tidy: setup-tidy configure
	run-clang-tidy-19 -quiet -p $(BUILD) -j $(JOBS) '$(CURDIR)/(hilo|tools|examples)/.*'

plugins-latest: setup-test configure
	$(NINJA) --target test_pjrt
	@cmake/plugins_latest.sh $(BUILD)

clean:
	rm -rf $(BUILD)

setup:
	@cmake/setup.sh
setup-%:
	@cmake/setup.sh $*
configure: setup
	@cmake --preset release --log-level=WARNING -DHILO_CACHE_DIR=$(HILO_CACHE) >/dev/null
