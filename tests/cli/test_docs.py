"""What the documentation says is what the program does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from troostwatch import __version__, config
from troostwatch.interfaces.cli.errors import ExitCode

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_list_of_commands_is_what_the_commands_say() -> None:
    result = subprocess.run(
        [sys.executable, ROOT / "scripts" / "generate_cli_docs.py", "--check"], capture_output=True, text=True
    )

    assert result.returncode == 0, result.stderr


def test_the_table_of_settings_has_every_setting_with_its_default() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+\.\w+)` \| `(.+?)` \|", operations, re.MULTILINE))

    assert told.keys() == _defaults().keys()
    assert {name: json.loads(value.replace("VERSION", __version__)) for name, value in told.items()} == _defaults()


def test_the_example_holds_every_setting_at_its_default() -> None:
    example = json.loads((ROOT / "config.json").read_text(encoding="utf-8"))
    told = {f"{section}.{name}": value for section, values in example.items() for name, value in values.items()}
    # Who asks is the one thing that should follow the version of the program.
    expected = {name: value for name, value in _defaults().items() if name != "network.user_agent"}

    assert told == expected
    assert config.load(ROOT / "config.json").settings.analysis == config.Settings().analysis


def test_every_exit_code_is_explained() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| (\d+) \|", operations, re.MULTILINE) == [str(int(code)) for code in ExitCode]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        place = document.parent / name if name else document
        assert place.exists(), target
        assert not anchor or anchor in _anchors(place), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_is_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:scripts|schema|troostwatch|tests)/[\w/.]+)`", text):
        assert (ROOT / name).exists(), name


def _defaults() -> dict[str, object]:
    settings = json.loads(config.Settings().model_dump_json())
    return {f"{section}.{name}": value for section, values in settings.items() for name, value in values.items()}


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
