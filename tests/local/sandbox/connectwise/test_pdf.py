"""The printed invoice: a file that readers of PDF take, of any size."""

import re

import pytest

from local.sandbox.connectwise import pdf
from tests.local.sandbox.connectwise.driver import Sandbox
from tests.local.sandbox.connectwise.test_lines import TIME, add


def check(content: bytes) -> None:
    """Follow the file's own table: every place in it begins the object of that number, and streams are as long as said."""
    assert content.startswith(b"%PDF-1.")
    assert content.endswith(b"%%EOF\n")
    [start] = re.findall(rb"startxref\n(\d+)\n", content)
    table = content[int(start) :]
    assert table.startswith(b"xref\n")
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n ", table)]
    assert b"/Size %d " % (len(places) + 1) in table
    for number, place in enumerate(places, 1):
        assert content[place:].startswith(b"%d 0 obj\n" % number)
    for length, begin in ((int(m[1]), m.end()) for m in re.finditer(rb"/Length (\d+) >>\nstream\n", content)):
        assert content[begin + length :].startswith(b"\nendstream")


def test_an_invoice_is_printed_with_its_number_lines_and_total(sandbox: Sandbox) -> None:
    invoice = sandbox.new_invoice(sandbox.new_company("bob"), 0, type="Standard", invoiceNumber="INV-7")
    add(sandbox, "/time/entries", {**TIME, "notes": "Fixed (the) \\ printer"}, invoice)
    answer = sandbox.call("GET", f"/finance/invoices/{invoice}/pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    check(answer.content)
    for text in (b"(Invoice INV-7)", rb"(Fixed \(the\) \\ printer   300.00)", b"(Total 300.00)", b"(bob Ltd)"):
        assert text in answer.content
    assert sandbox.get("/finance/invoices/9999/pdf")[0] == 404


def test_a_printed_invoice_can_be_larger_than_a_function_may_answer(sandbox: Sandbox) -> None:
    invoice = sandbox.new_invoice(sandbox.new_company("bob"))
    sandbox.turn(pdf_mb=7)
    content = sandbox.call("GET", f"/finance/invoices/{invoice}/pdf").content
    assert 7 * pdf.MEGABYTE <= len(content) < 7.1 * pdf.MEGABYTE
    check(content)


@pytest.mark.parametrize("text", ["", "plain", "(()\\", "Zoë €5", "emoji 😀", "line\nbreak"])
def test_any_text_leaves_the_file_whole(text: str) -> None:
    check(pdf.written([text], 0))
