# Needs git, make, Python 3.11 or newer (with venv and pip) and a way to the package registries. Everything that is
# installed goes to .venv and .tools; everything that runs keeps its state in .crossfoot.
.DEFAULT_GOAL := help
.PHONY: help demo up down test simulate mutants kills bench check deploy setup lock
MAKEFLAGS += --no-builtin-rules

# Trust whom this machine trusts, as pip does: behind a company's proxy that is more than uv's own list.
export UV_SYSTEM_CERTS := 1
export UV_NATIVE_TLS := 1

# Whatever compiles a module keeps it for the processes after it, and all of it in one place: a build copies the source
# tree while tests run, and must not meet half a file.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/.tools/bytecode
# What starts without our variables looks for it beside the module.
BESIDE := env -u PYTHONPYCACHEPREFIX

UV := $(or $(shell command -v uv 2>/dev/null),.tools/uv/bin/uv)
BIN := .venv/bin
TOOL_PYTHON := $(CURDIR)/$(BIN)/python
STAMPS := .tools/stamps

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup ## watch a payment made in QuickBooks appear in ConnectWise, on this machine
	@$(BIN)/crossfoot demo

up: setup ## run everything here until Ctrl-C: AWS, the template, both sandboxes
	@$(BIN)/crossfoot up

down: setup ## end what `crossfoot up --detach` left running
	@$(BIN)/crossfoot down

test: setup ## run the tests
	@$(BIN)/python -m pytest -n 3

simulate: setup ## run the whole product under chance: make simulate SEEDS=10000
	@$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),1000)

mutants: setup ## plant faults, one at a time, and see which test catches each
	@$(BIN)/python -m tests.mutants

kills: setup ## kill deployed workers while payments are made, and check every cent: make kills N=100
	@$(BIN)/python -m tests.kills --kills $(or $(N),100)

bench: setup $(STAMPS)/lambda ## measure what the performance claims say, and write docs/performance.md
	@$(BIN)/python -m benchmarks --write $(if $(PART),--only $(PART))

check: setup ## format, lint, types, import contracts, template, tests, build
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy layers/common/crossfoot functions local tests benchmarks
	$(BIN)/lint-imports
	$(SAM) validate --lint
	$(BIN)/cfn-lint template.yaml
	$(SAM) build --parallel --cached
	@$(MAKE) --no-print-directory test

deploy: setup ## build and deploy to your AWS account: make deploy STAGE=staging
	@case "$(STAGE)" in staging|production) ;; *) echo "Say which: make deploy STAGE=staging, or STAGE=production"; exit 2;; esac
	$(SAM) build --parallel --cached
	$(BIN)/python -m local.stack.stamp .aws-sam/build
	$(SAM) deploy --stack-name crossfoot-$(STAGE) --resolve-s3 --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND \
	  --parameter-overrides Stage=$(STAGE) $(PARAMETERS)

# The builder looks for a Python 3.13 on the PATH: ours comes first.
SAM := PATH="$(CURDIR)/$(BIN):$$PATH" SAM_CLI_TELEMETRY=0 .tools/sam/bin/sam

# ---------------------------------------------------------------------------------------------------------- set-up
setup: $(STAMPS)/project $(STAMPS)/ministack $(STAMPS)/sam

$(STAMPS):
	@mkdir -p $@

.tools/uv/bin/uv: requirements/uv.txt
	@echo "Installing uv into .tools/uv"
	@tools/bootstrap-uv

$(STAMPS)/environment: requirements/development.txt .python-version | $(UV) $(STAMPS)
	@echo "Making the environment"
	@[ -x $(BIN)/python ] || $(UV) venv --quiet
	@$(UV) pip sync --quiet --require-hashes requirements/development.txt
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/environment
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# Both pin their own botocore, so each has an environment of its own.
$(STAMPS)/ministack $(STAMPS)/sam: $(STAMPS)/%: requirements/%.txt $(STAMPS)/environment
	@echo "Installing $*"
	@$(UV) venv --quiet --clear --python $(TOOL_PYTHON) .tools/$*
	@$(BESIDE) $(UV) pip sync --quiet --compile-bytecode --python .tools/$*/bin/python --require-hashes requirements/$*.txt
	@touch $@

# Lambda's own runtime client with what the layer holds, for the benchmarks alone.
$(STAMPS)/lambda: requirements/lambda.txt layers/common/requirements.txt $(STAMPS)/environment
	@echo "Installing lambda"
	@$(UV) venv --quiet --clear --python $(TOOL_PYTHON) .tools/lambda
	@$(BESIDE) $(UV) pip sync --quiet --compile-bytecode --python .tools/lambda/bin/python --require-hashes $(wordlist 1,2,$^)
	@touch $@

# ------------------------------------------------------------------------------------------------------------ locks
# For maintainers: renew every lock from pyproject.toml and the versions below. No lock names a registry.
MINISTACK := ministack[full]==1.5.33
SAM_CLI := aws-sam-cli==1.170.0
LAMBDA_CLIENT := awslambdaric==4.2.2
COMPILE := compile --quiet --universal --python-version 3.13 --generate-hashes --no-header --no-annotate --no-emit-index-url

lock: | $(UV)
	$(UV) pip $(COMPILE) pyproject.toml --group local --group test --group lint --group build -o requirements/development.txt
	$(UV) pip $(COMPILE) pyproject.toml -c requirements/development.txt -o layers/common/requirements.txt
	echo '$(MINISTACK)' | $(UV) pip $(COMPILE) - -o requirements/ministack.txt
	echo '$(SAM_CLI)' | $(UV) pip $(COMPILE) - -o requirements/sam.txt
	echo '$(LAMBDA_CLIENT)' | $(UV) pip $(COMPILE) - -o requirements/lambda.txt
