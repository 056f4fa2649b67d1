"""The commands, and what becomes of an error: 1 the user's (one message), 2 usage, 70 a bug of ours (all we know)."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from rnn2onnx import __version__
from rnn2onnx.cli.bench import bench
from rnn2onnx.cli.compile import compile_model
from rnn2onnx.cli.demo import demo
from rnn2onnx.cli.passes import passes
from rnn2onnx.cli.run import run
from rnn2onnx.cli.show import show
from rnn2onnx.cli.targets import targets
from rnn2onnx.cli.terminal import complain
from rnn2onnx.cli.tune import tune
from rnn2onnx.cli.verify import verify
from rnn2onnx.cli.weights import weights
from rnn2onnx.errors import PassError, Rnn2OnnxError, VerifyError

USERS_ERROR, BUG = 1, 70

_LISTS = ("--feed", "--rename", "--shape")

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Frames and colours are for terminals only.
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="TensorFlow 1 recurrent code in, an exact and fast ONNX file out.",
)
app.command("compile")(compile_model)
app.command()(run)
app.command()(verify)
app.command()(show)
app.command()(weights)
app.command()(bench)
app.command()(tune)
app.command()(passes)
app.command()(targets)
app.command()(demo)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rnn2onnx {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")]


@app.callback()
def _options(version: Version = False) -> None:
    """What holds for every command."""


def run_command_line(args: Sequence[str] | None) -> NoReturn:
    """Runs the command that ``args`` say, and exits."""
    given = sys.argv[1:] if args is None else list(args)
    try:
        app(args=spread(given), prog_name="rnn2onnx")
        code = 0
    except (VerifyError, PassError) as error:
        code = _bug(error)
    except Rnn2OnnxError as error:
        complain(error.message, error.location)
        code = USERS_ERROR
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        code = USERS_ERROR
    except Exception as error:
        code = _bug(error)
    sys.exit(code)


def _bug(error: Exception) -> int:
    traceback.print_exception(error)
    complain(
        f"This is a bug in rnn2onnx {__version__}, not in your model. Please report it with everything above; "
        "`rnn2onnx compile MODEL -o FILE --dump-ir DIR` writes down how far it got."
    )
    return BUG


def spread(args: Sequence[str]) -> list[str]:
    """The arguments with every ``NAME=VALUE`` behind ``--feed``, ``--rename`` and ``--shape`` as an option of its own.

    ``--shape batch=2 time=5`` becomes ``--shape batch=2 --shape time=5``.
    """
    out: list[str] = []
    option: str | None = None
    for arg in args:
        if option and "=" in arg and not arg.startswith("-") and out[-1] != option:
            out.append(option)
        elif arg in _LISTS:
            option = arg
        elif out and out[-1] != option:
            option = None
        out.append(arg)
    return out
