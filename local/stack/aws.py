"""AWS clients: of the local emulator, or of the operator's own account."""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import boto3

from local.stack.errors import StackError
from local.stack.paths import Home
from local.stack.record import is_up, load_record

# Any key counts as the account's owner on the emulator; these open nothing anywhere else.
LOCAL_KEY = "test"
LOCAL_REGION = "us-east-1"


def local_session() -> boto3.Session:
    """A session whose credentials only the emulator takes."""
    return boto3.Session(aws_access_key_id=LOCAL_KEY, aws_secret_access_key=LOCAL_KEY, region_name=LOCAL_REGION)


def local_environment(endpoint_url: str, nowhere: Path) -> dict[str, str]:
    """The environment for a command that shall reach the emulator, and never a real account or the user's AWS files."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": LOCAL_KEY,
        "AWS_SECRET_ACCESS_KEY": LOCAL_KEY,
        "AWS_DEFAULT_REGION": LOCAL_REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(nowhere / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(nowhere / "credentials"),
    }


class Stack:
    """A deployed Crossfoot stack, and clients for it."""

    def __init__(self, name: str, session: boto3.Session, endpoint_url: str | None) -> None:
        self.name, self.session, self.endpoint_url = name, session, endpoint_url

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """What the template gives out.

        Raises: StackError when there is no such stack.
        """
        cloudformation = self.session.client("cloudformation", endpoint_url=self.endpoint_url)
        try:
            (stack,) = cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        except cloudformation.exceptions.ClientError as error:
            raise StackError(
                f"There is no stack {self.name} in {self.session.region_name}", "deploy it first", str(error)
            ) from error
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def local_stack(home: Home) -> Stack:
    """The stack that runs on this machine.

    Raises: StackError when it does not.
    """
    record = load_record(home)
    if not (is_up(home) and record.ready):
        raise StackError("The local stack is not running", "start it: crossfoot up")
    return emulated_stack(record.urls["aws"])


def emulated_stack(endpoint_url: str) -> Stack:
    """The stack of an emulator that runs at this address, deployed or about to be."""
    return Stack("crossfoot-local", local_session(), endpoint_url)


def deployed_stack(stage: str) -> Stack:
    """The stack of a stage in the operator's own account, with the operator's own credentials."""
    return Stack(f"crossfoot-{stage}", boto3.Session(), None)
