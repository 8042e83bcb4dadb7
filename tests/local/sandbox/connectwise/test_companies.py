"""Two companies that are merged become one, with everything that either had."""

from tests.local.sandbox.connectwise.driver import Sandbox
from tests.local.sandbox.connectwise.test_lines import TIME, add


def test_a_merge_hands_everything_over_and_the_company_is_gone(sandbox: Sandbox) -> None:
    gone, kept = sandbox.new_company("gone", city="Tampa"), sandbox.new_company("kept", city="Miami")
    first, second = sandbox.new_invoice(gone, type="Standard"), sandbox.new_invoice(kept)
    entry = add(sandbox, "/time/entries", {**TIME, "company": {"id": gone}}, first)
    sent = {"name": "Care", "type": {"id": 1}, "company": {"id": gone}, "contact": {"id": 7}}
    agreement = sandbox.post("/finance/agreements", sent)[1]["id"]
    sandbox.patch(f"/finance/invoices/{first}", "status", {"id": 3})
    sandbox.control("POST", "clock", {"advance_s": 60})
    answer = sandbox.post(f"/company/companies/{gone}/merge", {"toCompanyId": kept, "name": "From", "phone": "To"})
    assert (answer[0], answer[1]["success"]) == (200, True)
    assert sandbox.get(f"/company/companies/{gone}")[0] == 404
    shown = sandbox.get(f"/company/companies/{kept}")[1]
    assert (shown["name"], shown["city"], shown["accountNumber"]) == ("gone Ltd", "Miami", "A-kept")
    moved = sandbox.get("/finance/invoices", conditions=f"billToCompany/id={kept} and company/id={kept}")[1]
    assert [row["id"] for row in moved] == [first, second]
    assert moved[0]["_info"]["lastUpdated"] > moved[1]["_info"]["lastUpdated"]
    for path in (f"/time/entries/{entry['id']}", f"/finance/agreements/{agreement}"):
        assert sandbox.get(path)[1]["company"]["id"] == kept


def test_a_merge_tells_the_callbacks_what_went_and_what_changed(sandbox: Sandbox) -> None:
    gone, kept = sandbox.new_company("gone"), sandbox.new_company("kept")
    invoice = sandbox.new_invoice(gone)
    for kind in ("company", "invoice"):
        url = f"http://127.0.0.1:9/{kind}?id="
        sandbox.post("/system/callbacks", {"url": url, "objectId": 0, "type": kind, "level": "owner"})
    sandbox.post(f"/company/companies/{gone}/merge", {"toCompanyId": kept, "city": "From", "name": "From"})
    sent = [message.url.partition("9/")[2] for message in sandbox.http.delivery.sent]
    assert sent == [
        f"company?id={gone}&action=deleted", f"company?id={kept}&action=updated", f"invoice?id={invoice}&action=updated",
    ]  # fmt: skip


def test_a_merge_needs_another_company_that_is_there(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob")
    path = f"/company/companies/{company}/merge"
    assert sandbox.post(path, {"toCompanyId": company})[0] == 400
    assert sandbox.post(path, {"toCompanyId": 9999})[0] == 404
    assert sandbox.post(path, {})[0] == 400
    assert sandbox.get(f"/company/companies/{company}")[0] == 200


def test_what_names_a_renamed_company_shows_its_new_name_and_has_not_changed(sandbox: Sandbox) -> None:
    company, other = sandbox.new_company("bob"), sandbox.new_company("eve")
    invoices = [sandbox.new_invoice(each) for each in (company, other)]
    before = [sandbox.get(f"/finance/invoices/{each}")[1] for each in invoices]
    sandbox.control("POST", "clock", {"advance_s": 60})
    assert sandbox.patch(f"/company/companies/{company}", "name", "Robert Ltd")[0] == 200
    renamed, apart = (sandbox.get(f"/finance/invoices/{each}")[1] for each in invoices)
    assert (renamed["company"]["name"], renamed["billToCompany"]["name"]) == ("Robert Ltd", "Robert Ltd")
    assert renamed["_info"]["lastUpdated"] == before[0]["_info"]["lastUpdated"]
    assert apart == before[1]
