"""The words that stand beside a code on a sticker, in the six languages we meet."""

from __future__ import annotations

from enum import StrEnum
from random import Random


class Language(StrEnum):
    ENGLISH = "en"
    DUTCH = "nl"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"
    ITALIAN = "it"


_EVERYWHERE: dict[str, tuple[str, ...]] = {
    "serial": ("S/N", "SN", "Serial No."),
    "model": ("Model", "Mod.", "MDL"),
    "part": ("P/N", "PN", "SKU"),
    "mac": ("MAC", "MAC ID", "MAC Address"),
    "ean": ("EAN", "EAN CODE", "GTIN"),
    "imei": ("IMEI",),
}

_CAPTIONS: dict[Language, dict[str, tuple[str, ...]]] = {
    Language.ENGLISH: {
        "serial": ("Serial Number", "Serial No.", "Serial no", "S/N"),
        "model": ("Model", "Model No.", "Model Name", "Product model"),
        "part": ("Part Number", "Part No.", "Product No.", "Item No.", "Order No."),
        "mac": ("MAC Address", "WLAN MAC", "LAN MAC"),
        "made": ("Made in China", "Made in Vietnam", "Assembled in the Netherlands"),
        "year": ("Year of manufacture", "Date"),
        "power": ("Input", "Rated voltage"),
        "weight": ("Weight",),
    },
    Language.DUTCH: {
        "serial": ("Serienummer", "Serienr.", "Serie nr."),
        "model": ("Model", "Modelnummer", "Modelnr."),
        "part": ("Artikelnummer", "Artikelnr.", "Bestelnummer", "Productnr."),
        "mac": ("MAC-adres",),
        "made": ("Gemaakt in China", "Vervaardigd in Nederland"),
        "year": ("Bouwjaar", "Productiedatum"),
        "power": ("Ingang", "Spanning"),
        "weight": ("Gewicht",),
    },
    Language.GERMAN: {
        "serial": ("Seriennummer", "Seriennr.", "Serien-Nr.", "Fabrik-Nr."),
        "model": ("Modell", "Modellnummer", "Modell-Nr."),
        "part": ("Artikelnummer", "Artikel-Nr.", "Bestell-Nr.", "Teilenummer"),
        "mac": ("MAC-Adresse",),
        "made": ("Hergestellt in China", "Hergestellt in Österreich"),
        "year": ("Baujahr", "Herstellungsdatum"),
        "power": ("Eingang", "Nennspannung"),
        "weight": ("Gewicht", "Zulässiges Gewicht"),
    },
    Language.FRENCH: {
        "serial": ("Numéro de série", "N° de série", "No de série"),
        "model": ("Modèle", "N° de modèle"),
        "part": ("Référence", "Réf.", "N° d'article", "Numéro de pièce"),
        "mac": ("Adresse MAC",),
        "made": ("Fabriqué en Chine", "Fabriqué en République tchèque"),
        "year": ("Année de fabrication",),
        "power": ("Entrée", "Tension"),
        "weight": ("Poids",),
    },
    Language.SPANISH: {
        "serial": ("Número de serie", "N° de serie", "Nº serie"),
        "model": ("Modelo", "N° de modelo"),
        "part": ("Referencia", "N° de artículo", "Número de pieza"),
        "mac": ("Dirección MAC",),
        "made": ("Hecho en China", "Fabricado en España"),
        "year": ("Año de fabricación",),
        "power": ("Entrada", "Tensión"),
        "weight": ("Peso",),
    },
    Language.ITALIAN: {
        "serial": ("Numero di serie", "N. di serie", "Matricola"),
        "model": ("Modello", "Numero modello"),
        "part": ("Codice articolo", "Cod. art.", "Codice prodotto"),
        "mac": ("Indirizzo MAC",),
        "made": ("Prodotto in Cina", "Fabbricato in Italia"),
        "year": ("Anno di fabbricazione",),
        "power": ("Ingresso", "Tensione"),
        "weight": ("Peso",),
    },
}


def choose(language: Language, rng: Random) -> dict[str, str]:
    """Return one wording for every kind of caption, as one sticker would use them.

    Half of the stickers say the international short form, whatever their language.
    """
    words = _CAPTIONS[language]
    return {kind: rng.choice(_short_or_own(kind, words, rng)) for kind in dict.fromkeys((*words, *_EVERYWHERE))}


def _short_or_own(kind: str, words: dict[str, tuple[str, ...]], rng: Random) -> tuple[str, ...]:
    own, short = words.get(kind, ()), _EVERYWHERE.get(kind, ())
    return short if not own or (short and rng.random() < 0.4) else own
