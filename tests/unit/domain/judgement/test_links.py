"""Web addresses: whose parameters count, and which never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troostwatch.domain.judgement import links


def parameters(text: str) -> set[tuple[str, str]]:
    address = links.read(text)
    return {(p.meaning.type.value, p.value) for p in address.parameters} if address else set()


def test_a_makers_own_host_is_known_with_all_below_it() -> None:
    for host in ("lenovo.com", "support.lenovo.com", "LENOVO.com:443"):
        assert links.read(f"https://{host}/qrcode?sn=MP2ABC34").of_maker
    for host in ("lenovo.com.example", "notlenovo.com", "example.org"):
        assert not links.read(f"https://{host}/qrcode?sn=MP2ABC34").of_maker


def test_parameters_stand_in_the_query_and_in_the_fragment() -> None:
    expected = {("serial_number", "AB12CD3456"), ("model_number", "XR-500")}

    assert parameters("https://acme.example/r?sn=AB12CD3456&model=XR-500") == expected
    assert parameters("https://acme.example/r#sn=AB12CD3456&model=XR-500") == expected
    assert parameters("https://acme.example/#/r?sn=AB12CD3456;model=XR-500") == expected


@pytest.mark.parametrize("name", ["utm_source", "utm_id", "gclid", "mc_eid", "ref", "id", "session", "token", "_sn"])
def test_what_follows_a_visitor_never_counts(name: str) -> None:
    assert parameters(f"https://support.lenovo.com/?{name}=AB12CD3456") == set()


def test_identifiers_may_be_the_keys_of_an_identification_link() -> None:
    address = links.read("https://id.acme.example/?1P=GW-4471&S=X1200345")

    assert [(f.type.value, f.value) for f in address.fields] == [
        ("part_number", "GW-4471"),
        ("serial_number", "X1200345"),
    ]
    assert links.read("https://acme.example/?s=X1200345").fields == ()  # what somebody searches for


def test_a_link_of_gs1_is_read_with_its_query() -> None:
    address = links.read("https://acme.example/01/08717953001238?21=AB12CD3456")

    assert [(e.identifier, e.value) for e in address.elements] == [("01", "08717953001238"), ("21", "AB12CD3456")]


@given(st.text())
def test_no_address_breaks_the_parser(text: str) -> None:
    for start in ("https://", "https://[", "http://example.org/?", "www."):
        links.read(start + text)
