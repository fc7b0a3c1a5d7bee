"""A program run with a home folder of its own, and every address that it, or a process of it, turned to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

_CALLS = "trace=connect,bind,sendto,sendmsg,sendmmsg"
_ADDRESS = re.compile(
    r"sin6?_port=htons\((?P<port>\d+)\).*?(?:inet_addr\(|inet_pton\(AF_INET6, )\"(?P<address>[^\"]+)\"", re.ASCII
)
_FAMILY = re.compile(r"sa_family=(\w+)")
_HARMLESS = {"AF_UNIX", "AF_NETLINK", "AF_UNSPEC"}  # they do not leave the machine
_NAME_SERVER = "53"  # also where it is on loopback, it asks others
_OPENVINO_AWAY = "import sys\nsys.modules['openvino'] = None\n"


@dataclass(frozen=True)
class Traces:
    """What a run left behind. `addresses` is None where nobody could watch."""

    left_at_home: list[str]
    addresses: list[str] | None


@cache
def can_watch() -> bool:
    """Tell whether strace is installed and may trace here (containers often forbid it)."""
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-f", "-o", os.devnull, "true"], capture_output=True).returncode == 0


def run_alone(folder: Path, words: Sequence[str | Path], *, openvino: bool) -> Traces:
    """Run Python with `words` in `folder`; without `openvino` as if it were not installed, in its processes too."""
    home, hidden, trace = folder / "home", folder / "hidden", folder / "trace"
    home.mkdir()
    hidden.mkdir()
    if not openvino:
        (hidden / "sitecustomize.py").write_text(_OPENVINO_AWAY)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, (hidden, ROOT, ROOT / "tests"))),
        "HOME": str(home),
    } | {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
    watched = ["strace", "-f", "-e", _CALLS, "-o", str(trace)] if can_watch() else []
    done = subprocess.run(
        [*watched, sys.executable, *map(str, words)], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return Traces(
        left_at_home=sorted(str(path.relative_to(home)) for path in home.rglob("*")),
        addresses=sorted(_outside(trace.read_text())) if watched else None,
    )


def _outside(trace: str) -> set[str]:
    """Return the addresses in a trace that are not this machine's own."""
    found = set()
    for line in trace.splitlines():
        families = set(_FAMILY.findall(line)) - _HARMLESS
        if not families:
            continue
        named = [(match["address"], match["port"]) for match in _ADDRESS.finditer(line)]
        if families <= {"AF_INET", "AF_INET6"} and named and all(_is_here(*place) for place in named):
            continue
        found.add(line.partition(" ")[2].strip())
    return found


def _is_here(address: str, port: str) -> bool:
    return port != _NAME_SERVER and (address == "::1" or address.startswith("127."))
