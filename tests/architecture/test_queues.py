"""Every kind of message has one queue, which is deployed; and every queue has messages."""

import re
from collections import Counter
from dataclasses import fields
from typing import Any, get_args

import pytest
from crossfoot.config import Config, ConfigError
from crossfoot.messages import Message
from crossfoot.wiring.queues import DEAD_QUEUES, KINDS, QUEUES, urls_by_kind

from tests.architecture.deployed import of_type

ALL: dict[str, Any] = {name: f"https://sqs/{name}" for name in (*QUEUES, *DEAD_QUEUES)}


def test_every_kind_of_message_has_exactly_one_queue() -> None:
    kinds = [kind for some in KINDS.values() for kind in some]
    assert Counter(kinds) == Counter(_kind_of(message) for message in get_args(Message.__value__))


def _kind_of(message: type[Message]) -> object:
    return next(member.default for member in fields(message) if member.name == "kind")


def test_every_queue_that_is_deployed_has_messages_and_no_other_is_spoken_of() -> None:
    words = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name in of_type("AWS::SQS::Queue")}
    assert words == {name.removesuffix("_url") for name in ALL}


def test_a_function_sends_each_message_to_the_queue_that_it_was_given_for_it_and_no_other() -> None:
    assert urls_by_kind(Config("production", bills_queue_url="https://sqs/bills")) == {
        "mirror_bill": "https://sqs/bills",
        "close_sync": "https://sqs/bills",
    }
    assert len(urls_by_kind(Config("production", **ALL))) == sum(map(len, KINDS.values()))


def test_what_revives_letters_is_told_of_every_queue() -> None:
    Config("production", **ALL).require(*QUEUES, *DEAD_QUEUES)
    with pytest.raises(ConfigError, match="PAYABLE_SYNCS_DEAD_QUEUE_URL"):
        Config("production", **{**ALL, "payable_syncs_dead_queue_url": ""}).require(*DEAD_QUEUES)
