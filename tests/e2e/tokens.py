"""Tokens that are nearly right: of a real user of a partner, and each wrong in one way."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from functools import cache
from typing import Any, Self

import requests

from local.stack.processes import wait_until
from tests.e2e.partner import Deployed, Partner

SHORT_S = 1
PATIENCE_S = 30.0
FLOWS = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
# Who says no. API Gateway's authorizer looks at signature, pool and time; what it lets pass has to be refused by us.
STATUS_OF = {
    "none": 401,
    "nonsense": 401,
    "tampered": 401,
    "another tenant": 401,
    "alg none": 401,
    "alg none, signature kept": 401,
    "public key as a password": 401,
    "expired": 401,
    "another pool": 401,
    "another app of the pool": 403,
    "access token": 403,
}
KINDS = tuple(STATUS_OF)


def encode(part: Any) -> str:
    """Write one part of a token."""
    text = json.dumps(part).encode() if not isinstance(part, bytes) else part
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def decode(part: str) -> Any:
    """Read one part of a token."""
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Forger:
    """Makes wrong tokens of one partner's user. The app clients and the pool that this takes go when it closes."""

    def __init__(self, deployed: Deployed, partner: Partner) -> None:
        self._stack, self._partner = deployed.stack, partner
        self._cognito: Any = self._stack.session.client("cognito-idp", endpoint_url=self._stack.endpoint_url)
        self._pool = self._stack.outputs["UserPoolId"]
        self._api = deployed.urls["api"]
        self._undo: list[Callable[[], Any]] = []
        self.token: Callable[[str], str] = cache(self._make)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for undo in reversed(self._undo):
            undo()

    def _make(self, kind: str) -> str:
        header, claims, signature = self._partner.token.split(".")
        match kind:
            case "none":
                return ""
            case "nonsense":
                return "nonsense"
            case "tampered":
                return f"{header}.{claims}.{signature[:10]}{'A' if signature[10] != 'A' else 'B'}{signature[11:]}"
            case "another tenant":
                return f"{header}.{encode({**decode(claims), 'custom:tenant': 't_00000000deadbeef'})}.{signature}"
            case "alg none":
                return f"{encode({**decode(header), 'alg': 'none'})}.{claims}."
            case "alg none, signature kept":
                return f"{encode({**decode(header), 'alg': 'nOnE'})}.{claims}.{signature}"
            case "public key as a password":
                return self._signed_with_the_public_key(decode(header), claims)
            case "expired":
                return self._expired()
            case "another pool":
                return self._of_another_pool()
            case "another app of the pool":
                return self._sign_in(self._pool, self._new_client(self._pool), "IdToken")
            case _:
                return self._sign_in(self._pool, self._stack.outputs["UserPoolClientId"], "AccessToken")

    def _signed_with_the_public_key(self, header: dict[str, Any], claims: str) -> str:
        """Confuse RS256 with HS256: whoever takes the key's kind from the token accepts this."""
        url = f"{self._stack.endpoint_url}/{self._pool}/.well-known/jwks.json"
        key = next(key for key in requests.get(url, timeout=60).json()["keys"] if key["kid"] == header["kid"])
        signed = f"{encode({**header, 'alg': 'HS256'})}.{claims}"
        return f"{signed}.{encode(hmac.new(key['n'].encode(), signed.encode(), hashlib.sha256).digest())}"

    def _expired(self) -> str:
        units = {"IdToken": "seconds", "AccessToken": "minutes", "RefreshToken": "days"}
        client = self._new_client(self._pool, IdTokenValidity=SHORT_S, TokenValidityUnits=units)
        token = self._sign_in(self._pool, client, "IdToken")

        def over() -> bool:
            url, headers = f"{self._api}/v1/connections", {"Authorization": token}
            return requests.get(url, headers=headers, timeout=90).status_code == 401

        # Before that it is a token of another app client, which is 403.
        assert wait_until(over, PATIENCE_S)
        return token

    def _of_another_pool(self) -> str:
        schema = [{"Name": "tenant", "AttributeDataType": "String", "Mutable": False}]
        passwords = {"PasswordPolicy": {"MinimumLength": 14, "RequireSymbols": False}}
        made = self._cognito.create_user_pool(
            PoolName="elsewhere", Schema=schema, UsernameAttributes=["email"], Policies=passwords
        )
        pool = made["UserPool"]["Id"]
        self._undo.append(lambda: self._cognito.delete_user_pool(UserPoolId=pool))
        invitation = self._partner.invitation
        attributes = {"email": invitation.email, "custom:tenant": invitation.tenant}
        self._cognito.admin_create_user(
            UserPoolId=pool, Username=invitation.email, TemporaryPassword=invitation.password, MessageAction="SUPPRESS",
            UserAttributes=[{"Name": name, "Value": value} for name, value in attributes.items()],
        )  # fmt: skip
        self._cognito.admin_set_user_password(
            UserPoolId=pool, Username=invitation.email, Password=invitation.password, Permanent=True
        )
        return self._sign_in(pool, self._new_client(pool), "IdToken")

    def _new_client(self, pool: str, **settings: Any) -> str:
        made = self._cognito.create_user_pool_client(
            UserPoolId=pool, ClientName="another", ExplicitAuthFlows=FLOWS, **settings
        )
        client = str(made["UserPoolClient"]["ClientId"])
        if pool == self._pool:
            self._undo.append(lambda: self._cognito.delete_user_pool_client(UserPoolId=pool, ClientId=client))
        return client

    def _sign_in(self, pool: str, client: str, which: str) -> str:
        invitation = self._partner.invitation
        answer = self._cognito.admin_initiate_auth(
            UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": invitation.email, "PASSWORD": invitation.password},
        )  # fmt: skip
        token = str(answer["AuthenticationResult"][which])
        claims = decode(token.split(".")[1])
        # A forged token that does not name the partner would be refused for a reason that proves nothing.
        assert which == "AccessToken" or claims["custom:tenant"] == invitation.tenant
        return token
