"""The grammar of captions: languages, damage, and what a caption may mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeType
from troostwatch.domain.judgement import captions
from troostwatch.domain.judgement.grammar import damage, grammar, languages, spelled

SERIAL, MODEL, PART = CodeType.SERIAL_NUMBER, CodeType.MODEL_NUMBER, CodeType.PART_NUMBER

WORDS: dict[str, dict[CodeType, tuple[str, ...]]] = {
    "en": {SERIAL: ("Serial No.", "Machine number"), MODEL: ("Model No.", "Model designation"), PART: ("Part No.",)},
    "nl": {SERIAL: ("Serienummer", "Fabrieksnr."), MODEL: ("Typenummer",), PART: ("Artikelnr.", "Onderdeelnummer")},
    "de": {SERIAL: ("Serien-Nr.", "Fabr.-Nr.", "Masch.-Nr."), MODEL: ("Modellbezeichnung",), PART: ("Sach-Nr.",)},
    "fr": {SERIAL: ("N° de série", "N° de fabrication"), MODEL: ("N° de modèle",), PART: ("N° d'article",)},
    "es": {SERIAL: ("N.º de serie", "Núm. de serie"), MODEL: ("Modelo",), PART: ("Cód. artículo", "Nº de pieza")},
    "it": {SERIAL: ("N. di serie", "Matricola"), MODEL: ("Modello",), PART: ("Cod. art.", "Codice articolo")},
    "pt": {SERIAL: ("N.º de série", "Nº de fabrico"), MODEL: ("N.º do modelo",), PART: ("Código do produto",)},
    "pl": {SERIAL: ("Nr seryjny", "Nr fabryczny"), MODEL: ("Nr modelu",), PART: ("Nr katalogowy", "Kod produktu")},
    "cs": {SERIAL: ("Výrobní číslo", "Výr. č."), MODEL: ("Typové označení",), PART: ("Katalogové číslo",)},
    "sk": {SERIAL: ("Výrobné číslo",), MODEL: ("Číslo modelu",), PART: ("Číslo dielu",)},
    "hu": {SERIAL: ("Gyári szám", "Sorozatszám"), MODEL: ("Típusjelzés",), PART: ("Cikkszám",)},
    "ro": {SERIAL: ("Nr. de serie", "Număr de serie"), MODEL: ("Nr. model",), PART: ("Cod produs",)},
    "sv": {SERIAL: ("Tillverkningsnr", "Serienr"), MODEL: ("Modellbeteckning",), PART: ("Art.nr", "Detaljnr")},
    "da": {SERIAL: ("Fabrikationsnr.",), MODEL: ("Modelbetegnelse",), PART: ("Varenr.", "Reservedelsnr.")},
    "no": {SERIAL: ("Produksjonsnr.",), MODEL: ("Modellnr.",), PART: ("Artikkelnr.", "Delenr.")},
    "fi": {SERIAL: ("Sarjanumero", "Valm. nro"), MODEL: ("Mallinumero",), PART: ("Tuotenro",)},
    "tr": {SERIAL: ("Seri No", "İmalat No"), MODEL: ("Model Kodu",), PART: ("Parça No", "Ürün Kodu")},
    "zh": {SERIAL: ("序列号", "出厂编号"), MODEL: ("产品型号", "型號"), PART: ("料号",)},
    "ja": {SERIAL: ("製造番号",), MODEL: ("型式", "機種名"), PART: ("部品番号", "品番")},
}


@pytest.mark.parametrize("language", WORDS)
def test_labels_of_this_language_are_understood(language: str) -> None:
    for kind, phrases in WORDS[language].items():
        for phrase in phrases:
            (found,) = captions.find(f"{phrase}: KX-20417")

            assert (found.type, found.value, found.vague) == (kind, "KX-20417", False), phrase


def test_every_language_has_a_file_and_every_file_a_test() -> None:
    assert set(languages()) == {"common", *WORDS}


@pytest.mark.parametrize("phrase", ["Type", "Typ", "Bestell-Nr.", "Order No.", "Ref.", "Product ID", "Tipo", "No."])
def test_what_may_name_several_things_is_vague(phrase: str) -> None:
    assert [c.vague for c in captions.find(f"{phrase} 48-1177")] == [True]


@pytest.mark.parametrize(
    ("damaged", "kind"),
    [("Seriai Nurnber", SERIAL), ("Artikeinunmer", PART), ("Výrobni cislo", SERIAL), ("Numero de serle", SERIAL),
     ("Fabrlknummer", SERIAL), ("Modellbezelchnung", MODEL)],
)  # fmt: skip
def test_damage_by_reading_is_forgiven(damaged: str, kind: CodeType) -> None:
    assert [c.type for c in captions.find(f"{damaged}: 48-1177")] == [kind]


@pytest.mark.parametrize("phrase", ["Battery model", "Customer P/N", "Label P/N", "Model year", "Type approval", "PIN"])
def test_the_number_of_another_thing_is_not_taken_for_ours(phrase: str) -> None:
    assert [c.type for c in captions.find(f"{phrase}: 48-1177")] == [CodeType.OTHER]


@pytest.mark.parametrize(
    ("line", "kind"),
    [("Serial No. / Seriennummer: 48-1177", SERIAL), ("Service Tag (S/N): 7XK2L93", SERIAL),
     ("型号 Model: XR-500", MODEL), ("序列号SN\N{FULLWIDTH COLON}XJ123456", SERIAL), ("Modell / Type: XR-500", MODEL)],
)  # fmt: skip
def test_captions_in_two_languages_are_one(line: str, kind: CodeType) -> None:
    (found,) = captions.find(line)

    assert (found.type, found.vague) == (kind, False)


def test_identifiers_printed_in_brackets_are_captions() -> None:
    found = [(c.type, c.value) for c in captions.find("(01) 08717953001238 (21) SER12345")]

    assert found == [(CodeType.EAN, "08717953001238"), (SERIAL, "SER12345")]


@pytest.mark.parametrize(("word", "kind"), [("SN", SERIAL), ("serienummer", SERIAL), ("MPN", PART), ("model", MODEL)])
def test_a_bare_word_is_known_as_the_key_of_a_value(word: str, kind: CodeType) -> None:
    meaning = captions.key(word)

    assert meaning is not None
    assert meaning.type is kind


def test_a_language_taken_away_is_not_known() -> None:
    assert grammar().meaning(spelled("Gyári szám")) is not None
    assert grammar(without="hu").meaning(spelled("Gyári szám")) is None


@given(st.text("abcdeilmnorstu", max_size=12), st.text("abcdeilmnorstu", max_size=12))
def test_damage_is_a_distance(one: str, other: str) -> None:
    assert damage(one, other, 99) == damage(other, one, 99)
    assert (damage(one, other, 99) == 0) == (one == other)
    assert damage(one, other, 99) <= max(len(one), len(other))
