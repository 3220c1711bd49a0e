# The commands of this repository. Each installs what it needs on a fresh Debian or Ubuntu, and its last line says how it ended.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# `make setup` may have installed rustup a moment ago, and the calling shell does not have its folder in PATH yet.
export PATH := $(or $(CARGO_HOME),$(HOME)/.cargo)/bin:$(PATH)
OUT := $(or $(CARGO_TARGET_DIR),target)
# In a terminal cargo shows its progress; in a log it would write three hundred lines.
BUILD := cargo build --locked $(shell [ -t 2 ] || echo --quiet)

.PHONY: help setup demo city bench kill-rounds test simulate screens fmt lint android-check deb clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup: ## install what building, running and testing need
	@scripts/setup.sh base ui test
	echo "make setup: nothing is missing."

# Without a display the app is not compiled: the demo day runs on the server and on devices without a screen.
demo: ## run a day in the field: a server, two devices, a supervisor, the console (ONCE=1 ends after the checks)
	@scripts/setup.sh base
	packages=(-p tests -p sync-server --bin demo --bin sync-server)
	arguments=()
	if [ -n "$(filter-out 0,$(ONCE))" ]; then
	  arguments+=(--once)
	elif [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ]; then
	  scripts/setup.sh ui
	  packages+=(-p app --bin lianxin)
	  arguments+=(--app "$(OUT)/debug/lianxin")
	fi
	echo "make demo: building (some minutes the first time)"
	$(BUILD) "$${packages[@]}"
	SYNC_SERVER_BIN="$$(realpath "$(OUT)/debug/sync-server")" "$(OUT)/debug/demo" "$${arguments[@]}"
	echo "make demo: done."

city: ## load the whole demo city through the real push path and compare its figures
	@scripts/setup.sh base
	echo "make city: building (some minutes the first time)"
	$(BUILD) --release -p tests -p sync-server --bin city --bin sync-server
	SYNC_SERVER_BIN="$$(realpath "$(OUT)/release/sync-server")" "$(OUT)/release/city"
	echo "make city: done."

bench: ## measure the performance targets, next to plain SQLite on the same machine (ARGS="--postgres", "--only sync")
	@scripts/setup.sh base $(if $(findstring postgres,$(ARGS)),test)
	echo "make bench: building (some minutes the first time)"
	$(BUILD) --release -p tests -p sync-server --bin bench --bin sync-server
	SYNC_SERVER_BIN="$$(realpath "$(OUT)/release/sync-server")" "$(OUT)/release/bench" $(ARGS)
	echo "make bench: done."

kill-rounds: ## kill the server under load, ROUNDS=n times, and count lost records (ARGS=--postgres)
	@scripts/setup.sh base $(if $(findstring postgres,$(ARGS)),test)
	echo "make kill-rounds: building (some minutes the first time)"
	$(BUILD) --release -p tests -p sync-server --bin kill_rounds --bin sync-server
	SYNC_SERVER_BIN="$$(realpath "$(OUT)/release/sync-server")" "$(OUT)/release/kill_rounds" --rounds $(or $(ROUNDS),50) $(ARGS)
	echo "make kill-rounds: done."

test: ## check format and lint, and run every test, with the real app and the console's pages
	@scripts/setup.sh base ui test
	scripts/test.sh

# Not optimised: a seed takes half a second, and the optimised build would take longer than a thousand seeds.
simulate: ## run the simulator (SEEDS=n FIRST_SEED=s), or with MUTANTS=1 the planted bugs that it must catch
	@scripts/setup.sh base
	echo "make simulate: building (some minutes the first time)"
	$(BUILD) --bin simulate
	arguments=(--seeds "$(or $(SEEDS),$(if $(filter-out 0,$(MUTANTS)),60,100))" --first-seed "$(or $(FIRST_SEED),1)")
	if [ -n "$(filter-out 0,$(MUTANTS))" ]; then arguments+=(--mutants); fi
	"$(OUT)/debug/simulate" "$${arguments[@]}"

screens: ## make a picture of every screen, into target/screens
	@scripts/setup.sh base ui test
	echo "make screens: building (some minutes the first time)"
	$(BUILD) --workspace --features app/automation --bins --tests
	SYNC_SERVER_BIN="$$(realpath "$(OUT)/debug/sync-server")" LIANXIN_APP_BIN="$$(realpath "$(OUT)/debug/lianxin")" \
	  scripts/test-env.sh "$(OUT)/debug/screens"
	echo "make screens: done, in $(OUT)/screens."

fmt: ## format the code
	@scripts/setup.sh base
	cargo fmt --all
	echo "make fmt: done."

lint: ## check format, lint, structure, documentation and dependencies
	@scripts/setup.sh base ui
	scripts/lint.sh
	echo "make lint: clean."

android-check: ## check that the app compiles for Android (without SDK and NDK)
	@scripts/setup.sh base android
	scripts/android-check.sh
	echo "make android-check: the app compiles for Android arm64."

deb: ## build Debian packages of the app (for desktops) and of the server, into target/deb
	@scripts/setup.sh base ui deb
	scripts/deb.sh

clean: ## remove everything that was built
	@rm -rf "$(OUT)" target-android
	echo "make clean: done."
