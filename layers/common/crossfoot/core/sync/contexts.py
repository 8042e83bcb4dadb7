"""What an item for a kind of work is called: "Technician-Project" (S4)."""

from dataclasses import dataclass

# Between the parts of Line.labour: work role, work type, and what it is charged to.
SEPARATOR = " / "
_TIME = "Time"
# What ConnectWise charges time to, and what that makes of the work.
_CONTEXTS = {
    "ServiceTicket": "Service",
    "ProjectTicket": "Project",
    "ChargeCode": "Charge code",
    "Activity": "Activity",
    "Company": "Company",
}
_LABELS = {"ServiceTicket": "Service ticket", "ProjectTicket": "Project ticket", "ChargeCode": "Charge code"}


@dataclass(frozen=True, slots=True)
class Context:
    """What work it is: by role, by what it is charged to, and by work type; each "" where ConnectWise does not say."""

    role: str
    charged_to: str
    work_type: str

    @property
    def name(self) -> str:
        """Call the item for it by role and what it is charged to."""
        return "-".join(part for part in (self.role or _TIME, self.charged_to) if part)

    @property
    def full_name(self) -> str:
        """Call the item for it by its work type too."""
        return "-".join(part for part in (self.name, self.work_type) if part)


def read_context(labour: str) -> Context:
    """Read what time was worked as, from Line.labour, in which parts that are not said are left out."""
    parts = [part for part in labour.split(SEPARATOR) if part]
    charged_to = _CONTEXTS.get(parts[-1], "") if parts else ""
    role, *types = (parts[:-1] if charged_to else parts) or [""]
    return Context(role, charged_to, " ".join(types))


def context_names(labour: str) -> tuple[str, ...]:
    """Give what an item for it may be called, the most fitting first."""
    context = read_context(labour)
    return tuple(dict.fromkeys((context.full_name, context.name)))


def label_labour(labour: str) -> str:
    """Write it for people: "Technician / Regular / Project ticket"."""
    *work, last = labour.split(SEPARATOR)
    return SEPARATOR.join((*work, _LABELS.get(last, last)))
