"""The syncs of a partner's payables, and what the partner chose for them."""

from crossfoot.adapters.dynamodb.keys.partners import partner_pk
from crossfoot.adapters.dynamodb.keys.parts import Key, escape, own, unescape

PAYABLE_SYNC = "SYNC#"


def payables_preferences(tenant: str) -> Key:
    """What the partner chose for its payables."""
    return Key(partner_pk(tenant), "PAYABLES_PREFERENCES")


def profile_facts(tenant: str) -> Key:
    """What the partner's payment-sync profile follows from."""
    return Key(partner_pk(tenant), "PROFILE_FACTS")


def payable_syncs_pk(tenant: str) -> str:
    """The partition of the partner's syncs."""
    return own(tenant, "payable_syncs")


def payable_sync(tenant: str, sync: str) -> Key:
    """A sync, in its place in the list: by their ids, syncs are in order of time."""
    return Key(payable_syncs_pk(tenant), PAYABLE_SYNC + escape(sync))


def payable_sync_id(key: Key) -> str:
    """Read a sync's key."""
    return unescape(key.sk.removeprefix(PAYABLE_SYNC))


def newest_payable_sync(tenant: str) -> Key:
    """The sync that was begun last."""
    return Key(payable_syncs_pk(tenant), "BEGUN")
