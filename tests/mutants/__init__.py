"""Planted faults: each must be caught by the ordinary tests. `make mutants` applies one at a time to a copy."""
