"""The composition root: the only place that picks adapters. One module per kind of worker, so that each imports little."""
