"""Show the lines of an invoice or a credit memo (I1)."""

from crossfoot.core.model import Billed, Line
from crossfoot.messages.api.invoices import LineShape
from crossfoot.steps.api.needs import Ports, to_money


def show_lines(ports: Ports, tenant: str, record: Billed) -> list[LineShape]:
    """Show them in their order."""
    return [_to_shape(line, record.currency) for line in ports.book.load_lines(tenant, record)]


def _to_shape(line: Line, currency: str) -> LineShape:
    return LineShape(
        id=line.id,
        kind=line.kind,
        description=line.description,
        item=line.item,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=to_money(line.amount_minor, currency),
        tax_code=line.tax_code,
        worked_on=line.worked_on,
    )
