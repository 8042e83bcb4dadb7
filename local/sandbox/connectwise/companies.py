"""Companies: the customers of the MSP."""

from typing import override

from local.sandbox.connectwise.call import Call
from local.sandbox.connectwise.collection import Collection
from local.sandbox.connectwise.errors import FieldFault, invalid
from local.sandbox.connectwise.records import Record
from local.sandbox.connectwise.schema import COMPANY


class Companies(Collection):
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
    def check_delete(self, call: Call, record: Record) -> None:
        for invoice in call.records.all("Invoice"):
            if record["id"] in ((invoice.get(name) or {}).get("id") for name in ("company", "billToCompany")):
                raise _refused("InvalidObject", "id", "The company is in use and cannot be deleted.")


def _refused(code: str, field: str, message: str) -> Exception:
    return invalid(COMPANY.resource, [FieldFault(code, message, field)])
