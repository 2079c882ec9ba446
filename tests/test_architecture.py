"""The promises of the layout: who may know whom, and what every entry of a catalogue must have.

Imports are read from the source, so that deferred ones, those for types only and those of the
stubs count like any other.
"""

import ast
import re
import subprocess
import sys
from dataclasses import fields
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import workbench
from workbench.analyses.coverage import BEGINNINGS, STATES
from workbench.analyses.patterns import PATTERNS
from workbench.analyses.team_effect import OUTCOMES
from workbench.analyses.tracks.aspects import ASPECTS
from workbench.fields import FIELDS
from workbench.measures.force_multiplier import EVIDENCE, FORCE_MULTIPLIER, WRITTEN
from workbench.measures.technical_output import TECHNICAL_OUTPUT
from workbench.settings import Settings

PACKAGE = Path(workbench.__file__).parent
PUBLIC = {"load", "Calibration", "Workbench", "make_company", "Company"}
LONGEST_BODY = 60
CATCH_ALLS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "shared", "base"}
HEAVY = {"pandas", "numpy", "sklearn", "scipy", "altair", "ipywidgets", "anywidget", "jupyterlab"}

# Which layer may import which others; `face` is the package itself, with its public names.
LAYERS = {
    "face": {"calibration", "samples", "widgets"},
    "__main__": {"cli"},
    "cli": {"face", "host", "exports", "calibration", "intake", "errors"},
    "host": {"errors"},
    "widgets": {"exports", "charts", "calibration", "intake", "ladder", "fields", "errors"},
    "exports": {"calibration", "charts", "analyses", "intake", "ladder", "fields", "errors"},
    "calibration": {"intake", "measures", "analyses", "settings", "errors"},
    "charts": {"analyses", "errors"},
    "samples": {"sample_texts", "ladder", "fields", "errors"},
    "sample_texts": set(),
    "intake": {"fields", "ladder", "protected", "errors"},
    "measures": {"settings", "ladder", "protected", "errors"},
    "analyses": {"settings", "ladder", "protected", "errors"},
    "settings": {"errors"},
    "fields": set(),
    "ladder": set(),
    "protected": set(),
    "errors": set(),
}
# Which layer may import which outside packages; the standard library is open to all.
OUTSIDE = {
    "cli": {"rich"},
    "host": {"jupyterlab", "jupyterlab_server"},
    "widgets": {"altair", "anywidget", "ipywidgets", "pandas", "traitlets"},
    "exports": {"jinja2", "markupsafe", "pandas"},
    "calibration": {"pandas"},
    "charts": {"altair", "numpy", "pandas", "vl_convert"},
    "samples": {"numpy", "pandas"},
    "sample_texts": {"numpy"},
    "intake": {
        "defusedxml",
        "msoffcrypto",
        "numpy",
        "olefile",
        "openpyxl",
        "pandas",
        "pyarrow",
        "python_calamine",
        "rapidfuzz",
        "scipy",
    },
    "measures": {"numpy", "pandas", "scipy", "sklearn"},
    "analyses": {"numpy", "pandas", "scipy", "sklearn", "threadpoolctl"},
}
# These take the results of an analysis, and must not start one.
RESULT_TYPES_ONLY = {"charts", "exports"}


def name_module(path):
    """Name a source file as Python would import it; a stub has the name of its module."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.pyi")])
MODULES = {name_module(path) for path in SOURCES}
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def find_imports(path):
    """List what a file imports, as (module, name imported from it or None), wherever it does so."""
    package = name_module(path)
    if path.stem != "__init__":
        package = package.rpartition(".")[0]
    found = []
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            found += [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                source = ".".join([*above, source] if source else above)
            found += [
                (f"{source}.{alias.name}", None)
                if f"{source}.{alias.name}" in MODULES
                else (source, alias.name)
                for alias in node.names
            ]
    return found


def layer_of(module):
    """Name the layer of one of our modules: its folder, or its own name beside the folders."""
    return module.split(".")[1] if "." in module else "face"


def is_ours(module):
    return module.split(".")[0] == PACKAGE.name


def test_imports_run_downward_only():
    for path in SOURCES:
        layer = layer_of(name_module(path))
        assert layer in LAYERS, f"{layer} is in no layer yet: give it a row in LAYERS"
        used = {layer_of(module) for module, _ in find_imports(path) if is_ours(module)}
        upward = used - LAYERS[layer] - {layer}
        assert not upward, f"{path} must not import {sorted(upward)}"


def test_outside_packages_stay_in_their_layers():
    for path in SOURCES:
        allowed = OUTSIDE.get(layer_of(name_module(path)), set())
        if path.stem == "__init__":
            allowed = {"lazy_loader"}
        used = {module.split(".")[0] for module, _ in find_imports(path) if not is_ours(module)}
        outside = used - set(sys.stdlib_module_names) - allowed
        assert not outside, f"{path} must not import {sorted(outside)}"


def test_nothing_is_imported_behind_the_readers_back():
    for path, tree in TREES.items():
        hidden = [
            node.lineno
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and ast.unparse(node.func).split(".")[-1] in {"__import__", "import_module"}
        ]
        assert not hidden, f"{path}: lines {hidden} import by text, which no check can follow"


def test_pictures_and_files_take_results_and_start_no_analysis():
    for path in SOURCES:
        if layer_of(name_module(path)) in RESULT_TYPES_ONLY:
            taken = [
                name or module
                for module, name in find_imports(path)
                if is_ours(module) and layer_of(module) == "analyses"
            ]
            assert all(name[0].isupper() for name in taken), f"{path} takes {taken}"


def test_the_calibration_computes_nothing():
    # Frames are named there as types; a call of pandas or a sum would be a computation.
    tree = TREES[PACKAGE / "calibration.py"]
    used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert {name for name in used if name.startswith("pd.")} <= {"pd.DataFrame", "pd.Series"}
    sums = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp)]
    assert all(isinstance(node.op, ast.BitOr) for node in sums)  # `str | None`


def test_no_modules_import_each_other_in_a_circle():
    graph = {}
    for path in SOURCES:
        used = {module for module, _ in find_imports(path) if is_ours(module)}
        graph.setdefault(name_module(path), set()).update(used - {name_module(path)})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_functions_fit_on_a_screen():
    long = {}
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = node.end_lineno - body[0].lineno + 1 if body else 0
                if lines > LONGEST_BODY:
                    long[f"{path}: {node.name}"] = lines
    assert not long, f"more than {LONGEST_BODY} lines: {long}"


def test_every_module_has_one_subject():
    for path in SOURCES:
        names = {part.removesuffix(path.suffix) for part in path.relative_to(PACKAGE).parts}
        assert not names & CATCH_ALLS, f"{path}: a name that can take anything will"


def test_init_files_hold_the_public_names_and_nothing_else():
    for path, tree in TREES.items():
        if path.stem == "__init__":
            allowed = {"ImportFrom"} if path.suffix == ".pyi" else {"Expr", "Import", "Assign"}
            assert {type(node).__name__ for node in tree.body} <= allowed, path
            assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
            for node in assigned:
                assert ast.unparse(node.value).startswith("lazy_loader.attach_stub("), path


def test_every_module_and_every_public_name_says_what_it_is():
    for path, tree in TREES.items():
        if path.suffix == ".pyi":
            continue
        assert ast.get_docstring(tree), path
        if path.stem in {"__init__", "__main__"}:
            continue
        public = [
            name
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
            for name in ast.literal_eval(node.value)
        ]
        assert public, f"{path} has no __all__"
        silent = [
            node.name
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and node.name in public
            and not ast.get_docstring(node)
        ]
        assert not silent, f"{path}: {silent} say nothing"


def test_the_public_names_are_these_and_all_are_there():
    assert set(workbench.__all__) == PUBLIC
    assert not [name for name in PUBLIC if not callable(getattr(workbench, name))]


def test_importing_the_workbench_loads_nothing_heavy():
    code = "import sys, workbench; print(*{name.split('.')[0] for name in sys.modules})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(ended.stdout.split())


def fold(header):
    """Fold a header as matching does: case, spaces and punctuation make no difference."""
    return re.sub(r"[\W_]+", "", header.casefold())


def test_every_field_has_words_and_spellings_of_its_own():
    owners = {}
    for field in FIELDS:
        assert re.fullmatch(r"[a-z][a-z_]*[a-z]", field.name)
        assert field.description.endswith(".")
        for spelling in {fold(each) for each in (field.name, *field.aliases)}:
            assert spelling
            assert spelling not in owners, f"{field.name} and {owners[spelling]} claim {spelling!r}"
            owners[spelling] = field.name


def test_every_threshold_says_what_it_means():
    for threshold in fields(Settings):
        assert threshold.metadata["meaning"].endswith("."), threshold.name
        assert threshold.metadata["low"] < threshold.metadata["high"]


@pytest.mark.parametrize(
    "catalogue", [TECHNICAL_OUTPUT, FORCE_MULTIPLIER, EVIDENCE], ids=["output", "signals", "parts"]
)
def test_every_measure_has_words_and_rests_on_known_fields(catalogue):
    known = {field.name: field for field in FIELDS}
    written = {WRITTEN + signal.name for signal in FORCE_MULTIPLIER}
    assert len({measure.name for measure in catalogue}) == len(catalogue)
    for measure in catalogue:
        assert measure.label
        assert measure.description.endswith("."), measure.name
        assert measure.needs, measure.name
        assert set(measure.needs) <= set(known) | written, measure.name
        roles = {known[name].role for name in measure.needs if name in known}
        assert not roles & {"protected", "pay"}, measure.name
        assert measure.weight > 0


@pytest.mark.parametrize(
    "catalogue",
    [PATTERNS, OUTCOMES, STATES, BEGINNINGS],
    ids=["patterns", "outcomes", "states", "beginnings"],
)
def test_every_entry_has_a_name_of_its_own_a_label_and_a_meaning(catalogue):
    assert len({entry.name for entry in catalogue}) == len(catalogue)
    assert len({entry.label for entry in catalogue}) == len(catalogue)
    for entry in catalogue:
        assert re.fullmatch(r"[a-z][a-z_]*[a-z]", entry.name)
        assert entry.label and not entry.label.endswith("."), entry.name
        assert entry.meaning.endswith("."), entry.name


def test_every_aspect_of_the_tracks_has_words_for_both_answers():
    assert len({aspect.name for aspect in ASPECTS}) == len(ASPECTS)
    assert len({aspect.label for aspect in ASPECTS}) == len(ASPECTS)
    for aspect in ASPECTS:
        assert aspect.higher and aspect.lower and aspect.higher != aspect.lower, aspect.name


def test_every_outcome_of_a_team_rests_on_a_known_field():
    # Technical output is scored from several fields, and who is still there from the rows.
    read = {outcome.name for outcome in OUTCOMES if outcome.of != "presence"}
    known = {field.name for field in FIELDS if field.role != "protected"}
    assert read <= known | {"technical_output"}
    for outcome in OUTCOMES:
        assert outcome.unit and outcome.scale > 0, outcome.name
        assert outcome.of in {"members", "leader", "presence"}, outcome.name


def test_the_signals_are_the_six_of_force_multiplication():
    assert [signal.name for signal in FORCE_MULTIPLIER] == [
        "durable_solutions",
        "integration_foresight",
        "long_term_design",
        "team_learning",
        "customer_rescue",
        "prototypes_ahead",
    ]
