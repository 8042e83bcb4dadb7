"""Which messages go to which queue, by the names that template.yaml gives the queues."""

from crossfoot.config import Config

# Those first whose letters are urgent when they are given up.
KINDS = {
    "payments": ("mirror_payment",),
    "deposits": ("record_deposit",),
    "bills": ("mirror_bill", "close_sync"),
    "syncs": ("start_sync", "sync_batch"),
    "sync_posts": ("post_batch", "check_synced"),
    "payable_syncs": ("sync_payables",),
    "nudges": ("nudge", "follow_customers"),
    "unpaid": ("fetch_unpaid",),
    "tending": ("tend_connection", "archive_outside", "retry_parked", "send_notice"),
    "crossfoot": ("crossfoot",),
}
QUEUES = tuple(f"{work}_queue_url" for work in KINDS)
DEAD_QUEUES = tuple(f"{work}_dead_queue_url" for work in KINDS)


def urls_by_kind(config: Config) -> dict[str, str]:
    """Give the queue of each kind of message, of those queues that this function was given."""
    urls = {kind: str(getattr(config, f"{work}_queue_url")) for work, kinds in KINDS.items() for kind in kinds}
    return {kind: url for kind, url in urls.items() if url}
