"""What was read by an older version can be found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from troostwatch.domain.judgement.fusion import READING_VERSION

SCRIPT = Path(__file__).parents[4] / "scripts" / "raise_reading_version.py"


def test_the_version_of_reading_is_raised_whenever_a_reader_or_the_judgement_changes() -> None:
    checked = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
    assert READING_VERSION > 2
