"""sweep: hourly from EventBridge Scheduler; nudges and syncs every partner that is due, and revives what was given up."""

import logging
from dataclasses import asdict
from typing import Any

from crossfoot.config import load_config
from crossfoot.log import start_logging
from crossfoot.steps.sweep import sweep
from crossfoot.wiring.workers import sweep_ports, worker

start_logging(load_config().powertools_service_name, load_config().log_level)
ports = sweep_ports(worker())
log = logging.getLogger(__name__)


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Queue the work; an error is left to the scheduler, which tries again."""
    swept = sweep(ports)
    log.info("nudged %d, tended %d, synced %d, revived %d", swept.nudged, swept.tended, swept.synced, swept.revived)
    return asdict(swept)
