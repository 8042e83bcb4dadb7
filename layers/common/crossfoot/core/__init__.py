"""The business rules, pure: standard library only, no clock, no chance, no environment, no input or output."""
