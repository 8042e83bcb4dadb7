"""Compare a partner's books, and show the newest comparison (X4)."""

from crossfoot.core.comparing import Comparison
from crossfoot.errors import Rejected
from crossfoot.messages import CrossfootRequest
from crossfoot.messages.api.books import ComparisonShape, CrossfootStart, DifferenceShape, ReportShape
from crossfoot.messages.api.words import Accepted
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports


def start_crossfoot(ports: Ports, asked: Asked[Nothing, Nothing, CrossfootStart]) -> Accepted:
    """Queue a comparison; one that is under way comes to its end first."""
    now = ports.clock.now().isoformat()
    ports.queue.send([CrossfootRequest(tenant=asked.tenant, live=asked.body.live, because=f"asked {now}")])
    return Accepted()


def show_crossfoot(ports: Ports, asked: Asked) -> ReportShape:
    """Show the newest report, and how far the comparison that is under way has come. Source: X3."""
    report, under_way = ports.reports.load_newest(asked.tenant), ports.reports.load_under_way(asked.tenant)
    if report is None:
        raise _no_report(under_way)
    return ReportShape(
        started_at=report.started_at,
        at=report.at,
        live=report.live,
        unread=dict(report.unread),
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
        under_way=_to_comparison(ports, under_way) if under_way else None,
    )


def _no_report(under_way: Comparison | None) -> Rejected:
    if under_way is None:
        return Rejected("not_found", "There is no report yet.", "POST /v1/crossfoot makes one.")
    so_far = f"There is no report yet. The first comparison is under way: {under_way.tally.pairs:,} pairs so far."
    return Rejected("not_found", so_far, "Ask again when it is complete.")


def _to_comparison(ports: Ports, comparison: Comparison) -> ComparisonShape:
    return ComparisonShape(
        state=comparison.state(ports.clock.now()),
        live=comparison.live,
        started_at=comparison.started_at,
        moved_at=comparison.moved_at,
        pairs=comparison.tally.pairs,
        difference_count=comparison.tally.difference_count,
    )
