"""What may be a secret, and texts told without it."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.errors import MissingDependencyError
from troostwatch.domain.secrets import secret_from, without_secrets

secrets = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=4, max_size=40)


def test_what_a_paste_brings_along_is_left_out() -> None:
    assert secret_from("  sk-right\n", "KEY") == "sk-right"
    assert secret_from(" \n", "KEY") is None
    assert secret_from(None, "KEY") is None


@pytest.mark.parametrize("text", ["sk-a b", "sk-a\nb", "“sk-right”", "sk-é", "sk-\x7f", "sk-\u200b", "sk-\udcff"])
def test_what_cannot_stand_in_a_header_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(MissingDependencyError, match="KEY has") as caught:
        secret_from(text, "KEY")

    assert "sk-" not in f"{caught.value} {caught.value.hint}"


@given(secrets, st.text(), st.text())
def test_no_secret_is_left_however_it_was_quoted(secret: str, before: str, after: str) -> None:
    for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]):
        told = without_secrets(f"{before} {form} {after}", [secret])

        assert form not in told.replace("[secret]", "") or form in f"{before} {after}"
