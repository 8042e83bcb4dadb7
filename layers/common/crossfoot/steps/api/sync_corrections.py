"""Show the journal entry that would bring a synced bill to the accounts that ConnectWise means, and post it (S10)."""

import hashlib
import json

from crossfoot.core.model import Billed, Ref
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.correcting import Journal, JournalLine, Proposal, propose
from crossfoot.core.sync.effects import JOURNAL, SALE, standing_sale
from crossfoot.core.sync.sales import Sale
from crossfoot.correcting import post_correction, standing_correction, to_body
from crossfoot.errors import Rejected
from crossfoot.messages.api.sync_corrections import (
    CorrectionPosted,
    CorrectionRequest,
    CorrectionShape,
    JournalLineShape,
    JournalShape,
)
from crossfoot.messages.api.sync_mappings import Target
from crossfoot.messages.api.sync_words import OneBill
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports, to_money, to_why
from crossfoot.steps.api.sync_bills import find_bill, require_both, require_setup
from crossfoot.steps.api.sync_naming import Names


def show_correction(ports: Ports, asked: Asked[OneBill]) -> CorrectionShape:
    """Propose the correction of a bill from what both systems say just now.

    Raises: Rejected("not_found"); Rejected("not_synced") when nothing of ours stands; NeedsPartner; errors of both systems.
    Source: S10.
    """
    bill = find_bill(ports, asked.tenant, asked.path.id)
    proposal, catalogue = _propose(ports, asked.tenant, bill)
    journal, held = proposal.journal, proposal.decision
    standing = standing_sale(ports.effects.load_latest(asked.tenant, SALE, bill.ref))
    posted = ports.effects.load_latest(asked.tenant, JOURNAL, bill.ref)
    return CorrectionShape(
        id=str(bill.ref),
        journal=_to_journal(journal, Names(catalogue)) if journal is not None else None,
        digest=_digest(journal) if journal is not None else "",
        posted_as=standing_correction(posted, standing.id) if standing is not None else "",
        why=to_why(held) if held is not None else None,
    )


def post_shown_correction(ports: Ports, asked: Asked[OneBill, Nothing, CorrectionRequest]) -> CorrectionPosted:
    """Post the correction that was shown, once, if it is still the one that the bill needs.

    Raises: as show_correction; Rejected("changed_since_shown"); as post_correction.
    Source: S10.
    """
    bill = find_bill(ports, asked.tenant, asked.path.id)
    journal = _propose(ports, asked.tenant, bill)[0].journal
    if journal is None or _digest(journal) != asked.body.digest:
        detail = "the correction is no longer the one that was shown"
        raise Rejected("changed_since_shown", detail, "Look at it again, then post it.")
    return CorrectionPosted(id=str(bill.ref), journal_id=post_correction(asked.tenant, bill.ref, journal, ports))


def _propose(ports: Ports, tenant: str, bill: Billed) -> tuple[Proposal, Catalogue]:
    setup = require_setup(ports, tenant)
    sale = _load_written(ports, tenant, bill.ref)
    require_both(ports, tenant)
    ledger = ports.systems.psa(tenant).fetch_ledger(bill)
    catalogue = ports.systems.sales(tenant).fetch_catalogue()
    return propose(bill.ref, sale, ledger, setup, catalogue), catalogue


def _load_written(ports: Ports, tenant: str, bill: Ref) -> Sale:
    """Read the entry that stands for a bill as it was written."""
    standing = standing_sale(ports.effects.load_latest(tenant, SALE, bill))
    sale = ports.entries.load(tenant, bill, standing.digest) if standing is not None else None
    if sale is None:
        raise Rejected("not_synced", "this tool has nothing of it in QuickBooks", "Sync it instead.")
    return sale


def _digest(journal: Journal) -> str:
    text = json.dumps(to_body(journal), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _to_journal(journal: Journal, names: Names) -> JournalShape:
    lines = [_to_line(line, journal.currency, names) for line in journal.lines]
    return JournalShape(dated=journal.dated, currency=journal.currency, lines=lines)


def _to_line(line: JournalLine, currency: str, names: Names) -> JournalLineShape:
    account = names.account(line.account_id)
    return JournalLineShape(
        account=Target(id=line.account_id, name=account.name if account is not None else ""),
        debit=to_money(line.amount_minor, currency) if line.amount_minor > 0 else None,
        credit=to_money(-line.amount_minor, currency) if line.amount_minor <= 0 else None,
        description=line.description,
        class_id=line.class_id,
    )
