#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
#
# The checks that need no running program. Nothing is written in the tree: what
# is generated is made again in a temporary copy and compared. Every check runs,
# also after one has failed.
set -uo pipefail
cd "$(dirname "$0")/.."
export GOFLAGS="${GOFLAGS:--tags=sqlite_fts5 -buildvcs=false}" CGO_ENABLED=1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ours PATTERN... lists our files: in git or about to be.
ours() { git ls-files --cached --others --exclude-standard --deduplicate -- "$@" | while read -r f; do [[ -f $f ]] && printf '%s\n' "$f"; done; }

check_gofmt() {
	local wrong
	wrong=$(ours '*.go' ':!*_templ.go' | xargs -r gofmt -l) || return 1
	[[ -z $wrong ]] || { printf 'not formatted (gofmt -w):\n%s\n' "$wrong"; return 1; }
}

check_templates() {
	local f
	while read -r f; do
		install -D "$f" "$work/templ/$f"
	done < <(ours '*.templ')
	[[ -d $work/templ ]] || return 0
	cp go.mod "$work/templ/"
	go tool templ generate -log-level error -path "$work/templ" || return 1
	diff_generated || return 1
	go tool templ fmt -log-level error "$work/templ" || return 1
	local wrong=0
	while read -r f; do
		cmp -s "$f" "$work/templ/$f" || { echo "not formatted (go tool templ fmt FILE): $f"; wrong=1; }
	done < <(ours '*.templ')
	return $wrong
}

# The generated code names its source as seen from where the generator ran; that may differ.
diff_generated() {
	local f wrong=0
	without_names() { sed -E 's/FileName: `[^`]*`/FileName/' "$1" 2>/dev/null; }
	while read -r f; do
		f=${f%.templ}_templ.go
		cmp -s <(without_names "$f") <(without_names "$work/templ/$f") ||
			{ echo "$f is not what its template gives: make generate"; wrong=1; }
	done < <(ours '*.templ')
	while read -r f; do
		[[ -f ${f%_templ.go}.templ ]] || { echo "$f has no template any more"; wrong=1; }
	done < <(ours '*_templ.go')
	return $wrong
}

check_dist() { web/check-fresh.sh; }

check_scripts() {
	local f
	while read -r f; do
		bash -n "$f" || return 1
	done < <(ours '*.sh' .ci/run)
}

check_vet() { go vet ./...; }
check_modules() { go mod verify && go mod tidy -diff; }
check_staticcheck() { .tools/bin/staticcheck ./...; }

status=0
for check in gofmt templates dist scripts modules vet staticcheck; do
	began=$SECONDS
	if "check_$check" >"$work/out" 2>&1; then
		printf 'lint: %-12s fine (%d s)\n' "$check" $((SECONDS - began))
	else
		printf 'lint: %-12s FAILED\n' "$check"
		sed 's/^/  /' "$work/out"
		status=1
	fi
done
exit $status
