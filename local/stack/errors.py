"""What goes wrong with a local stack, said plainly."""

import errno

DISK_IS_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class StackError(Exception):
    """Something that a person can put right.

    Takes: what happened; what to do about it; and, if it helps, the last words of what failed.
    """

    def __init__(self, what: str, fix: str, details: str = "") -> None:
        super().__init__(what)
        self.what, self.fix, self.details = what, fix, details


def no_room(where: object, details: str) -> StackError:
    """Say that the disk is full, or too full to begin."""
    fix = "make room (a stack takes about 400 MB), or put it elsewhere with --home FOLDER; then start it again"
    return StackError(f"There is no room left on the disk for {where}", fix, details)
