"""What goes wrong with a local stack, said plainly."""


class StackError(Exception):
    """Something that a person can put right.

    Takes: what happened; what to do about it; and, if it helps, the last words of what failed.
    """

    def __init__(self, what: str, fix: str, details: str = "") -> None:
        super().__init__(what)
        self.what, self.fix, self.details = what, fix, details
