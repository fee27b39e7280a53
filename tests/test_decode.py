"""Bytes to text: encodings, byte-order marks, damage, and files that are no text."""

from __future__ import annotations

import random

import pytest
from cleaning_cases import seed_texts
from hypothesis import given
from hypothesis import strategies as st

from transforms.decode import SIGNATURES, Undecodable, decode, plausibility

SIMPLIFIED = "滨州日报讯（记者 王健）11月9日，全市工作会议召开。会议要求，提高政治站位，压实责任。\r\n"
TRADITIONAL = "本報訊（記者）昨日上午，本港各界舉行慶祝大會，到會者三千餘人，盛況空前。\n"
HONG_KONG = "佢哋話呢度嘅嘢好平，啱晒街坊，鰂魚涌嘅舖頭都係咁。\n"


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"]
)
def test_simplified_text_is_read_in_every_encoding(codec: str) -> None:
    for text in (SIMPLIFIED, SIMPLIFIED * 50, *seed_texts()):
        data = text.encode(codec, errors="ignore")
        decoded = decode(data)
        assert decoded.text == text.encode(codec, errors="ignore").decode(codec)
        assert decoded.n_damaged == 0


@pytest.mark.parametrize("codec", ["big5", "big5hkscs", "gb18030", "utf-8", "utf-16-be"])
def test_traditional_text_is_read_in_every_encoding(codec: str) -> None:
    assert decode(TRADITIONAL.encode(codec)).text == TRADITIONAL


def test_characters_of_hong_kong_need_their_own_big5() -> None:
    decoded = decode((TRADITIONAL + HONG_KONG).encode("big5hkscs"))
    assert (decoded.encoding, decoded.text) == ("big5hkscs", TRADITIONAL + HONG_KONG)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (SIMPLIFIED.encode("utf-8"), "utf-8"),
        (b"\xef\xbb\xbf" + SIMPLIFIED.encode("utf-8"), "utf-8"),
        (SIMPLIFIED.encode("gb18030"), "gb18030"),
        (TRADITIONAL.encode("big5"), "big5"),
        (SIMPLIFIED.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + SIMPLIFIED.encode("utf-16-be"), "utf-16"),
        (SIMPLIFIED.encode("utf-16-le"), "utf-16-le"),
        (b"plain ASCII\n", "utf-8"),
        ("Été à Paris: déjà vu".encode(), "utf-8"),
        ("Monday morning news\n".encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_the_encoding_is_a_codec_that_gives_the_same_text(data: bytes, encoding: str) -> None:
    decoded = decode(data)
    again = data.decode(decoded.encoding, errors="replace")
    assert decoded.encoding == encoding
    assert decoded.text == again.removeprefix("\ufeff")


def test_one_byte_order_mark_is_taken_off_and_nothing_else_changed() -> None:
    assert decode(b"\xef\xbb\xbf\xef\xbb\xbf\xe6\xbb\xa8\r\n\x00").text == "\ufeff滨\r\n\x00"


def test_control_characters_in_good_text_are_no_fault() -> None:
    text = "\x00".join(SIMPLIFIED)
    assert decode(text.encode()).text == text
    assert decode(("\x00\x0b" + SIMPLIFIED).encode()).n_damaged == 0


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "big5"])
def test_a_little_damage_stands_as_replacement_characters(codec: str) -> None:
    text = TRADITIONAL * 40
    data = bytearray(text.encode(codec))
    data[data.index(b"\n") - 1] = 0xFF
    decoded = decode(bytes(data))
    assert decoded.encoding == codec
    assert 1 <= decoded.n_damaged <= len(data) / 1000
    assert "\ufffd" in decoded.text
    assert decoded.text == bytes(data).decode(codec, errors="replace")


def test_much_damage_is_refused() -> None:
    data = bytearray((SIMPLIFIED * 20).encode("utf-8"))
    for place in range(0, len(data), 50):
        data[place] = 0xFF
    with pytest.raises(Undecodable, match="no encoding reads it"):
        decode(bytes(data))


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf", "empty but for a byte-order mark"),
        (b"\xff\xfe", "empty but for a byte-order mark"),
        (b"\x00" * 500, "binary"),
        (b"\x00\x01" * 500, "binary"),
        (random.Random(7).randbytes(4000), "no encoding reads it"),
        ("façade déjà vu, garçon, été, où, naïf".encode("latin-1"), "no encoding reads it"),
        *((signature + b"\n1 0 obj", "not a text file") for signature, _ in SIGNATURES),
    ],
)
def test_what_is_no_text_is_refused_with_its_cause(data: bytes, cause: str) -> None:
    with pytest.raises(Undecodable, match=cause) as caught:
        decode(data)
    assert caught.value.cause == str(caught.value)
    assert "leave it out" in caught.value.cause


def test_the_wrong_encoding_looks_less_like_chinese() -> None:
    right, wrong = plausibility(TRADITIONAL), plausibility(TRADITIONAL.encode("big5").decode("gb18030", "replace"))
    assert right > 0.95
    assert wrong < 0.7


@given(st.binary(max_size=400))
def test_whatever_the_bytes_there_is_a_text_or_a_cause(data: bytes) -> None:
    try:
        decoded = decode(data)
    except Undecodable as refused:
        assert refused.cause
    else:
        assert decoded.text == data.decode(decoded.encoding, errors="replace").removeprefix("\ufeff")
        assert (decoded.n_damaged > 0) <= ("\ufffd" in decoded.text)


@pytest.mark.parametrize("bad", [b"\xff", b"\x80", b"\xc0"])
@pytest.mark.parametrize("seed", range(5))
def test_one_bad_byte_in_two_thousand_damages_a_page_and_one_in_a_hundred_ruins_it(bad: bytes, seed: int) -> None:
    page = seed_texts()[0].encode()
    few, many = (_spoiled(page, bad, every, random.Random(seed)) for every in (2_000, 100))
    decoded = decode(few)
    assert decoded.encoding == "utf-8"
    assert 0 < decoded.n_damaged <= len(few) / 1_000
    with pytest.raises(Undecodable, match=r"[\d,]+ of its [\d,]+ bytes are damaged as UTF-8"):
        decode(many)


def _spoiled(data: bytes, bad: bytes, every: int, chance: random.Random) -> bytes:
    """`data` with one byte in `every` replaced."""
    spoiled = bytearray(data)
    for place in chance.sample(range(len(data)), len(data) // every):
        spoiled[place : place + 1] = bad
    return bytes(spoiled)
