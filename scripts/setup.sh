#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
#
# Installs what a target needs and the machine lacks, says what it does, never asks.
#
#   scripts/setup.sh run     to build and start the portal: Go and a C compiler, nothing else
#   scripts/setup.sh web     to build styles and scripts: Node, packages of web/package-lock.json
#   scripts/setup.sh lint    run + web + staticcheck
#   scripts/setup.sh test    lint + PostgreSQL, Chromium and fonts, poppler, gpg, openssl, an S3 server
#
# Debian packages need root or a sudo that does not ask for a password. When
# everything is there, it does nothing and needs no network.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly staticcheck_version=v0.8.2
readonly versitygw_version=v1.8.0
readonly csaf_version=v3.7.0

say() { printf 'setup: %s\n' "$*"; }
fail() {
	printf 'setup: %s\n' "$*" >&2
	exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# again COMMAND... tries three times: mirrors have bad moments.
again() {
	local attempt
	for attempt in 1 2; do
		"$@" && return
		say "attempt $attempt failed, trying again"
	done
	"$@"
}

# can_install TEXT... fails with what to do by hand when packages cannot be installed.
can_install() {
	has apt-get || fail "this machine has no apt-get; please install: $*"
	if [[ $(id -u) -ne 0 ]] && ! sudo -n true 2>/dev/null; then
		fail "no root here; please run: sudo apt-get install --no-install-recommends $*"
	fi
}

as_root() {
	if [[ $(id -u) -eq 0 ]]; then
		"$@"
	else
		sudo -n "$@"
	fi
}

quietly() {
	local log
	log=$(mktemp)
	if ! "$@" >"$log" 2>&1 </dev/null; then
		cat "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

apt_install() {
	[[ $# -gt 0 ]] || return 0
	can_install "$@"
	say "installing Debian packages: $*"
	again quietly as_root apt-get -q update
	again quietly as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y --no-install-recommends install "$@"
}

need_go() {
	has go || fail 'Go is missing: install version 1.26 or newer from https://go.dev/dl/'
	has gcc || has cc || apt_install gcc libc6-dev
}

need_node() {
	has npm || fail 'Node.js with npm is missing: install version 20 or newer (Debian: apt-get install npm)'
	[[ -f web/package-lock.json ]] || return 0
	cmp -s web/package-lock.json web/node_modules/.installed-lock && return
	say 'installing the Node packages of web/package-lock.json'
	again quietly npm --prefix web ci --no-audit --no-fund
	cp web/package-lock.json web/node_modules/.installed-lock
}

# need_tool NAME PACKAGE VERSION builds a program of the Go module proxy into .tools/bin.
need_tool() {
	local have=
	[[ -x .tools/bin/$1 ]] && have=$(go version -m ".tools/bin/$1" | awk '$1 == "mod" { print $3 }')
	[[ $have == "$3" ]] && return
	say "installing $1 $3 in .tools"
	GOBIN=$PWD/.tools/bin GOFLAGS=-buildvcs=false again quietly go install "$2@$3"
}
need_staticcheck() { need_tool staticcheck honnef.co/go/tools/cmd/staticcheck "$staticcheck_version"; }
# An S3 server for the tests of files kept there.
need_s3() { need_tool versitygw github.com/versity/versitygw/cmd/versitygw "$versitygw_version"; }

# What checks us as a provider of CSAF documents, and fetches them.
need_csaf() {
	local program
	for program in csaf_checker csaf_downloader; do
		need_tool "$program" "github.com/gocsaf/csaf/v3/cmd/$program" "$csaf_version"
	done
}

# The tests start a private server; Debian's package would also make and start
# one of its own, which nobody asked for, so that is held back while installing.
install_postgres() {
	can_install postgresql
	hold=/etc/postgresql-common/createcluster.d/martinella-setup.conf
	trap 'as_root rm -f "$hold"' EXIT
	as_root install -d "$(dirname "$hold")"
	printf 'create_main_cluster = false\n' | as_root tee "$hold" >/dev/null
	apt_install postgresql
}

need_test_packages() {
	local missing=()
	has chromium || missing+=(chromium)
	has pdftotext || missing+=(poppler-utils)
	has qpdf || missing+=(qpdf)
	/usr/bin/python3 -c 'import feedparser' 2>/dev/null || missing+=(python3-feedparser)
	has gpg || missing+=(gpg)
	has gpg-agent || missing+=(gpg-agent)
	has gpgconf || missing+=(gpgconf)
	has openssl || missing+=(openssl)
	compgen -G '/usr/share/fonts/truetype/liberation*' >/dev/null || missing+=(fonts-liberation)
	compgen -G '/usr/share/fonts/truetype/dejavu*' >/dev/null || missing+=(fonts-dejavu-core)
	apt_install ${missing[@]+"${missing[@]}"}
	compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || install_postgres
}

case ${1:-} in
run) need_go ;;
web) need_node ;;
lint) need_go && need_node && need_staticcheck ;;
test) need_go && need_node && need_staticcheck && need_s3 && need_csaf && need_test_packages ;;
*)
	sed -n '4,12s/^# \{0,1\}//p' "$0"
	exit 2
	;;
esac
