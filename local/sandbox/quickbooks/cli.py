"""The command `crossfoot sandbox quickbooks`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from local.sandbox.quickbooks.app import Sandbox, build_app, build_sandbox
from local.sandbox.quickbooks.companies import App
from local.sandbox.quickbooks.switches import save_switches
from local.sandbox.serve import serve


def serve_quickbooks(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    state: Annotated[Path | None, typer.Option(help="SQLite file to keep the state in; without it, memory.")] = None,
    load: Annotated[
        Path | None, typer.Option(help='Records to start with: {"entity": …, "record": {…}} a line.')
    ] = None,
    webhook_url: Annotated[str | None, typer.Option(help="Where webhooks are posted.")] = None,
    webhook_time_scale: Annotated[float, typer.Option(help="Scales the waits between webhook retries.")] = 1.0,
    switch: Annotated[list[str] | None, typer.Option(help="NAME=VALUE; see `GET /_sandbox/switches`.")] = None,
    client_id: Annotated[str | None, typer.Option(help="The app's client id; with the two below.")] = None,
    client_secret: Annotated[str | None, typer.Option(help="The app's client secret.")] = None,
    verifier_token: Annotated[str | None, typer.Option(help="The app's webhook verifier token.")] = None,
    die_with_parent: Annotated[bool, typer.Option(help="End when the starting process ends.")] = False,
) -> None:
    """Serve a stateful simulator of QuickBooks Online and print its credentials as one JSON line."""
    try:
        app = _wanted_app(client_id, client_secret, verifier_token)
        switches = dict(_name_and_value(each) for each in switch or [])
        sandbox = build_sandbox(state, app=app, webhook_time_scale=webhook_time_scale)
        realm = _prepared(sandbox, switches, load)
    except (ValueError, OSError) as error:
        print(f"The QuickBooks sandbox cannot start: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    if webhook_url:
        sandbox.webhooks.set_url(webhook_url)
    serve(
        build_app(sandbox),
        port,
        lambda base_url: sandbox.companies.credentials(realm, base_url),
        die_with_parent=die_with_parent,
    )


def _wanted_app(client_id: str | None, client_secret: str | None, verifier_token: str | None) -> App | None:
    given = [each for each in (client_id, client_secret, verifier_token) if each]
    if not given:
        return None
    if not (client_id and client_secret and verifier_token):
        raise ValueError("--client-id, --client-secret and --verifier-token come together")
    return App(client_id, client_secret, verifier_token)


def _name_and_value(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise ValueError(f"--switch takes NAME=VALUE, not {text!r}")
    return name, value


def _prepared(sandbox: Sandbox, switches: dict[str, str], load: Path | None) -> str:
    """Return the first company's realm id; what cannot be prepared closes the state."""
    try:
        sandbox.switches.turn(dict(switches))
        save_switches(sandbox.store, sandbox.switches)
        return _loaded(sandbox, load)
    except BaseException:
        sandbox.store.close()
        raise


def _loaded(sandbox: Sandbox, load: Path | None) -> str:
    is_new = not sandbox.companies.listing()
    realm = sandbox.first_realm()
    if load is not None and not is_new:
        print(f"{load} is not loaded again: the state goes on where it stopped.", file=sys.stderr)
    elif load is not None:
        with load.open(encoding="utf-8") as lines:
            sandbox.companies.load(realm, lines, replace=True)
    return realm
