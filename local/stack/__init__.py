"""The whole of Crossfoot on this machine: an AWS emulator, the real template on it, and both vendors' sandboxes."""
