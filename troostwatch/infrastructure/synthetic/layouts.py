"""The stickers of a dozen makers as data, and the filling of one with invented values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import Enum
from random import Random
from typing import Any, TypeVar, cast

from troostwatch.domain.codes import CodeType
from troostwatch.infrastructure.synthetic import captions, lettering, values
from troostwatch.infrastructure.synthetic.captions import Language
from troostwatch.infrastructure.synthetic.lettering import Face
from troostwatch.infrastructure.synthetic.stickers import (
    Banner,
    Column,
    Emblem,
    Field,
    Gap,
    Item,
    Row,
    Rule,
    Sticker,
    Symbol,
    Text,
)
from troostwatch.infrastructure.synthetic.symbols import Symbology
from troostwatch.infrastructure.synthetic.values import Make, shaped

EAN, SERIAL, MODEL, PART = CodeType.EAN, CodeType.SERIAL_NUMBER, CodeType.MODEL_NUMBER, CodeType.PART_NUMBER
MAC, IMEI, REGULATORY, OTHER = CodeType.MAC_ADDRESS, CodeType.IMEI, CodeType.REGULATORY_MODEL, CodeType.OTHER
_128, _39, _QR, _DM = Symbology.CODE_128, Symbology.CODE_39, Symbology.QR, Symbology.DATA_MATRIX

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class Layout:
    """A maker's sticker with holes: `{serial}` takes a value, `{@serial}` its caption in some language."""

    maker: str
    products: tuple[str, ...]
    body: Item
    values: Mapping[str, Make]
    derived: Mapping[str, tuple[Callable[[str], str], str]] = field(default_factory=dict)  # name: (rule, source)
    languages: tuple[Language, ...] = (Language.ENGLISH,)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One filled layout: what is on sale, and its sticker."""

    maker: str
    product: str
    language: Language
    sticker: Sticker
    values: Mapping[str, str]


def fill(
    layout: Layout,
    rng: Random,
    *,
    language: Language | None = None,
    faces: tuple[Face, ...] = lettering.EMBEDDED,
) -> Specimen:
    """Invent a unit of the product and write its sticker; a language the layout lacks is ignored."""
    chosen = language if language in layout.languages else rng.choice(layout.languages)
    words = {f"@{kind}": text for kind, text in captions.choose(chosen, rng).items()}
    words["product"] = rng.choice(layout.products)
    words["maker"] = layout.maker
    for name, make in layout.values.items():
        words[name] = make(rng)
    for name, (rule, source) in layout.derived.items():
        words[name] = rule(words[source])
    sticker = Sticker(_filled(layout.body, words), face=rng.choice(faces), margin=rng.randint(22, 40))
    return Specimen(layout.maker, words["product"], chosen, sticker, words)


def _filled(item: _Part, words: Mapping[str, str]) -> _Part:
    """Return a copy of `item` in which every string has its holes filled."""
    result: Any = item
    if isinstance(item, Enum):
        return item
    if isinstance(item, str):
        result = item.format_map(words)
    elif isinstance(item, tuple):
        result = tuple(_filled(part, words) for part in item)
    elif is_dataclass(item) and not isinstance(item, type):
        result = replace(item, **{f.name: _filled(getattr(item, f.name), words) for f in fields(item)})
    return cast("_Part", result)


def column(*items: Item, gap: int = 4) -> Column:
    return Column(items, gap)


def row(*items: Item, gap: int = 24, feet: bool = False) -> Row:
    return Row(items, gap, feet)


_ALL = tuple(Language)

LENOVO = Layout(
    maker="Lenovo",
    products=(
        "ThinkPad T14 Gen 3",
        "ThinkPad X13 Gen 2",
        "ThinkBook 15 G4",
        "ThinkPad P15v Gen 1",
        "IdeaPad 5 Pro",
    ),
    values={
        "base": shaped("20{A}{A}", "21{A}{X}", "82{A}{9}"),
        "rest": shaped("00{9}{A}MH", "00{X}{X}GE", "00{X}{X}UK", "000{A}IX"),
        "serial": shaped("PF{9}{X:5}", "PF{9}{A}{X:4}", "MP{9}{X:5}"),
        "uuid": values.uuid,
        "compliance": shaped("TP00{9:3}{A}"),
        "ean13": values.gtin("0195", "0196", "0193"),
        "mac": values.mac("8CC681", "5405DB", "DC1BA1"),
        "key": shaped("3305{9:9}"),
    },
    derived={"upc": (lambda ean13: ean13[1:], "ean13")},
    body=column(
        Banner("{product}"),
        Field("MTM", "{base}-{rest}", MODEL, bold=True, also=("{base}{rest}",)),
        Field("Serial Number", "{serial}", SERIAL, bold=True),
        Rule(),
        row(
            column(
                Field("(S)Serial Number", "{serial}", SERIAL),
                Symbol(_128, "S{serial}", ((SERIAL, "{serial}"),)),
                Field("(1S)M/T-Model S/N", "{base}{rest}{serial}", OTHER),
                Symbol(
                    _128,
                    "1S{base}{rest}{serial}",
                    ((SERIAL, "{serial}"), (MODEL, "{base}-{rest}"), (OTHER, "{base}{rest}{serial}")),
                    module=2,
                ),
                Field("(31P)M/T-Model", "{base}{rest}", MODEL),
                Symbol(_128, "31P{base}{rest}", ((MODEL, "{base}-{rest}"),)),
            ),
            column(
                Emblem("in", 84),
                Gap(1, 30),
                Symbol(_QR, "{base}{rest},{serial}", module=4),
                Field("Compliance ID", "{compliance}", OTHER, points=16, below=True),
            ),
        ),
        Rule(),
        row(
            column(
                Field("EAN CODE", "{ean13}", EAN, points=18),
                Symbol(Symbology.UPC_A, "{upc}", ((EAN, "{upc}"),), digits=True),
            ),
            column(
                Field("WLAN MAC", "{mac}", MAC, points=18),
                Symbol(_128, "{mac}", ((MAC, "{mac}"),), module=2, height=44),
                Field("Microsoft Product Key ID", "{key}", OTHER, points=16),
            ),
            gap=10,
        ),
    ),
)

_HP_VALUES: dict[str, Make] = {
    "serial": shaped("5CD{9:4}{C:3}", "5CG{9:4}{C:3}", "CND{9:4}{C:3}"),
    "part": shaped(
        *(
            f"{{9}}{{X}}{{A}}{{9:2}}{kind}#{land}"
            for kind in ("EA", "ET", "AV")
            for land in ("ABH", "ABD", "ABF", "ABE", "ABZ")
        )
    ),
    "rmn": shaped("HSN-Q{9:2}C", "TPN-Q{9:3}", "HSN-I{9:2}C"),
    "battery": shaped("HSTNN-{A:2}{9}{A}"),
    "ean13": values.gtin("0194", "0196", "0192"),
    "lan": values.mac("F80DAC", "F8B46A"),
    "wlan": values.mac("DC1BA1", "94E6F7"),
    "key": shaped("3305{9:9}"),
}
_HP_DERIVED: dict[str, tuple[Callable[[str], str], str]] = {
    "upc": (lambda ean13: ean13[1:], "ean13"),
    "lan_colons": (values.with_colons, "lan"),
    "wlan_colons": (values.with_colons, "wlan"),
}

HP_BOX = Layout(
    maker="HP",
    products=("HP ProBook 450 G8", "HP EliteBook 840 G7", "HP ZBook 15v G5", "HP ProDesk 400 G6"),
    values=_HP_VALUES,
    derived=_HP_DERIVED,
    body=column(
        row(Emblem("hp", 64), column(Gap(1, 8), Text("{product}", 34))),
        row(Field("Serial No.", "{serial}", SERIAL, points=26, glue="  ", boxed=True)),
        Symbol(_128, "{serial}", ((SERIAL, "{serial}"),)),
        Field("Product No.", "{part}", PART, points=26, glue="  "),
        Symbol(_128, "{part}", ((PART, "{part}"),)),
        row(
            Symbol(Symbology.UPC_A, "{upc}", ((EAN, "{upc}"),), digits=True),
            column(
                Text("{@made}", 20),
                Field("RMN", "{rmn}", REGULATORY, points=20),
                Field("BATT", "{battery}", OTHER, points=20),
            ),
        ),
        Field("LAN MAC", "{lan_colons}", MAC, points=20),
        Symbol(_128, "{lan}", ((MAC, "{lan}"),), module=2, height=40),
        Field("WLAN MAC", "{wlan_colons}", MAC, points=20),
        Symbol(_128, "{wlan}", ((MAC, "{wlan}"),), module=2, height=40),
        Field("Microsoft Product Key ID", "{key}", OTHER, points=16),
        gap=5,
    ),
)

HP_SMALL = Layout(
    maker="HP",
    products=("HP Pavilion 15-eg2050nd", "OMEN by HP 16-n0230nd", "HP Victus 16-e0105nb"),
    values=_HP_VALUES,
    # On these stickers the name ends in the maker's designation: 'OMEN by HP 16-n0230nd'.
    derived=_HP_DERIVED
    | {
        "series": (lambda product: product.rsplit(" ", 1)[0], "product"),
        "model": (lambda product: product.rsplit(" ", 1)[1], "product"),
    },
    body=column(
        row(Emblem("hp", 60), Field("{series}", "{model}", MODEL, points=30, glue=" ")),
        Symbol(_128, "{serial}", ((SERIAL, "{serial}"),)),
        Field("S/N", "{serial}", SERIAL, points=28, glue="    ", boxed=True),
        Symbol(_128, "{part}", ((PART, "{part}"),)),
        Field("P/N", "{part}", PART, points=28, glue="    "),
        row(
            Symbol(Symbology.UPC_A, "{upc}", ((EAN, "{upc}"),), digits=True),
            column(
                Text("{@made}", 22),
                Field("RMN", "{rmn}", REGULATORY, points=22),
                Field("BATT", "{battery}", OTHER, points=22),
            ),
        ),
    ),
)

DELL = Layout(
    maker="Dell",
    products=("Latitude 5420", "Vostro 3510", "OptiPlex 7090", "Precision 3560"),
    values={
        "tag": shaped("{C:7}"),
        "regulatory": shaped("P{9:2}F", "P{9:3}G"),
        "regtype": shaped("00{9}"),
        "dpn": shaped("0{C:5}"),
        "ean13": values.gtin("5397184", "0884116"),
    },
    derived={"express": (values.express_code, "tag")},
    languages=(Language.ENGLISH, Language.DUTCH, Language.FRENCH, Language.GERMAN),
    body=row(
        column(
            row(Emblem("D", 60), Text("{product}", 32, bold=True)),
            Field("Service Tag (S/N)", "{tag}", SERIAL, points=28),
            Symbol(_128, "{tag}", ((SERIAL, "{tag}"),), height=60),
            Field("Express Service Code", "{express}", OTHER, points=22),
            Field("Reg Model", "{regulatory}", REGULATORY, points=20),
            Field("Reg Type No.", "{regulatory}{regtype}", REGULATORY, points=20),
            Field("DP/N", "{dpn}", PART, points=20, glue=" "),
            Text("{@made}", 18),
        ),
        column(
            Symbol(_QR, "{tag}", ((SERIAL, "{tag}"),), module=6),
            Gap(1, 16),
            Symbol(Symbology.EAN_13, "{ean13}", ((EAN, "{ean13}"),), digits=True, height=70),
        ),
    ),
)

SAMSUNG = Layout(
    maker="Samsung",
    products=("Galaxy Tab Active4 5G", "Galaxy A54 5G", "Galaxy S21 FE", "Galaxy XCover6 Pro"),
    values={
        "digits": shaped("{9:3}"),
        "line": values.one_of("A", "S", "X", "G"),
        "colour": values.one_of("ZGAEEE", "ZKAEUB", "ZWAEUE", "LBADBT"),
        "serial": shaped("R{9:2}{A}{9:4}{X:3}", "RZ{9}{A}{9:2}{X:5}"),
        "imei1": values.imei,
        "imei2": values.imei,
        "eid": values.eid,
        "ean13": values.gtin("8806094", "8806095", "8806090"),
    },
    body=column(
        row(
            column(
                Field("Model", "SM-{line}{digits}B", MODEL, points=28, glue=" : ", bold=True),
                Text("SM-{line}{digits}B{colour}", 24, type=PART),
                Text("6GB | 128GB", 22),
                Text("{product}", 22),
                Text("MADE IN VIETNAM", 20),
                Emblem("", 60),
            ),
            column(
                Symbol(Symbology.EAN_13, "{ean13}", ((EAN, "{ean13}"),), digits=True, height=50),
                Symbol(_128, "{serial}", ((SERIAL, "{serial}"),), module=2, height=30),
                Field("S/N", "{serial}", SERIAL, points=20),
                Symbol(_128, "{imei1}", ((IMEI, "{imei1}"),), height=30),
                Field("IMEI 1", "{imei1}", IMEI, points=20),
                Field("IMEI 2", "{imei2}", IMEI, points=20),
            ),
            gap=60,
        ),
        Symbol(_128, "{eid}", ((CodeType.EID, "{eid}"),), height=26),
        Field("EID", "{eid}", CodeType.EID, points=20),
        gap=6,
    ),
)

APPLE = Layout(
    maker="Apple",
    products=('MacBook Air 13"', "iPad Air Wi-Fi 64GB", 'MacBook Pro 14"', "Mac mini"),
    values={
        "part": shaped(*(f"M{{A}}{{A}}{{9}}3{land}/A" for land in ("N", "D", "FN", "B", "T"))),
        "serial": shaped("C02{A}{9}{C:3}Q{9}{A}{9}", "F{C}{A}{C}{9}{C:5}"),
        "model": shaped("A2{9:3}"),
        "ean13": values.gtin("0194252", "0190199"),
    },
    derived={"upc": (lambda ean13: ean13[1:], "ean13")},
    body=column(
        row(
            column(
                Text("{product}, Space Grey", 26, bold=True),
                Text("Designed by Apple in California  Assembled in China", 15),
                Field("Model", "{model}", MODEL, points=18, glue=" "),
                Symbol(Symbology.UPC_A, "{upc}", ((EAN, "{upc}"),), digits=True, height=48),
            ),
            column(
                Field("(1P) Part No.", "{part}", PART, points=20, glue=" "),
                Symbol(_128, "1P{part}", ((PART, "{part}"),), module=2, height=36),
                Field("(S) Serial No.", "{serial}", SERIAL, points=20, glue=" "),
                Symbol(_128, "S{serial}", ((SERIAL, "{serial}"),), module=2, height=36),
            ),
        ),
    ),
)

WESTERN_DIGITAL = Layout(
    maker="Western Digital",
    products=("WD Gold", "WD Red Plus", "Ultrastar DC HC550", "WD Purple"),
    values={
        "serial": shaped("{9}{A}{A}{X}{9}{A}{X}{A}", "WX{9:2}{A}{9}{X:6}"),
        "capacity": values.one_of("4", "8", "12", "18"),
        "series": shaped("{9}KRYZ", "{9}EFBX", "{9}PURZ"),
        "tail": shaped("01AGB{A}{9}", "68C{A}{A}{A}{9}"),
        "part": shaped("{9}W1{9:4}"),
        "rn": shaped("US7SAR{9}80"),
        "wwn": shaped("5000CCA2{H:8}"),
        "date": shaped("{9:2} MAY 202{9}"),
    },
    body=column(
        row(
            column(Text("{maker}", 32, bold=True), Text("{capacity}TB  {product}  SATA 6Gb/s", 24)),
            Symbol(_DM, "{serial}", ((SERIAL, "{serial}"),), module=5),
            gap=60,
        ),
        Rule(3),
        Field("MDL", "WD{capacity}{series}-{tail}", MODEL, points=24, also=("WD{capacity}{series}",)),
        Field("S/N", "{serial}", SERIAL, points=30, bold=True),
        Symbol(_128, "{serial}", ((SERIAL, "{serial}"),), height=48),
        row(Field("P/N", "{part}", PART, points=20), Field("R/N", "{rn}", REGULATORY, points=20)),
        Field("WWN", "{wwn}", OTHER, points=20),
        Symbol(_128, "{wwn}", ((OTHER, "{wwn}"),), module=2, height=30),
        row(Field("DATE", "{date}", points=18), Text("5VDC 400mA  12VDC 550mA", 18)),
        row(Text("PRODUCT OF THAILAND", 18), Emblem("", 50), Text("R-R-WDT-{rn}", 16)),
    ),
)

UBIQUITI = Layout(
    maker="Ubiquiti",
    products=("UniFi Access Point U6 Pro", "UniFi Switch Lite 16 PoE", "EdgeRouter X"),
    values={
        "model": values.one_of("U6-PRO", "USW-LITE-16-POE", "ER-X", "UAP-AC-LR"),
        "mac": values.mac("F09FC2", "788A20", "245A4C"),
        "tail": shaped("{A}{X:5}"),
        "ean13": values.gtin("0810010", "0817882"),
    },
    derived={"upc": (lambda ean13: ean13[1:], "ean13")},
    body=row(
        column(
            row(Emblem("U", 56), Text("{product}", 28, bold=True)),
            Field("Model", "{model}", MODEL, points=24),
            Text("48V DC 0.5A   IC: 6545A   FCC ID: SWX-U6", 15),
            Field("MAC ID", "{mac}-{tail}", points=22),
            Symbol(_128, "{mac}", ((MAC, "{mac}"),), height=52),
            Text("{mac}", 20, type=MAC),
            Symbol(Symbology.UPC_A, "{upc}", ((EAN, "{upc}"),), digits=True),
        ),
        column(Symbol(_QR, "{mac}-{tail}", module=6), Emblem("", 64), Text("Made in Vietnam", 16)),
    ),
)

CISCO = Layout(
    maker="Cisco",
    products=("Catalyst 9200L", "ISR 1111", "Meraki MR36"),
    values={
        "model": values.one_of("C9200L-24T-4G-E", "C1111-8P", "WS-C2960X-48TS-L", "C9300-24T-A"),
        "serial": shaped("FCW{9:4}{C:4}", "JAE{9:4}{C:4}", "FOC{9:4}{C:4}"),
        "clei": shaped("IN{A}{A}{9}00{A}RA"),
        "mac": values.mac("70DB98", "A0E0AF"),
    },
    body=column(
        row(Emblem("C", 56), Text("{product}", 30)),
        Field("PID", "{model}", PART, points=24),
        Symbol(_128, "{model}", ((PART, "{model}"),), module=2),
        Field("SN", "{serial}", SERIAL, points=24),
        Symbol(_128, "{serial}", ((SERIAL, "{serial}"),)),
        row(
            column(
                Field("MAC ADDRESS", "{mac}", MAC, points=20),
                Symbol(_39, "{mac}", ((MAC, "{mac}"),), module=2, height=40),
                Field("CLEI Code", "{clei}", OTHER, points=18),
            ),
            Symbol(_DM, "PID:{model} SN:{serial}", ((PART, "{model}"), (SERIAL, "{serial}")), module=4),
        ),
        Text("Made in Mexico", 18),
    ),
)

ACER = Layout(
    maker="Acer",
    products=("Aspire 5 A515", "TravelMate P214", "Swift 3 SF314", "Chromebook 314"),
    values={
        "core": shaped("H{C}{C}E{A}"),
        "part": shaped("00{9}"),
        "unit": shaped("00{9}{9:3}{H:5}{9:4}"),
        "snid": shaped("{9:11}"),
        "model": shaped("N19{A}{9}", "N20{A}{9}"),
        "ean13": values.gtin("4710886", "4711121"),
    },
    languages=(Language.ENGLISH, Language.DUTCH, Language.GERMAN, Language.FRENCH),
    body=column(
        row(Text("acer", 44, bold=True), Text("{product}", 26)),
        Field("Model No.", "{model}", REGULATORY, points=20),
        Field("P/N", "NX.{core}.{part}", PART, points=24),
        Symbol(_128, "NX.{core}.{part}", ((PART, "NX.{core}.{part}"),), module=2, height=44),
        Field("S/N", "NX{core}{part}{unit}", SERIAL, points=24),
        Symbol(_128, "NX{core}{part}{unit}", ((SERIAL, "NX{core}{part}{unit}"),), module=2, height=44),
        row(
            column(Field("SNID", "{snid}", OTHER, points=20), Text("{@made}", 18), Emblem("", 54)),
            Symbol(Symbology.EAN_13, "{ean13}", ((EAN, "{ean13}"),), digits=True),
        ),
    ),
)

ASUS = Layout(
    maker="ASUS",
    products=("VivoBook 15", "ZenBook 14", "TUF Gaming F15", "RT-AX58U"),
    values={
        "model": shaped("X{9:3}EA", "UX{9:3}JA", "FX{9:3}HM"),
        "part": shaped("90NB0{C}{C}{9}-M{9:5}"),
        "serial": shaped("{A}{9}N0CV{9:2}{C:4}{9:3}"),
        "mac": values.mac("04D9F5", "F02F74"),
        "ean13": values.gtin("4718017", "4711081"),
    },
    derived={"colons": (values.with_colons, "mac")},
    languages=_ALL,
    body=row(
        column(
            Text("{maker} {product}", 30, bold=True),
            Field("{@model}", "{model}", MODEL, points=24),
            Field("{@part}", "{part}", PART, points=22),
            Symbol(_128, "{part}", ((PART, "{part}"),), module=2, height=40),
            Field("{@serial}", "{serial}", SERIAL, points=22),
            Symbol(_128, "{serial}", ((SERIAL, "{serial}"),), module=2, height=40),
            Field("{@mac}", "{colons}", MAC, points=20),
            Text("{@made}", 18),
        ),
        column(
            Symbol(Symbology.EAN_13, "{ean13}", ((EAN, "{ean13}"),), digits=True, height=64),
            Symbol(_QR, "SN:{serial}", ((SERIAL, "{serial}"),), module=5),
        ),
        gap=40,
    ),
)

GRAPHICS_CARD = Layout(
    maker="Origin",
    products=("RTX A4000 16GB", "GeForce RTX 4070", "Radeon RX 7800 XT", "RTX A2000"),
    values={
        "part": shaped("VCN{A:3}{9:4}-PB", "{9:3}-{C:2}-{9:4}-{A}{A}"),
        "serial": shaped("17{9:11}", "03{9:11}"),
        "ean13": values.gtin("3536403", "4895173"),
    },
    languages=_ALL,
    body=row(
        column(
            Field("P/N", "{part}", PART, points=26),
            row(
                Symbol(_QR, "{serial}", ((SERIAL, "{serial}"),), module=5),
                Field("{@serial}", "{serial}", SERIAL, points=26, below=True),
            ),
            row(Emblem("", 56), Emblem("CE", 56), Text("{product}", 18)),
        ),
        column(
            Emblem("OR", 90),
            Gap(1, 12),
            Symbol(Symbology.EAN_13, "{ean13}", ((EAN, "{ean13}"),), digits=True),
        ),
        gap=50,
    ),
)

MACHINE = Layout(
    maker="Holzmann",
    products=("Bandsäge HB 400", "Compressor K 50", "Pompa P 220", "Perceuse PB 16"),
    values={
        "model": shaped("HB {9:3}{A}", "K{9:2}-{A}{9:3}"),
        "part": shaped("{9}.{9:3}.{9:3}-{9}", "{9:6}-{9:2}"),
        "serial": shaped("{9:4}-{9:5}", "{A}{9:8}"),
        "year": values.one_of("2016", "2018", "2019", "2021"),
        "power": values.one_of("230 V ~ 50 Hz 2,2 kW", "400 V 3~ 50 Hz 5,5 kW"),
        "weight": values.one_of("48 kg", "126 kg", "310 kg"),
    },
    languages=_ALL,
    body=column(
        row(Emblem("H", 70), column(Text("{maker}", 36, bold=True), Text("{product}", 24))),
        Rule(),
        row(
            column(
                Field("{@model}", "{model}", MODEL, points=26),
                Field("{@part}", "{part}", PART, points=26),
                Field("{@serial}", "{serial}", SERIAL, points=26),
                Field("{@year}", "{year}", points=22),
                Field("{@power}", "{power}", points=22),
                Field("{@weight}", "{weight}", points=22),
            ),
            Symbol(
                _DM,
                "[)>\x1e06\x1dS{serial}\x1d1P{part}\x1e\x04",
                ((SERIAL, "{serial}"), (PART, "{part}")),
                module=6,
            ),
            gap=50,
        ),
        Rule(),
        row(Emblem("CE", 60), Emblem("", 60), Text("{@made}", 22)),
    ),
)

HOUSEHOLD = Layout(
    maker="Philips",
    products=("Airfryer XXL", "Espressomachine 3200", "Staubsauger 7000", "Friteuse 9000"),
    values={
        "model": shaped("HD{9:4}/{9:2}", "EP{9:4}/{9:2}", "FC{9:4}/{9:2}"),
        "part": shaped("8{9:11}"),
        "serial": shaped("TU9{9:11}", "{9:2}{A}{9:9}"),
        "ean13": values.gtin("8710103", "8720389"),
    },
    languages=_ALL,
    body=column(
        Text("{maker}  {product}", 32, bold=True),
        row(
            column(
                Field("{@model}", "{model}", MODEL, points=26),
                Field("{@part}", "{part}", PART, points=22),
                Field("{@serial}", "{serial}", SERIAL, points=22),
                Symbol(_128, "{serial}", ((SERIAL, "{serial}"),), module=2, height=44),
                Text("{@made}", 18),
            ),
            column(
                Symbol(Symbology.EAN_13, "{ean13}", ((EAN, "{ean13}"),), digits=True, height=90),
                row(Emblem("", 50), Emblem("CE", 50)),
            ),
            gap=40,
        ),
    ),
)

LAYOUTS = (
    LENOVO, HP_BOX, HP_SMALL, DELL, SAMSUNG, APPLE, WESTERN_DIGITAL, UBIQUITI, CISCO, ACER, ASUS,
    GRAPHICS_CARD, MACHINE, HOUSEHOLD,
)  # fmt: skip
