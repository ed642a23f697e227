#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
#
# Runs the benchmarks whose results docs/performance.md records: every
# bench/*/run.sh, then the Go benchmarks. The machine is named first, because a
# figure without its machine says nothing.
#
#   scripts/bench.sh            all
#   scripts/bench.sh match      bench/match/run.sh only
set -euo pipefail
cd "$(dirname "$0")/.."
export GOFLAGS="${GOFLAGS:--tags=sqlite_fts5 -buildvcs=false}" CGO_ENABLED=1

printf '%s, %s, %s cores, %s, %s\n' "$(date -u +%F)" "$(go version | cut -d' ' -f3)" "$(nproc)" \
	"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
	"$(awk '/^MemTotal/ { printf "%d GB", $2 / 1048576 }' /proc/meminfo)"

for run in bench/${1:-*}/run.sh; do
	[[ -f $run ]] || continue
	printf '\n== %s\n' "$run"
	bash "$run"
done
[[ $# -gt 0 ]] && exit

printf '\n== go test -bench\n'
go test -vet=off -run '^$' -bench . -benchmem ./internal/...
