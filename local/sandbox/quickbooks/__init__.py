"""A stateful simulator of QuickBooks Online that speaks the real wire. What nothing settles is in `switches`."""
