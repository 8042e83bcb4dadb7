"""Hear from QuickBooks that something changed."""

import json
from typing import Any

PROBLEM = json.dumps({"type": "about:blank", "title": "Not built yet", "status": 501, "code": "not_built"})


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    return {"statusCode": 501, "headers": {"Content-Type": "application/problem+json"}, "body": PROBLEM}
