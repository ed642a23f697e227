#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
#
# A private, throw-away PostgreSQL for tests: own folder, own Unix socket, no
# TCP port, no durability. It never touches the machine's own clusters.
#
#   scripts/postgres-test.sh COMMAND [ARG...]   runs COMMAND with MARTINELLA_TEST_POSTGRES set, then stops
#   scripts/postgres-test.sh --serve            prints the DSN, stops when standard input is closed;
#                                               the lines "stop" and "start" there stop and start the server
#
# Whatever ends it (normal end, Ctrl-C, death of the caller in --serve), the
# server is stopped and its folder removed.
set -euo pipefail

say() { printf 'postgres-test: %s\n' "$*" >&2; }

find_binaries() {
	local postgres
	postgres=$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort -V | tail -n 1)
	if [[ -z $postgres ]]; then
		postgres=$(command -v postgres || true)
	fi
	if [[ -z $postgres ]]; then
		say 'PostgreSQL is not installed: run "scripts/setup.sh test", or "apt-get install postgresql"'
		exit 1
	fi
	dirname "$postgres"
}

# PostgreSQL refuses to run as root: root steps down to the package's user.
as_server() {
	if [[ $(id -u) -ne 0 ]]; then
		exec "$@"
	fi
	local user=nobody
	if getent passwd postgres >/dev/null; then
		user=postgres
	fi
	exec setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups -- "$@"
}

stop() {
	trap - EXIT INT TERM HUP
	if [[ -n ${server:-} ]] && kill -QUIT "$server" 2>/dev/null; then
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$dir"
}

start() {
	chmod 0711 "$dir"
	install -d -m 0700 "$dir/data"
	if [[ $(id -u) -eq 0 ]]; then
		local owner=nobody
		getent passwd postgres >/dev/null && owner=postgres
		chown "$owner" "$dir" "$dir/data"
	fi
	cd "$dir"
	if ! (as_server "$bin/initdb" --pgdata="$dir/data" --username=martinella --auth=trust \
		--encoding=UTF8 --locale=C.UTF-8 --no-sync) >"$dir/initdb.log" 2>&1; then
		say 'initdb failed:'
		cat "$dir/initdb.log" >&2
		exit 1
	fi
	run
}

run() {
	(as_server "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= \
		-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off \
		-c shared_buffers=64MB -c max_wal_size=2GB -c max_connections=300 -c timezone=UTC) \
		>"$dir/server.log" 2>&1 </dev/null &
	server=$!
	for _ in $(seq 200); do
		if "$bin/pg_isready" -q -h "$dir" -U martinella -d postgres; then
			return
		fi
		kill -0 "$server" 2>/dev/null || break
		sleep 0.05
	done
	say 'the server did not start:'
	cat "$dir/server.log" >&2
	exit 1
}

if [[ $# -eq 0 ]]; then
	sed -n '4,13s/^# \{0,1\}//p' "$0"
	exit 2
fi

bin=$(find_binaries)
here=$PWD
dir=$(mktemp -d /tmp/martinella-pg.XXXXXX)
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
start
dsn="postgres://martinella@/postgres?host=$dir&sslmode=disable"

if [[ $1 == --serve ]]; then
	printf '%s\n' "$dsn"
	exec >&- 2>/dev/null
	while read -r order; do
		case $order in
		stop)
			kill -INT "$server"
			wait "$server" || true
			;;
		start) run ;;
		esac
	done
	exit 0
fi

cd "$here"
export MARTINELLA_TEST_POSTGRES=$dsn
"$@"
