"""The security role of an API member: which right an endpoint needs, and how much of it the member has.

Source: the rights that sellers of integrations publish; ConnectWise's own matrix is behind a login.
"""

from collections.abc import Iterable, Mapping
from typing import Any

ADD, EDIT, DELETE, INQUIRE = "add", "edit", "delete", "inquire"
ACTIONS = (ADD, EDIT, DELETE, INQUIRE)
LEVELS = ("None", "My", "All")

COMPANY_MAINTENANCE = "Company Maintenance"
INVOICING = "Invoicing"
TABLE_SETUP = "Table Setup"
CALLBACKS = "Callbacks"

RIGHTS: Mapping[str, str] = {
    COMPANY_MAINTENANCE: "Companies",
    INVOICING: "Finance",
    "Accounting Interface": "Finance",
    "Agreement Invoicing": "Finance",
    "Agreements": "Finance",
    "Product Catalog": "Procurement",
    "Products": "Procurement",
    "Service Tickets": "Service Desk",
    "Member Maintenance": "System",
    "Report Writer": "System",
    TABLE_SETUP: "System",
    CALLBACKS: "System",
    "Expense Report Entry": "Time & Expense",
    "Time Entry": "Time & Expense",
}

type Role = dict[str, dict[str, str]]


def full_role() -> Role:
    return {right: dict.fromkeys(ACTIONS, "All") for right in RIGHTS}


def changed_role(role: Role, changes: Mapping[str, Any]) -> Role:
    """Change levels: `{"Finance › Invoicing": {"inquire": "My"}}`, or `{"Invoicing": "None"}` for all four actions.

    Raises: ValueError that names what is unknown; nothing is changed then.
    """
    after = {right: dict(levels) for right, levels in role.items()}
    for name, asked in changes.items():
        right = name.split("›")[-1].strip()
        if right not in RIGHTS:
            raise ValueError(f"no right {name!r}; there are {', '.join(sorted(RIGHTS))}")
        levels = asked if isinstance(asked, Mapping) else dict.fromkeys(ACTIONS, asked)
        _check(right, levels)
        after[right].update(levels)
    return after


def _check(right: str, levels: Mapping[str, str]) -> None:
    for action, level in levels.items():
        if action not in ACTIONS or level not in LEVELS:
            raise ValueError(f"{right}: takes {', '.join(ACTIONS)}, each {', '.join(LEVELS)}")


def is_own(record: Mapping[str, Any], member: str) -> bool:
    """Tell whether a record is the member's own, which is all that the level "My" shows."""
    stamps = record.get("_info") or {}
    manager = (record.get("territoryManager") or {}).get("identifier")
    return member in (stamps.get("enteredBy"), manager)


def visible[R: Mapping[str, Any]](records: Iterable[R], level: str, member: str) -> list[R]:
    return [record for record in records if level == "All" or is_own(record, member)]
