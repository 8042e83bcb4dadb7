"""`crossfoot sandbox connectwise`: the ConnectWise simulator on this machine's loopback address."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from local.sandbox.connectwise.app import build_app
from local.sandbox.connectwise.delivery import Delivery
from local.sandbox.connectwise.loading import load_lines
from local.sandbox.connectwise.site import Site
from local.sandbox.connectwise.switches import from_text
from local.sandbox.connectwise.timestamps import Clock
from local.sandbox.faults import Faults
from local.sandbox.serve import serve
from local.sandbox.store import Store


def serve_connectwise(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    state: Annotated[Path | None, typer.Option(help="SQLite file that keeps the state; without it, memory.")] = None,
    load: Annotated[Path | None, typer.Option(help="JSONL of raw vendor records that a new state starts with.")] = None,
    company: Annotated[str, typer.Option(help="Name of the first login company.")] = "Acme MSP",
    switch: Annotated[list[str] | None, typer.Option(help="name=value; see /_sandbox/switches.")] = None,
    tls: Annotated[Path | None, typer.Option(help="Serve https; a certificate of one day is made in here.")] = None,
    die_with_parent: Annotated[bool, typer.Option(help="End when the process that started this one ends.")] = False,
) -> None:
    """Serve a ConnectWise PSA that keeps its state, and print its credentials as one JSON line once it serves."""
    store = Store(state)
    site = Site(store, Clock(), Faults())
    try:
        found = next(iter(site.companies.values()), None)
        first = found or site.add_company(company)
        for setting in switch or []:
            site.turn(from_text(setting))
        if load is not None and found is not None:
            print(f"connectwise sandbox: {state} holds records already, --load was skipped", file=sys.stderr)
        elif load is not None:
            with load.open(encoding="utf-8") as lines:
                load_lines(site, first, lines)
    except (ValueError, OSError) as error:
        print(f"connectwise sandbox: {error}", file=sys.stderr)
        store.close()
        raise typer.Exit(2) from None

    certificate = _certificate(tls, site) if tls else None

    def ready(base_url: str) -> dict[str, str]:
        site.base_url = base_url
        return site.credentials(first) | ({"ca_file": str(certificate[0])} if certificate else {})

    serve(
        build_app(site, Delivery(site)),
        port,
        ready,
        die_with_parent=die_with_parent,
        tls=certificate,
        dates_itself=True,
    )
    store.close()


def _certificate(folder: Path, site: Site) -> tuple[Path, Path]:
    from local.sandbox.connectwise.tls import make_certificate  # needed for this option alone

    return make_certificate(folder, site.now)
