#!/bin/sh
# Installs the clients of others beside this file, exactly as locked.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
