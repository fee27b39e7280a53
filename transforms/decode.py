"""Bytes to text: which encoding a page is in, and what to say when it is in none.

Pages come as UTF-8, UTF-16, GB18030 or Big5, seldom with a label. The guess must be the same with every version of
every library, so it rests on two plain facts: can the encoding read the bytes, and does what it reads look like Chinese
(the share of common Han, marks and ASCII). Nothing is changed but one leading byte-order mark, which is taken off, so
that `data.decode(encoding, errors="replace")` without one leading U+FEFF is the same text for every reader.

    before  b"\\xb1\\xf5\\xd6\\xdd"
    after   Decoded(text="滨州", encoding="gb18030", n_damaged=0)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

# A page may hold this many bytes that its encoding can't read, for each byte it has.
DAMAGE_LIMIT = 1 / 1000
# Below this share of common characters a reading is taken for chance (see `plausibility`).
PLAUSIBLE = 0.7
# NULs and other control characters in good text are blanks; a file with a larger share of them is no text.
CONTROL_LIMIT = 0.6
# UTF-16 of ASCII has a NUL in every other byte; with fewer control characters faultless UTF-8 needs no second thought.
UTF_16_NULS = 0.4
# So many bytes are tried first where an encoding has faults.
PROBE = 1 << 20
BOM = "\ufeff"
ADVICE = "save it as UTF-8 text, or leave it out of the sources"
# The first bytes of files that are often named .txt by mistake.
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "a Rich Text document"),
)
# UTF-32 before UTF-16: its little-endian mark begins with that of UTF-16.
BYTE_ORDER_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# `big5` reads the standard alone; `big5hkscs` adds what Hong Kong's papers need (咗, 嘅, 鰂).
CANDIDATES = ("utf-8", "gb18030", "big5", "big5hkscs", "utf-16-le", "utf-16-be")
WRITTEN_DAMAGE = "\ufffd".encode()
BYTES_A_CHARACTER = 3
NEARLY = 50  # a file with less than 1 damaged byte in so many is text in that encoding
_DAMAGED = re.compile("\ufffd+")
_CONTROLS = "\x00-\x08\x0e-\x1a\x1c-\x1f\x7f"
_CONTROL = re.compile(f"[{_CONTROLS}]")
_BLANK_OR_CONTROL = re.compile(rf"[\s{_CONTROLS}]")
_MARKS = "，。、；：！？（）《》“”‘’「」『』【】〔〕—…·％●▲■◆　\ufeff\ufffd"


class Undecodable(ValueError):  # noqa: N818  what it is, is the page's state, not a fault of the program
    """No text can be had of a file; `cause` tells a person why and what to do."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text, the Python codec that reads it, and how many bytes that codec can't read (U+FFFD in the text)."""

    text: str
    encoding: str
    n_damaged: int


@dataclass(frozen=True)
class _Reading:
    encoding: str
    text: str
    n_damaged: int

    @cached_property
    def plausibility(self) -> float:
        return plausibility(self.text)

    @property
    def is_sure(self) -> bool:
        return self.encoding == "utf-8" and not self.n_damaged and _control_share(self.text) < UTF_16_NULS


def decode(data: bytes) -> Decoded:
    """The text of `data`; raises `Undecodable` for an empty or binary file and where no encoding reads it.

    At most 1 byte in 1,000 may be one that the encoding can't read: it stands as U+FFFD and is counted.
    """
    _refuse_binary(data)
    marked = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), None)
    names = (marked,) if marked else CANDIDATES
    best = _best_reading(data, names)
    if best is None or not (_needs_no_plausibility(best, marked) or best.plausibility >= PLAUSIBLE):
        raise Undecodable(_why_not(data, names))
    if not best.text:
        raise Undecodable("the file is empty but for a byte-order mark: leave it out of the sources")
    if _control_share(best.text) > CONTROL_LIMIT:
        raise Undecodable(f"it is a binary file, not text (full of control characters): {ADVICE}")
    return Decoded(best.text, best.encoding, best.n_damaged)


def plausibility(text: str) -> float:
    """How much of a text looks like a Chinese or English page: 0 to 1, the share of common Han, marks and ASCII.

    Measured on the beginning, the middle and the end, so that a long text costs no more than a short one.
    """
    sample = _sample(text)
    counted = len(sample) - len(_BLANK_OR_CONTROL.findall(sample))
    return (counted - len(_uncommon().findall(sample))) / counted if counted else 1.0


def _refuse_binary(data: bytes) -> None:
    if not data:
        raise Undecodable("the file is empty: leave it out of the sources")
    for signature, what in SIGNATURES:
        if data.startswith(signature):
            raise Undecodable(f"it is {what}, not a text file: extract its text first, or leave it out of the sources")


def _read(data: bytes, encoding: str) -> _Reading | None:
    """What one encoding makes of the bytes; None where it can't read more of them than the limit allows."""
    n_damaged = _damage(data, encoding, int(len(data) * DAMAGE_LIMIT))
    if n_damaged is None:
        return None
    text = data.decode(encoding, errors="replace")
    text = text[1:] if text.startswith(BOM) else text
    return _Reading(encoding, text, n_damaged)


def _best_reading(data: bytes, names: Iterable[str]) -> _Reading | None:
    """The reading that is worth most. Where one is sure (UTF-8 stands first) no other is tried."""
    readings: list[_Reading] = []
    for name in names:
        reading = _read(data, name)
        if reading is not None and reading.is_sure:
            return reading
        if reading is not None:
            readings.append(reading)
    return max(readings, key=_worth, default=None)


def _damage(data: bytes, encoding: str, limit: int) -> int | None:
    """How many bytes the encoding can't read; None where they are more than `limit`.

    The beginning is tried first, so that a long file in another encoding is given up soon.
    """
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        longest_character = 4
        if _count_damage(data[:PROBE], encoding) > limit + longest_character:
            return None
        damage = max(_count_damage(data, encoding), 1)
        return damage if damage <= limit else None
    return 0


def _count_damage(data: bytes, encoding: str) -> int:
    """The bytes that are damaged. One bad byte spoils its character, whose other bytes can't be read either: a run of
    U+FFFD counts one for each character that its bytes may have been."""
    own = data.count(WRITTEN_DAMAGE) if encoding == "utf-8" else 0
    runs = _DAMAGED.findall(data.decode(encoding, "replace"))
    return max(sum(-(-len(run) // BYTES_A_CHARACTER) for run in runs) - own, 0)


def _why_not(data: bytes, names: Iterable[str]) -> str:
    """What to tell of bytes that no encoding reads: how near UTF-8 comes, where it comes near."""
    damage = _count_damage(data, "utf-8")
    if 0 < damage * NEARLY <= len(data) and plausibility(data.decode("utf-8", "ignore")) >= PLAUSIBLE:
        return f"{damage:,} of its {len(data):,} bytes are damaged as UTF-8, and at most 1 in 1,000 may be: {ADVICE}"
    return f"no encoding reads it (tried {', '.join(names)}): {ADVICE}"


def _worth(reading: _Reading) -> tuple[float, float, int]:
    """What looks most like Chinese comes first. (Faultless UTF-8 does before all, for no other text passes as such.)

    UTF-16 of mostly ASCII passes as UTF-8 in which every other character is a NUL: then UTF-8 is one among others.
    """
    controls = _control_share(reading.text)
    return (round(reading.plausibility, 2), -round(controls, 2), -reading.n_damaged)


def _needs_no_plausibility(reading: _Reading, marked: str | None) -> bool:
    """Whether the language does not matter: a byte-order mark stands there, or the bytes are faultless UTF-8."""
    return marked is not None or (reading.encoding == "utf-8" and not reading.n_damaged)


def _control_share(text: str) -> float:
    sample = _sample(text)
    return len(_CONTROL.findall(sample)) / max(len(sample), 1)


def _sample(text: str, size: int = 20_000) -> str:
    if len(text) <= 3 * size:
        return text
    middle = (len(text) - size) // 2
    return text[:size] + text[middle : middle + size] + text[-size:]


@cache
def _uncommon() -> re.Pattern[str]:
    """A character that is no blank, none of control and none of the common ones: ASCII, the marks of a page, and the
    first levels of GB 2312 (3,755 Han) and Big5 (5,401), the frequent ones."""
    simplified = bytes(byte for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) for byte in (row, cell))
    rows = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    traditional = bytes(byte for row in range(0xA4, 0xC7) for cell in rows for byte in (row, cell))
    han = simplified.decode("gb2312", errors="ignore") + traditional.decode("big5", errors="ignore")
    return re.compile(f"[^\x20-\x7e\\s{_CONTROLS}{re.escape(_MARKS)}{''.join(sorted(set(han)))}]")
