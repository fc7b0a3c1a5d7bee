"""Help and completion answer at once: they import no command and nothing heavy."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import pytest

from troostwatch.interfaces.cli import main

HEAVY = {"numpy", "cv2", "pydantic_settings", "pydantic", "asyncio", "httpx", "sqlite3", "PIL", "onnxruntime"}


@pytest.mark.parametrize("words", [["--help"], ["--version"], []])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = f"import sys; from troostwatch.interfaces.cli import main; main.run({words!r}); print(*sys.modules)"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert set(said.splitlines()[-1].split()) & HEAVY == set()


def test_completion_imports_nothing_heavy() -> None:
    asked = {"COMP_WORDS": "troostwatch im", "COMP_CWORD": "1", "_TROOSTWATCH_COMPLETE": "bash_complete"}
    code = (
        "import sys, atexit; atexit.register(lambda: print(*sys.modules)); "
        "from troostwatch.interfaces.cli import main; main.main()"
    )

    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | asked, check=False
    ).stdout

    assert said.splitlines()[0] == "plain,images"
    assert set(said.splitlines()[-1].split()) & HEAVY == set()


def test_the_help_of_each_command_is_what_the_command_says_itself() -> None:
    context = click.Context(main.cli)
    for name, line in main._COMMANDS.items():
        command = main.cli.get_command(context, name)
        assert command
        assert line == command.get_short_help_str(limit=78)
