#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Measures the matcher on the real corpus and compares it with cpe2cve on the
# same lists in the same run. Usage: bench/match/run.sh [names] [names to compare]
# MARTINELLA_DATA says where the corpus is. About five minutes on two cores.
set -eu
names=${1:-100000}
compared=${2:-20000}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
sep=$(printf '\037') # no name holds it
trap 'rm -rf "$work"' EXIT

cd "$here/../.."
go build -tags sqlite_fts5 -o "$work/match" ./bench/match
GOBIN="$work" go install github.com/facebookincubator/nvdtools/cmd/cpe2cve@v0.1.5

echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(go version | cut -d' ' -f3)"
export GOMAXPROCS=1
"$work/match" stacks -names "$names" -seed 1 -out "$work/stacks"
head -n "$compared" "$work/stacks" > "$work/compared"
"$work/match" nvd11 -out "$work/nvd11.json"

echo "== Martinella, one core, $names names"
"$work/match" names -stacks "$work/stacks" -rounds 5

cpu() { # CPU seconds of a command; its complaints are not ours
	/usr/bin/env bash -c 'TIMEFORMAT="%U %S"; time "$@" 2>/dev/null' -- "$@" 2>&1 >/dev/null | awk '{printf "%.2f", $1 + $2}'
}
echo "== cpe2cve, one core, same list (its cache off, its index on)"
: > "$work/empty"
idle=$(cpu "$work/cpe2cve" -cpe 1 -cve 2 -d2 "$sep" -idxd -cache_size -1 -nproc 1 "$work/nvd11.json" < "$work/empty")
busy=$(cpu "$work/cpe2cve" -cpe 1 -cve 2 -d2 "$sep" -idxd -cache_size -1 -nproc 1 "$work/nvd11.json" < "$work/stacks")
echo "load: $idle s CPU; load, match and print: $busy s CPU; names/s without the load: $(echo "$names $busy $idle" | awk '{printf "%.0f", $1 / ($2 - $3)}')"

echo "== whole processes over the same list, loading and printing counted, GOMAXPROCS=1"
go build -tags sqlite_fts5 -o "$work/martinella" ./cmd/martinella
go build -tags sqlite_fts5 -o "$work/territory" ./bench/territory
"$work/territory" corpus -dir "$work/corpus" > /dev/null # the database, as cpe2cve's converted file: made once, not counted
first=$(cpu "$work/martinella" match --data "$work/corpus" --stack "$work/stacks") # prepares the corpus and saves that
ours=$first
for again in 1 2 3; do
	more=$(cpu "$work/martinella" match --data "$work/corpus" --stack "$work/stacks")
	ours=$(echo "$ours $more" | awk '{print ($1 < $2) ? $1 : $2}')
done
ratio() { echo "$busy $1" | awk '{printf "%.0f", $1 / $2}'; }
echo "martinella match --stack: $ours s CPU, the best of three after a first one of $first s; cpe2cve: $busy s CPU; ratio $(ratio "$ours"), of the first $(ratio "$first")"

echo "== differences over the first $compared names, each name alone"
"$work/match" names -stacks "$work/compared" -rounds 1 -out "$work/ours" > /dev/null
"$work/cpe2cve" -cpe 1 -cve 2 -d2 "$sep" -idxd -cache_size -1 -nproc 1 "$work/nvd11.json" < "$work/compared" > "$work/theirs" 2> /dev/null
GOMAXPROCS=2 "$work/match" diff -ours "$work/ours" -theirs "$work/theirs"

echo "== CVE 5 affected entries, one core"
"$work/match" affected -stacks "$work/stacks"

echo "== one real day against a fleet"
"$work/match" fleet -organisations 1000 -items 100 -day 2026-06-10
"$work/match" fleet -organisations 23000 -items 200 -day 2026-06-10 -rounds 2
"$work/match" fleet -organisations 23000 -items 200 -day 2026-07-22 -rounds 2
