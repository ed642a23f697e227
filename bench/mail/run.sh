#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
#
# How many mails a second are handed to Postfix's smtp-sink: by Postfix's own
# smtp-source, which only sends, and by the mailer out of its database, unsigned
# and signed; smtp-source again at the end, because machines change their pace.
#
#   bench/mail/run.sh [mails]      needs Debian's package postfix (for smtp-sink and smtp-source; it need not run)
set -euo pipefail
cd "$(dirname "$0")/../.."
export GOFLAGS="${GOFLAGS:--tags=sqlite_fts5 -buildvcs=false}" PATH="$PATH:/usr/sbin"
n=${1:-20000}
for program in smtp-sink smtp-source; do
	command -v $program >/dev/null || {
		echo "no $program here: apt-get install postfix"
		exit 0
	}
done
work=$(mktemp -d)
port=2599
smtp-sink ${SINK_USER:+-u "$SINK_USER"} 127.0.0.1:$port 1000 >/dev/null 2>&1 &
sink=$!
trap 'kill $sink; rm -rf "$work"' EXIT
go build -o "$work/mail" ./bench/mail

source_alone() {
	local start end
	start=$(date +%s%N)
	smtp-source -s 8 -m "$n" -l 8000 -f csirt@bench.example -t p@ente.example 127.0.0.1:$port
	end=$(date +%s%N)
	echo "smtp-source alone, 8 sessions: $((n * 1000000000 / (end - start))) a second"
}

uptime
source_alone
"$work/mail" -smtp 127.0.0.1:$port -n "$n"
"$work/mail" -smtp 127.0.0.1:$port -n "$n" -pgp
source_alone
uptime
