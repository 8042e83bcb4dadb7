"""What an accounting export says of sales tax: of the whole invoice, level by level, and of each of its details."""

from decimal import Decimal

from local.sandbox.connectwise import ledger, lines, taxes
from local.sandbox.connectwise.records import Record, Records

FLAGS = ("taxableFlag", "taxable2Flag", "taxable3Flag", "taxable4Flag", "taxable5Flag")
_KINDS = {kind.gl_type: kind for kind in lines.KINDS}


class InvoiceTaxes:
    """The sales tax of one invoice, by its tax code."""

    def __init__(self, records: Records, invoice: Record) -> None:
        self._code = taxes.code_of(records, invoice)
        self._billed = lines.lines_of(records, invoice["id"])
        is_charged = self._code is not None and bool(invoice.get("taxableFlag"))
        self._levels = list(taxes.bases_of(self._code or {}, invoice, self._billed)) if is_charged else []

    def header(self) -> Record:
        """What the transaction says. The rate of the whole code is a fraction; none where a level is an amount."""
        rate = self._rate()
        bases = {level.number: base for level, base in self._levels}
        return {
            "taxableTotal": bases.get(1, lines.ZERO),
            **({} if rate is None else {"taxGroupRate": rate / 100}),
            **{f"taxableAmount{number}": bases.get(number, lines.ZERO) for number in range(1, 6)},
            "stateTax": next((tax for _, _, tax in self._taxed()), lines.ZERO),
            "stateTaxXref": next((level.text("TaxCodeXref") or "" for level, _, _ in self._taxed()), ""),
            "taxAgencyXref": self._first("AgencyXref"),
            "taxLevels": [
                {
                    "taxLevel": level.number,
                    "taxCodeXref": level.text("TaxCodeXref") or "",
                    "taxAmount": level.tax(base),
                    "taxableAmount": base,
                }
                for level, base in self._levels
            ],
        }

    def of_detail(self, entry: Record, line: Record | None) -> Record:
        """What a detail says. Takes: the line that it comes from, None for one that stands for no single line."""
        is_tax = entry["type"] == ledger.TAX
        rate = self._rate() if is_tax else None
        return {
            "taxCodeXref": self._first("TaxCodeXref"),
            **({} if rate is None else {"taxRate": rate / 100, "taxRatePercent": rate}),
            **self._flags(_KINDS.get(entry["type"]), line),
            "itemTaxableFlag": bool((line or {}).get("taxableFlag")),
        }

    def _flags(self, kind: lines.LineKind | None, line: Record | None) -> Record:
        """An adjustment of lines is taxed with none of them; a part without lines is taxed as a whole."""
        is_open = (line or {}).get("taxableFlag", True) if line or kind is None else not self._billed[kind]
        taken = {level.number for level, _ in self._levels if kind is not None and is_open and level.takes(kind)}
        return {name: number in taken for number, name in enumerate(FLAGS, 1)}

    def _taxed(self) -> list[tuple[taxes.Level, Decimal, Decimal]]:
        found = [(level, base, level.tax(base)) for level, base in self._levels]
        return [each for each in found if each[2]]

    def _rate(self) -> Decimal | None:
        levels = list(taxes.levels_of(self._code or {}))
        if not levels or any(level.is_amount for level in levels):
            return None
        return sum((level.rate for level in levels), Decimal(0))

    def _first(self, name: str) -> str:
        return next((level.text(name) or "" for level in taxes.levels_of(self._code or {})), "")
