"""How fast spreadsheets are read, and what damaged and hostile ones cost.

Run `python -m benchmarks.intake speed mutations hostile`, or some of them. `speed` compares
`workbench.load` with a bare `pandas.read_excel(engine="calamine")` on 500,000 rows by 15 columns,
each in a process of its own, in turns; memory is the peak above what the imports need. `mutations`
changes sound workbooks, texts and frames at random; `hostile` reads files made to do harm. Both run
in child processes that may use 2 GB, and 10 seconds for each mutation. Every file loads, or is
refused by a `WorkbenchError` of two sentences at least; any other end is listed with its seed.
"""

import argparse
import datetime as dt
import json
import re
import resource
import select
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from benchmarks.hostile_files import HOSTILE
from benchmarks.mutations import KINDS, mutate
from workbench.errors import WorkbenchError

ROWS = 500_000
SMALL_ROWS = 5_000
TIMES = 3
SECONDS, PATIENCE, MEMORY = 10, 120, 2 * 1024**3
VERDICT = ["name", "seed", "end", "words", "seconds", "megabytes"]
LIMITS = {"time": 1.5, "memory": 2.5, "check": 1.5}
HEADERS = (
    "Employee ID",
    "Employee Name",
    "Review Cycle",
    "Job Title",
    "Job Level",
    "Team",
    "Manager ID",
    "Hire Date",
    "Manager Rating",
    "Commits",
    "Pull Requests",
    "Code Reviews",
    "Engagement",
    "Pay Band",
    "Manager Comments",
)
TITLES = ("Software Engineer", "Senior Software Engineer", "Staff Engineer", "Engineering Manager")
RATINGS = ("1 - Below", "2 - Developing", "3 - Meets", "4 - Exceeds", "5 - Outstanding")
COMMENTS = (
    "Delivered the migration on time and kept the team informed throughout the half.",
    "Reviews designs early, so that integration held few surprises for anybody.",
    "Needs to share plans sooner. The last release came as a surprise to two teams.",
    "Mentors two engineers; the prototypes of this half were ready before planning began.",
)


def write_reviews(path: Path, n_rows: int, seed: int = 0) -> None:
    """Write a workbook of one sheet: everybody in ten half-years, one row each."""
    rng = np.random.default_rng(seed)
    n_people = n_rows // 10
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "in_memory": False})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Reviews")
    sheet.write_row(0, 0, HEADERS)
    hired = dt.date(2012, 1, 2)
    row = 0
    for half in range(10):
        cycle = f"{2019 + half // 2}H{half % 2 + 1}"
        draws = rng.integers(0, 5, (n_people, 6))
        counts = rng.poisson(40, (n_people, 3))
        for person in range(n_people):
            row += 1
            first, second, third, fourth, fifth, sixth = draws[person].tolist()
            # A team of ten, led by its first; the leads of ten teams by one of them.
            lead = person - person % 10 or person // 10 * 10
            manager = f"{lead if person % 10 else lead // 100 * 10:06d}" if lead else ""
            sheet.write_row(
                row,
                0,
                (
                    f"{person:06d}",
                    f"Person {person:06d}",
                    cycle,
                    TITLES[first % 4 if person % 10 else 3],
                    f"L{second + 1}",
                    f"Team {person // 10}",
                    manager,
                ),
            )
            sheet.write_datetime(row, 7, hired + dt.timedelta(days=person % 4000), day)
            sheet.write_row(
                row,
                8,
                (
                    RATINGS[third],
                    *counts[person].tolist(),
                    round(3 + fourth / 4, 2),
                    f"B{fifth}",
                    f"{COMMENTS[sixth % 4]} ({person % 997})",
                ),
            )
    book.close()


# Peak memory is in kilobytes on Linux. What the imports need is taken off.
_MEASURE = """
import resource, sys, time
{imports}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.perf_counter()
kept = {work}
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(seconds, (peak - before) / 1024)
"""
_LOAD = ("import workbench, workbench.calibration", "workbench.load(sys.argv[1])")
_PANDAS = (
    "import pandas, python_calamine",
    'pandas.read_excel(sys.argv[1], engine="calamine")',
)
_CHECK = """
import sys, time
from pathlib import Path
import workbench
import workbench.calibration
from workbench.widgets import app
path = Path(sys.argv[1])
bench = workbench.Workbench(folder=path.parent)
bench.close()
began = time.perf_counter()
bench = workbench.Workbench(folder=path.parent)
bench.chooser.files.value = str(path)
bench.chooser.choose.click()
bench.steps.value = app.PROBLEMS
seconds = time.perf_counter() - began
assert bench.calibration is not None and bench.step == app.PROBLEMS
print(seconds, 0)
"""


def _run(code: str, path: Path) -> tuple[float, float]:
    """Run Python code in a process of its own; gives the seconds and the MB that it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds, megabytes = done.stdout.split()[-2:]
    return float(seconds), float(megabytes)


def measure_speed(n_rows: int) -> pd.DataFrame:
    """Compare loading with bare reading, and time the way to the check of a small workbook."""
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "large.xlsx", Path(folder) / "small.xlsx"
        write_reviews(large, n_rows)
        write_reviews(small, SMALL_ROWS)
        runs: dict[str, list[tuple[float, float]]] = {"load": [], "pandas": []}
        for _ in range(TIMES):
            for name, (imports, work) in (("load", _LOAD), ("pandas", _PANDAS)):
                runs[name].append(_run(_MEASURE.format(imports=imports, work=work), large))
        checks = [_run(_CHECK, small)[0] for _ in range(TIMES)]
    seconds, megabytes = (
        {name: statistics.median(run[part] for run in runs[name]) for name in runs}
        for part in (0, 1)
    )
    rows = [
        ("seconds", seconds["load"], seconds["pandas"], LIMITS["time"]),
        ("peak MB", megabytes["load"], megabytes["pandas"], LIMITS["memory"]),
    ]
    table = pd.DataFrame(rows, columns=["median", "workbench.load", "pandas", "limit"])
    ratio = table["workbench.load"] / table["pandas"]
    table.insert(3, "ratio", ratio)
    check = statistics.median(checks)
    last = {"median": f"seconds to the check of {SMALL_ROWS:,} rows", "workbench.load": check}
    table.loc[len(table)] = last | {"limit": LIMITS["check"]}
    kept = table["ratio"].fillna(table["workbench.load"]) <= table["limit"]
    return table.assign(kept=kept)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the reading of one source ended: loaded, refused in words, or broken."""

    name: str
    seed: int
    end: str
    words: str
    seconds: float
    megabytes: float = 0.0


class Reader:
    """A child process that reads one source after the other, within its limits.

    It is started anew when it dies or does not answer in time, and that is its verdict.
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None

    def judge(self, name: str, seed: int = 0, limit: float = SECONDS) -> Verdict:
        """Read a file by its path, or a mutation by its kind and seed."""
        if self._child is None:
            self._start()
        child = self._child
        assert child is not None and child.stdin is not None and child.stdout is not None
        began = time.perf_counter()
        child.stdin.write(json.dumps([name, seed]) + "\n")
        child.stdin.flush()
        ready, _, _ = select.select([child.stdout], [], [], limit)
        answer = child.stdout.readline() if ready else ""
        seconds = time.perf_counter() - began
        if answer:
            return Verdict(name, seed, *json.loads(answer))
        self.close()
        words = f"died with {child.returncode}" if ready else f"no answer in {limit:g} seconds"
        return Verdict(name, seed, "broken", words, seconds)

    def _start(self) -> None:
        command = [sys.executable, "-m", "benchmarks.intake", "read"]
        # What the Rust reader prints of its panics is not asked for.
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._child.stdout is not None
        self._child.stdout.readline()

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None


def answer_requests() -> None:
    """Read what is asked for on standard input, as the child process."""
    from workbench.intake.profiles import Choices
    from workbench.intake.reading import read_panel

    read_panel(pd.DataFrame({"Employee ID": ["E1"]}))
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = used * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("ready", flush=True)
    for line in sys.stdin:
        name, seed = json.loads(line)
        source = mutate(name, seed)[0] if name in KINDS else name
        began = time.perf_counter()
        end, words = "loaded", ""
        try:
            intake = read_panel(source, choices=Choices())
            words = f"{len(intake.panel.reviews):,} reviews, {len(intake.problems)} problems"
        except WorkbenchError as error:
            words = str(error)
            sentences = re.findall(r"[.!?](?=\s|$)", words)
            end = "refused" if len(sentences) >= 2 else "broken"
        except BaseException as error:
            end, words = "broken", f"{type(error).__name__}: {error}"
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps([end, words, seconds, (peak - before) / 1024]), flush=True)


def measure_mutations(n: int, first_seed: int) -> pd.DataFrame:
    """Read mutated spreadsheets; gives for each kind how many loaded, were refused, and broke."""
    reader = Reader()
    seeds = range(first_seed, first_seed + -(-n // len(KINDS)))
    verdicts = [reader.judge(kind, seed) for kind in KINDS for seed in seeds]
    reader.close()
    for verdict in verdicts:
        if verdict.end == "broken":
            what = mutate(verdict.name, verdict.seed)[1]
            print(f"BROKEN {verdict.name} seed {verdict.seed} ({what}): {verdict.words}")
    frame = pd.DataFrame([astuple(verdict) for verdict in verdicts], columns=VERDICT)
    counted = frame.groupby("name", sort=False)["end"].value_counts().unstack(fill_value=0)
    counted = counted.reindex(columns=["loaded", "refused", "broken"], fill_value=0)
    return counted.join(frame.groupby("name")["seconds"].max().rename("slowest s")).reset_index()


def measure_hostile() -> pd.DataFrame:
    """Read every hostile file in a child of its own."""
    verdicts = []
    with tempfile.TemporaryDirectory() as folder:
        for name, write in HOSTILE.items():
            path = Path(folder) / name
            write(path)
            reader = Reader()
            verdicts.append(replace(reader.judge(str(path), limit=PATIENCE), name=name))
            reader.close()
            path.unlink()
    frame = pd.DataFrame([astuple(verdict) for verdict in verdicts], columns=VERDICT)
    frame = frame.assign(words=frame["words"].str.slice(0, 160))
    return frame[["name", "end", "seconds", "megabytes", "words"]]


def main() -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="+", choices=["speed", "mutations", "hostile", "read"])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--mutations", type=int, default=2_400)
    parser.add_argument("--first-seed", type=int, default=0)
    given = parser.parse_args()
    if "read" in given.parts:
        answer_requests()
        return
    measures = {
        "speed": lambda: measure_speed(given.rows),
        "mutations": lambda: measure_mutations(given.mutations, given.first_seed),
        "hostile": measure_hostile,
    }
    for part in given.parts:
        print(measures[part]().round(2).to_string(index=False), flush=True)


if __name__ == "__main__":
    main()
