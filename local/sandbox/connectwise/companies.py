"""Companies: the customers of the MSP; two of them can be merged into one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import override

from local.sandbox.connectwise import intake, rights
from local.sandbox.connectwise.call import Answer, Call, reference_to
from local.sandbox.connectwise.collection import Collection, Endpoint
from local.sandbox.connectwise.errors import FieldFault, invalid, not_found
from local.sandbox.connectwise.records import Record
from local.sandbox.connectwise.schema import COMPANY, COMPANY_MERGE, MODELS

ROLES = ("company", "billToCompany", "shipToCompany")
# What a merge calls otherwise than the company does.
MERGED_AS: Mapping[str, str] = {
    "type": "types",
    "phone": "phoneNumber",
    "fax": "faxNumber",
    "revenue": "annualRevenue",
    "timeZone": "timeZoneSetup",
    "primaryContact": "defaultContact",
}


class Companies(Collection):
    @override
    def endpoints(self) -> list[Endpoint]:
        path = f"{self.model.path}/{{id}}/merge"
        return [*super().endpoints(), Endpoint("POST", path, self.model.right, rights.EDIT, self.merge)]

    @override
    def defaults(self, call: Call, sent: Record) -> Record:
        return {"status": {"id": 1, "name": "Active"}, "deletedFlag": False, "leadFlag": False, "types": []}

    @override
    def settle(self, call: Call, new: Record, old: Record | None) -> Record:
        wanted = str(new.get("identifier")).casefold()
        for other in call.records.all(self.model.name):
            if other["id"] != new["id"] and str(other.get("identifier")).casefold() == wanted:
                raise _refused("ObjectExists", "identifier", "A company with this identifier already exists.")
        return new

    @override
    def changed(self, call: Call, new: Record | None, old: Record | None) -> None:
        super().changed(call, new, old)
        if new and old and reference_to("Company", new) != reference_to("Company", old):
            _show(call, old["id"], new, leaves_trace=False)

    @override
    def check_delete(self, call: Call, record: Record) -> None:
        if any(call.records.where("Invoice", (role, "id"), [record["id"]]) for role in ROLES):
            raise _refused("InvalidObject", "id", "The company is in use and cannot be deleted.")

    def merge(self, call: Call) -> Answer:
        """Give everything that the company has to another one, and delete it. What is chosen `From` goes over too."""
        gone = self.editable(call)
        sent = intake.accept(call.body, COMPANY_MERGE, call.resolve)
        intake.require(sent, COMPANY_MERGE)
        kept = call.records.get(self.model.name, sent["toCompanyId"])
        if kept is None:
            raise not_found(self.model.name, sent["toCompanyId"])
        if kept["id"] == gone["id"]:
            raise _refused("InvalidObject", "toCompanyId", "A company cannot be merged with itself.")
        call.records.delete(self.model.name, gone["id"])
        self.changed(call, None, gone)
        chosen = (MERGED_AS.get(name, name) for name, side in sent.items() if side == "From")
        taken = {name: gone[name] for name in chosen if name in COMPANY.fields and name in gone}
        kept = self.save(replace(call, ids={"id": kept["id"]}), {**kept, **taken}, kept)
        _show(call, gone["id"], kept, leaves_trace=True)
        return Answer(200, {"success": True, "message": f"Company {gone['id']} was merged into {kept['id']}."})


def _show(call: Call, company_id: int, shown: Record, *, leaves_trace: bool) -> None:
    """Let every record that names a company show another one, or the same by its new name: that changes none of them."""
    reference = reference_to("Company", shown)
    for model in MODELS.values():
        named = [role for role in ROLES if role in model.fields]
        if model.parent or model.name == COMPANY.name:
            continue
        found = {r["id"]: r for role in named for r in call.records.where(model.name, (role, "id"), [company_id])}
        for record in found.values():
            moved = {role: reference for role in named if (record.get(role) or {}).get("id") == company_id}
            after = {**record, **moved}
            if leaves_trace:
                after = call.stamped(after, record)
                Collection(model).note(call, after, record)
            call.records.put(model.name, after)


def _refused(code: str, field: str, message: str) -> Exception:
    return invalid(COMPANY.resource, [FieldFault(code, message, field)])
