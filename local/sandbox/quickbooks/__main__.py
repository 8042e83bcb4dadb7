"""`python -m local.sandbox.quickbooks`."""

import typer

from local.sandbox.quickbooks.cli import serve_quickbooks

if __name__ == "__main__":
    typer.run(serve_quickbooks)
