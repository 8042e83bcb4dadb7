"""Wait until the functions that were just deployed can answer."""

from typing import TYPE_CHECKING, Any

from local.stack.aws import Stack
from local.stack.errors import StackError
from local.stack.processes import wait_until

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

READY_TIMEOUT_S = 180.0
# The emulator, which answers, is busy starting them.
ASK_EVERY_S = 0.5


def wait_for_functions(stack: Stack) -> None:
    """Wait until each live version has started its first worker: publishing only begins that (SnapStart).

    Raises: StackError that names a function that cannot start, with its reason.
    """
    functions: LambdaClient = stack.session.client("lambda", endpoint_url=stack.endpoint_url)
    for name in _function_names(stack):
        state = _settled_state(functions, name)
        if state["State"] != "Active":
            raise StackError(
                f"{name} cannot start", "mend its handler or what that imports", state.get("StateReason", "")
            )


def _settled_state(functions: "LambdaClient", name: str) -> Any:
    if not wait_until(lambda: _state(functions, name)["State"] != "Pending", READY_TIMEOUT_S, ASK_EVERY_S):
        raise StackError(f"{name} does not start", "see the log of MiniStack")
    return _state(functions, name)


def _state(functions: "LambdaClient", name: str) -> Any:
    return functions.get_function_configuration(FunctionName=name, Qualifier="live")


def _function_names(stack: Stack) -> list[str]:
    cloudformation = stack.session.client("cloudformation", endpoint_url=stack.endpoint_url)
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack.name)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return [
        resource["PhysicalResourceId"] for resource in resources if resource["ResourceType"] == "AWS::Lambda::Function"
    ]
