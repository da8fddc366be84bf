"""The command line. Commands are imported when they are called, so that `wiretally --help` is quick."""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from typing import Any

import click

from ..errors import EXIT_FAILED, WiretallyError

COMMANDS: dict[str, tuple[str, str]] = {
    # name: (module of this folder, what it does)
    "demo": ("demo", "Watch simulated apps call a simulated OpenAI service; no key, no network"),
    "agent": ("agent", "Run the agent that intercepts and records"),
    "tui": ("tui", "Open the screen on what is recorded"),
    "exec": ("exec", "Run a command with its OpenAI calls recorded in a session of their own"),
    "env": ("env", "Print the variables that lead a shell's programs through the agent"),
    "proxy": ("proxy", "Set, restore or show the operating system's proxy"),
    "cert": ("cert", "Show, trust or distrust wiretally's certificate authority"),
    "doctor": ("doctor", "Prove that the set-up works, and name the cure for what does not"),
    "tail": ("tail", "Print calls as they come"),
    "show": ("show", "Print one call whole"),
    "diff": ("diff", "Compare two calls"),
    "curl": ("curl", "Print a call as a curl command or as openai-python"),
    "replay": ("replay", "Send a recorded call again"),
    "stats": ("stats", "Count calls, tokens, money and time"),
    "errors": ("errors", "Sort failures by whose move it is"),
    "limits": ("limits", "Show the headroom under the provider's rate limits"),
    "insights": ("insights", "Find repeats, retries, cache use and peak hours"),
    "sessions": ("sessions", "List, show, rename or delete sessions"),
    "conversations": ("conversations", "List conversations or show one"),
    "note": ("note", "Put a remark or a rating on a call"),
    "export": ("export", "Write calls to a file for other tools"),
    "import": ("import_", "Read calls from another wiretally, mitmproxy or a HAR file"),
    "balance": ("balance", "Set, add to or show the prepaid balance"),
    "alarms": ("alarms", "List alarm rules, their state and history"),
    "alarm": ("alarm", "Test one alarm"),
    "reconcile": ("reconcile", "Compare the local ledger with the organization's costs"),
    "prune": ("prune", "Delete old calls or their bodies"),
    "db": ("db", "Locate, verify or compact the database"),
}
"""Everything wiretally can do. Each module has a click command named `command`."""

GROUPS: dict[str, tuple[str, ...]] = {
    "Begin": ("demo", "agent", "tui"),
    "Get traffic in": ("exec", "env", "proxy", "cert", "doctor"),
    "Look at calls": ("tail", "show", "diff", "curl", "replay", "note"),
    "Sum up": ("stats", "errors", "limits", "insights", "sessions", "conversations"),
    "Money and alarms": ("balance", "alarms", "alarm", "reconcile"),
    "Take elsewhere and care": ("export", "import", "prune", "db"),
}
"""The same commands as `--help` shows them."""

EXAMPLES = """\b
Examples:
  wiretally demo                      see it at work, without a key
  wiretally                           start an agent and open the screen
  wiretally exec -- python app.py     record what a program calls
  wiretally stats --by model          what was spent on which model
"""


class LazyGroup(click.Group):
    """A group whose commands are imported at their call; `--help` lists them from COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return import_module(f".{COMMANDS[cmd_name][0]}", __name__).command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, names in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, COMMANDS[name][1]) for name in names], col_max=16)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXAMPLES,
)
@click.version_option(package_name="wiretally", prog_name="wiretally")
@click.option("--keep", is_flag=True, help="leave the agent running when the screen is closed")
@click.pass_context
def cli(ctx: click.Context, keep: bool) -> None:
    """A live terminal monitor for OpenAI API traffic.

    Without a command: start an agent if none runs, and open the screen.
    """
    if ctx.invoked_subcommand is None:
        from .tui import open_with_agent

        open_with_agent(keep=keep)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line. Every failure a user can act on ends as one line on stderr and its exit code."""
    try:
        result = cli.main(args=arguments, prog_name="wiretally", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except WiretallyError as error:
        click.echo(f"wiretally: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_FAILED)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what could not be written is not tried again at the end
        click.echo(f"wiretally: cannot write the output: {error.strerror}. Make room, and try again.", err=True)
        sys.exit(EXIT_FAILED)
    sys.exit(result if isinstance(result, int) else 0)
