#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Measures the whole program on a territory of 1,000 organisations with 100
# items each, and replays 67 real days for the bodies of the demonstration.
# Usage: bench/territory/run.sh [organisations] [items]
# MARTINELLA_DATA says where the corpus is. About seven minutes on two cores, 1 GB of disk.
set -eu
organisations=${1:-1000}
items=${2:-100}
here=$(cd "$(dirname "$0")" && pwd)
data=${MARTINELLA_DATA:-/work/shared/data/cve}
if [ ! -d "$data/nvd-2.0/base" ]; then
	echo "bench/territory: the corpus is missing: no nvd-2.0/base in $data; set MARTINELLA_DATA to the folder that has it. Nothing was measured." >&2
	exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$here/../.."
go build -tags sqlite_fts5 -o "$work/territory" ./bench/territory
echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(go version | cut -d' ' -f3)"
t="$work/territory"
kev=
if [ -f "$data/kev.tar.xz" ]; then
	tar xJf "$data/kev.tar.xz" -C "$work" ./kev/known_exploited_vulnerabilities.json
	kev="$work/kev/known_exploited_vulnerabilities.json"
fi

echo "== the corpus"
"$t" corpus -dir "$work/corpus" -kev "$kev"
cp -r "$work/corpus" "$work/territory.d"

echo "== the first matching"
"$t" seed -dir "$work/territory.d" -organisations "$organisations" -items "$items"
echo "database: $(du -m "$work/territory.d/martinella.db" | cut -f1) MB, of which the corpus $(du -m "$work/corpus/martinella.db" | cut -f1) MB"

echo "== the first digests: everything that is open, to everybody"
"$t" digests -dir "$work/territory.d" -day 2026-05-20

echo "== real days through the whole program"
"$t" day -dir "$work/territory.d" -days 2026-05-20,2026-05-21,2026-05-22,2026-05-26,2026-05-27

echo "== the digests after them"
"$t" digests -dir "$work/territory.d" -day 2026-05-28

echo "== pages, one core for the server"
"$t" pages -dir "$work/territory.d"

echo "== replay of the real days for the demonstration's bodies"
"$t" replay -dir "$work/corpus"
