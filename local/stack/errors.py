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


def no_room(error: OSError) -> StackError:
    """Say that the disk is full."""
    where = f" to write {error.filename}" if error.filename else ""
    fix = "make room (a stack takes about 1 GB), or put it elsewhere with --home FOLDER; then start it again"
    return StackError(f"There is no room left on the disk{where}", fix, str(error))
