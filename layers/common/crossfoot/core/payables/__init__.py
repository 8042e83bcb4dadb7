"""Payables: what a partner owes its vendors, kept alike on the platform and in the accounting (B1 to B8)."""
