"""The PDF of a transaction, small and large; attachments, which are refused."""

import re

import pytest

from local.sandbox.store import load_json
from tests.local.sandbox.quickbooks.driver import Company, sales_line
from tests.local.sandbox.quickbooks.samples import make

FORM = "multipart/form-data; boundary=frontier"


def _objects(pdf: bytes) -> dict[int, bytes]:
    """Read a PDF by its own table: every place in it must be where its object begins."""
    assert pdf.startswith(b"%PDF-1.4")
    assert pdf.rstrip().endswith(b"%%EOF")
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    table = pdf[start:].split(b"\n")
    size = int(table[1].split()[1])
    places = [int(row[:10]) for row in table[3 : 2 + size]]
    for number, place in enumerate(places, start=1):
        assert pdf[place:].startswith(f"{number} 0 obj\n".encode())
    return {number: pdf[place : pdf.index(b"endobj", place)] for number, place in enumerate(places, start=1)}


def test_the_pdf_of_an_invoice_shows_its_number_its_lines_and_its_total(company: Company) -> None:
    customer = company.customer("Café (Zürich)")
    lines = [sales_line("1234.5", Description="Backup (nightly)"), sales_line("1")]
    invoice = company.post("Invoice", {"CustomerRef": {"value": customer["Id"]}, "Line": lines})
    response = company.call("GET", f"invoice/{invoice['Id']}/pdf")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/pdf")
    objects = _objects(response.content)
    shown = objects[5].decode("cp1252")
    for text in ("INVOICE 1001", "Café \\(Zürich\\)", "Backup \\(nightly\\)", "1,234.50", "1,235.50", "Larkspur"):
        assert text in shown, text
    stream = objects[5].split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]
    assert int(re.search(rb"/Length (\d+)", objects[5])[1]) == len(stream)  # type: ignore[index]


def test_a_long_invoice_has_several_pages(company: Company) -> None:
    customer = company.customer("Amy")
    lines = [sales_line("1", Description=f"Line {number}") for number in range(130)]
    invoice = company.post("Invoice", {"CustomerRef": {"value": customer["Id"]}, "Line": lines})
    objects = _objects(company.call("GET", f"invoice/{invoice['Id']}/pdf").content)
    assert b"/Count 3 " in objects[2]
    assert b"Line 129" in objects[9]


def test_a_pdf_may_be_larger_than_a_lambda_may_answer(company: Company) -> None:
    invoice = company.invoice(company.customer("Amy"), "10")
    company.control("POST", "switches", {"pdf_mb": 7})
    pdf = company.call("GET", f"invoice/{invoice['Id']}/pdf").content
    assert 7_000_000 < len(pdf) < 7_010_000
    assert b"INVOICE 1001" in _objects(pdf)[5]


@pytest.mark.parametrize(("kind", "has"), [("Invoice", True), ("CreditMemo", True), ("Payment", True), ("Bill", False)])
def test_what_customers_are_sent_has_a_pdf(company: Company, kind: str, has: bool) -> None:
    made = make(company, kind)
    path = f"{kind.lower()}/{made['Id']}/pdf"
    if has:
        assert _objects(company.call("GET", path).content)
    else:
        assert company.refusal("GET", path)[0] == "500"
    assert company.refusal("GET", f"{kind.lower()}/999/pdf")[0] == ("610" if has else "500")


def test_a_pdf_is_metered(company: Company) -> None:
    invoice = company.invoice(company.customer("Amy"), "10")
    before = company.control("GET", "counts")[company.realm]["core_plus"]
    company.call("GET", f"invoice/{invoice['Id']}/pdf")
    assert company.control("GET", "counts")[company.realm]["core_plus"] == before + 1


def _form(*parts: tuple[str, str]) -> str:
    made = [
        f'--frontier\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{content}\r\n' for name, content in parts
    ]
    return "".join(made) + "--frontier--\r\n"


def test_every_file_of_an_upload_is_refused_within_a_success(company: Company) -> None:
    described = '{"AttachableRef":[{"EntityRef":{"type":"Estimate","value":"75"}}]}'
    parts = [("file_metadata_01", described), ("file_content_01", "x"), ("file_content_02", "y")]
    token = company.credentials["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": FORM}
    path = f"/v3/company/{company.realm}/upload"
    response = company.http.request("POST", path, content=_form(*parts), headers=headers)
    assert response.status_code == 200
    first, second = load_json(response.text)["AttachableResponse"]
    assert first["Fault"]["Error"][0] == {
        "Message": "A business validation error has occurred while processing your request",
        "Detail": "Business Validation Error: The entity Estimate 75 that you are trying to link does not exist. "
        "Estimate 75",
        "code": "6000",
        "element": "",
    }
    assert (second["Fault"]["type"], second["Fault"]["Error"][0]["code"]) == ("ValidationFault", "6000")
    nothing = company.http.request("POST", path, content=_form(("other", "x")), headers=headers)
    assert nothing.status_code == 400
