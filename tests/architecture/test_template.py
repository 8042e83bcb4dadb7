"""What template.yaml must hold, whoever edits it."""

from datetime import timedelta
from typing import Any

import pytest
from crossfoot.core.silence import WORTH_TELLING

from local.stack.partners import OPERATORS
from tests.architecture.deployed import as_list, of_type, resources, role_of, statements, steps, template, timing

STAGES = ("local", "staging", "production")
WORK_QUEUES = (
    "Nudges",
    "Payments",
    "Deposits",
    "Crossfoot",
    "Unpaid",
    "Tending",
    "Syncs",
    "SyncPosts",
    "Bills",
    "PayableSyncs",
)
# Who sends to it gives no deduplication id: EventBridge Scheduler cannot.
SCHEDULED_QUEUES = {"Syncs"}
DEAD_QUEUES = {f"{work}DeadQueue" for work in WORK_QUEUES}
# They are given their own queue, and go on by no message of their own.
SENDS_NOTHING_TO_ITSELF = {"mirror_payment", "crossfoot"}
# Nobody signs in here: a vendor calls, or returns with a signed state, or it is the public description of the API.
OPEN_ROUTES = {
    ("post", "/webhooks/platform"),
    ("post", "/webhooks/quickbooks"),
    ("post", "/webhooks/connectwise/{token}"),
    ("get", "/v1/connections/quickbooks/callback"),
    ("get", "/v1/openapi.json"),
}
ROLES = [(step, role_of(function)) for step, function in steps().items()]


def events_of(function: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [event["Properties"] for event in function["Events"].values() if event["Type"] == kind]


def queues_of(function: dict[str, Any]) -> dict[str, int]:
    """Give the queues that a function works on, and how many messages of each it takes at a time."""
    return {event["Queue"]["Fn::GetAtt"][0]: event["BatchSize"] for event in events_of(function, "SQS")}


WORKERS = {step: function for step, function in steps().items() if events_of(function, "SQS")}
WORKS_ON = [(step, queue) for step, function in WORKERS.items() for queue in queues_of(function)]


def alarms_on(metric: str) -> set[str]:
    alarms = of_type("AWS::CloudWatch::Alarm").values()
    return {_watched(alarm["Dimensions"][0]["Value"]) for alarm in alarms if alarm["MetricName"] == metric}


def _watched(value: dict[str, Any]) -> str:
    inner = value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0]
    return str(inner["Fn::Sub"] if isinstance(inner, dict) else inner)


def test_every_function_has_a_role_and_a_log_group_of_its_own() -> None:
    roles = [role for _, role in ROLES]
    groups = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in steps().values()]
    assert len(set(roles)) == len(set(groups)) == len(steps())
    assert all(resources()[group]["Properties"]["RetentionInDays"] for group in groups)


@pytest.mark.parametrize(("step", "role"), ROLES)
def test_no_role_is_given_more_than_it_names(step: str, role: str) -> None:
    assert "ManagedPolicyArns" not in resources()[role]["Properties"]
    for statement in statements(role):
        actions = as_list(statement["Action"])
        assert not any("*" in action for action in actions), actions
        # X-Ray has no resources to name.
        assert "*" not in as_list(statement["Resource"]) or all(action.startswith("xray:") for action in actions)


@pytest.mark.parametrize(("step", "role"), ROLES)
def test_nothing_may_scan_a_table(step: str, role: str) -> None:
    assert "dynamodb:Scan" not in [action for statement in statements(role) for action in as_list(statement["Action"])]


@pytest.mark.parametrize(("step", "role"), ROLES)
def test_a_function_knows_exactly_the_queues_that_it_may_send_to(step: str, role: str) -> None:
    variables = steps()[step]["Environment"]["Variables"]
    known = {value["Ref"] for name, value in variables.items() if name.endswith("_QUEUE_URL")} - DEAD_QUEUES
    sends = [statement for statement in statements(role) if "sqs:SendMessage" in as_list(statement["Action"])]
    assert known == {statement["Resource"]["Fn::GetAtt"][0] for statement in sends}


@pytest.mark.parametrize(("step", "role"), ROLES)
def test_a_function_takes_from_the_queue_that_it_works_on_and_from_the_dead_letters_that_it_knows(
    step: str, role: str
) -> None:
    variables = steps()[step]["Environment"]["Variables"].values()
    dead = {value["Ref"] for value in variables if isinstance(value, dict) and value.get("Ref") in DEAD_QUEUES}
    takes = [statement for statement in statements(role) if "sqs:ReceiveMessage" in as_list(statement["Action"])]
    works_on = set(queues_of(steps()[step]))
    assert {statement["Resource"]["Fn::GetAtt"][0] for statement in takes} == works_on | dead
    # What has to wait is put off, ten at a time.
    puts_off = [each for each in takes if "sqs:ChangeMessageVisibilityBatch" in each["Action"]]
    assert {statement["Resource"]["Fn::GetAtt"][0] for statement in puts_off} == works_on


@pytest.mark.parametrize(("step", "role"), ROLES)
def test_a_function_knows_the_documents_exactly_if_it_may_use_them(step: str, role: str) -> None:
    uses = [s for s in statements(role) if any(action.startswith("s3:") for action in as_list(s["Action"]))]
    assert ("DOCUMENTS_BUCKET" in steps()[step]["Environment"]["Variables"]) == bool(uses)
    for statement in uses:
        # Its objects only: nobody lists the bucket, or changes what it is.
        assert statement["Resource"] == {"Fn::Sub": "${Documents.Arn}/*"}
        assert set(statement["Action"]) <= {"s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"}


def test_only_the_function_that_tells_partners_may_send_mail_and_only_as_the_sender_that_is_set() -> None:
    ((name, policy),) = of_type("AWS::IAM::Policy").items()
    assert policy["Roles"] == [{"Ref": role_of(steps()["tend_connection"])}]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "ses:SendEmail"
    is_local, anything, identities = statement["Resource"]["Fn::If"]
    assert (is_local, anything) == ("IsLocal", "*"), "the local emulator names no identity"
    address, domain, sets = identities
    assert address["Fn::Sub"].endswith(":identity/${MailFrom}")
    assert domain["Fn::Sub"][0].endswith(":identity/${Domain}")
    assert sets["Fn::Sub"].endswith(":configuration-set/*"), (
        "an identity may have one by default, which SES asks for too"
    )
    only_as = {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}
    assert statement["Condition"]["Fn::If"] == ["IsLocal", {"Ref": "AWS::NoValue"}, only_as]
    assert resources()[name]["Condition"] == "SendsMail", "without a sender nobody may send"
    given = [action for _, role in ROLES for statement in statements(role) for action in as_list(statement["Action"])]
    assert not any(action.startswith("ses:") for action in given)


def test_whoever_knows_the_sender_sends_or_says_whether_mail_is_sent() -> None:
    knows = {step for step, function in steps().items() if "MAIL_FROM" in function["Environment"]["Variables"]}
    assert knows == {"tend_connection", "api"}


def test_s1_only_the_api_sets_schedules_only_in_the_stacks_own_group_and_only_with_their_role() -> None:
    group, role = resources()["Schedules"], resources()["SchedulesRole"]
    assert (group["Type"], group["Properties"]) == (
        "AWS::Scheduler::ScheduleGroup",
        {"Name": {"Ref": "AWS::StackName"}},
    )
    given = [(step, each) for step, name in ROLES for each in statements(name)]
    for action, number in (("scheduler:", 1), ("iam:", 1)):
        may = [step for step, each in given if any(said.startswith(action) for said in as_list(each["Action"]))]
        assert may == ["api"] * number
    sets, passes = (
        each for _, each in given if any(said.startswith(("scheduler:", "iam:")) for said in as_list(each["Action"]))
    )
    assert set(sets["Action"]) == {f"scheduler:{verb}Schedule" for verb in ("Create", "Update", "Delete")}
    arn, variables = sets["Resource"]["Fn::Sub"]
    assert arn.endswith(":schedule/${Group}/*")
    assert variables["Group"]["Fn::If"] == ["IsLocal", "default", {"Ref": "Schedules"}], (
        "the local emulator asks for the default group, whichever it is"
    )
    assert (passes["Action"], passes["Resource"]) == ("iam:PassRole", {"Fn::GetAtt": ["SchedulesRole", "Arn"]})
    assert passes["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    (send,) = statements("SchedulesRole")
    assert (send["Action"], send["Resource"]) == ("sqs:SendMessage", {"Fn::GetAtt": ["SyncsQueue", "Arn"]})
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    only_ours = {"aws:SourceAccount": {"Ref": "AWS::AccountId"}, "aws:SourceArn": {"Fn::GetAtt": ["Schedules", "Arn"]}}
    assert trust["Condition"] == {"StringEquals": only_ours}


def test_documents_are_private_encrypted_and_gone_after_a_month() -> None:
    bucket = resources()["Documents"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 30)
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert "VersioningConfiguration" not in bucket, "what expired would be kept as an older version"
    assert bucket["BucketName"]["Fn::Sub"].startswith("${AWS::StackName}-")


def test_documents_are_never_sent_in_the_clear() -> None:
    policy = resources()["DocumentsPolicy"]
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(statement["Resource"]) == 2, "the bucket and everything in it"
    # A local stack has no TLS; every other one has.
    assert template()["Conditions"][policy["Condition"]] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}


def test_whatever_hands_its_rest_to_itself_may_do_so_for_long() -> None:
    for step, function in WORKERS.items():
        sends = {value["Ref"] for name, value in function["Environment"]["Variables"].items() if "_QUEUE_" in name}
        if queues_of(function).keys() & sends and step not in SENDS_NOTHING_TO_ITSELF:
            assert function["RecursiveLoop"] == "Allow", "AWS stops a function after sixteen messages to itself"


@pytest.mark.parametrize(("step", "role"), ROLES)
def test_a_function_knows_the_key_and_the_secret_exactly_if_it_may_use_them(step: str, role: str) -> None:
    variables = steps()[step]["Environment"]["Variables"]
    used = {action.split(":")[0] for statement in statements(role) for action in as_list(statement["Action"])}
    assert ("TOKEN_KEY_ID" in variables) == ("kms" in used)
    assert ("APP_SECRET_ARN" in variables) == ("secretsmanager" in used)


@pytest.mark.parametrize("work", WORK_QUEUES)
def test_work_that_keeps_failing_ends_in_a_dead_letter_queue_of_its_own(work: str) -> None:
    queue, dead = resources()[f"{work}Queue"]["Properties"], resources()[f"{work}DeadQueue"]["Properties"]
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": [f"{work}DeadQueue", "Arn"]},
        "maxReceiveCount": {"Fn::FindInMap": ["Timing", {"Ref": "Stage"}, "Tries"]},
    }
    assert timing("production", queue["RedrivePolicy"]["maxReceiveCount"]) == 20, "which the runbook says"
    assert queue["FifoQueue"] is dead["FifoQueue"] is True
    assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


@pytest.mark.parametrize("work", WORK_QUEUES)
def test_partners_do_not_share_a_lane(work: str) -> None:
    queue = resources()[f"{work}Queue"]["Properties"]
    assert queue["FifoThroughputLimit"] == "perMessageGroupId"
    assert queue["DeduplicationScope"] == "messageGroup"
    assert queue["ContentBasedDeduplication"] is (work in SCHEDULED_QUEUES)


@pytest.mark.parametrize(("step", "works_on"), WORKS_ON)
def test_a_message_comes_back_only_after_its_worker_is_certainly_gone(step: str, works_on: str) -> None:
    queue = resources()[works_on]["Properties"]
    for stage in STAGES:
        visibility_s = timing(stage, queue["VisibilityTimeout"])
        timeout_s = timing(stage, WORKERS[step]["Timeout"])
        assert visibility_s >= (timeout_s + 5 if stage == "local" else 6 * timeout_s)


def test_s2_who_syncs_knows_its_own_timeout_and_takes_one_run_at_a_time_but_bills_together() -> None:
    function = WORKERS["sync_batch"]
    seconds = function["Environment"]["Variables"]["SYNC_TIMEOUT_S"]["Fn::Sub"]
    assert seconds == ["${Seconds}", {"Seconds": function["Timeout"]}]
    # A run takes all the time there is, and no other partner waits for it; nor does what is about one bill.
    assert queues_of(function) == {"SyncsQueue": 1, "SyncPostsQueue": 10}
    assert all("MaximumBatchingWindowInSeconds" not in event for event in events_of(function, "SQS"))


def test_every_queue_has_one_function_that_works_on_it() -> None:
    assert sorted(queue for _, queue in WORKS_ON) == sorted(f"{work}Queue" for work in WORK_QUEUES)


@pytest.mark.parametrize(("step", "works_on"), WORKS_ON)
def test_c7_work_is_tried_until_a_silence_was_worth_telling(step: str, works_on: str) -> None:
    queue = resources()[works_on]["Properties"]
    for stage in STAGES:
        tries, visibility_s = (
            timing(stage, queue["RedrivePolicy"]["maxReceiveCount"]),
            timing(stage, queue["VisibilityTimeout"]),
        )
        # The silence is noted when the first try fails, and told when the last one begins at the latest.
        tried_for = timedelta(seconds=(tries - 1) * visibility_s - timing(stage, WORKERS[step]["Timeout"]))
        assert tried_for >= WORTH_TELLING


@pytest.mark.parametrize("step", WORKERS)
def test_one_bad_message_does_not_sink_its_batch(step: str) -> None:
    for event in events_of(WORKERS[step], "SQS"):
        assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_nudge_waits_at_least_as_long_as_its_deduplication_window() -> None:
    delay = resources()["NudgesQueue"]["Properties"]["DelaySeconds"]
    windows = [function["Environment"]["Variables"].get("NUDGE_WINDOW_S") for function in steps().values()]
    for stage in STAGES:
        assert all(timing(stage, window) == timing(stage, delay) for window in windows if window is not None)


def test_whoever_nudges_knows_the_window() -> None:
    for function in steps().values():
        variables = function["Environment"]["Variables"]
        assert ("NUDGE_WINDOW_S" in variables) == ("NUDGES_QUEUE_URL" in variables)


def test_every_dead_letter_queue_and_every_backlog_has_an_alarm() -> None:
    assert alarms_on("ApproximateNumberOfMessagesVisible") == {f"{work}DeadQueue" for work in WORK_QUEUES}
    assert alarms_on("ApproximateAgeOfOldestMessage") == {f"{work}Queue" for work in WORK_QUEUES}


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_has_an_alarm(metric: str) -> None:
    assert alarms_on(metric) == set(of_type("AWS::Serverless::Function"))


def test_a_crash_that_the_api_answers_is_heard_of() -> None:
    (alarm,) = [a for a in of_type("AWS::CloudWatch::Alarm").values() if a["MetricName"] == "5XXError"]
    names = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
    assert names["ApiName"] == resources()["Api"]["Properties"]["Name"]
    assert names["Stage"] == resources()["Api"]["Properties"]["StageName"]


def test_s1_a_schedule_that_does_not_reach_its_queue_is_heard_of() -> None:
    assert alarms_on("InvocationDroppedCount") == {"Schedules"}


def test_every_queue_is_watched() -> None:
    queues = set(of_type("AWS::SQS::Queue"))
    assert queues == {f"{work}{kind}" for work in WORK_QUEUES for kind in ("Queue", "DeadQueue")}


def test_every_alarm_is_heard() -> None:
    for alarm in of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
        assert alarm["AlarmDescription"]


def test_the_books_outlive_the_stack() -> None:
    for name in ("Table", "TokenKey", "AppSecret", "UserPool"):
        assert resources()[name]["DeletionPolicy"] == resources()[name]["UpdateReplacePolicy"] == "Retain"
    table = resources()["Table"]["Properties"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_a_user_cannot_choose_its_partner() -> None:
    pool, client = resources()["UserPool"]["Properties"], resources()["UserPoolClient"]["Properties"]
    (tenant,) = [attribute for attribute in pool["Schema"] if attribute["Name"] == "tenant"]
    assert tenant["Mutable"] is False
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert "custom:tenant" in client["ReadAttributes"]
    assert "custom:tenant" not in client["WriteAttributes"]


def test_b6_operators_are_a_group_of_the_pool_that_gives_no_rights_in_aws() -> None:
    (group,) = of_type("AWS::Cognito::UserPoolGroup").values()
    assert (group["GroupName"], group["UserPoolId"]) == (OPERATORS, {"Ref": "UserPool"})
    assert "RoleArn" not in group


def test_only_the_known_routes_are_open() -> None:
    routes = [event for function in steps().values() for event in events_of(function, "Api")]
    opened = {(event["Method"], event["Path"]) for event in routes if "Auth" in event}
    assert resources()["Api"]["Properties"]["Auth"]["DefaultAuthorizer"] == "Partner"
    assert opened == OPEN_ROUTES
    assert all(event["Method"] in {"get", "post", "put", "delete"} for event in routes)


def test_every_function_runs_the_version_that_was_published_last() -> None:
    shared = template()["Globals"]["Function"]
    assert shared["AutoPublishAlias"] == "live"
    assert shared["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    # For a change of its properties; a change of the layer publishes by the stamp in each function (local/stack/stamp.py).
    assert all(function["AutoPublishAliasAllProperties"] is True for function in steps().values())


def test_c7_a_sweep_that_comes_a_little_early_or_late_passes_no_hour_over() -> None:
    (schedule,) = events_of(steps()["sweep"], "ScheduleV2")
    minute, *every_hour = schedule["ScheduleExpression"].removeprefix("cron(").removesuffix(")").split()
    assert every_hour == ["*", "*", "*", "?", "*"]
    assert 10 <= int(minute) <= 50
