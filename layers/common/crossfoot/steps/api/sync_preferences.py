"""Read and replace how the Sync Invoices tool works for a partner, and keep its schedule in step (S1, S4 to S7)."""

from datetime import time

from crossfoot.core.money import InexactAmount, from_minor, to_minor
from crossfoot.core.sync.schedule import check_schedule, next_run, tell_next
from crossfoot.core.sync.settings import Schedule, SyncPreferences, TaxDisplay
from crossfoot.core.sync.targets import fault_of
from crossfoot.messages.api.sync_preferences import ScheduleShape, SyncPreferencesShape, SyncPreferencesStanding
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import BadField, Ports

# In minor units: what differs by more is no rounding.
MAX_TOLERANCE_MINOR = 1_000
_ITEMS = ("tax_item_id", "rounding_item_id")


def show_sync_preferences(ports: Ports, asked: Asked) -> SyncPreferencesStanding:
    """Show them; what was never chosen has its default."""
    setup = ports.sync_settings.load(asked.tenant)
    return _to_standing(ports, asked.tenant, setup.preferences if setup is not None else None)


def put_sync_preferences(ports: Ports, asked: Asked[Nothing, Nothing, SyncPreferencesShape]) -> SyncPreferencesStanding:
    """Replace them, and set or take away the schedule on which the tool runs by itself.

    The schedule comes first: one that AWS does not take is then not stored either.
    Raises: BadField for what QuickBooks does not have, or what does not go together; errors of QuickBooks, which is asked
    for what is newly chosen; Rejected("schedule_refused"), AwsUnavailable.
    Source: S1, S6, S7.
    """
    tenant = asked.tenant
    setup = ports.sync_settings.load(tenant)
    before = setup.preferences if setup is not None else SyncPreferences()
    after = read_preferences(ports, tenant, asked.body)
    _check_live(ports, tenant, before, after)
    if after.schedule is not None:
        ports.schedules.put(tenant, after.schedule)
    else:
        ports.schedules.remove(tenant)
    ports.sync_settings.save_preferences(tenant, after)
    return _to_standing(ports, tenant, after)


# --- reading -----------------------------------------------------------------------------------------------------------


def read_preferences(ports: Ports, tenant: str, body: SyncPreferencesShape) -> SyncPreferences:
    """Read what a partner chooses. Raises: BadField for what does not go together."""
    chosen = body.model_dump(exclude={"schedule", "rounding_tolerance"})
    after = SyncPreferences(
        schedule=_read_schedule(body.schedule) if body.schedule is not None else None,
        rounding_tolerance_minor=_read_tolerance(ports, tenant, body.rounding_tolerance),
        **chosen,
    )
    _check_alone(after)
    return after


def _read_schedule(shape: ScheduleShape) -> Schedule:
    schedule = Schedule(shape.every, time.fromisoformat(shape.at), shape.zone)
    wrong = check_schedule(schedule)
    if wrong is not None:
        raise BadField("schedule.zone", wrong)
    return schedule


def _read_tolerance(ports: Ports, tenant: str, text: str) -> int:
    """Read an amount in the currency of the books, which has to be known for one that is not nothing."""
    if not text.strip("0."):
        return 0
    currency = ports.companies.load(tenant).home_currency
    try:
        minor = to_minor(text, currency)
    except InexactAmount as error:
        raise BadField("rounding_tolerance", f"{error}.") from error
    if minor > MAX_TOLERANCE_MINOR:
        most = f"{from_minor(MAX_TOLERANCE_MINOR, currency):f}"
        raise BadField("rounding_tolerance", f"A difference of more than {most} is no rounding.")
    return minor


def _check_alone(after: SyncPreferences) -> None:
    """Source: S1, S7."""
    if after.schedule is not None and after.cut_over is None:
        # All that was ever closed and is in no batch would be entered at once, and nobody has seen it before.
        raise BadField("cut_over", "A schedule needs the date from which on invoices are entered by themselves.")
    if after.rounding_tolerance_minor and not after.rounding_item_id:
        raise BadField("rounding_item_id", "A tolerance needs the item that takes the difference.")


def _check_live(ports: Ports, tenant: str, before: SyncPreferences, after: SyncPreferences) -> None:
    """Look in QuickBooks for what was newly chosen. Source: S6."""
    items = {name: id_ for name in _ITEMS if (id_ := getattr(after, name)) and id_ != getattr(before, name)}
    custom_field = after.purchase_order_field if after.purchase_order_field != before.purchase_order_field else ""
    inclusive = after.tax_display is TaxDisplay.INCLUSIVE and before.tax_display is not TaxDisplay.INCLUSIVE
    if not (items or custom_field or inclusive):
        return
    catalogue = ports.systems.sales(tenant).fetch_catalogue()
    for name, id_ in items.items():
        if id_ not in catalogue.items or fault_of(catalogue.items[id_], catalogue):
            raise BadField(name, "QuickBooks has no active item with this id that posts to an account.")
    if custom_field and custom_field not in catalogue.custom_fields:
        raise BadField("purchase_order_field", "QuickBooks has no custom text field for sales forms with this id.")
    if inclusive and catalogue.domestic:
        raise BadField("tax_display", "In the United States QuickBooks has no prices with the tax inside.")


# --- showing -----------------------------------------------------------------------------------------------------------


def _to_standing(ports: Ports, tenant: str, saved: SyncPreferences | None) -> SyncPreferencesStanding:
    chosen, now = saved or SyncPreferences(), ports.clock.now()
    schedule = chosen.schedule
    plain = {name: getattr(chosen, name) for name in SyncPreferencesShape.model_fields if hasattr(chosen, name)}
    return SyncPreferencesStanding(
        **{
            **plain,
            "schedule": _to_schedule(schedule) if schedule is not None else None,
            "rounding_tolerance": _to_tolerance(ports, tenant, chosen.rounding_tolerance_minor),
        },
        saved=saved is not None,
        next_run_at=next_run(schedule, now) if schedule is not None else None,
        next_run=tell_next(schedule, now) if schedule is not None else "",
    )


def _to_schedule(schedule: Schedule) -> ScheduleShape:
    return ScheduleShape(every=schedule.every, at=f"{schedule.at:%H:%M}", zone=schedule.zone)


def _to_tolerance(ports: Ports, tenant: str, minor: int) -> str:
    """Write it in the currency of the books; nothing is nothing in every one, also before they are connected."""
    currency = ports.companies.load_known(tenant).home_currency if minor else ""
    return f"{from_minor(minor, currency):f}"
