"""The configuration: read once, whole, and never pointed at what it must not reach."""

import pytest
from crossfoot.config import Config, ConfigError, locate_aws, read_config

PRODUCTION = {
    "STAGE": "production",
    "TABLE_NAME": "crossfoot",
    "QUICKBOOKS_API_URL": "https://quickbooks.api.intuit.com",
    "QUICKBOOKS_OAUTH_URL": "https://oauth.platform.intuit.com",
    "QUICKBOOKS_AUTHORIZE_URL": "https://appcenter.intuit.com/connect/oauth2",
    "QUICKBOOKS_REVOKE_URL": "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
}
VENDOR_URLS = sorted(name for name in PRODUCTION if name.startswith("QUICKBOOKS"))


def test_every_variable_is_read() -> None:
    config = read_config({**PRODUCTION, "NUDGE_WINDOW_S": "7", "HOME": "/root"})
    assert (config.stage, config.table_name, config.nudge_window_s) == ("production", "crossfoot", 7)
    assert config.quickbooks_revoke_url == PRODUCTION["QUICKBOOKS_REVOKE_URL"]


@pytest.mark.parametrize("stage", ["staging", "production"])
@pytest.mark.parametrize("name", VENDOR_URLS)
@pytest.mark.parametrize(
    "url",
    [
        "http://quickbooks.api.intuit.com",
        "https://localhost/x",
        "https://LOCALHOST./x",
        "https://sandbox.localhost",
        "https://127.0.0.1:8443",
        "https://[::1]/x",
        "https://10.1.2.3",
        "https://169.254.169.254/latest",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://user:word@quickbooks.api.intuit.com",
        "https://sandbox",
        "https:///x",
        "ftp://quickbooks.api.intuit.com",
        "quickbooks.api.intuit.com",
    ],
)
def test_only_a_local_stack_may_be_pointed_at_a_sandbox(stage: str, name: str, url: str) -> None:
    with pytest.raises(ConfigError, match=name):
        read_config({**PRODUCTION, "STAGE": stage, name: url})
    assert read_config({**PRODUCTION, "STAGE": "local", name: url}).is_local


@pytest.mark.parametrize("stage", ["", "Production", "prod", "local "])
def test_a_stage_that_there_is_not_is_refused(stage: str) -> None:
    with pytest.raises(ConfigError, match="STAGE"):
        read_config({**PRODUCTION, "STAGE": stage})


@pytest.mark.parametrize("seconds", ["0", "-3", "3.5", "three", "901", "٣"])
def test_a_window_that_is_no_number_of_seconds_is_refused(seconds: str) -> None:
    with pytest.raises(ConfigError, match="NUDGE_WINDOW_S"):
        read_config({**PRODUCTION, "NUDGE_WINDOW_S": seconds})


def test_what_a_function_was_not_given_is_named() -> None:
    with pytest.raises(ConfigError, match="NUDGES_QUEUE_URL, APP_SECRET_ARN"):
        Config("production", table_name="t").require("table_name", "nudges_queue_url", "app_secret_arn")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"AWS_REGION": "eu-west-3"}, ("eu-west-3", "https://sqs.eu-west-3.amazonaws.com/")),
        ({"AWS_DEFAULT_REGION": "us-east-1"}, ("us-east-1", "https://sqs.us-east-1.amazonaws.com/")),
        ({"AWS_REGION": "cn-north-1"}, ("cn-north-1", "https://sqs.cn-north-1.amazonaws.com.cn/")),
        ({"AWS_REGION": "r", "AWS_ENDPOINT_URL": "http://one:4566"}, ("r", "http://one:4566/")),
        (
            {"AWS_REGION": "r", "AWS_ENDPOINT_URL": "http://all/", "AWS_ENDPOINT_URL_SQS": "http://sqs/"},
            ("r", "http://sqs/"),
        ),
        ({"AWS_REGION": "r", "AWS_ENDPOINT_URL_DYNAMODB": "http://db"}, ("r", "https://sqs.r.amazonaws.com/")),
    ],
)
def test_aws_is_found_where_its_own_variables_say(environ: dict[str, str], expected: tuple[str, str]) -> None:
    assert locate_aws("sqs", environ) == expected


def test_without_a_region_there_is_no_aws() -> None:
    with pytest.raises(ConfigError, match="AWS_REGION"):
        locate_aws("sqs", {})
