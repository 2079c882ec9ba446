import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import workbench
import workbench.exports
from workbench import cli
from workbench.cli import main
from workbench.errors import InputError, ProtectedFileError, UnreadableFileError
from workbench.exports import answers
from workbench.host import NOTEBOOK


@pytest.fixture
def report(monkeypatch, tmp_path):
    """Stand-ins for reading and writing; what they were given is kept in `given`."""
    given = {}

    def load(source, *, password=None):
        given.update(source=source, password=password)
        return given

    def write_report(calibration, path, *, names=False, progress=None):
        assert calibration is given
        given.update(path=path, names=names)
        progress("Writing")
        path.write_text("<html>", encoding="utf-8")
        return path

    monkeypatch.setitem(vars(workbench), "load", load)
    monkeypatch.setitem(vars(workbench.exports), "write_report", write_report)
    for question in ("problems", "declines", "candidates"):
        monkeypatch.setattr(answers, f"answer_{question}", lambda _, q=question: f"Found {q}.")
    monkeypatch.chdir(tmp_path)
    return given


@pytest.fixture
def started(monkeypatch):
    """What JupyterLab would have been started with."""
    runs = []
    monkeypatch.setattr(cli, "run_lab", lambda project, **options: runs.append((project, options)))
    return runs


def test_report_writes_where_it_is_told_and_answers_in_sentences(report, tmp_path, capsys):
    assert main(["report", "reviews.xlsx", "-o", "out.html", "--names"]) == 0
    said = capsys.readouterr()
    assert (tmp_path / "out.html").exists()
    assert report["names"] is True
    assert said.out.splitlines() == [
        "Report: out.html",
        "Data: Found problems.",
        "Declines: Found declines.",
        "Candidates: Found candidates.",
    ]
    assert said.err == ""


def test_report_is_named_after_the_file_and_shows_no_names_by_default(report, tmp_path):
    (tmp_path / "data").mkdir()
    assert main(["report", "data/reviews.2024.xlsx"]) == 0
    assert (tmp_path / "reviews.2024_report.html").exists()
    assert report["names"] is False
    assert report["password"] is None


def test_an_earlier_report_is_replaced(report, tmp_path):
    (tmp_path / "out.html").write_text("earlier", encoding="utf-8")
    assert main(["report", "reviews.xlsx", "-o", "out.html"]) == 0
    assert (tmp_path / "out.html").read_text(encoding="utf-8") == "<html>"


def test_a_question_that_the_file_does_not_allow_leaves_the_others(report, monkeypatch, capsys):
    def refuse(calibration):
        raise InputError("there is no cycle column.")

    monkeypatch.setattr(answers, "answer_declines", refuse)
    assert main(["report", "reviews.xlsx"]) == 0
    said = capsys.readouterr().out
    assert "Declines: not assessed. there is no cycle column." in said
    assert "Candidates: Found candidates." in said


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("reviews.xlsx", "ends in .html"),
        ("missing/out.html", "no folder missing"),
        ("folder.html", "it is a folder"),
        ("out", "ends in .html"),
    ],
)
def test_report_refuses_places_that_would_lose_something(report, tmp_path, capsys, output, reason):
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "reviews.xlsx").write_text("kept", encoding="utf-8")
    assert main(["report", "reviews.xlsx", "-o", output]) == 2
    said = capsys.readouterr()
    assert reason in said.err
    assert said.err.startswith("workbench: ")
    assert said.err.count("\n") == 1
    assert (tmp_path / "reviews.xlsx").read_text(encoding="utf-8") == "kept"
    # Refused before the minutes that an analysis can take.
    assert "source" not in report


def test_a_place_that_may_not_be_written_is_refused(report, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert main(["report", "reviews.xlsx"]) == 2
    assert "you may not write there" in capsys.readouterr().err


def test_bad_input_is_one_line_and_exit_code_2(report, monkeypatch, capsys):
    def refuse(source, *, password=None):
        raise UnreadableFileError("reviews.xlsx is encrypted.\nGive its password.")

    monkeypatch.setitem(vars(workbench), "load", refuse)
    assert main(["report", "reviews.xlsx"]) == 2
    said = capsys.readouterr()
    assert said.err == "workbench: reviews.xlsx is encrypted. Give its password.\n"
    assert said.out == ""


def test_a_protected_file_says_how_to_give_the_password_here(report, monkeypatch, capsys):
    def refuse(source, *, password=None):
        raise ProtectedFileError("reviews.xlsx is protected.")

    monkeypatch.setitem(vars(workbench), "load", refuse)
    assert main(["report", "reviews.xlsx"]) == 2
    assert "--ask-password" in capsys.readouterr().err


def test_a_defect_is_said_as_one_with_a_log_and_without_people(
    report, monkeypatch, tmp_path, capsys
):
    def break_down(source, *, password=None):
        raise KeyError("Ada Lovelace")

    monkeypatch.setitem(vars(workbench), "load", break_down)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert main(["report", "reviews.xlsx"]) == 1
    line = capsys.readouterr().err
    assert line.startswith("workbench: this is a defect of the workbench, not of your file")
    assert "Ada" not in line
    assert line.count("\n") == 1
    log = Path(line.split("The log is ")[1].split(";")[0])
    assert log.parent == tmp_path
    text = log.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "Ada Lovelace" in text
    if os.name == "posix":
        assert log.stat().st_mode & 0o077 == 0


def test_interrupting_ends_with_130_and_no_traceback(report, monkeypatch, capsys):
    def interrupt(source, *, password=None):
        raise KeyboardInterrupt

    monkeypatch.setitem(vars(workbench), "load", interrupt)
    assert main(["report", "reviews.xlsx"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_passwords(report, monkeypatch):
    assert main(["report", "reviews.xlsx", "--password", "secret"]) == 0
    assert report["password"] == "secret"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(cli.getpass, "getpass", lambda prompt: "typed")
    assert main(["report", "reviews.xlsx", "--ask-password"]) == 0
    assert report["password"] == "typed"
    monkeypatch.setattr(
        sys, "stdin", SimpleNamespace(isatty=lambda: False, readline=lambda: "piped \n")
    )
    assert main(["report", "reviews.xlsx", "--ask-password"]) == 0
    assert report["password"] == "piped "


def test_progress_is_shown_on_a_terminal_only(report, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert main(["report", "reviews.xlsx"]) == 0
    assert "Writing" in capsys.readouterr().err


def test_letters_that_the_console_cannot_spell_do_no_harm(report, monkeypatch, capfdbinary):
    with open(1, "w", encoding="ascii", closefd=False) as narrow:
        monkeypatch.setattr(sys, "stdout", narrow)
        assert main(["report", "reviews.xlsx", "-o", "übersicht.html"]) == 0
        monkeypatch.undo()
    assert b"Report: \\xfcbersicht.html" in capfdbinary.readouterr().out


@pytest.mark.parametrize(
    "arguments", [[], ["lab"], ["--port", "0"], ["--port=0"], ["--no-browser"], ["lab", "."]]
)
def test_without_a_command_jupyterlab_opens(started, monkeypatch, tmp_path, arguments, capsys):
    (tmp_path / NOTEBOOK).parent.mkdir()
    (tmp_path / NOTEBOOK).write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 0
    [(project, options)] = started
    assert project.root == tmp_path.resolve()
    assert project.notebook == NOTEBOOK
    assert options["port"] == (0 if any("port" in each for each in arguments) else None)
    assert options["browser"] is ("--no-browser" not in arguments)
    assert "01_calibration.ipynb" in capsys.readouterr().out


def test_a_folder_without_a_notebook_is_told_how_to_begin(started, tmp_path, capsys):
    assert main(["lab", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "workbench.Workbench()" in said
    assert started[0][0].notebook is None


def test_a_folder_that_is_none_is_refused(started, tmp_path, capsys):
    assert main(["lab", str(tmp_path / "nowhere")]) == 2
    assert capsys.readouterr().err.startswith("workbench: there is no folder")
    assert started == []


@pytest.mark.parametrize(
    "arguments",
    [["--port", "x"], ["--port", "70000"], ["lab", "--port", "-1"], ["reviews.xlsx"], ["report"]],
)
def test_arguments_that_make_no_sense_end_with_2(started, arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_help_names_both_commands_and_loads_nothing_heavy():
    code = (
        "import sys\nfrom workbench.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'jupyterlab', 'rich', 'altair'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "lab" in ended.stdout
    assert "report" in ended.stdout


def test_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("workbench 0.")


def test_a_real_file_becomes_a_real_report(tmp_path, capsys):
    source, target = tmp_path / "reviews.xlsx", tmp_path / "out.html"
    with pd.ExcelWriter(source) as workbook:
        tables = workbench.make_company(people=60, cycles=5, seed=2).tables
        for sheet, table in tables.items():
            table.to_excel(workbook, sheet_name=sheet, index=False)
    assert main(["report", str(source), "-o", str(target)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0] == f"Report: {target}"
    assert lines[1].startswith("Data: 60 people in 5 cycles")
    assert [line.split(":")[0] for line in lines[2:]] == ["Declines", "Candidates"]
    assert target.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02 no table", b"hello\n"])
def test_a_real_file_that_is_no_calibration_is_refused_in_one_line(tmp_path, capsys, content):
    path = tmp_path / "reviews.xlsx"
    path.write_bytes(content)
    assert main(["report", str(path), "-o", str(tmp_path / "out.html")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("workbench: ")
    assert said.count("\n") == 1
    assert not (tmp_path / "out.html").exists()


@pytest.mark.parametrize(
    ("rating", "code"), [("3", 0), ("purple", 1)], ids=["sound but for notes", "a warning"]
)
def test_check_says_what_is_wrong_by_cell_and_ends_with_it(tmp_path, capsys, rating, code):
    path = tmp_path / "reviews 2024 H1.csv"
    rows = "".join(f"E{i},Software Engineer,E1,{i},4,{i}\n" for i in range(2, 6))
    path.write_text(
        "Employee ID,Job Title,Manager ID,Commits,Rating,Talks\n"
        f"E1,Engineering Manager,,3,{rating},1\n{rows}"
    )
    assert main(["check", str(path), "--columns"]) == code
    said = capsys.readouterr().out
    assert said.startswith("5 people in 1 cycle could be read")
    assert "Rating -> rating_manager (alias)" in said
    assert ("reviews 2024 H1!E2: Rating:" in said) == bool(code)


def test_check_of_a_file_that_cannot_be_read_ends_with_2(tmp_path, capsys):
    (tmp_path / "a.xlsx").write_bytes(b"\x89PNG....")
    assert main(["check", str(tmp_path / "a.xlsx")]) == 2
    assert "a PNG picture" in capsys.readouterr().err


def test_check_writes_the_marked_copy(samples, tmp_path, capsys):
    copy = tmp_path / "copy.xlsx"
    assert main(["check", str(samples / "messy_company.xlsx"), "--annotate", str(copy)]) == 1
    assert copy.exists()
    assert str(copy) in capsys.readouterr().out
    assert main(["check", str(samples / "messy_company.xlsx"), "--hidden"]) == 1
    assert "hidden_rows" not in capsys.readouterr().out
