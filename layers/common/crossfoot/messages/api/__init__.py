"""The shapes of our API as its callers see them, one module per resource, named like those of `steps/api`."""
