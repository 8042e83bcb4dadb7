"""`python -m local.sandbox.connectwise`."""

import typer

from local.sandbox.connectwise.cli import serve_connectwise

if __name__ == "__main__":
    typer.run(serve_connectwise)
