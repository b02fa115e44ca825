"""`make demo`: starts the target, verifies it with the real command, and says where everything is."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

DIRECTORY = Path("demo-run")
COMMAND = ["verify", "experiment.json", "--journal-path", "journal.json", "--report", "insight.html"]


@contextmanager
def target() -> Iterator[str]:
    """The demonstration's service, at its address, for as long as this lasts."""
    command = [sys.executable, "-m", "rtk.demo.target"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
        finally:
            process.kill()


def main() -> int:
    """Play the demonstration; 0 when it came to its end, whatever the verdict."""
    DIRECTORY.mkdir(exist_ok=True)
    (DIRECTORY / "experiment.json").write_text(files("rtk.demo").joinpath("experiment.json").read_text())
    chaos = shutil.which("chaos", path=str(Path(sys.executable).parent)) or "chaos"
    with target() as url:
        _say(f"A small service answers at {url}. It is verified for about 40 s, half of them under full CPU load.")
        _say(f"By hand: cd {DIRECTORY} && ENDPOINT_URL={url} chaos {' '.join(COMMAND)}")
        environ = {**os.environ, "ENDPOINT_URL": url, "RTK_DEMO_PYTHON": sys.executable}
        code = subprocess.run(
            [chaos, "--no-version-check", "--no-log-file", *COMMAND], cwd=DIRECTORY, env=environ, check=False
        )
    _say(f"chaos verify ended with exit code {code.returncode}; the report is {DIRECTORY.absolute()}/insight.html")
    return 0 if code.returncode in (0, 2) else code.returncode


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the demonstration talks


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
