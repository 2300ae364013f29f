#!/bin/sh
# Installs the peer beside this file, exactly as locked.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
