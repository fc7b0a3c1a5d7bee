"""Files that break programs, given to the reading: each is read or fails, in bounded memory, and none ends the run."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.lot_site import CAPTURED
from fakes.sticker_photographs import taken
from fakes.victims import Household
from fakes.world import World

from troostwatch.domain.images import Content, Fetched
from troostwatch.interfaces.cli.errors import ExitCode

BROKEN = CAPTURED.parent / "broken"
GIB_IN_KB = 1024 * 1024
# What can be seen of these is a picture; a program that refuses everything would pass the rest.
WHOLE = {"rgb.jpg", "hopper.webp", "hopper.gif", "hopper_bad_exif.jpg", "exif_typeerror.jpg", "1_trns.png"}

pytestmark = [
    pytest.mark.skipif(not BROKEN.is_dir(), reason="the broken files do not lie beside this checkout"),
    pytest.mark.skipif(sys.platform != "linux", reason="memory is measured in /proc"),
]

# A process of its own, so that its memory can be measured and a crash is seen.
READ_ALL = """
import json, sys
from pathlib import Path
from troostwatch.domain.errors import ImageError
from troostwatch.domain.readings import OcrEngine
from troostwatch.infrastructure.ai.image_analyzer import analyze_picture

for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        said = analyze_picture(path.read_bytes(), OcrEngine.RAPIDOCR, 40_000_000).backend
    except ImageError as error:
        said = f"failed: {error}"
    print(json.dumps([path.name, said]))
# Not ru_maxrss: that one begins with the memory of the process which started this one.
status = Path("/proc/self/status").read_text().split()
print(json.dumps(["peak kB", int(status[status.index("VmHWM:") + 1])]))
"""


def test_every_broken_file_is_read_or_fails_within_one_gibibyte() -> None:
    done = subprocess.run([sys.executable, "-c", READ_ALL, str(BROKEN)], capture_output=True, text=True, timeout=300)

    assert (done.returncode, done.stderr) == (0, "")
    said = dict(json.loads(line) for line in done.stdout.splitlines())
    assert said.pop("peak kB") < GIB_IN_KB
    assert said.keys() == {path.name for path in BROKEN.iterdir()}
    assert {name for name, outcome in said.items() if outcome == "local"} >= WHOLE


def test_broken_files_among_photographs_cost_nothing_but_themselves(tmp_path: Path) -> None:
    home = Household(tmp_path)
    good = tmp_path / "sticker.jpg"
    good.write_bytes(taken()[0])
    names = plant(home, [*sorted(BROKEN.iterdir()), good])

    first = home.run("images", "analyze")

    said = {names[row[0]]: row[1] for row in home.ask("SELECT id, analysis_status FROM lot_images")}
    assert first.returncode == ExitCode.SOME_FAILED
    assert "Traceback" not in first.stderr
    assert set(said.values()) <= {"analyzed", "needs_review", "failed"}
    assert {name for name, status in said.items() if status != "failed"} >= {*WHOLE, "sticker.jpg"}
    failed = home.ask("SELECT error_message FROM lot_images WHERE analysis_status = 'failed'")
    assert all(message for (message,) in failed)
    assert f"{len(failed)} failed" in first.stderr
    assert home.ask("SELECT count(*) FROM extracted_codes WHERE code_type = 'serial_number'")[0][0] >= 1
    again = home.run("images", "analyze")
    assert (again.returncode, again.stderr) == (ExitCode.OK, "no photograph waits to be analyzed\n")


def plant(home: Household, files: list[Path]) -> dict[int, str]:
    """Put files into the database as photographs that arrived, whatever they are; return their names by id."""
    world = World.at(home.folder / "t.db")
    world.lot("A1-1-1")
    names = {}
    for position, file in enumerate(files):
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        path = f"A1-1-1/{position}-{sha256[:16]}.jpg"
        (home.images / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, home.images / path)
        image = world.photograph_at("A1-1-1", position, Fetched(0, path, Content(sha256, 1, 1, 1, "JPEG")))
        names[image] = file.name
    world.connection.close()
    return names
