.POSIX:
.SUFFIXES:
.PHONY: help run test lint deps fuzz soak bench image

GO = go
IMAGE = sixtwenty
VERSION = dev
TEST_TIMEOUT = 10m
KILLS = 1000
SEED = 620

# The tools have a go.mod of their own, so that the bot depends on none of them.
TOOL = $(GO) tool -modfile=tools/go.mod

help: ## show this list
	@sed -n 's/^\([a-z][a-z]*\):.*## \(.*\)$$/\1 \2/p' Makefile | \
		while read -r name text; do printf '  make %-6s %s\n' "$$name" "$$text"; done

run: ## start the bot with WeChat in a box; Ctrl-C stops it
	$(GO) run .

test: deps lint ## install what the tests need, lint, and run every test with the race detector
	$(GO) test -race -timeout $(TEST_TIMEOUT) ./...

lint: ## gofumpt, go vet, staticcheck
	@files=$$($(TOOL) gofumpt -l .) || exit 1; \
	if [ -n "$$files" ]; then \
		printf 'not formatted:\n%s\nmend it with: %s gofumpt -w .\n' "$$files" '$(TOOL)' >&2; exit 1; \
	fi
	$(GO) vet ./...
	$(TOOL) staticcheck ./...

deps:
	@sh scripts/install-test-deps.sh

fuzz: ## run each fuzz target for a while: make fuzz FUZZTIME=1m
	@FUZZTIME='$(FUZZTIME)' sh scripts/fuzz.sh

soak: ## kill the bot again and again and list what was lost: make soak KILLS=1000 SEED=620
	KILLS='$(KILLS)' SEED='$(SEED)' $(GO) test -count=1 -timeout 0 -v -run '^TestKills$$' ./soak

bench: ## measure beside other clients and beside bare bbolt, and write docs/performance.md: make bench BENCH='-only engine'
	sh bench/clients/install.sh
	if [ -f bench/onebot/koishi/install.sh ]; then sh bench/onebot/koishi/install.sh; fi
	cd bench && $(GO) run . -peers -o ../docs/performance.md $(BENCH)

image: ## build the Docker image: make image IMAGE=sixtwenty VERSION=1.0.0
	@command -v docker >/dev/null 2>&1 || { \
		echo 'make image needs docker, which is not installed; "go build ." makes the same program' >&2; exit 1; }
	docker build --build-arg VERSION='$(VERSION)' -t '$(IMAGE):$(VERSION)' .
