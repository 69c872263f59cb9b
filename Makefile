# Every check and every run of Louver, by one word. `make` alone lists the words.
#
# Budgets on two cores, everything already installed; `make test` as a whole stays under 30 minutes:
#   setup 1 s (once: 2 min) · lint 1 min · unit 8 min · build 6 min · e2e 12 min

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

REPORTS := .louver/reports
SWIFT_SOURCES := Package.swift Sources Tests
SWIFT_TEST := swift test --skip-build --disable-xctest --parallel
# Of thousands of lines the ones that matter: what failed, what was printed, and how it ended.
QUIETLY := 2>&1 | awk '/^(◇|✔)/ && !/^✔ Test run with/ { next } { print; fflush() }'
LOUVER := .build/release/louver
SECONDS_EACH ?= 60
# A test on real servers that fails is tried once more, and named as unsteady when that passes.
RERUNS ?= 1
ARGS ?=

.PHONY: help
help: ## List the words
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Build and run

.PHONY: setup
setup: ## Install what is missing (as root), or print the one line that does
	@Tests/EndToEnd/setup.sh $(SETUP)

.PHONY: build
build: ## Build the program for release: .build/release/louver
	swift build -c release --static-swift-stdlib -Xlinker -z -Xlinker now --product louver

.PHONY: run
run: build ## Run it with your own file: make run CONFIG=louver.yaml
	@test -n "$(CONFIG)" || { echo "say which configuration: make run CONFIG=louver.yaml" >&2; exit 2; }
	$(LOUVER) run --config "$(CONFIG)"

.PHONY: demo
demo: setup build ## Real Airflow, a real client, Louver between them, with a tour; ONCE=1 ends after the tour
	@python3 Tests/EndToEnd/demo.py $(if $(ONCE),--once)

.PHONY: deb
deb: SETUP := deploy
deb: setup build ## The Debian package, into .louver/dist
	@Deploy/debian/build.sh $(LOUVER) .louver/dist

.PHONY: manifests
manifests: ## Write Deploy/kubernetes anew from the Helm chart
	@python3 Tests/EndToEnd/chart/manifests.py

##@ Tests

.PHONY: test
test: SETUP := deploy
test: setup lint unit build e2e ## Everything that CI runs

.PHONY: unit
unit: ## Build and run the unit tests of every room
	@mkdir -p $(REPORTS) && rm -f $(REPORTS)/unit*
	swift build --build-tests
ifeq ($(ARGS),)
# Those of redaction compute for a minute without a pause, and others wait for each other over sockets: one after the other.
	status=0; \
	$(SWIFT_TEST) --skip RedactionTests --xunit-output $(REPORTS)/unit.xml $(QUIETLY) || status=1; \
	$(SWIFT_TEST) --filter RedactionTests --xunit-output $(REPORTS)/unit-redaction.xml $(QUIETLY) || status=1; \
	exit $$status
else
	$(SWIFT_TEST) --xunit-output $(REPORTS)/unit.xml $(ARGS) $(QUIETLY)
endif

.PHONY: e2e
e2e: build ## Real Airflow, real MCP servers, official clients; ARGS="-k limits" for some of them
	@mkdir -p $(REPORTS) && rm -f $(REPORTS)/e2e.xml
	python3 Tests/EndToEnd/run.py --reruns $(RERUNS) --junitxml=$(REPORTS)/e2e.xml $(ARGS)

.PHONY: policy-test
policy-test: ## The policies that come with Louver: their own cases, and the room that reads them
	swift build --build-tests
	$(SWIFT_TEST) --filter PolicyTests $(QUIETLY)

.PHONY: detectors-test
detectors-test: ## The detectors that come with Louver: their own examples, and the room that runs them
	swift build --build-tests
	$(SWIFT_TEST) --filter RedactionTests $(QUIETLY)

.PHONY: redact-report
redact-report: build ## What the detectors find, miss and touch, in two corpora, for seed 1 and a fresh one; ARGS="SEED --misses 3 --speed"
	swift build -c release --product redaction-report
	.build/release/redaction-report $(if $(ARGS),$(ARGS),1)
	$(if $(ARGS),,.build/release/redaction-report $$(date +%s))
	$(if $(ARGS),,for seed in 1 $$(date +%s); do python3 Tests/Benchmarks/redaction/recall.py --seed $$seed; done)

.PHONY: long-line
long-line: build ## Lines of a gigabyte through `louver redact`, in the memory of a short text
	LOUVER_LINE_MB=1024 python3 Tests/EndToEnd/run.py --no-stack -k line_without_end

.PHONY: bench-redaction
bench-redaction: SETUP := redaction
bench-redaction: setup build ## How fast redaction is beside Kingfisher and Hyperscan, and what 200 MB and lines of a gigabyte cost
	swift build -c release --product redaction-report
	@python3 Tests/Benchmarks/redaction/bench.py $(ARGS)
	.build/release/redaction-report 1 --speed

.PHONY: identity-cost
identity-cost: ## What it costs to know a caller again, as a share of nginx's CPU per request (bar: 6 %)
	@Tests/EndToEnd/setup.sh bench
	swift build -c release --product identity-cost
	@python3 Tests/Benchmarks/identity.py $(ARGS) .build/release/identity-cost

.PHONY: policy-cost
policy-cost: ## What a decision costs beside nginx in one run, for 10 to 1,000 rules and 10 to 10,000 principals; fails beyond its bars
	@Tests/EndToEnd/setup.sh bench
	swift build -c release --product policy-cost
	@python3 Tests/Benchmarks/decision.py .build/release/policy-cost Policies $(ARGS)

.PHONY: deploy-test
deploy-test: SETUP := deploy
deploy-test: setup build ## Only what is deployed: unit, package, image, chart, alerts, documents
	python3 Tests/EndToEnd/run.py --no-stack -k "supervision or package or chart or alerts or compose or guides" $(ARGS)

.PHONY: soak
soak: build ## Long: 200,000 calls over both wires with clients that leave; memory and descriptors come back
	LOUVER_SOAK=100000 python3 Tests/EndToEnd/run.py --no-stack -k "soak" $(ARGS)

.PHONY: chaos
chaos: build ## Long: upstream, store and Louver killed, frozen, failed over and reloaded under load; no reply crossed or lost
	LOUVER_CHAOS=$(SECONDS_EACH) python3 Tests/EndToEnd/run.py --no-stack -k "chaos" $(ARGS)

.PHONY: handover
handover: build ## Long: 100 reloads and 20 handovers to a new process under load; no exchange fails
	LOUVER_RELOADS=100 LOUVER_HANDOVERS=20 python3 Tests/EndToEnd/run.py --no-stack -k "handover" $(ARGS)

.PHONY: syscalls
syscalls: build ## Which system calls 10,000 requests take (needs strace)
	@Tests/EndToEnd/setup.sh strace
	LOUVER_SYSCALLS=1 python3 Tests/EndToEnd/run.py --no-stack -k "syscalls" $(ARGS)

.PHONY: fuzz
fuzz: ## Every fuzz driver for SECONDS_EACH seconds (60)
	@for driver in $(filter-out FuzzSupport,$(notdir $(wildcard Tests/Fuzz/Fuzz*))); do \
	  LOUVER_FUZZ=1 swift build -c release --scratch-path .build/fuzz --product $$driver; \
	  .build/fuzz/release/$$driver -max_total_time=$(SECONDS_EACH); \
	done

# Not for leaks: it takes Swift's tagged pointers for lost ones, and tests leave loops behind. `make soak` looks for growth.
.PHONY: asan
asan: ## The unit tests with AddressSanitizer
	swift build --build-tests --sanitize=address --scratch-path .build/asan
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT_TEST) --sanitize=address --scratch-path .build/asan $(ARGS) $(QUIETLY)

.PHONY: tsan
tsan: ## The unit tests with ThreadSanitizer
	swift build --build-tests --sanitize=thread --scratch-path .build/tsan
	$(SWIFT_TEST) --sanitize=thread --scratch-path .build/tsan $(ARGS) $(QUIETLY)

.PHONY: cover
cover: ## Line coverage of each file by the unit tests
	swift build --build-tests --enable-code-coverage --scratch-path .build/cover
	swift test --skip-build --disable-xctest --enable-code-coverage --scratch-path .build/cover $(ARGS)
	@python3 Tests/EndToEnd/coverage.py .build/cover

.PHONY: bench
bench: build ## CPU per request and latency beside nginx, HAProxy and Envoy in one run
	@Tests/EndToEnd/setup.sh bench
	@python3 Tests/Benchmarks/bench.py $(ARGS)

.PHONY: bench-telemetry
bench-telemetry: build ## What metrics, logs and scrapes cost, /metrics under overload, CPU at rest, and what a reload holds up
	@Tests/EndToEnd/setup.sh bench
	swift build -c release --static-swift-stdlib -Xlinker -z -Xlinker now --product telemetry-cost
	@python3 Tests/Benchmarks/telemetry.py $(ARGS)

.PHONY: bench-limits
bench-limits: build ## What limits in Redis cost beside limits in memory, and what a million buckets cost
	@Tests/EndToEnd/setup.sh bench
	@python3 Tests/Benchmarks/limits.py $(ARGS)

.PHONY: bench-fairness
bench-fairness: build ## What a flood of one caller costs the others at an upstream with a cap
	@python3 Tests/Benchmarks/fairness.py $(ARGS)

##@ House

.PHONY: lint
lint: ## What the formatter would change, and Python that does not parse
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	@python3 -m compileall -q -f Tests .ci

.PHONY: fmt
fmt: ## Format every Swift file in place
	swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

.PHONY: clean
clean: ## Stop the test stack and remove what was built and installed here
	@python3 Tests/EndToEnd/stack/stack.py down
	rm -rf .build .louver
