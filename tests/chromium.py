"""Find the Chromium, Chrome or Edge of this machine; with ``--install``, get one where there is none."""

from __future__ import annotations

import argparse
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MISSING = (
    "The browser tests need Chromium, Chrome or Edge, and none was found or could be installed: install one, "
    "or name it in the environment variable RNNVIZ_BROWSER."
)
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
MACOS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)


@functools.cache
def find() -> str | None:
    """Return the path of the first browser of this machine that answers; None where there is none."""
    return next((path for path in candidates() if answers(path)), None)


def candidates() -> Iterator[str]:
    """Yield where a browser may be: named by hand, on PATH, at its usual places, in Playwright's own store."""
    if named := os.environ.get("RNNVIZ_BROWSER"):
        yield named
    yield from (path for name in NAMES if (path := shutil.which(name)))
    for folder in ("/Applications", str(Path.home() / "Applications")):
        yield from (f"{folder}/{name}" for name in MACOS)
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        if programs := os.environ.get(variable):
            yield from (str(Path(programs, name)) for name in WINDOWS)
    yield "/snap/bin/chromium"
    if own := playwrights_own():
        yield own


def playwrights_own() -> str | None:
    """Return where ``playwright install chromium`` puts its browser, whether or not it is there yet."""
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    return _run([sys.executable, "-c", code], timeout=60)


def answers(path: str) -> bool:
    """Tell whether a browser is there and starts; Ubuntu's ``chromium-browser`` may be a hint to install a snap."""
    if not os.path.isfile(path):
        return False
    if sys.platform == "win32":  # there ``--version`` opens a window
        return True
    return any(name in (_run([path, "--version"], timeout=30) or "") for name in ("Chrom", "Edge"))


def install() -> str | None:
    """Get a Chromium: Playwright's build; else, on Debian as root, the distribution's."""
    print("No Chromium, Chrome or Edge found: installing one for the browser tests.", flush=True)
    commands = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        commands += [["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]]
    for command in commands:
        subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        )
        find.cache_clear()
        if path := find():
            return path
    return None


def _run(command: list[str], timeout: float) -> str | None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def main() -> None:
    """Print the path of a browser; exit with one sentence where there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="get one where there is none")
    arguments = parser.parse_args()
    path = find() or (install() if arguments.install else None)
    print(f"Browser: {path}" if path else MISSING)
    sys.exit(path is None)


if __name__ == "__main__":
    main()
