"""List customers by name, and show one (I1, I5)."""

from collections.abc import Iterator, Sequence

from crossfoot.core.model import Customer, Kind, Record
from crossfoot.core.statuses import customer_status
from crossfoot.messages.api.customers import CustomerList, CustomerQuery, CustomerShape
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.ports import ListPage
from crossfoot.steps.api.listing import fill_page, shows
from crossfoot.steps.api.needs import Ports, not_found, read_ref


def list_customers(ports: Ports, asked: Asked[Nothing, CustomerQuery]) -> CustomerList:
    """List a page of customers by name. Source: C4, I5."""
    tenant, query = asked.tenant, asked.query

    def read(cursor: str, limit: int) -> ListPage:
        return ports.book.list_named(
            tenant, Kind.CUSTOMER, prefix=query.search, system=query.system, cursor=cursor, limit=limit
        )

    def choose(records: Sequence[Record]) -> Iterator[tuple[Record, Customer]]:
        for record in records:
            if isinstance(record, Customer) and shows(query, query.status, customer_status(record)):
                yield record, record

    found, next_cursor = fill_page(read, query, choose)
    return CustomerList(customers=[to_customer(customer) for customer in found], next_cursor=next_cursor)


def show_customer(ports: Ports, asked: Asked[OneId]) -> CustomerShape:
    """Show a customer."""
    return to_customer(find_customer(ports, asked.tenant, asked.path.id))


def find_customer(ports: Ports, tenant: str, text: str) -> Customer:
    """Read a customer. Raises: Rejected("not_found")."""
    record = ports.book.load(tenant, read_ref(Kind.CUSTOMER, text))
    if not isinstance(record, Customer):
        raise not_found("customer", "GET /v1/customers lists them.")
    return record


def to_customer(customer: Customer) -> CustomerShape:
    """Show a customer."""
    return CustomerShape(
        id=str(customer.ref),
        system=customer.ref.system,
        name=customer.name,
        account_number=customer.account_number,
        status=customer_status(customer),
        archived_here=customer.keeping.archived,
    )
