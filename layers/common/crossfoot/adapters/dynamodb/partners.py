"""Who is a partner: those that an operator added (`crossfoot partner add`)."""

import re

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.messages.message import TENANT_PATTERN


class TablePartners:
    """The port Partners in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def exists(self, tenant: str) -> bool:
        """Tell whether there is such a partner."""
        return bool(re.fullmatch(TENANT_PATTERN, tenant)) and self._table.get(keys.partner(tenant)) is not None
