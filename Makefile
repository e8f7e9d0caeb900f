# Two commands do everything: `make demo` and `make test`. The rest is for people who change Plumbline.
# Node 20 or newer, npm and git are enough: Node 24 itself comes with the packages.
.PHONY: help demo test check bench build dev format clusters-down

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16

node_modules/.installed: package.json package-lock.json
	@rm -f $@
	npm ci --no-progress --loglevel=error
	@touch $@

demo: node_modules/.installed ## The whole loop on this machine; ONCE=1 plays the person too and checks each step
	@ONCE=$(ONCE) npm run --silent demo

test: node_modules/.installed ## Everything: types, lint, import rule, unit, contract and end-to-end tests
	@npm run --silent test

check: node_modules/.installed ## Static checks only, in seconds
	@npm run --silent check

bench: node_modules/.installed ## Measures, prints a table and writes docs/benchmarks.md
	@FIDELITY=$(FIDELITY) npm run --silent bench

build: node_modules/.installed ## The command line as JavaScript in dist/, which starts several times as fast
	@npm run --silent build

dev: node_modules/.installed ## Watch mode: types and the tests of what changes
	@npm run --silent dev

format: node_modules/.installed ## Formats the sources
	@npm run --silent format

clusters-down: node_modules/.installed ## Removes every cluster that this checkout started
	@npm run --silent cluster -- down --all
