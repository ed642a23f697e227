# SPDX-License-Identifier: EUPL-1.2
#
# "make run" starts the portal, "make test" tries everything, "make help" lists the rest.
# What a target needs and the machine lacks is installed by scripts/setup.sh, which says what it does.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test lint unit build generate dist bench clean

# sqlite_fts5 compiles SQLite's full-text search in. CGO is needed: SQLite is C.
export GOFLAGS := -tags=sqlite_fts5 -buildvcs=false
export CGO_ENABLED := 1

LISTEN ?= 127.0.0.1:8080
DATA ?= var/demo
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)
LDFLAGS := -s -w -X main.version=$(VERSION)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build and start the portal with the demonstration territory on http://127.0.0.1:8080
	@scripts/setup.sh run
	@$(MAKE) --no-print-directory build
	bin/martinella serve --demo --data $(DATA) --listen $(LISTEN)

build: ## make bin/martinella: one file with everything inside
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/martinella ./cmd/martinella

test: ## everything: lint, units, both database engines, browser, accessibility
	@scripts/setup.sh test
	@status=0; scripts/lint.sh || status=1; scripts/test.sh || status=1; exit $$status

lint: ## formatting, vet, staticcheck, generated files up to date
	@scripts/setup.sh lint
	@scripts/lint.sh

unit: ## the tests alone, without lint; PKG=./internal/... narrows them
	@scripts/setup.sh test
	@scripts/test.sh $(PKG)

generate: ## write again what is generated: the code of the templates, the API's description and its Go client
	go tool templ generate
	go run ./internal/app/makeclient

dist: ## build the styles and scripts in web/static/dist from their sources
	@scripts/setup.sh web
	npm --prefix web run build

bench: ## the benchmarks of docs/performance.md
	@scripts/bench.sh

clean: ## remove what was built; var/, with the demonstration's data, stays
	rm -rf bin .tools web/node_modules
