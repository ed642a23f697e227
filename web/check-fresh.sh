#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Fails when web/static/dist is not what `npm run build` writes now.
# Needs `npm ci` to have been run in web/.
set -eu
cd "$(dirname "$0")"
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
node build.mjs "$fresh/dist"
if ! diff -rq "$fresh/dist" static/dist; then
  echo "web/static/dist is stale: run 'npm ci && npm run build' in web/ and commit the result" >&2
  exit 1
fi
echo "web/static/dist is fresh"
