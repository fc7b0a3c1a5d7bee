"""Each exit code by a line that a user may type, with words that say what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.conftest import Run
from fakes.world import World

from troostwatch.infrastructure.persistence.lock import stage_lock
from troostwatch.interfaces.cli.errors import ExitCode


def test_the_numbers_are_those_of_the_documents() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0, "ERROR": 1, "USAGE": 2, "MISSING_DEPENDENCY": 3, "SOME_FAILED": 4, "LOCKED": 5, "BUDGET": 7,
        "INTERRUPTED": 130,
    }  # fmt: skip


@pytest.mark.parametrize("line", ["images download", "images analyze --jobs 1", "batch", "images reprocess-failed"])
def test_0_when_there_is_nothing_to_do(world: World, run: Run, line: str) -> None:
    world.connection.execute("INSERT INTO perceptual_hashes SELECT sha256, 1, NULL, NULL FROM contents")

    assert run(line).code == 0


@pytest.mark.parametrize(
    "line",
    ["lots list", "lots show A1-1-1", "images review", "images export-codes", "images export-tokens", "images stats",
     "images reprocess-failed", "db verify", "db status", "db backup"],
)  # fmt: skip
def test_1_where_there_is_no_database_and_none_is_made(run: Run, tmp_path: Path, line: str) -> None:
    said = run(f"{line} --db lost/t.db")

    assert said.code == 1
    assert (
        said.err
        == "troostwatch: no database at lost/t.db\n  try: run 'troostwatch sync' first, or name one with --db\n"
    )
    assert said.out == ""
    assert not (tmp_path / "lost").exists()


def test_1_for_a_file_that_is_no_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.db").write_text("no database " * 100)

    said = run("lots list --db t.db")

    assert said.code == 1
    assert said.err == ("troostwatch: cannot open t.db: file is not a database\n  try: is it a Troostwatch database?\n")


def test_1_for_settings_that_make_no_sense(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"download": {"concurency": 3}}')

    said = run("config show")

    assert said.code == 1
    assert said.err == (
        "troostwatch: there is no setting download.concurency\n"
        "  try: look at config.json; 'troostwatch config show' lists them\n"
    )


def test_1_for_a_folder_without_pages(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    said = run("sync empty")

    assert said.code == 1
    assert said.err.startswith("troostwatch: empty: the folder empty holds no saved page\n  try: save pages there")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "Usage: troostwatch"),
        ("lots nonsense", "No such command 'nonsense'."),
        ("images download --limit 0", "0 is not in the range x>=1"),
        ("images download --closing-within soon", "'soon' is no length of time; write 90m, 24h or 2d"),
        ("lots list --closing-within 99999999999d", "'99999999999d' is longer than 3650d"),
        (f"lots list --closing-within {'9' * 400}m", "is longer than 3650d"),
        ("images analyze --ocr-engine magic", "'magic' is not one of 'rapidocr', 'tesseract'"),
        ("images analyze --confidence-threshold 80", "80.0 is not in the range 0<=x<=1"),
        ("images review --correct 5", "'5' is not ID=VALUE or ID=TYPE:VALUE"),
        ("images review --add 5=AB123456", "5= needs a type"),
        ("images import-labels lost.jsonl", "File 'lost.jsonl' does not exist."),
        ("sync", "sync needs a SOURCE"),
        ("sync nonsense", "nonsense"),
        ("lots list --auction a1-9", "the database knows no lots of auction A1-9\n  try: run 'troostwatch sync A1-9'"),
        ("images export-codes --lot A1-1-1 --lot NOPE --format csv", "the database knows no lot NOPE\n"),
        ("images analyze --lot NOPE", "the database knows no lot NOPE\n"),
        ("images download --lot NOPE", "the database knows no lot NOPE\n"),
        ("images stats --json --prometheus", "choose one of them"),
        ("sync ''", "'' is no source of pages"),
        ("lots show A1-9-9", "the database knows no lot A1-9-9\n  try: run 'troostwatch sync A1-9-9' first"),
        ("images review --approve 99", "there is no code 99\n  try: 'troostwatch images review' lists them"),
        ("images review --undo 3", "nobody decided about code 3"),
        ("images review --dismiss 99", "there is no analyzed photograph 99\n  try: run 'troostwatch images analyze'"),
    ],
)
def test_2_for_what_makes_no_sense_as_typed(world: World, run: Run, line: str, said: str) -> None:
    answer = run(line)

    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""


def test_3_for_openai_without_a_key_and_nothing_is_touched(world: World, run: Run) -> None:
    world.photograph("A1-1-2", 6, "waiting")
    before = photographs_and_codes(world)

    said = run("images analyze --backend openai")

    assert said.code == 3
    assert said.err == (
        "troostwatch: there is no OPENAI_API_KEY in the environment, so OpenAI cannot be asked\n"
        "  try: export OPENAI_API_KEY=…; nothing was read\n"
    )
    assert photographs_and_codes(world) == before
    assert run("images review --promote-to-openai").code == 3


def test_3_where_tesseract_is_not_installed(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    said = run("images analyze --ocr-engine tesseract")

    assert said.code == 3
    assert "try: apt-get install tesseract-ocr" in said.err


def test_4_where_some_photographs_fail_and_they_are_named(world: World, run: Run) -> None:
    world.photograph("A1-1-2", 6, "its file is nowhere")

    said = run("images analyze --jobs 1 --ocr-engine tesseract")

    assert said.code == 4
    assert "  A1-1-2 photograph 6: there is no file " in said.err
    assert "1 failed" in said.err


def test_4_where_files_are_missing(world: World, run: Run) -> None:
    said = run("db verify")

    assert said.code == 4
    assert [line.split("/")[0] for line in said.out.splitlines()] == ["file A1-1-1", "file A1-1-1", "file A1-1-2"]
    assert said.err == "3 problems in 3 files and the database\n"


@pytest.mark.parametrize(
    ("line", "stage"), [("images download", "download"), ("images analyze", "analyze"), ("batch", "batch"),
                        ("sync A1-1-1", "sync")],
)  # fmt: skip
def test_5_where_another_run_is_at_work(world: World, run: Run, line: str, stage: str) -> None:
    with stage_lock(Path("data/troostwatch.db"), stage):
        said = run(line)

    assert said.code == 5
    assert said.err == (
        f"troostwatch: another '{stage}' is running on data/troostwatch.db\n"
        "  try: wait for it to end; a run that was killed holds no lock\n"
    )


def test_7_where_the_time_is_over(world: World, run: Run) -> None:
    world.photograph("A1-1-2", 6, "waiting")

    said = run("batch --max-minutes 0.000001")

    assert said.code == 7
    assert said.out == "stopped: out_of_time\n"


def test_130_for_ctrl_c(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("click.getchar", interrupted)

    said = run("images review --interactive")

    assert said.code == 130


@pytest.mark.parametrize("line", ["--help", "-h", "--version", "images --help", "images analyze -h", "completion zsh"])
def test_help_is_no_error(run: Run, line: str) -> None:
    said = run(line)

    assert (said.code, said.err) == (0, "")
    assert said.out


def photographs_and_codes(world: World) -> list[tuple[object, ...]]:
    return [
        tuple(row)
        for table in ("lot_images", "extracted_codes", "analyses", "readings", "ocr_token_data")
        for row in world.connection.execute(f"SELECT * FROM {table}")
    ]
