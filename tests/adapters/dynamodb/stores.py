"""Every store of ours on one table, in the places where the product's world looks for them."""

from crossfoot.adapters.dynamodb.attention import TableAttention
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.cursors import TableCursors
from crossfoot.adapters.dynamodb.effects import TableEffects
from crossfoot.adapters.dynamodb.entries import TableEntries
from crossfoot.adapters.dynamodb.fetch_runs import TableFetchRuns
from crossfoot.adapters.dynamodb.filters import TableFilters
from crossfoot.adapters.dynamodb.history import TableHistory
from crossfoot.adapters.dynamodb.limits import TableLimits
from crossfoot.adapters.dynamodb.matches import TableMatches
from crossfoot.adapters.dynamodb.notices import TableNotices
from crossfoot.adapters.dynamodb.notifications import TableNotifications
from crossfoot.adapters.dynamodb.origins import TableOrigins
from crossfoot.adapters.dynamodb.outbox import TableOutbox
from crossfoot.adapters.dynamodb.payable_syncs import TablePayableSyncs
from crossfoot.adapters.dynamodb.payables_settings import TablePayablesSettings
from crossfoot.adapters.dynamodb.preferences import TablePreferences
from crossfoot.adapters.dynamodb.reports import TableReports
from crossfoot.adapters.dynamodb.sync_runs import TableSyncRuns
from crossfoot.adapters.dynamodb.sync_settings import TableSyncSettings
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.dynamodb.waiting import TableWaiting
from crossfoot.ports import Clock


class RealTables:
    """The stores of all partners."""

    def __init__(self, clock: Clock, table: Table) -> None:
        self.book, self.effects, self.matches = TableBook(table), TableEffects(table), TableMatches(table)
        self.history, self.reports = TableHistory(table, clock), TableReports(table)
        self.cursors, self.runs = TableCursors(table, clock), TableFetchRuns(table, clock)
        self.limits, self.filters = TableLimits(table, clock), TableFilters(table)
        self.preferences = TablePreferences(table)
        self.origins, self.waiting, self.outbox = TableOrigins(table), TableWaiting(table), TableOutbox(table)
        self.attention = TableAttention(table)
        self.notices, self.notifications = TableNotices(table), TableNotifications(table, clock)
        self.sync_runs, self.sync_settings = TableSyncRuns(table), TableSyncSettings(table)
        self.entries = TableEntries(table)
        self.payable_syncs, self.payables_settings = TablePayableSyncs(table), TablePayablesSettings(table)
