"""The real `sam build` and `sam deploy`, pointed at the emulator."""

import platform
import shutil
import zoneinfo
from collections.abc import Mapping, Set
from pathlib import Path

from local.stack.aws import Stack, local_environment
from local.stack.bytecode import compile_sources
from local.stack.errors import StackError
from local.stack.paths import ROOT, Home, tool
from local.stack.processes import run
from local.stack.stamp import stamp_functions

TEMPLATE = ROOT / "template.yaml"
# E-mail of a local stack goes nowhere: the emulator keeps it for who looks (GET /_ministack/ses/messages).
MAIL_FROM = "crossfoot@crossfoot.example"
SERVICES_CALLED = {"dynamodb", "kms", "s3", "scheduler", "secretsmanager", "sesv2", "sqs", "sts"}
# What the logger of Powertools needs of its many utilities.
UTILITIES_USED = {"jmespath_utils"}


def build(home: Home, parameters: Mapping[str, str]) -> None:
    """Build layer and functions for this machine.

    Raises: StackError with the tool's last words.
    """
    command = [
        tool("sam", "sam"), "build", "--parallel", "--cached", "--template-file", str(TEMPLATE),
        "--build-dir", str(home.build), "--cache-dir", str(home.folder / "build-cache"), *_overrides(parameters),
    ]  # fmt: skip
    run("sam build", command, _environment(home, "http://127.0.0.1:9"), home.log("sam-build"), ROOT)
    # Before anything that depends on this machine is made of it.
    stamp_functions(home.build)
    layer = home.build / "CommonLayer" / "python"
    _lighten(layer)
    compile_sources(layer, home.folder / "bytecode", layer / "crossfoot")


def _lighten(layer: Path) -> None:
    # Every worker of the emulator unpacks the layer for itself, and most of it describes AWS services that we never call,
    # is utilities that we never import, and time zones, which AWS's workers lack and this machine may have.
    _keep_only(SERVICES_CALLED, layer / "botocore" / "data")
    _keep_only(UTILITIES_USED, layer / "aws_lambda_powertools" / "utilities")
    if any((Path(zones) / "America" / "New_York").exists() for zones in zoneinfo.TZPATH):
        shutil.rmtree(layer / "tzdata")


def _keep_only(wanted: Set[str], folder: Path) -> None:
    for each in folder.iterdir():
        if each.is_dir() and each.name not in wanted:
            shutil.rmtree(each)


def deploy(home: Home, stack: Stack, parameters: Mapping[str, str]) -> None:
    """Deploy what was built.

    Raises: StackError with the first reasons that CloudFormation gives.
    """
    assert stack.endpoint_url is not None
    command = [
        tool("sam", "sam"), "deploy", "--template-file", str(home.build / "template.yaml"), "--stack-name", stack.name,
        "--resolve-s3", "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar",
        "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", *_overrides(parameters),
    ]  # fmt: skip
    try:
        run("sam deploy", command, _environment(home, stack.endpoint_url), home.log("sam-deploy"), ROOT)
    except StackError as error:
        reasons = failure_reasons(stack)
        raise StackError(error.what, error.fix, reasons or error.details) from error


def failure_reasons(stack: Stack) -> str:
    """What CloudFormation says went wrong in the last deploy, one line per resource, the first failure first."""
    cloudformation = stack.session.client("cloudformation", endpoint_url=stack.endpoint_url)
    try:
        events = cloudformation.describe_stack_events(StackName=stack.name)["StackEvents"]
    except cloudformation.exceptions.ClientError:
        return ""  # The template was refused before there was a stack: SAM's own words say why.
    failed = [
        event for event in events if event["ResourceStatus"].endswith("_FAILED") and event.get("ResourceStatusReason")
    ]
    return "\n".join(f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}" for event in reversed(failed))


def local_parameters(quickbooks_url: str) -> dict[str, str]:
    """The template's parameters for a stack on this machine."""
    machine = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
    return {
        "Stage": "local",
        "Architecture": machine,
        "QuickBooksBaseUrl": quickbooks_url,
        "LogRetentionDays": "1",
        "MailFrom": MAIL_FROM,
    }


def _overrides(parameters: Mapping[str, str]) -> list[str]:
    return ["--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())]


def _environment(home: Home, endpoint_url: str) -> dict[str, str]:
    environment = local_environment(endpoint_url, home.folder / "aws")
    # SAM looks for a Python of the functions' version on the PATH: ours comes first.
    return environment | {
        "PATH": f"{ROOT / '.venv' / 'bin'}:{environment['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS": "1",
        "__SAM_CLI_APP_DIR": str(home.folder / "sam"),
    }
