"""A printed invoice as a PDF of one page, written by hand, and padded to any size."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.sandbox.connectwise.lines import LineKind

MEGABYTE = 1_000_000
SHOWN_LINES = 40
_TOP_PT, _STEP_PT = 780, 16


def invoice(record: Mapping[str, Any], billed: Mapping[LineKind, Sequence[Mapping[str, Any]]]) -> list[str]:
    """The text of an invoice, line by line: its number, customer, date, lines and total."""
    customer = record.get("billToCompany") or record.get("company") or {}
    return [
        f"Invoice {record.get('invoiceNumber', '')}",
        str(customer.get("name") or ""),
        f"Date {str(record.get('date') or '')[:10]}, due {str(record.get('dueDate') or '')[:10]}",
        "",
        *list(_line_texts(billed))[:SHOWN_LINES],
        "",
        f"Sales tax {record.get('salesTax') or 0}",
        f"Total {record.get('total') or 0}",
    ]


def _line_texts(billed: Mapping[LineKind, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    for kind, found in billed.items():
        for line in found:
            what = line.get("description") or line.get("notes") or kind.model
            yield f"{str(what)[:60]}   {kind.amount(dict(line))}"


def written(texts: Sequence[str], size_bytes: int) -> bytes:
    """Write a valid PDF file of at least `size_bytes`; what is missing is filled with an object that nothing shows."""
    page = _page(texts)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        _stream(page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _stream(b"\0" * max(0, size_bytes - len(page))),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + trailer


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content)


def _page(texts: Sequence[str]) -> bytes:
    shown = (b"(%b) Tj T*" % _escaped(text) for text in texts)
    return b"BT /F1 11 Tf %d TL 50 %d Td\n%b\nET" % (_STEP_PT, _TOP_PT, b"\n".join(shown))


def _escaped(text: str) -> bytes:
    plain = text.encode("cp1252", "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
