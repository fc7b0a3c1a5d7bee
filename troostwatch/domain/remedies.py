"""What a user can do about an error with this program, in words that fit any door.

Below the doors nobody knows whether a command, a page or a function asked. An error therefore names the remedy; the
door that tells the error says it in its own words ("run 'troostwatch sync A1-39499'"), and where it has none, the
words here do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Remedy(Enum):
    """The value tells it without a door; `{about}` stands for what it is to be done to."""

    SYNC = "synchronise {about} first"
    SYNC_OR_NAME_DATABASE = "synchronise an auction first, or name another database"
    SYNC_SAVED_PAGES = (
        "open the pages in your browser, save them (as 'HTML only', or export a HAR) into a folder, "
        "and synchronise that folder"
    )
    ANALYZE = "analyze the photographs first"
    EMBED = "embed the photographs first"
    INSTALL_THEN_EMBED = "{about}, then embed the photographs"
    EMBED_AGAIN = "embed the photographs anew, or {about}"
    EMBED_TO_FETCH = "embedding gets them from the hub once, then they are in its cache; or name a file of them"
    DECIDE = "decide about codes, sure ones too"
    LIST_CODES = "the queue lists the codes with their ids"
    LABEL_WORDS = "review photographs, then export their words with the labels of people"
    TRAIN = "train it anew"
    VERIFY = "verify the database"
    RESTORE = "restore a backup (verifying the database tells more)"
    NAME_DATABASE = "name another database"
    NAME_TROOSTWATCH_DATABASE = "name a database of Troostwatch"
    NAME_FOLDER = "name another folder; a new one is made"
    NAME_WEIGHTS = "name a file of weights"
    NAME_PRETRAINED = "choose of {about}"
    USE_CPU = "use the device 'cpu'"
    USE_CPU_OR_AUTO = "use the device 'cpu', or 'auto'"
    USE_RAPIDOCR = "install the package tesseract-ocr, or use the engine 'rapidocr'"
    SHOW_SETTINGS = "the settings can be listed"
    LOOK_AT_SETTINGS = "look at {about}; the settings can be listed"
    DEFAULT_SETTINGS = "name no file to use the defaults"
    ASK_SOMETHING = "give words, a code, a picture or a lot"

    def about(self, what: str) -> NextStep:
        return NextStep(self, what)


@dataclass(frozen=True, slots=True)
class NextStep:
    """A remedy, and what it is to be done to: a lot, an auction, a file."""

    remedy: Remedy
    about: str = ""

    def __str__(self) -> str:
        return self.remedy.value.format(about=self.about)
