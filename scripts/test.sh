#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
#
# Runs the tests on both database engines, with one private PostgreSQL for all.
#
#   scripts/test.sh                  everything
#   scripts/test.sh ./internal/...   some packages
#
# Packages run under the race detector, except those where it would only cost
# time: what drives a browser, pure computation without goroutines, and the
# inventory, whose imports of 200,000 components take ten minutes there.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOFLAGS="${GOFLAGS:--tags=sqlite_fts5 -buildvcs=false}" CGO_ENABLED=1

readonly without_race='^martinella/(bench|cmd|web|internal/(house|e2e|inventory|advisory/parse|vulnerability/(match|cpe|version|feed)))(/|$)'

if [[ -z ${MARTINELLA_TEST_POSTGRES:-} ]]; then
	exec scripts/postgres-test.sh "$0" "$@"
fi

packages=$(go list "${@:-./...}")
mapfile -t plain < <(grep -E "$without_race" <<<"$packages" || true)
mapfile -t raced < <(grep -vE "$without_race" <<<"$packages" || true)

status=0
if [[ ${#plain[@]} -gt 0 ]]; then
	go test -vet=off -timeout 45m "${plain[@]}" || status=1
fi
if [[ ${#raced[@]} -gt 0 ]]; then
	go test -vet=off -race -timeout 45m "${raced[@]}" || status=1
fi
exit $status
