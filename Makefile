# Everything that is done with this project. `make` lists it.

SHELL      := /bin/bash
GO         ?= go
TOOLS      := .ci/tools
BIN        := bin
TESTFLAGS  ?=
FUZZTIME   ?= 60s
LISTEN     ?= 127.0.0.1:8080
# The go command asks git for the revision. A checkout may belong to another user: building runs its code anyway.
export GIT_CONFIG_COUNT   := 1
export GIT_CONFIG_KEY_0   := safe.directory
export GIT_CONFIG_VALUE_0 := $(CURDIR)

tool = $(GO) tool -modfile=$(TOOLS)/$(1).mod $(1)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build the plugin, the harness and the example plugins into bin/
	@bash .ci/build $(BIN) examples

.PHONY: run
run: ## run the practice Console and print its address; LISTEN=127.0.0.1:9000 is another one
	@echo "Building the plugin and the practice Console into $(BIN)/. The first time this takes some minutes, because"
	@echo "the modules are fetched and everything is compiled, the database too; later it takes seconds."
	@$(MAKE) --no-print-directory build
	@echo "Starting. Settings and notifications are kept in data/ beside plugin.hcl; remove it to begin anew."
	@$(BIN)/testharness console --listen $(LISTEN)

.PHONY: test
test: ## run the whole suite (installs what is missing when run as root on Debian)
	@$(MAKE) --no-print-directory --jobs=2 build packages
	@bash .ci/test $(TESTFLAGS)

.PHONY: packages
packages: ## install the mail servers and the browser that the suite uses
	@bash .ci/packages

.PHONY: screenshots
screenshots: build packages ## make pictures of every page in every width, colour scheme and language, and those of docs/images
	@mkdir -p $(BIN)/screenshots
	EVERY_SHAPE=1 SCREENSHOTS=$(CURDIR)/$(BIN)/screenshots $(GO) test -count=1 -timeout 60m -run 'PagesInEveryShape' ./testharness/acceptance
	SCREENSHOTS=$(CURDIR)/docs/images $(GO) test -count=1 -run 'PageInBrowser|NotificationsInBrowser|Conflict|History' ./testharness/acceptance
	cd docs/images && mv -f certificate-wrong-host.png page.png && rm -f auth-wrong-password.png recipient-relay.png works-ssl.png certificate-expired.png empty.png saved.png narrow.png

.PHONY: soak
soak: build packages ## run the long campaigns in full
	SOAK=1 $(GO) test -timeout 60m ./plugin/internal/notify/... ./host
	SOAK=1 $(GO) test -timeout 85m -run 'Soak' -v ./testharness/acceptance

.PHONY: lint
lint: ## check the style, the import law and that the contract has only grown
	$(call tool,golangci-lint) run --config .ci/golangci.yaml
	$(call tool,buf) lint --config .ci/buf.yaml
	$(call tool,buf) breaking --config .ci/buf.yaml --against .ci/contract.binpb

.PHONY: systems
systems: ## compile, vet and lint everything for the other systems
	@bash .ci/lint-systems

.PHONY: windows
windows: build ## run the programs for Windows under Wine (Debian's wine64 and gcc-mingw-w64-x86-64-win32)
	$(GO) test -count=1 -timeout 30m -tags wine -run 'TestWindows' ./testharness/acceptance

.PHONY: fuzz
fuzz: ## fuzz every parser for FUZZTIME (60s)
	@bash .ci/fuzz $(FUZZTIME)

.PHONY: bench
bench: build packages ## measure side by side with other programs
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 30m ./testharness/acceptance ./plugin/internal/... ./host/internal/form

.PHONY: proto
proto: ## generate the code of the contract
	@mkdir -p $(BIN)/tools
	$(GO) build -modfile=$(TOOLS)/protoc-gen.mod -o $(BIN)/tools/ google.golang.org/protobuf/cmd/protoc-gen-go google.golang.org/grpc/cmd/protoc-gen-go-grpc
	PATH="$(CURDIR)/$(BIN)/tools:$$PATH" $(call tool,buf) generate --config .ci/buf.yaml --template .ci/buf.gen.yaml

.PHONY: proto-release
proto-release: ## hold the contract as it is now: from then on lint refuses a change that breaks plugins or hosts
	$(call tool,buf) build --config .ci/buf.yaml --exclude-source-info -o .ci/contract.binpb

.PHONY: proto-check
proto-check: proto ## fail when the generated code is not current
	git diff --exit-code -- shared/internal
	@test -z "$$(git ls-files --others --exclude-standard -- shared/internal)"

.PHONY: dist
dist: ## build archives, Debian packages, SBOMs and checksums into dist/, the same bytes for the same commit
	@bash .ci/dist

.PHONY: dist-check
dist-check: ## check what dist has built: licences, SBOMs, lintian, manual pages
	@bash .ci/check-dist

.PHONY: clean
clean: ## remove what was built
	rm -rf $(BIN) dist
