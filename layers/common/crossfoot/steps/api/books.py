"""Compare a partner's books, and show the newest comparison (X4)."""

from crossfoot.errors import Rejected
from crossfoot.messages import CrossfootRequest
from crossfoot.messages.api.books import CrossfootStart, DifferenceShape, ReportShape
from crossfoot.messages.api.words import Accepted
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports


def start_crossfoot(ports: Ports, asked: Asked[Nothing, Nothing, CrossfootStart]) -> Accepted:
    """Queue a comparison."""
    now = ports.clock.now().isoformat()
    ports.queue.send([CrossfootRequest(tenant=asked.tenant, live=asked.body.live, because=f"asked {now}")])
    return Accepted()


def show_crossfoot(ports: Ports, asked: Asked) -> ReportShape:
    """Show the newest report."""
    report = ports.reports.load_newest(asked.tenant)
    if report is None:
        raise Rejected("not_found", "There is no report yet.", "POST /v1/crossfoot makes one.")
    return ReportShape(
        at=report.at,
        live=report.live,
        line=report.line,
        invoices=report.invoices,
        pairs=report.pairs,
        payments=report.payments,
        difference_count=report.difference_count,
        one_sided=report.one_sided,
        differences=[
            DifferenceShape(
                invoice=str(difference.invoice),
                other=str(difference.other) if difference.other else None,
                code=difference.code,
                sentence=difference.sentence,
                fix=difference.fix,
            )
            for difference in report.differences
        ],
    )
