"""The PDF of a transaction: small, valid and readable; larger than any answer may be when a test wants that."""

from collections.abc import Iterator
from random import Random

from local.sandbox.store import Record

LINES_PER_PAGE = 60
MEGABYTE = 1_000_000
_FONT_SIZE, _LEADING, _LEFT, _TOP = 9, 12, 50, 780
_TITLES = {"CreditMemo": "CREDIT MEMO", "Payment": "PAYMENT RECEIPT"}


def render_pdf(kind: str, record: Record, company: str, extra_mb: int = 0) -> bytes:
    """Print a transaction.

    Takes: `extra_mb`, how many megabytes of noise, which do not compress, an object that no page shows adds.
    """
    rows = list(_rows(kind, record, company))
    pages = [rows[start : start + LINES_PER_PAGE] for start in range(0, len(rows), LINES_PER_PAGE)]
    first_page = 4
    kids = " ".join(f"{first_page + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        content = f"{first_page + 2 * number + 1} 0 R"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 842] "
            b"/Resources << /Font << /F1 3 0 R >> >> /Contents " + content.encode() + b" >>"
        )
        objects.append(_stream(_page(page)))
    if extra_mb:
        objects.append(_stream(Random(str(record.get("Id"))).randbytes(extra_mb * MEGABYTE)))
    return _document(objects)


def _rows(kind: str, record: Record, company: str) -> Iterator[str]:
    yield f"{_TITLES.get(kind, kind.upper())} {record.get('DocNumber') or record.get('PaymentRefNum') or record['Id']}"
    yield company
    yield f"To    {record.get('CustomerRef', {}).get('name', '')}"
    yield f"Date  {record.get('TxnDate', '')}" + (f"   Due {record['DueDate']}" if "DueDate" in record else "")
    yield ""
    for line in record.get("Line", []):
        if "Id" in line or line.get("LinkedTxn"):
            yield f"{_text_of(line):<60.60}{_amount(line.get('Amount')):>16}"
    yield ""
    tax = record.get("TxnTaxDetail", {}).get("TotalTax")
    if tax:
        yield f"{'Tax':<60}{_amount(tax):>16}"
    yield f"{'Total':<60}{_amount(record.get('TotalAmt')):>16}"
    if "Balance" in record:
        yield f"{'Balance':<60}{_amount(record['Balance']):>16}"
    if record.get("PrivateNote", "").startswith("Voided"):
        yield "VOID"


def _text_of(line: Record) -> str:
    linked = [f"{link['TxnType']} {link['TxnId']}" for link in line.get("LinkedTxn", [])]
    item = line.get("SalesItemLineDetail", {}).get("ItemRef", {}).get("name", "")
    return str(line.get("Description") or item or ", ".join(linked)).replace("\n", " ")


def _amount(value: object) -> str:
    return "" if value is None else f"{value:,.2f}"


def _page(rows: list[str]) -> bytes:
    shown = b"".join(b"(" + _escaped(row) + b") Tj T*\n" for row in rows)
    head = f"BT /F1 {_FONT_SIZE} Tf {_LEADING} TL {_LEFT} {_TOP} Td\n".encode()
    return head + shown + b"ET"


def _escaped(text: str) -> bytes:
    encoded = text.encode("cp1252", "replace")
    return encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _stream(content: bytes) -> bytes:
    return b"<< /Length " + str(len(content)).encode() + b" >>\nstream\n" + content + b"\nendstream"


def _document(objects: list[bytes]) -> bytes:
    parts, places, length = [b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"], [0], 0
    length = len(parts[0])
    for number, content in enumerate(objects, start=1):
        places.append(length)
        part = f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
        parts.append(part)
        length += len(part)
    table = b"".join(f"{place:010} 00000 n \n".encode() for place in places[1:])
    size = len(places)
    parts.append(f"xref\n0 {size}\n0000000000 65535 f \n".encode() + table)
    parts.append(f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{length}\n%%EOF\n".encode())
    return b"".join(parts)
