"""The demo: the main job, for real, on the local stack."""

from local.demo.run import demo

__all__ = ["demo"]
