"""What is planned of a ConnectWise bill is what QuickBooks makes of it, tax and all."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.core.model import ACCOUNTING, Kind, Ref
from crossfoot.core.sync.planning import plan_again, plan_sale
from crossfoot.core.sync.plans import Billing, SalePlan
from crossfoot.core.sync.settings import MappingKind, Setup, Target, TaxDisplay, TimeEntries

from tests.adapters.quickbooks.company import Company
from tests.adapters.quickbooks.sales import KEY, NOTE, ids_of
from tests.core.sync import bills
from tests.core.sync.bills import SETUP, billing, change_both, labour, mixed, prefer, product


@dataclass(frozen=True)
class Books:
    """A company that is written to, and what stands there for what ConnectWise bills."""

    company: Company
    sales: QuickBooksSales
    mappings: Mapping[MappingKind, str]

    def plan(self, bill: Billing, setup: Setup) -> SalePlan:
        return plan_sale(self.there(bill), self.mapped(setup), self.sales.fetch_catalogue())
