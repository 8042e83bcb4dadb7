"""Add partners and their users: here, or with an operator's own AWS credentials on a deployed stack."""

import secrets
import string
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from local.stack.aws import Stack
from local.stack.errors import StackError

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

PASSWORD_LENGTH = 20
OPERATORS = "operators"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A new user of a partner. `password` is the first one, which Cognito has them change unless it is permanent."""

    tenant: str
    email: str
    password: str


def add_partner(stack: Stack, name: str, email: str, *, permanent_password: bool) -> Invitation:
    """Make a partner and its first user.

    The user is made first: Cognito refuses an address that is taken, and then nothing else is written.
    Raises: StackError when the address is taken or not an address.
    """
    invitation = Invitation(f"t_{secrets.token_hex(8)}", email, _new_password())
    _add_user(stack, invitation, permanent_password)
    table = stack.session.client("dynamodb", endpoint_url=stack.endpoint_url)
    item = {
        "pk": f"TENANT#{invitation.tenant}",
        "sk": "PARTNER",
        "name": name,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    table.put_item(
        TableName=stack.outputs["TableName"],
        Item={key: {"S": value} for key, value in item.items()},
        ConditionExpression="attribute_not_exists(pk)",
    )
    return invitation


def add_operator(stack: Stack, tenant: str, email: str, *, permanent_password: bool) -> Invitation:
    """Make a user of a partner who may also choose its payment-sync profile.

    Raises: StackError when there is no such partner, and as add_partner.
    Source: B6.
    """
    table = stack.session.client("dynamodb", endpoint_url=stack.endpoint_url)
    key = {"pk": {"S": f"TENANT#{tenant}"}, "sk": {"S": "PARTNER"}}
    if "Item" not in table.get_item(TableName=stack.outputs["TableName"], Key=key):
        raise StackError(f"There is no partner {tenant}", "crossfoot partner add NAME names a new one")
    invitation = Invitation(tenant, email, _new_password())
    _add_user(stack, invitation, permanent_password)
    _cognito(stack).admin_add_user_to_group(UserPoolId=stack.outputs["UserPoolId"], Username=email, GroupName=OPERATORS)
    return invitation


def sign_in(stack: Stack, email: str, password: str) -> str:
    """A sign-in token (Cognito's ID token: the one that names the partner), valid for an hour.

    Raises: StackError when Cognito refuses.
    """
    cognito = _cognito(stack)
    try:
        answer = cognito.admin_initiate_auth(
            UserPoolId=stack.outputs["UserPoolId"],
            ClientId=stack.outputs["UserPoolClientId"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
    except cognito.exceptions.ClientError as error:
        raise StackError(f"{email} cannot sign in", "check the address and the password", str(error)) from error
    if "AuthenticationResult" not in answer:
        raise StackError(f"{email} has to finish signing in first", f"Cognito asks for {answer.get('ChallengeName')}")
    return answer["AuthenticationResult"]["IdToken"]


def _add_user(stack: Stack, invitation: Invitation, permanent_password: bool) -> None:
    cognito, pool = _cognito(stack), stack.outputs["UserPoolId"]
    attributes = {"email": invitation.email, "email_verified": "true", "custom:tenant": invitation.tenant}
    try:
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=invitation.email,
            TemporaryPassword=invitation.password,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()],
        )
    except cognito.exceptions.UsernameExistsException:
        raise StackError(
            f"{invitation.email} is a user already", "give another address: one user belongs to one partner"
        ) from None
    except cognito.exceptions.InvalidParameterException as error:
        raise StackError(f"Cognito does not take {invitation.email}", "give an e-mail address", str(error)) from error
    if permanent_password:
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=invitation.email, Password=invitation.password, Permanent=True
        )


def _cognito(stack: Stack) -> "CognitoIdentityProviderClient":
    client: CognitoIdentityProviderClient = stack.session.client("cognito-idp", endpoint_url=stack.endpoint_url)
    return client


def _new_password() -> str:
    # One of each class that the pool asks for, then chance.
    letters = string.ascii_letters + string.digits
    return "Aa1" + "".join(secrets.choice(letters) for _ in range(PASSWORD_LENGTH - 3))
