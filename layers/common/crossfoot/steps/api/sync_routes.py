"""The routes of the Sync Invoices tool (S1 to S10)."""

from crossfoot.messages.api.sync_choices import ChoiceList, ChoicesQuery
from crossfoot.messages.api.sync_corrections import CorrectionPosted, CorrectionRequest, CorrectionShape
from crossfoot.messages.api.sync_mappings import (
    Checkup,
    ConfirmRequest,
    ItemsMade,
    ItemsRequest,
    MappingsChange,
    MappingsConfirmed,
    MappingsQuery,
    MappingsSaved,
    MappingSurvey,
    MappingTrial,
    NewItemsQuery,
    ProposedItems,
)
from crossfoot.messages.api.sync_preferences import SyncPreferencesShape, SyncPreferencesStanding
from crossfoot.messages.api.sync_previews import PreviewList, PreviewRequest
from crossfoot.messages.api.sync_runs import (
    BatchStart,
    ItemsQuery,
    OneRun,
    ResyncStarted,
    RunDetail,
    RunList,
    RunShape,
    UndoRequest,
)
from crossfoot.messages.api.sync_unsynced import UnsyncedList, UnsyncedQuery
from crossfoot.messages.api.sync_words import OneBill
from crossfoot.messages.api.words import PageQuery
from crossfoot.messages.routes import Nothing, Route
from crossfoot.steps.api import (
    sync_checkup,
    sync_choices,
    sync_corrections,
    sync_items,
    sync_mappings,
    sync_preferences,
    sync_previews,
    sync_runs,
    sync_trials,
    sync_undoing,
    sync_unsynced,
)
from crossfoot.steps.api.needs import Ports

_TOOL = "/v1/sync"
# Statuses of a route that calls a connected system while the caller waits.
_LIVE = (409, 422, 429, 503)

SYNC: tuple[Route[Ports], ...] = (
    Route(
        "getSyncPreferences", "GET", f"{_TOOL}/preferences", "Show how the Sync Invoices tool works",
        sync_preferences.show_sync_preferences, SyncPreferencesStanding,
    ),
    Route(
        "putSyncPreferences", "PUT", f"{_TOOL}/preferences", "Replace how the tool works, and when it runs by itself",
        sync_preferences.put_sync_preferences, SyncPreferencesStanding, body=SyncPreferencesShape, problems=_LIVE,
    ),
    Route(
        "trySyncPreferences", "POST", f"{_TOOL}/preferences/trial",
        "Show what a change of preferences would affect; nothing is saved",
        sync_trials.try_preferences, MappingTrial, body=SyncPreferencesShape, problems=_LIVE,
    ),
    Route(
        "listUnsynced", "GET", f"{_TOOL}/unsynced", "List what is closed and in no batch, offered or not, and why not",
        sync_unsynced.list_unsynced, UnsyncedList, query=UnsyncedQuery,
    ),
    Route(
        "listMappings", "GET", f"{_TOOL}/mappings", "Say what unsynced bills need mapped, with what may be meant",
        sync_mappings.list_mappings, MappingSurvey, query=MappingsQuery, problems=_LIVE,
    ),
    Route(
        "putMappings", "PUT", f"{_TOOL}/mappings", "Confirm some mappings, or forget them",
        sync_mappings.put_mappings, MappingsSaved, body=MappingsChange, problems=_LIVE,
    ),
    Route(
        "confirmMappings", "POST", f"{_TOOL}/mappings/confirm", "Confirm every exact suggestion of a kind",
        sync_mappings.confirm_mappings, MappingsConfirmed, body=ConfirmRequest, problems=_LIVE,
    ),
    Route(
        "tryMappings", "POST", f"{_TOOL}/mappings/trial", "Show what a change of mappings would affect; nothing is saved",
        sync_trials.try_mappings, MappingTrial, body=MappingsChange, problems=_LIVE,
    ),
    Route(
        "listChoices", "GET", f"{_TOOL}/choices", "List what QuickBooks offers for a mapping or a preference",
        sync_choices.list_choices, ChoiceList, query=ChoicesQuery, problems=_LIVE,
    ),
    Route(
        "checkUpMappings", "GET", f"{_TOOL}/checkup", "Examine what mappings and preferences point to, in QuickBooks now",
        sync_checkup.check_up, Checkup, problems=_LIVE,
    ),
    Route(
        "listNewItems", "GET", f"{_TOOL}/items", "Propose the QuickBooks items that line-item mode lacks",
        sync_items.list_items, ProposedItems, query=NewItemsQuery, problems=_LIVE,
    ),
    Route(
        "makeItems", "POST", f"{_TOOL}/items", "Make some of the items that are proposed, and map what they serve",
        sync_items.make_items, ItemsMade, 201, body=ItemsRequest, problems=_LIVE,
    ),
    Route(
        "previewSync", "POST", f"{_TOOL}/previews", "Show the exact entries of some bills, or why there would be none",
        sync_previews.preview, PreviewList, body=PreviewRequest, problems=_LIVE,
    ),
    Route(
        "startBatch", "POST", f"{_TOOL}/batches", "Begin to sync some bills, or all that is offered",
        sync_runs.start_batch, RunShape, 202, body=BatchStart, problems=(409,),
    ),
    Route(
        "listBatches", "GET", f"{_TOOL}/batches", "List runs with how far each has come",
        sync_runs.list_batches, RunList, query=PageQuery,
    ),
    Route(
        "getBatch", "GET", f"{_TOOL}/batches/{{id}}", "Show a run with what became of every bill",
        sync_runs.show_batch, RunDetail, path_shape=OneRun, query=ItemsQuery, problems=(404,),
    ),
    Route(
        "exportBatch", "GET", f"{_TOOL}/batches/{{id}}/csv", "Give what became of every bill of a run as a sheet",
        sync_runs.export_batch, path_shape=OneRun, problems=(404,), media_type="text/csv",
    ),
    Route(
        "cancelBatch", "POST", f"{_TOOL}/batches/{{id}}/cancel", "Stop what of a run has not started",
        sync_runs.cancel_batch, RunShape, 202, path_shape=OneRun, body=Nothing, problems=(404, 409),
    ),
    Route(
        "retryBatch", "POST", f"{_TOOL}/batches/{{id}}/retry", "Begin a run over what failed in one",
        sync_runs.retry_batch, RunShape, 202, path_shape=OneRun, body=Nothing, problems=(404, 409),
    ),
    Route(
        "undoBatch", "POST", f"{_TOOL}/batches/{{id}}/undo", "Begin to take back all that a run has entered",
        sync_runs.undo_batch, RunShape, 202, path_shape=OneRun, body=Nothing, problems=(404, 409),
    ),
    Route(
        "undoInvoices", "POST", f"{_TOOL}/invoices/undo", "Begin to take some bills out of QuickBooks again",
        sync_undoing.undo_invoices, RunShape, 202, body=UndoRequest, problems=(409,),
    ),
    Route(
        "undoInvoice", "POST", f"{_TOOL}/invoices/{{id}}/undo", "Begin to take one bill out of QuickBooks again",
        sync_undoing.undo_invoice, RunShape, 202, path_shape=OneBill, body=Nothing, problems=(404, 409),
    ),
    Route(
        "resyncInvoice", "POST", f"{_TOOL}/invoices/{{id}}/resync",
        "Take back what stands of a bill; called again after that, sync it anew",
        sync_undoing.resync_invoice, ResyncStarted, 202, path_shape=OneBill, body=Nothing, problems=(404, 409),
    ),
    Route(
        "showCorrection", "GET", f"{_TOOL}/invoices/{{id}}/correction",
        "Show the journal entry that would bring a synced bill to the accounts that ConnectWise means",
        sync_corrections.show_correction, CorrectionShape, path_shape=OneBill, problems=(404, *_LIVE),
    ),
    Route(
        "postCorrection", "POST", f"{_TOOL}/invoices/{{id}}/correction", "Post the correction that was shown, once",
        sync_corrections.post_shown_correction, CorrectionPosted, 201, path_shape=OneBill, body=CorrectionRequest,
        problems=(404, *_LIVE),
    ),
)  # fmt: skip
