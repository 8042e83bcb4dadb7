"""What both books show of every cell of payables: QuickBooks as it keeps it, and the platform as our API shows it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from crossfoot.core.model import ACCOUNTING, Ref, parse_ref
from crossfoot.core.payables.standing import INACTIVE_SUFFIX

from tests.fakes.api import FakeApi
from tests.fakes.world import TENANT
from tests.matrix.office import Wire
from tests.matrix.payables.cells import Cell
from tests.matrix.payables.office import PayablesOffice
from tests.matrix.payables.people import ENTITIES, KINDS, RENAMED, Case
from tests.matrix.payables.table import VENDOR

type ByName = dict[str, str]

LISTS = {"V": "vendors", "A": "bills", "B": "bills", "K": "vendor-credits", "P": "bill-payments"}
_ASIDE = ("left_out", "void", "deleted")


@dataclass(frozen=True, slots=True)
class Shown:
    """What both books show of a cell, by name, and what is said of that which does not take part, or is held up.

    Takes: `open_there` is what the API says to be open in QuickBooks; `trace` is whatever would change if anything
    happened: revisions in QuickBooks, versions, stories and effects here.
    """

    in_quickbooks: ByName
    on_platform: ByName
    said: ByName
    open_there: ByName
    trace: tuple[object, ...]


class Reader:
    """Reads what both books show at one time, in few calls."""

    def __init__(self, office: PayablesOffice, cases: Sequence[Case]) -> None:
        self._office, self._cases = office, cases
        wires = {entity: office.all_of(entity) for entity in set(ENTITIES.values())}
        vendors = {each["Id"]: _first_name(each["DisplayName"]) for each in wires["Vendor"]}
        self._wires: dict[str, list[tuple[str, Wire]]] = {}
        for entity, wire in ((entity, wire) for entity, some in wires.items() for wire in some):
            of = wire["Id"] if entity == "Vendor" else wire["VendorRef"]["value"]
            self._wires.setdefault(vendors[of], []).append((entity, wire))
        api = FakeApi(office)
        api.ports = replace(api.ports, connections=office.connections)  # type: ignore[arg-type]
        self._lists = {what: list(_pages(api, what)) for what in set(LISTS.values())}

    def read(self) -> dict[Cell, Shown]:
        """Show every cell."""
        return {case.cell: self._show(case) for case in self._cases}

    def _show(self, case: Case) -> Shown:
        wires = self._wires.get(case.vendor_name, [])
        names = ["V"] if case.cell.record == VENDOR else [*case.owed, *(["P"] if case.parts else [])]
        shown = {name: self._find(case, name) for name in names}
        return Shown(
            in_quickbooks=_in_quickbooks(case, wires),
            on_platform={name: text for name, found in shown.items() if (text := self._say(case, name, found))},
            said={name: code for name, found in shown.items() if (code := self._why(name, found))},
            open_there={name: text for name, found in shown.items() for text in _open_there(found)},
            trace=self._trace(case, wires),
        )

    # --- the platform ---------------------------------------------------------------------------------------------

    def _find(self, case: Case, name: str) -> list[Wire]:
        """Find what the API lists of something of a cell: of payments, all that are of its vendor."""
        refs = {str(ref) for ref in (case.here(name), case.there(name)) if ref is not None}
        listed = self._lists[LISTS[name]]
        if name != "P":
            return [each for each in listed if refs & set(each["ids"])]
        (vendor,) = self._find(case, "V")
        return [each for each in listed if refs & set(each["ids"]) or each["vendor"]["id"] in vendor["ids"]]

    def _say(self, case: Case, name: str, found: Sequence[Wire]) -> str:
        """Say what is shown of something; "" where it is not there."""
        counting = [each for each in found if each["status"] not in _ASIDE]
        if name == "V":
            return " and ".join(_vendor(each["name"], active=each["status"] == "active") for each in counting)
        if name == "P":
            return " and ".join(_payment_here(each, self._names(case)) for each in counting)
        return " and ".join(each["remaining" if name == "K" else "open"] for each in counting)

    def _names(self, case: Case) -> ByName:
        return {id_: name for name in case.owed for each in self._find(case, name) for id_ in each["ids"]}

    def _why(self, name: str, found: Sequence[Wire]) -> str:
        """Say what holds something up, or keeps it out: the API's word, and that of its story where they differ."""
        return " and ".join(self._word(name, each) for each in found if each["progress"] != "synced")

    def _word(self, name: str, listed: Wire) -> str:
        code, ref = listed["reason"]["code"], parse_ref(KINDS[name], listed["id"])
        story = self._office.history.load(TENANT, ref)
        noted = story[-1].item.code if story else "nothing"
        return str(code) if noted == code else f"{code} (noted is {noted})"

    # --- both -----------------------------------------------------------------------------------------------------

    def _trace(self, case: Case, wires: Iterable[tuple[str, Wire]]) -> tuple[object, ...]:
        office = self._office
        kinds = {ENTITIES[name]: kind for name, kind in KINDS.items()}
        there = {Ref(ACCOUNTING, kinds[entity], wire["Id"]): wire["SyncToken"] for entity, wire in wires}
        refs = {*there, *filter(None, (each(name) for name in KINDS for each in (case.here, case.there)))}
        return tuple(
            (
                ref,
                there.get(ref),
                office.book.load(TENANT, ref),
                len(office.history.load(TENANT, ref)),
                len(office.effects.load_all(TENANT, ref)),
            )
            for ref in sorted(refs)
        )


def _pages(api: FakeApi, what: str) -> Iterator[Wire]:
    """List all that the API has of a kind, also what is usually passed over."""
    query = {"include_deleted": "true", "include_left_out": "true", "limit": "200", "cursor": ""}
    while True:
        answer = api.call("GET", f"/v1/{what}", query=query)
        assert answer.status == 200, answer.body
        yield from answer.body[what.replace("-", "_")]
        query["cursor"] = answer.body["next_cursor"]
        if not query["cursor"]:
            return


def _in_quickbooks(case: Case, wires: Sequence[tuple[str, Wire]]) -> ByName:
    """Show what stands; what is there twice is shown twice."""
    shown: dict[str, list[str]] = {}
    numbers = {wire["Id"]: wire["DocNumber"].split("-")[1] for _, wire in wires if "DocNumber" in wire}
    for entity, wire in wires:
        if entity == "Vendor" and case.cell.record == VENDOR:
            shown.setdefault("V", []).append(_vendor(wire["DisplayName"], active=wire["Active"]))
        elif entity == "BillPayment":
            shown.setdefault("P", []).append(_payment_there(wire, numbers))
        elif entity != "Vendor":
            shown.setdefault(numbers[wire["Id"]], []).append(f"{_money(wire['Balance'])}")
    return {name: " and ".join(texts) for name, texts in shown.items()}


def _open_there(found: Sequence[Wire]) -> Iterator[str]:
    for each in found:
        open_ = each.get("open_in_quickbooks") or each.get("remaining_in_quickbooks")
        if open_ is not None:
            yield open_


def _first_name(name: str) -> str:
    return name.removesuffix(INACTIVE_SUFFIX).removesuffix(RENAMED)


def _vendor(name: str, *, active: bool) -> str:
    return "inactive" if not active else "renamed" if name.endswith(RENAMED) else "active"


def _payment_there(wire: Wire, numbers: Mapping[str, str]) -> str:
    parts = [(numbers.get(link["TxnId"], "?"), line) for line in wire["Line"] for link in line["LinkedTxn"]]
    if not wire["TotalAmt"] and not parts:
        return "void"
    return _said(_money(wire["TotalAmt"]), {name: _money(line["Amount"]) for name, line in parts})


def _payment_here(listed: Wire, names: ByName) -> str:
    parts = {names.get(part["id"], "?"): _money(part["amount"]) for part in (*listed["bills"], *listed["credits"])}
    return _said(_money(listed["total"]), parts)


def _said(money: Decimal, parts: Mapping[str, Decimal]) -> str:
    """Say a payment as the table does: `70.00 = A 100.00 - K 30.00`."""
    bills = " + ".join(f"{name} {part}" for name, part in sorted(parts.items()) if name != "K")
    used = "".join(f" - {name} {part}" for name, part in parts.items() if name == "K")
    return f"{money} = {bills}{used}" if parts else f"{money}"


def _money(amount: Any) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))
