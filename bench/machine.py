"""What the numbers were measured on, and with which versions."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pycurl

from bench.places import ROOT

PACKAGES = ("reliability-toolkit", "chaostoolkit", "chaostoolkit-lib", "pycurl", "requests", "msgspec")


def date() -> str:
    """Now, by this machine's clock."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def machine() -> str:
    """CPU model, cores, memory and kernel."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.1f} GiB, Linux {platform.release()}"


def versions() -> str:
    """Everything whose version matters to the numbers."""
    packages = [f"{name} {version(name)}" for name in PACKAGES]
    libcurl = next(word for word in pycurl.version.split() if word.startswith("libcurl/"))
    curl = _first_line("curl", "--version").split("(")[0].strip() if shutil.which("curl") else "curl is missing"
    python = f"Python {platform.python_version()}"
    return ", ".join([python, *packages, libcurl.replace("/", " "), f"the command {curl}", *_commit()])


def _commit() -> list[str]:
    try:
        return [f"commit {_first_line('git', '-C', str(ROOT), 'rev-parse', '--short', 'HEAD')}"]
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive is no checkout
        return []


def _first_line(*command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()[0]
