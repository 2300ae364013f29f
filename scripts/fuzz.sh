#!/bin/sh
# Runs every fuzz target of this module for FUZZTIME (default 20s) each, and stops at the first that fails.
# go test takes one target of one package at a time, hence the loop.
set -eu
cd "$(dirname "$0")/.."
time=${FUZZTIME:-20s}

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
printf '%s\n' "$targets" | while read -r name dir; do
	echo "== $name in ${dir#"$PWD"/}, $time"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "$dir" </dev/null
done
