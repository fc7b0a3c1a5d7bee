"""What a remedy is called in a terminal: the command and the flag that do it."""

from __future__ import annotations

from troostwatch.domain.remedies import NextStep, Remedy

WORDS = {
    Remedy.SYNC: "run 'troostwatch sync {about}' first",
    Remedy.SYNC_OR_NAME_DATABASE: "run 'troostwatch sync' first, or name one with --db",
    Remedy.SYNC_SAVED_PAGES: (
        "open the pages in your browser, save them (as 'HTML only', or export a HAR) into a folder, "
        "and run: troostwatch sync saved-pages/"
    ),
    Remedy.ANALYZE: "run 'troostwatch images analyze' first",
    Remedy.EMBED: "run 'troostwatch images embed' first",
    Remedy.INSTALL_THEN_EMBED: "{about}, then run 'troostwatch images embed'",
    Remedy.EMBED_AGAIN: "run 'troostwatch images embed', or {about}",
    Remedy.EMBED_TO_FETCH: (
        "'troostwatch images embed' gets them from the hub once, then they are in its cache; or name a file of them "
        "with --weights"
    ),
    Remedy.DECIDE: "'troostwatch images review --all --interactive' asks about codes, sure ones too",
    Remedy.LIST_CODES: "'troostwatch images review' lists them with their ids",
    Remedy.LABEL_WORDS: "review photographs, then 'troostwatch images export-tokens --include-reviewed'",
    Remedy.TRAIN: "train it anew: 'troostwatch images retrain'",
    Remedy.VERIFY: "run 'troostwatch db verify'",
    Remedy.RESTORE: "restore a backup ('troostwatch db verify' tells more)",
    Remedy.NAME_DATABASE: "name another one with --db",
    Remedy.NAME_TROOSTWATCH_DATABASE: "name one of Troostwatch with --db",
    Remedy.NAME_FOLDER: "name another place with --folder; a new one is made",
    Remedy.NAME_WEIGHTS: "name a file with --weights",
    Remedy.NAME_PRETRAINED: "choose of {about} with --pretrained",
    Remedy.USE_CPU: "use '--device cpu'",
    Remedy.USE_CPU_OR_AUTO: "use '--device cpu', or 'auto'",
    Remedy.USE_RAPIDOCR: "apt-get install tesseract-ocr, or use '--ocr-engine rapidocr'",
    Remedy.SHOW_SETTINGS: "'troostwatch config show' lists them all",
    Remedy.LOOK_AT_SETTINGS: "look at {about}; 'troostwatch config show' lists them",
    Remedy.DEFAULT_SETTINGS: "leave --config away to use the defaults",
    Remedy.ASK_SOMETHING: "give words, --code, --image or --like",
}


def worded(hint: str | NextStep) -> str:
    """Return advice as a user of the command line follows it."""
    return WORDS[hint.remedy].format(about=hint.about) if isinstance(hint, NextStep) else hint
