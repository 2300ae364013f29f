#!/bin/sh
# Installs the clients of others beside this file, as locked. Not by npm ci: it refuses a lock without the optional packages of
# other platforms, which not every registry tells of.
set -eu
cd "$(dirname "$0")"
npm install --no-save --ignore-scripts --no-audit --no-fund
