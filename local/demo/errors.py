"""What can go wrong with the demo, said plainly."""

from local.stack.errors import StackError


class DemoError(StackError):
    """The demo cannot go on, or did not come to the end that it should."""
