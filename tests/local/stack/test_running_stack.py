"""The real template, deployed by the real SAM on the emulator: what a partner, a stranger and a function can do."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from local.cli import app
from local.stack.aws import Stack, emulated_stack, local_environment, local_stack
from local.stack.errors import StackError
from local.stack.partners import OPERATORS, add_operator, add_partner, sign_in
from local.stack.paths import ROOT, Home
from local.stack.processes import wait_until
from local.stack.record import Record, load_record
from local.stack.sam import failure_reasons
from local.stack.workers import worker_pids
from tests.e2e.tokens import decode


@pytest.fixture
def stack(running_stack: Home) -> Stack:
    return local_stack(running_stack)


@pytest.fixture
def record(running_stack: Home) -> Record:
    return load_record(running_stack)


def crossfoot(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


def test_status_says_where_everything_is(running_stack: Home) -> None:
    status = json.loads(crossfoot("status", "--json", "--home", str(running_stack.folder)))
    assert status["running"] is status["ready"] is True
    for page in (status["urls"]["quickbooks"] + "/_sandbox", status["urls"]["connectwise"] + "/_sandbox"):
        assert requests.get(page, timeout=60).status_code == 200
    assert "password" not in json.dumps(status)


def test_everything_listens_on_loopback_only(record: Record) -> None:
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    hosts = {int(row[1].split(":")[1], 16): row[1].split(":")[0] for row in listening if row[3] == "0A"}
    assert {hosts[port] for port in record.ports.values()} == {"0100007F"}


def test_a_stranger_is_not_let_in(record: Record) -> None:
    url = record.urls["api"] + "/v1/connections"
    assert requests.get(url, timeout=60).status_code == 401
    assert requests.get(url, headers={"Authorization": "Bearer forged.token.here"}, timeout=60).status_code == 401


def test_the_demo_partner_is_let_in(running_stack: Home, record: Record) -> None:
    token = crossfoot("token", "--home", str(running_stack.folder)).strip()
    answer = requests.get(record.urls["api"] + "/v1/connections", headers={"Authorization": token}, timeout=30)
    assert answer.status_code not in {401, 403}


def test_a_new_partner_is_a_tenant_of_its_own(running_stack: Home, stack: Stack, record: Record) -> None:
    said = crossfoot("partner", "add", "North IT", "--email", "ops@north.example", "--home", str(running_stack.folder))
    users = stack.session.client("cognito-idp", endpoint_url=stack.endpoint_url)
    user = users.admin_get_user(UserPoolId=stack.outputs["UserPoolId"], Username="ops@north.example")
    tenant = {attribute["Name"]: attribute["Value"] for attribute in user["UserAttributes"]}["custom:tenant"]
    assert tenant in said
    assert tenant != record.demo["tenant"]
    table = stack.session.client("dynamodb", endpoint_url=stack.endpoint_url)
    item = table.get_item(
        TableName=stack.outputs["TableName"], Key={"pk": {"S": f"TENANT#{tenant}"}, "sk": {"S": "PARTNER"}}
    )
    assert item["Item"]["name"] == {"S": "North IT"}


def test_a_user_belongs_to_one_partner(stack: Stack) -> None:
    add_partner(stack, "East IT", "ops@east.example", permanent_password=True)
    with pytest.raises(StackError, match="is a user already"):
        add_partner(stack, "Other", "ops@east.example", permanent_password=True)


def test_b6_an_operator_is_a_user_of_a_partner_and_says_so_with_every_token(stack: Stack, record: Record) -> None:
    tenant = record.demo["tenant"]
    invitation = add_operator(stack, tenant, "operator@crossfoot.example", permanent_password=True)
    claims = decode(sign_in(stack, invitation.email, invitation.password).split(".")[1])
    assert (claims["custom:tenant"], claims["cognito:groups"]) == (tenant, [OPERATORS])
    demo = decode(sign_in(stack, record.demo["email"], record.demo["password"]).split(".")[1])
    assert OPERATORS not in demo.get("cognito:groups", [])
    with pytest.raises(StackError, match="no partner t_00000000"):
        add_operator(stack, "t_00000000", "nobody@crossfoot.example", permanent_password=True)


def test_a_first_password_has_to_be_changed_in_production(stack: Stack) -> None:
    invitation = add_partner(stack, "West IT", "ops@west.example", permanent_password=False)
    with pytest.raises(StackError, match="finish signing in"):
        sign_in(stack, invitation.email, invitation.password)


def test_the_wrong_password_is_refused(stack: Stack, record: Record) -> None:
    with pytest.raises(StackError, match="cannot sign in"):
        sign_in(stack, record.demo["email"], "not the password")


def test_the_settings_fit_the_sandboxes(stack: Stack, record: Record) -> None:
    secrets = stack.session.client("secretsmanager", endpoint_url=stack.endpoint_url)
    settings = json.loads(secrets.get_secret_value(SecretId=stack.outputs["AppSecretArn"])["SecretString"])
    assert settings["quickbooks_client_id"] == record.sandboxes["quickbooks"]["client_id"]
    assert settings["connectwise_client_id"] == record.sandboxes["connectwise"]["client_id"]
    assert settings["public_url"] == record.urls["api"]
    assert len(settings["state_signing_key"]) >= 32


# What the smallest role may do, tried with the function's own credentials.
PROBE = """
import boto3
def handler(event, context):
    try:
        getattr(boto3.client(event["service"]), event["call"])(**event["arguments"])
    except Exception as error:
        return getattr(error, "response", {"Error": {"Code": repr(error)}})["Error"]["Code"]
    return "allowed"
"""


@pytest.fixture
def probe(stack: Stack) -> Iterator[Any]:
    functions = stack.session.client("lambda", endpoint_url=stack.endpoint_url)
    webhook = functions.get_function_configuration(FunctionName="crossfoot-local-qbo_webhook")
    functions.create_function(
        FunctionName="probe", Runtime="python3.13", Handler="probe.handler", Role=webhook["Role"], Timeout=30,
        Layers=[layer["Arn"] for layer in webhook["Layers"]], Code={"ZipFile": _zipped("probe.py", PROBE)},
    )  # fmt: skip

    def call(service: str, call: str, **arguments: Any) -> str:
        event = {"service": service, "call": call, "arguments": arguments}
        answer: str = json.load(functions.invoke(FunctionName="probe", Payload=json.dumps(event))["Payload"])
        return answer

    yield call
    functions.delete_function(FunctionName="probe")


def _zipped(name: str, text: str) -> bytes:
    from io import BytesIO
    from zipfile import ZipFile

    with BytesIO() as file:
        with ZipFile(file, "w") as archive:
            archive.writestr(name, text)
        return file.getvalue()


def test_a_function_can_do_what_its_own_role_says_and_nothing_else(probe: Any, stack: Stack) -> None:
    names = stack.outputs
    key = {"pk": {"S": "TENANT#nobody"}, "sk": {"S": "PARTNER"}}
    message = {"MessageBody": "{}", "MessageGroupId": "nobody", "MessageDeduplicationId": "probe"}
    assert probe("dynamodb", "get_item", TableName=names["TableName"], Key=key) == "allowed"
    assert probe("secretsmanager", "get_secret_value", SecretId=names["AppSecretArn"]) == "allowed"
    assert probe("dynamodb", "put_item", TableName=names["TableName"], Item=key) == "AccessDeniedException"
    assert probe("dynamodb", "scan", TableName=names["TableName"]) == "AccessDeniedException"
    assert probe("sqs", "send_message", QueueUrl=names["PaymentsQueueUrl"], **message) == "AccessDenied"
    assert probe("kms", "list_keys") == "AccessDeniedException"


def test_a_killed_worker_is_replaced(running_stack: Home, record: Record) -> None:
    token = {"Authorization": crossfoot("token", "--home", str(running_stack.folder)).strip()}
    url = record.urls["api"] + "/v1/connections"
    before = requests.get(url, headers=token, timeout=30).status_code
    killed = worker_pids(running_stack, "api")
    assert killed
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not set(killed) & set(worker_pids(running_stack, "api")), timeout_s=60)
    # A request may still meet the dead worker, as on AWS; the next ones meet its successor.
    assert wait_until(lambda: requests.get(url, headers=token, timeout=30).status_code == before, timeout_s=60)


BROKEN = """
Resources:
  Fine: {Type: AWS::SNS::Topic}
  Broken: {Type: AWS::SQS::Queue, DependsOn: Fine, Properties: {DelaySeconds: 100000}}
"""


def test_a_failed_deploy_gives_cloudformations_reason(record: Record) -> None:
    stack = emulated_stack(record.urls["aws"])
    stack.name = "broken"
    cloudformation = stack.session.client("cloudformation", endpoint_url=stack.endpoint_url)
    cloudformation.create_stack(StackName="broken", TemplateBody=BROKEN)
    assert wait_until(lambda: failure_reasons(stack) != "", timeout_s=60)
    assert failure_reasons(stack).startswith("Broken: Invalid value for the parameter DelaySeconds")


@pytest.mark.parametrize(
    ("stage", "sandbox", "complaint"),
    [("production", "http://127.0.0.1:1", "points at a sandbox"), ("local", "", "never talks to Intuit")],
)
def test_a_production_stack_cannot_be_pointed_at_a_sandbox(
    record: Record, stage: str, sandbox: str, complaint: str
) -> None:
    stack = emulated_stack(record.urls["aws"])
    cloudformation = stack.session.client("cloudformation", endpoint_url=stack.endpoint_url)
    body = cloudformation.get_template(StackName=stack.name, TemplateStage="Original")["TemplateBody"]
    with pytest.raises(ClientError, match=complaint):
        cloudformation.create_change_set(
            StackName="never", ChangeSetName="never", ChangeSetType="CREATE",
            TemplateBody=body if isinstance(body, str) else json.dumps(body),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": "Stage", "ParameterValue": stage},
                {"ParameterKey": "QuickBooksBaseUrl", "ParameterValue": sandbox},
            ],
        )  # fmt: skip


# The emulator's workers would find a missing package beside the emulator itself; AWS has only the layer. What takes long to
# import is imported once, and each handler in a process of its own behind that.
IMPORT_ALONE = """
import json, os, sys, traceback
layer, functions = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, layer)
import aws_lambda_powertools, botocore.session, pydantic, requests
def try_to_import(code):
    sys.path.insert(0, code)
    import handler
    assert callable(handler.handler)
    beside = [path for path in sys.path if "site-packages" in path]
    assert not beside, beside
for step, (code, environment) in functions.items():
    sys.stdout.flush()
    child = os.fork()
    if not child:
        os.environ.update(environment)
        try:
            try_to_import(code)
        except BaseException:
            print(json.dumps([step, traceback.format_exc()]), flush=True)
            os._exit(1)
        print(json.dumps([step, "whole"]), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""
STEPS = sorted(path.name for path in (ROOT / "functions").iterdir() if (path / "handler.py").exists())


@pytest.fixture(scope="module")
def imported(running_stack: Home) -> dict[str, str]:
    """What came of each handler's import, with its function's own environment."""
    stack = local_stack(running_stack)
    functions = stack.session.client("lambda", endpoint_url=stack.endpoint_url)

    def given(step: str) -> tuple[str, dict[str, str]]:
        configured = functions.get_function_configuration(FunctionName=f"crossfoot-local-{step}")
        code = running_stack.build / ("".join(word.title() for word in step.split("_")) + "Function")
        return str(code), configured["Environment"]["Variables"]

    layer = running_stack.build / "CommonLayer" / "python"
    alone = subprocess.run(
        [sys.executable, "-I", "-S", "-c", IMPORT_ALONE, str(layer), json.dumps({step: given(step) for step in STEPS})],
        env=local_environment("http://127.0.0.1:9", running_stack.folder),
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert alone.returncode == 0, alone.stderr
    return dict(json.loads(line) for line in alone.stdout.splitlines())


@pytest.mark.parametrize("step", STEPS)
def test_the_layer_holds_everything_that_a_handler_imports(imported: dict[str, str], step: str) -> None:
    assert imported[step] == "whole"
