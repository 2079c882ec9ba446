"""The `workbench` command: JupyterLab for people, the report for a machine that runs at night.

What comes in is a folder or a calibration file; what goes out is a running JupyterLab, or a report
and three sentences about it, or the list of what is wrong with the file. Exit codes: 0 done, 1 a
defect of the workbench, 2 something to put right in what was given, 130 interrupted. `workbench
check` ends with 0 where the file is sound, 1 where it has problems, 2 where it cannot be read.
"""

import argparse
import getpass
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import workbench
from workbench.errors import ProtectedFileError, WorkbenchError
from workbench.host import NOTEBOOK, find_project, run_lab

if TYPE_CHECKING:
    from workbench.calibration import Calibration

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv
        The arguments after the command's name; by default those of the process.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    SystemExit
        After `--help` and `--version`, and when an argument is not one the command knows.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    # `workbench` alone, or with options of `lab` only, means `workbench lab`.
    if not arguments or arguments[0] in {"--port", "--no-browser"} or arguments[0][:7] == "--port=":
        arguments.insert(0, "lab")
    options = _build_parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except ProtectedFileError as error:
        _complain(f"{error} Here the password is given with --ask-password or --password.")
        return 2
    except WorkbenchError as error:
        _complain(str(error))
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        _complain(
            f"this is a defect of the workbench, not of your file ({type(error).__name__}). "
            f"The log is {_write_log()}; it may quote the file, so read it before passing it on."
        )
        return 1


def _build_parser() -> argparse.ArgumentParser:
    """Declare the commands and their options."""
    parser = argparse.ArgumentParser(
        prog="workbench",
        description="Prepare a performance-review calibration: whose technical output fell after "
        "a promotion to management, and who could lead technically.",
        epilog="Without a command: `workbench lab`. Nothing leaves this machine.",
    )
    parser.add_argument(
        "--version", action="version", version=f"workbench {version('calibration-workbench')}"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    lab = commands.add_parser(
        "lab",
        help="open the calibration notebook in JupyterLab",
        description="Open the calibration notebook in JupyterLab, in your browser. Stop it with "
        "Ctrl+C here, or with File > Shut Down in JupyterLab.",
    )
    lab.add_argument(
        "folder",
        nargs="?",
        metavar="FOLDER",
        default=".",
        help="project folder with the notebook and the data (default: the current folder)",
    )
    lab.add_argument(
        "--port",
        type=_read_port,
        metavar="PORT",
        help="port to listen on, on this machine only; 0 takes any free one "
        "(default: the first free one from 8888 on)",
    )
    lab.add_argument(
        "--no-browser", action="store_true", help="do not open a browser; show the address instead"
    )
    lab.set_defaults(run=_open_lab)
    _add_report(commands.add_parser)
    _add_check(commands.add_parser)
    return parser


def _add_check(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the `check` command."""
    check = add_parser(
        "check",
        help="say what is wrong with a calibration file, cell by cell",
        description="Say what was understood of a calibration file and what is wrong with it, cell "
        "by cell. Exit code 0: sound, or notes only; 1: warnings or errors; 2: it cannot be read.",
    )
    check.add_argument("file", metavar="FILE", help="the calibration spreadsheet, or a folder")
    check.add_argument(
        "--annotate",
        metavar="COPY.xlsx",
        help="also write a copy of the workbook with every problem cell marked and commented",
    )
    check.add_argument(
        "--columns", action="store_true", help="also list what each header was taken for"
    )
    check.add_argument(
        "--hidden", action="store_true", help="read sheets, rows and columns that Excel hides too"
    )
    _add_password(check)
    check.set_defaults(run=_check)


def _add_password(command: argparse.ArgumentParser) -> None:
    """Declare how the password of an encrypted file is given."""
    secret = command.add_mutually_exclusive_group()
    secret.add_argument(
        "--password",
        metavar="PASSWORD",
        help="password of an encrypted file; others on this machine may see it while this runs",
    )
    secret.add_argument(
        "--ask-password", action="store_true", help="ask for the password of an encrypted file"
    )


def _add_report(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Declare the `report` command."""
    report = add_parser(
        "report",
        help="write the report of a calibration file, without opening anything",
        description="Write the report of a calibration file as one HTML file that opens in any "
        "browser, also without a network.",
    )
    report.add_argument("file", metavar="FILE", help="the calibration spreadsheet or CSV file")
    report.add_argument(
        "-o",
        "--output",
        metavar="OUT.html",
        help="where to write the report (default: FILE's name with _report.html, in the current "
        "folder); an earlier report there is replaced",
    )
    report.add_argument(
        "--names", action="store_true", help="show names; without it people appear by their id only"
    )
    _add_password(report)
    report.set_defaults(run=_report)


def _read_port(text: str) -> int:
    """Read a port number, as argparse wants it read."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 0 to 65535")
    return int(text)


def _open_lab(options: argparse.Namespace) -> None:
    """Carry out `workbench lab`."""
    project = find_project(Path(options.folder))
    if project.notebook:
        _say(f"Opening {project.notebook} of {project.root} in JupyterLab. Stop it with Ctrl+C.")
    else:
        _say(
            f"There is no {NOTEBOOK} in {project.root}, so JupyterLab opens without a notebook.\n"
            "To begin, choose Notebook > Python 3 there and run this:\n\n"
            "    import workbench\n"
            "    workbench.Workbench()\n"
        )
    run_lab(project, port=options.port, browser=not options.no_browser)


def _report(options: argparse.Namespace) -> None:
    """Carry out `workbench report`."""
    target = _find_target(options.file, options.output)
    password = _ask_password() if options.ask_password else options.password
    with _show_progress() as show:
        show("Reading the file")
        # On import jsonschema, which Altair needs, compiles a grammar of web addresses for as long
        # as the whole analysis takes, and no chart has one. None stands for "not installed".
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
        from workbench.exports import answers, write_report

        calibration = workbench.load(options.file, password=password)
        found = [_describe("Data", answers.answer_problems, calibration)]
        show("Comparing output before and after promotions")
        found.append(_describe("Declines", answers.answer_declines, calibration))
        show("Comparing signals of technical leadership")
        found.append(_describe("Candidates", answers.answer_candidates, calibration))
        path = write_report(calibration, target, names=options.names, progress=show)
    for sentence in (f"Report: {path}", *found):
        _say(sentence)


def _check(options: argparse.Namespace) -> int:
    """Carry out `workbench check`."""
    from workbench.exports import answers
    from workbench.intake.profiles import Choices

    password = _ask_password() if options.ask_password else options.password
    with _show_progress() as show:
        calibration = workbench.load(
            options.file,
            password=password,
            choices=Choices(hidden=True) if options.hidden else None,
            progress=lambda words, _: show(words),
        )
    _say(answers.answer_problems(calibration))
    if options.columns:
        for row in calibration.columns.to_dict("records"):
            field = row["field"] or "kept as it is"
            _say(f"{row['sheet']}: {row['header']} -> {field} ({row['how']})")
    problems = calibration.problems
    for row in problems.fillna("").to_dict("records"):
        where = f"{row['sheet']}!{row['cell']}: ".removeprefix("!: ").replace("!: ", ": ")
        _say(f"{row['severity']:<8}{where}{row['message']} [{row['reason']}]")
    if options.annotate:
        _say(f"Annotated copy: {calibration.write_annotated(options.annotate)}")
    return int(problems["severity"].isin(["error", "warning"]).any())


def _find_target(file: str, output: str | None) -> Path:
    """Say where the report goes, and refuse what would fail or destroy something later."""
    target = Path(output) if output else Path(f"{Path(file).stem or 'calibration'}_report.html")
    if target.suffix.lower() not in {".html", ".htm"}:
        raise WorkbenchError(
            f"the report cannot be written to {target}: it is an HTML file. "
            f"Give a name that ends in .html."
        )
    if not target.parent.is_dir():
        raise WorkbenchError(
            f"the report cannot be written to {target}: there is no folder {target.parent}. "
            f"Create the folder first, or give another."
        )
    if target.is_dir():
        raise WorkbenchError(
            f"the report cannot be written to {target}: it is a folder. Give the name of a file."
        )
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise WorkbenchError(
            f"the report cannot be written to {target}: you may not write there. "
            f"Give another place with -o."
        )
    return target


def _ask_password() -> str:
    """Ask for the password on the terminal, or read it from a line of standard input."""
    if sys.stdin.isatty():
        return getpass.getpass("Password of the file: ")
    return sys.stdin.readline().rstrip("\r\n")


@contextmanager
def _show_progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done, on a terminal's error stream only."""
    if not sys.stderr.isatty():
        yield lambda words: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        # The steps take very different times, so that a share done would mislead.
        task = progress.add_task("", total=None)
        yield lambda words: progress.update(task, description=words)


def _describe(
    question: str, answer: Callable[["Calibration"], str], calibration: "Calibration"
) -> str:
    """Answer one question, or say why the file does not allow it."""
    try:
        return f"{question}: {answer(calibration)}"
    except WorkbenchError as error:
        return f"{question}: not assessed. {error}"


def _say(text: str) -> None:
    """Write a line to standard output, also where it cannot spell every letter."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()


def _complain(text: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(f"workbench: {' '.join(text.split())}\n")


def _write_log() -> str:
    """Keep the traceback of the exception at hand in a file that only its owner may read."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="workbench-", suffix=".log", encoding="utf-8", errors="replace", delete=False
    ) as log:
        log.write(traceback.format_exc())
    return log.name
