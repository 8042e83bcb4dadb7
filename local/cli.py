"""The `crossfoot` command: run everything here, and look after partners here and in production."""

import json
import os
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from local.stack.aws import Stack, deployed_stack, local_stack
from local.stack.detached import bring_up_in_background, take_down
from local.stack.errors import DISK_IS_FULL, StackError, no_room
from local.stack.partners import Invitation, add_operator, add_partner, sign_in
from local.stack.paths import DEFAULT_HOME, Home
from local.stack.progress import Progress
from local.stack.record import holding, is_up, load_record
from local.stack.up import Running, stop_on_signals

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
partner = typer.Typer(no_args_is_help=True, help="Partners and their users.")
sandbox = typer.Typer(no_args_is_help=True, help="One vendor's sandbox alone.")
app.add_typer(partner, name="partner")
app.add_typer(sandbox, name="sandbox")
console = Console()

HomeOption = Annotated[Path, typer.Option("--home", help="The folder of the local stack.", show_default=False)]
StageOption = Annotated[
    str, typer.Option(help="local, or the stage of a deployed stack (with your own AWS credentials).")
]


@app.command()
def up(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65_535, help="Loopback port of the AWS emulator; a free one if not given."),
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return once it is up, and leave it running.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what the last run left.")] = False,
) -> None:
    """Run all of Crossfoot here: AWS emulator, deployed template, both sandboxes, a demo partner."""
    place = Home(home.absolute())
    if detach:
        bring_up_in_background(place, port, fresh=fresh, echo=lambda text: console.out(text, end=""))
        return
    stop_on_signals()
    try:
        with holding(place), Running(place, Progress(console)) as running:
            running.start(os.getpid(), port, fresh=fresh)
            _print_addresses(place)
            running.wait()
    except KeyboardInterrupt:
        console.print("Everything is down.")


@app.command()
def down(home: HomeOption = DEFAULT_HOME) -> None:
    """End the local stack; its state is kept."""
    console.print("Everything is down." if take_down(Home(home.absolute())) else "The local stack was not running.")


@app.command()
def status(
    home: HomeOption = DEFAULT_HOME, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """Say whether the local stack runs, and where. Exit status 1 when it does not."""
    place = Home(home.absolute())
    record, running = load_record(place), is_up(place)
    if as_json:
        facts = {
            key: value for key, value in asdict(record).items() if key in {"pid", "ready", "ports", "urls", "outputs"}
        }
        print(json.dumps({"running": running, **facts}))
    elif running and record.ready:
        _print_addresses(place)
    else:
        console.print("The local stack is starting." if running else "The local stack is not running.")
    raise typer.Exit(0 if running and record.ready else 1)


@app.command()
def token(
    email: Annotated[str, typer.Argument(help="A user here; the demo user if not given.")] = "",
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Print a sign-in token of the local demo user, for the Authorization header."""
    place = Home(home.absolute())
    demo = load_record(place).demo
    stack = local_stack(place)
    password = demo["password"] if email in {"", demo["email"]} else _ask_for_password()
    print(sign_in(stack, email or demo["email"], password))


def _ask_for_password() -> str:
    """Read a password: unseen from a person, and the first line of what is piped in."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, err=True))
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise StackError("No password was given", "type it, or pipe it in as a line: crossfoot token EMAIL < FILE")
    return password


@partner.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The partner's name.")],
    email: Annotated[str, typer.Option(help="Its first user's address.")],
    stage: StageOption = "local",
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Make a partner and its first user."""
    stack = _stack(stage, home)
    invitation = add_partner(stack, name, email, permanent_password=stage == "local")
    console.print(f"Partner [bold]{name}[/] is {invitation.tenant}.", highlight=False)
    _print_invitation(invitation, stage)


@partner.command("operator")
def operator(
    tenant: Annotated[str, typer.Argument(help="The partner's id.")],
    email: Annotated[str, typer.Option(help="The operator's address: one user belongs to one partner.")],
    stage: StageOption = "local",
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Make a user of a partner who may also choose its payment-sync profile."""
    _print_invitation(add_operator(_stack(stage, home), tenant, email, permanent_password=stage == "local"), stage)


def _print_invitation(invitation: Invitation, stage: str) -> None:
    console.print(f"User {invitation.email}, password {invitation.password}", highlight=False)
    if stage == "local":
        console.print(f"A token for the API: crossfoot token {invitation.email}", highlight=False)
    else:
        console.print("The password is for the first sign-in within seven days; Cognito asks for a new one then.")


# What loads more libraries than the other commands need is imported only when asked for, and reads its own arguments.
LATE: dict[str, Any] = {
    "add_help_option": False,
    "context_settings": {"allow_extra_args": True, "ignore_unknown_options": True},
}


@app.command(**LATE)
def demo(context: typer.Context) -> None:
    """Bring everything up, make payments in QuickBooks, and watch them appear in ConnectWise."""
    _run_late(context, "local.demo", "demo")


@sandbox.command("quickbooks", **LATE)
def sandbox_quickbooks(context: typer.Context) -> None:
    """QuickBooks Online, on loopback."""
    _run_late(context, "local.sandbox.quickbooks.cli", "serve_quickbooks")


@sandbox.command("connectwise", **LATE)
def sandbox_connectwise(context: typer.Context) -> None:
    """ConnectWise PSA, on loopback."""
    _run_late(context, "local.sandbox.connectwise.cli", "serve_connectwise")


def _run_late(context: typer.Context, module: str, function: str) -> None:
    command = typer.Typer(add_completion=False)
    command.command()(getattr(import_module(module), function))
    command(args=context.args, prog_name=context.command_path)


def _stack(stage: str, home: Path) -> Stack:
    return local_stack(Home(home.absolute())) if stage == "local" else deployed_stack(stage)


def _print_addresses(home: Home) -> None:
    record = load_record(home)
    for what, where in (
        ("API", record.urls["api"] + "/v1"),
        ("QuickBooks sandbox", record.urls["quickbooks"] + "/_sandbox"),
        ("ConnectWise sandbox", record.urls["connectwise"] + "/_sandbox"),
        ("ConnectWise's keys", record.urls["connectwise"] + "/_sandbox/companies"),
        ("Demo user", record.demo["email"]),
        ("Sign-in token", "crossfoot token"),
    ):
        console.print(f"  [bold]{what:20}[/] {where}", highlight=False, soft_wrap=True)


def main() -> NoReturn:
    """Run the command line, and say plainly what went wrong."""
    try:
        app()
    except StackError as error:
        _say(error)
    except OSError as error:
        if error.errno not in DISK_IS_FULL:
            raise
        _say(no_room(error.filename or "what has to be written", str(error)))
    sys.exit(1)


def _say(error: StackError) -> None:
    errors = Console(stderr=True)
    errors.print(f"[bold red]{escape(error.what)}.[/]", highlight=False)
    if error.details:
        errors.print(error.details, style="dim", highlight=False, markup=False)
    errors.print(f"What to do: {error.fix}", highlight=False, markup=False)


if __name__ == "__main__":
    main()
