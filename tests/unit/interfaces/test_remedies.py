import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import troostwatch
from troostwatch.domain.errors import UsageError
from troostwatch.domain.remedies import NextStep, Remedy
from troostwatch.interfaces.cli import main, remedies

PACKAGE = Path(troostwatch.__file__).parent
BELOW_THE_DOORS = sorted(
    path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in {"interfaces", "__main__.py"}
)


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*words, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))


ALL = dict(commands(main.cli))
FLAGS = {
    option
    for command in (main.cli, *ALL.values())
    for parameter in command.params
    for option in (*parameter.opts, *parameter.secondary_opts)
    if option.startswith("--")
}
SPOKEN = re.compile(
    rf"troostwatch ({'|'.join({words[0] for words in ALL})})\b"
    rf"|\b(images|db|lots|search|config) ({'|'.join({words[1] for words in ALL if len(words) > 1})})\b"
    rf"|({'|'.join(map(re.escape, sorted(FLAGS, key=len, reverse=True)))})\b"
)


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the string literals of a module that are no docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.value)
        for holder in ast.walk(tree)
        if isinstance(holder, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        for node in holder.body[:1]
        if isinstance(node, ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def test_the_search_for_words_of_the_command_line_finds_them() -> None:
    for text in ("run 'troostwatch sync'", "'images review' lists them", "name one with --db", "use '--device cpu'"):
        assert SPOKEN.search(text), text
    assert not SPOKEN.search("synchronise it first")
    assert {"--db", "--limit", "--config"} <= FLAGS


@pytest.mark.parametrize("path", BELOW_THE_DOORS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_below_the_doors_no_text_speaks_of_commands_or_flags(path: Path) -> None:
    assert [(line, text) for line, text in texts(path) if SPOKEN.search(text)] == []


@pytest.mark.parametrize("remedy", Remedy)
def test_every_remedy_has_words_without_a_door_and_in_a_terminal(remedy: Remedy) -> None:
    step = remedy.about("A1-1-1")
    for text in (str(step), remedies.worded(step)):
        assert "{" not in text
        assert ("A1-1-1" in text) == ("{about}" in remedy.value)


def test_what_a_terminal_is_told_to_run_is_there_to_be_run() -> None:
    for text in remedies.WORDS.values():
        for spoken in re.findall(r"troostwatch ((?:[a-z-]+ ?)+)", text):
            words = tuple(spoken.split())
            assert any(words[:n] in ALL and not isinstance(ALL[words[:n]], click.Group) for n in (1, 2)), text
        assert set(re.findall(r"--[a-z-]+", text)) <= FLAGS, text


def test_an_error_tells_its_remedy_in_words_of_no_door() -> None:
    error = UsageError("the database knows no lot A1-2-3", hint=Remedy.SYNC.about("A1-2-3"))
    assert str(error.hint) == "synchronise A1-2-3 first"
    assert UsageError("no photograph is embedded", hint=Remedy.EMBED).hint == NextStep(Remedy.EMBED)
