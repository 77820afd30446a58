# Odograph: `make demo` is the main job, `make test` every test.
# Each target does its own set-up; `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test stack-up stack-down build docs check bench bench-driving bench-geofence bench-storage bench-views chaos clean preflight

KAFKA_PORT           ?= 9092
CLICKHOUSE_PORT      ?= 9000
CLICKHOUSE_HTTP_PORT ?= 8123
STACK_DIR            ?= .stack
DURATION             ?=
GO_TEST_FLAGS        ?=
DATA                 ?= $(or $(ODOGRAPH_DATA),../shared/data)

STACK_FLAGS = --dir "$(STACK_DIR)" --kafka-port $(KAFKA_PORT) \
	--clickhouse-port $(CLICKHOUSE_PORT) --clickhouse-http-port $(CLICKHOUSE_HTTP_PORT)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: build ## the main job: local stack, simulated fleet, live progress, summary (DURATION=30s to end by itself)
	@bin/odograph demo $(STACK_FLAGS) $(if $(DURATION),--for $(DURATION))

test: preflight ## every test, on real Kafka and ClickHouse
	@scripts/test.sh $(GO_TEST_FLAGS)

stack-up: build ## start the local Kafka and ClickHouse in the background
	@bin/odograph stack up $(STACK_FLAGS)

stack-down: build ## stop them (data stays under STACK_DIR)
	@bin/odograph stack down --dir "$(STACK_DIR)"

build: preflight ## bin/collector, bin/enricher, bin/sink, bin/odograph
	@[ -x bin/odograph ] || echo "Building for the first time: modules are downloaded and compiled, which takes some minutes"
	@mkdir -p bin && go build -o bin/ ./cmd/...

docs: preflight ## the documents that are made: settings, tables, topics
	@go generate ./docs

check: preflight ## gofmt, vet, lint, deployment files, vulnerability check
	@scripts/check.sh

bench: build ## the benchmarks, written to benchmarks/
	@scripts/bench.sh

bench-driving: ## what pkg/driving finds in recorded and made-up drives, written to benchmarks/driving.md (DATA: their folder)
	@go run ./benchmarks/driving --data "$(DATA)" > benchmarks/driving.md.new && mv benchmarks/driving.md.new benchmarks/driving.md && cat benchmarks/driving.md

bench-geofence: ## lookups of pkg/geo against an R-tree, H3 cells and brute force, written to benchmarks/geofence.md (DATA: folder of recorded fences)
	@go run ./benchmarks/geofence --data "$(DATA)" > benchmarks/geofence.md.new && mv benchmarks/geofence.md.new benchmarks/geofence.md && cat benchmarks/geofence.md

bench-views: ## the questions of analysts and dashboards on a filled database, written to benchmarks/views.md (DSN; FILL: table of fixes to fill it from)
	@go run ./benchmarks/views $(if $(DSN),--dsn "$(DSN)") $(if $(FILL),--fill "$(FILL)") > benchmarks/views.md.new && mv benchmarks/views.md.new benchmarks/views.md && cat benchmarks/views.md

bench-storage: ## how fixes are best stored, on 200 million of them and a running ClickHouse (make stack-up), written to benchmarks/storage.md; hours
	@go run ./benchmarks/storage --dsn "clickhouse://default@127.0.0.1:$(CLICKHOUSE_PORT)/fleet" --data "$(DATA)" > benchmarks/storage.md.new && mv benchmarks/storage.md.new benchmarks/storage.md && cat benchmarks/storage.md

chaos: build ## the long fault runs: every process killed 20 times under load
	@scripts/chaos.sh

clean: ## remove what was built (not the data under STACK_DIR)
	@rm -rf bin

preflight:
	@scripts/preflight.sh
