#!/bin/sh
# Runs every fuzz target of this module for FUZZTIME (default 20s) each, with PARALLEL workers (default: one a core), and
# fails at the end if any did. Inputs that fail are kept by go test in the package's testdata/fuzz.
# go test takes one target of one package at a time, hence the loop.
set -eu
cd "$(dirname "$0")/.."
time=${FUZZTIME:-20s}
workers=${PARALLEL:+-parallel=$PARALLEL}

targets=$(go list -f '{{$d := .Dir}}{{range .TestGoFiles}}{{$d}}/{{.}}
{{end}}{{range .XTestGoFiles}}{{$d}}/{{.}}
{{end}}' ./... | while IFS= read -r file; do
	[ -n "$file" ] || continue
	{ grep -o '^func Fuzz[A-Za-z0-9_]*' "$file" || true; } | while read -r _ name; do
		printf '%s %s\n' "$name" "$(dirname "$file")"
	done
done)

if [ -z "$targets" ]; then
	echo 'no fuzz targets found' >&2
	exit 1
fi
printf '%s\n' "$targets" | {
	failed=
	while read -r name dir; do
		echo "== $name in ${dir#"$PWD"/}, $time"
		# Making small inputs smaller can take all the time there is, hence its limit.
		# shellcheck disable=SC2086 # no workers are no argument
		go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 3s $workers "$dir" </dev/null || failed="$failed $name"
	done
	[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
}
