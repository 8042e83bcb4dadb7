"""What is looked up before the partner is known."""

import hashlib

from crossfoot.adapters.dynamodb.keys.parts import Key, escape, unescape
from crossfoot.core.model import System

DUE_BUCKETS = 16


def account(system: System, account_id: str) -> Key:
    """Which partner holds a vendor account."""
    return Key(f"ACCOUNT#{system}#{escape(account_id)}", "TENANT")


def partner(tenant: str) -> Key:
    """A partner, as an operator added it."""
    return Key(f"TENANT#{escape(tenant)}", "PARTNER")


def callback(token_hash: str) -> Key:
    """Whose callback URL has a token with this hash."""
    return Key(f"CALLBACK#{escape(token_hash)}", "TENANT")


def authorization(flow: str) -> Key:
    """A started OAuth flow."""
    return Key(f"AUTHORIZATION#{escape(flow)}", "STATE")


def due_pk(system: System, bucket: int) -> str:
    """A bucket of the partners that are to be read."""
    return f"DUE#{system}#{bucket:02}"


def due(system: System, tenant: str, last_read: str) -> Key:
    """A partner's place among those that are to be read; a time of "" comes first."""
    return Key(due_pk(system, _due_bucket(tenant)), f"{last_read}#{escape(tenant)}")


def due_tenant(key: Key) -> str:
    """Read a place among those that are to be read."""
    return unescape(key.sk.partition("#")[2])


def turned_pk(bucket: int) -> str:
    """A bucket of the partners of whose connections one turned."""
    return f"TURNED#{bucket:02}"


def turned(tenant: str) -> Key:
    """A partner's place among those of whose connections one turned."""
    return Key(turned_pk(_due_bucket(tenant)), escape(tenant))


def digest_pk(bucket: int) -> str:
    """A bucket of the partners that want a daily digest."""
    return f"DIGEST#{bucket:02}"


def digest(tenant: str) -> Key:
    """A partner's place among those that want a daily digest."""
    return Key(digest_pk(_due_bucket(tenant)), escape(tenant))


def payables_pk(bucket: int) -> str:
    """A bucket of the partners that have payables."""
    return f"PAYABLES#{bucket:02}"


def payables(tenant: str) -> Key:
    """A partner's place among those that have payables."""
    return Key(payables_pk(_due_bucket(tenant)), escape(tenant))


def _due_bucket(tenant: str) -> int:
    return int(hashlib.sha256(tenant.encode()).hexdigest(), 16) % DUE_BUCKETS
