"""Crossfoot: keeps ConnectWise PSA, QuickBooks Online and the platform's book in agreement, to the cent."""

__version__ = "0.1.0"
