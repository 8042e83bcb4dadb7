"""Every error that Crossfoot raises on purpose, named for what happens next.

    CrossfootError
    |- Retryable             the queue redelivers; nobody is told
    |  |- RateLimited        wait retry_after_s
    |  |- RemoteUnavailable  no connection, 5xx: nothing was written
    |  |  |- AnswerTooLarge  ask for less at once
    |  |  '- AwsUnavailable  it was AWS, and no vendor
    |  |- Conflict           stale version or another worker's lease: read again, plan again
    |  |  '- UnderWay        another worker is at the same call: ask again after retry_after_s
    |  '- OutcomeUnknown     a write may have arrived: look before writing again
    |- NeedsPartner          parked, shown with the remedy
    |  |- AuthExpired        the connection must be made again
    |  |- MappingMissing     a preference or mapping has to be chosen
    |  '- Rejected           the vendor refused: code and detail are the vendor's own
    |     '- TooSoon         our own limit: allowed again after retry_after_s
    '- BadMessage            to the dead-letter queue; a person looks

Anything else is a bug: it crashes, and the queue keeps the message.
"""


class CrossfootError(Exception):
    """The root: nothing raises it itself."""


class Retryable(CrossfootError):
    """Trying again later is right, and nobody has to be told. `system` is the outside system that it came from, if one."""

    system: str = ""


class RateLimited(Retryable):
    """A vendor's limit, or our own budget below it, is used up for now."""

    def __init__(self, message: str, retry_after_s: float, *, system: str = "") -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.system = system


class RemoteUnavailable(Retryable):
    """No connection or a 5xx on a read, or before a write left us: nothing was written."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class AnswerTooLarge(RemoteUnavailable):
    """A read's answer is more than we take in: who can, asks for less at once."""


class AwsUnavailable(RemoteUnavailable):
    """A service of AWS that we stand on did not answer, or was busy."""


class Conflict(Retryable):
    """Somebody else was first: read again and plan again."""


class UnderWay(Conflict):
    """The same call is being carried out by another worker: its answer can be had after `retry_after_s`."""

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class OutcomeUnknown(Retryable):
    """A write was sent and its answer was lost: look before writing again."""


class NeedsPartner(CrossfootError):
    """Only the partner can mend this: `str(error)` says what is wrong, `fix` what to do."""

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class AuthExpired(NeedsPartner):
    """The vendor no longer accepts our credentials, after one honest refresh."""


class MappingMissing(NeedsPartner):
    """A preference or a mapping that this work needs is not set."""


class Rejected(NeedsPartner):
    """The vendor understood and refused; nothing was written."""

    def __init__(self, code: str, detail: str, fix: str = "") -> None:
        super().__init__(f"{code}: {detail}", fix)
        self.code = code
        self.detail = detail


class TooSoon(Rejected):
    """The partner did this not long ago, and may do it again after a while."""

    def __init__(self, detail: str, fix: str, retry_after_s: float) -> None:
        super().__init__("too_soon", detail, fix)
        self.retry_after_s = retry_after_s


class BadMessage(CrossfootError):
    """A message that no retry can make right."""
