"""What is said of a request that is not as it should be. Standard library only: the webhooks start with this."""

from collections.abc import Sequence


class BadFields(ValueError):
    """Something that was sent is not as it should be. Takes: `errors` names each bad member, and says what is wrong."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {message}" for name, message in errors))
        self.errors = tuple(errors)
