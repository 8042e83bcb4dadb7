"""On the deployed template: trouble with a connection is one mail, sent with the rights that the function has."""

from typing import Any

import pytest
import requests
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.connections import TableConnections
from crossfoot.adapters.dynamodb.notices import TableNotices
from crossfoot.adapters.dynamodb.notifications import TableNotifications
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.sqs import SqsQueue
from crossfoot.adapters.vault import KmsVault
from crossfoot.core.model import System
from crossfoot.core.notifications import Notifications
from crossfoot.messages import SendNotice
from crossfoot.ports import Connection, ConnectionState

from local.demo.rest import Patience
from local.stack.sam import MAIL_FROM
from tests.e2e.partner import PATIENCE_S, Deployed

TENANT, ADDRESS = "t_0e2e0e2e", "trouble@partners.example"


@pytest.fixture
def table(deployed: Deployed, owner: None) -> Table:
    """The product's table, with the rights of the stack's owner."""
    return Table(deployed.stack.outputs["TableName"])


def _mails(deployed: Deployed) -> list[dict[str, Any]]:
    """Read what the emulator was given to send to the address."""
    told: dict[str, Any] = requests.get(f"{deployed.urls['aws']}/_ministack/ses/messages", timeout=10).json()
    return [mail for mails in told["messages"].values() for mail in mails if ADDRESS in mail["To"]]


def _stop(deployed: Deployed, table: Table) -> None:
    """Give a partner a connection that stopped, and an address."""
    functions: Any = deployed.stack.session.client("lambda", endpoint_url=deployed.urls["aws"])
    given = functions.get_function_configuration(FunctionName="crossfoot-local-api")["Environment"]["Variables"]
    clock = SystemClock()
    connections = TableConnections(table, KmsVault(given["TOKEN_KEY_ID"]), clock)
    account = Connection(TENANT, System.CONNECTWISE, ConnectionState.CONNECTED, "e2e@notices", "Söhne <IT>")
    connections.connect(account, {"public_key": "p"})
    connections.need_attention(
        TENANT, System.CONNECTWISE, "ConnectWise no longer accepts these keys.", "Enter new keys."
    )
    TableNotifications(table, clock).save(TENANT, Notifications(connection_trouble=(ADDRESS,)))


def test_c7_a_connection_that_stopped_is_told_by_one_mail(deployed: Deployed, table: Table) -> None:
    _stop(deployed, table)
    queue, notices = SqsQueue({"send_notice": deployed.stack.outputs["TendingQueueUrl"]}), TableNotices(table)
    queue.send([SendNotice(tenant=TENANT, about="connections", because=str(number)) for number in range(3)])
    Patience(PATIENCE_S).wait_for("the turn to be looked at", lambda: not notices.load_turn(TENANT), lambda: "")
    deployed.wait_for_rest("the other looks")
    (mail,) = _mails(deployed)
    assert (mail["Source"], mail["Subject"]) == (MAIL_FROM, "Crossfoot: ConnectWise needs your attention")
    assert "Söhne <IT>" in mail["BodyText"]
    assert "Söhne &lt;IT&gt;" in mail["BodyHtml"]
