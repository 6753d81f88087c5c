"""The house keeps its shape: sizes, imports, words, leftovers. What a linter cannot be told stands here."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "simulations" / "engine"
LONGEST_FUNCTION = 70
LONGEST_ENGINE_FILE = 300
LONGEST_SCRIPT = 150
# files that may be longer, and why
LONG_FILES = {"simulations/engine/trace.py": "one struct a kind of record: a table, not logic"}
DATA_FOLDERS = (ENGINE / "rulebook",)  # sentences, numbers and sources of the rules: data

# modules that would let a run depend on anything but its scenario
IMPURE_MODULES = {
    "asyncio", "concurrent", "locale", "logging", "multiprocessing", "os", "pathlib", "platform", "random", "secrets",
    "socket", "subprocess", "tempfile", "threading", "time",
}  # fmt: skip
# correctly rounded or exact on every machine; everything else of `math` comes from libm and may differ in the last bit
EXACT_MATH = {"ceil", "floor", "trunc", "gcd", "lcm", "isqrt", "comb", "perm", "factorial", "isfinite", "isnan", "inf"}
IMPURE_CALLS = {
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "date.today",
    "uuid.uuid1",
    "uuid.uuid4",
    "sys.argv",
}

NO_NAMES = {"util", "utils", "helper", "helpers", "base", "manager", "service", "services", "handler", "handlers"}
MARKERS = re.compile(r"\b(FIXME|TODO|HACK|XXX)\b")
# words of marketing, and words that tell a learner it should be easy
NO_WORDS = re.compile(r"\b(simply|obviously|seamless(ly)?|blazing(ly)?|leverag(e|es|ed|ing)|powerful)\b", re.IGNORECASE)
# these name the words they forbid
NAMES_THEM = {"tests/test_tidy.py", "pyproject.toml"}


def tracked(*suffixes: str) -> list[Path]:
    """The project's own files, as git knows them (new ones too), third-party and generated ones left out."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    paths = [ROOT / name for name in names if "/vendor/" not in name and name.endswith(suffixes)]
    return [path for path in paths if path.exists()]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def trees(folder: Path = ROOT) -> Iterator[tuple[str, ast.Module]]:
    for path in tracked(".py"):
        if folder in path.parents:
            yield name_of(path), ast.parse(path.read_text(encoding="utf-8"))


def lines_with(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Where the pattern stands, as `file:line text`."""
    return [
        f"{name_of(path)}:{number} {line.strip()}"
        for path in paths
        if name_of(path) not in NAMES_THEM
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def templates() -> list[Path]:
    return [path for path in tracked(".html", ".svg", ".txt", ".md") if ROOT / "templates" in path.parents]


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{name}:{node.lineno} {node.name} has {length} lines"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert long == []


def test_engine_files_stay_short() -> None:
    long = [
        f"{name_of(path)} has {length} lines"
        for path in tracked(".py")
        if ENGINE in path.parents
        and not any(folder in path.parents for folder in DATA_FOLDERS)
        and name_of(path) not in LONG_FILES
        and (length := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_ENGINE_FILE
    ]
    assert long == []


def test_scripts_stay_short_and_are_type_checked() -> None:
    wrong = []
    for path in tracked(".js"):
        text = path.read_text(encoding="utf-8")
        if (length := len(text.splitlines())) > LONGEST_SCRIPT and ROOT / "static" in path.parents:
            wrong.append(f"{name_of(path)} has {length} lines")
        if ROOT / "static" in path.parents and "// @ts-check" not in text:
            wrong.append(f"{name_of(path)} has no // @ts-check")
    assert wrong == []


def imports(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Line, module and name of every absolute import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, node.module, alias.name) for alias in node.names)


def impurities(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What would make two machines, or two days, give different runs."""
    for line, module, name in imports(tree):
        if module.partition(".")[0] in IMPURE_MODULES:
            yield line, f"import of {module}"
        if module == "math" and name and name not in EXACT_MATH:
            yield line, f"math.{name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith(tuple(IMPURE_CALLS)):
            yield node.lineno, ast.unparse(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"hash", "id", "open"}:
            yield node.lineno, f"{node.func.id}()"
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "math" and node.attr not in EXACT_MATH:
            yield node.lineno, f"math.{node.attr}"


def test_a_run_depends_on_nothing_but_its_scenario() -> None:
    found = [f"{name}:{line} {what}" for name, tree in trees(ENGINE) for line, what in impurities(tree)]
    assert found == []


@pytest.mark.parametrize(
    "source",
    ["import time", "from random import random", "import math\nmath.log(2)", "from math import exp", "datetime.now()"],
)
def test_the_purity_check_sees(source: str) -> None:
    assert list(impurities(ast.parse(source)))


def test_the_engine_has_no_inheritance_beyond_structs_and_enums() -> None:
    allowed = {
        "Struct",
        "msgspec.Struct",
        "Enum",
        "IntEnum",
        "StrEnum",
        "NamedTuple",
        "Protocol",
        "Exception",
        "ValueError",
        "Span",  # the two moments of all that is planned for a time
        "kafka.Settings",  # the fields of Kafka, to which Amazon MSK adds those of its brokers
    }
    found = [
        f"{name}:{node.lineno} class {node.name}({ast.unparse(parent)})"
        for name, tree in trees(ENGINE)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for parent in node.bases
        if ast.unparse(parent).partition("[")[0] not in allowed
    ]
    assert found == []


def test_no_file_or_class_has_a_name_that_says_nothing() -> None:
    files = [name_of(path) for path in tracked(".py", ".js", ".html") if path.stem.lstrip("_") in NO_NAMES]
    classes = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower().split("_")[-1] in NO_NAMES
    ]
    # a template that the others extend is called base everywhere in Django
    assert [found for found in files + classes if found != "templates/base.html"] == []


def test_nothing_unfinished_is_left_behind() -> None:
    assert lines_with(MARKERS, tracked(".py", ".js", ".html", ".css", ".md", ".toml", ".txt")) == []


def test_plain_words() -> None:
    assert lines_with(NO_WORDS, tracked(".py", ".js", ".html", ".md")) == []


def test_every_template_is_used() -> None:
    users = [path.read_text(encoding="utf-8") for path in tracked(".py", ".html", ".svg")]
    unused = [
        name
        for path in templates()
        if (name := str(path.relative_to(ROOT / "templates")))
        if name not in {"404.html", "500.html", "403.html", "400.html", "403_csrf.html"}
        and not name.startswith("lessons/")
        and not any(f'"{name}"' in text or f"'{name}'" in text for text in users)
    ]
    assert unused == []


INLINE = {
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE),
    "another origin": re.compile(
        r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE
    ),
}


@pytest.mark.parametrize("what", INLINE)
def test_templates_need_no_hole_in_the_content_security_policy(what: str) -> None:
    assert lines_with(INLINE[what], tracked(".html")) == []


def test_scripts_write_no_markup_and_evaluate_no_text() -> None:
    holes = re.compile(r"\.(innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function\(")
    # the form of another trigger and a receipt come from our own server, escaped by their templates
    allowed = ("static/js/form.js:", "static/js/cost.js:")
    found = lines_with(holes, tracked(".js"))
    assert [
        line for line in found if not (line.startswith(allowed) and line.endswith("this.#body.innerHTML = text;"))
    ] == []


def test_nothing_of_one_machine_is_written_down() -> None:
    """Paths of a developer's machine mean nothing elsewhere."""
    private = re.compile(r"/(work|home|Users)/\w|[A-Z]:\\\\Users")
    assert lines_with(private, tracked(".py", ".js", ".html", ".css", ".md", ".toml", ".txt", ".json")) == []
