"""The security role of an API member: which right an endpoint needs, and how much of it the member has.

Source: the rights that sellers of integrations publish; ConnectWise's own matrix is behind a login. Nobody publishes what
"Agreement Invoicing" opens: here, the types and recaps of agreements, and their invoices among the others.
"""

from collections.abc import Mapping
from typing import Any

ADD, EDIT, DELETE, INQUIRE = "add", "edit", "delete", "inquire"
ACTIONS = (ADD, EDIT, DELETE, INQUIRE)
LEVELS = ("None", "My", "All")

AGREEMENT_INVOICING = "Agreement Invoicing"
REPORT_WRITER = "Report Writer"
CALLBACKS = "Callbacks"

RIGHTS: Mapping[str, str] = {
    "Company Maintenance": "Companies",
    "Invoicing": "Finance",
    "Accounting Interface": "Finance",
    AGREEMENT_INVOICING: "Finance",
    "Agreements": "Finance",
    "Product Catalog": "Procurement",
    "Products": "Procurement",
    "Service Tickets": "Service Desk",
    "Member Maintenance": "System",
    REPORT_WRITER: "System",
    "Table Setup": "System",
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
    people = ((record.get(name) or {}).get("identifier") for name in ("territoryManager", "member", "owner"))
    return member in ((record.get("_info") or {}).get("enteredBy"), *people)


def visible[R: Mapping[str, Any]](records: list[R], level: str, member: str) -> list[R]:
    return records if level == "All" else [record for record in records if is_own(record, member)]
