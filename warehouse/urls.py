"""Tells a URL of an object store from a path, and keeps secrets out of what is written or said.

    before  s3://press/issues            s3://KEY:SECRET@press/issues
    after   a place in a store           refused: what a build was given stands in its manifest and in reports

Nothing is loaded here: the command line asks before it knows what it will need.
"""

from __future__ import annotations

from pathlib import Path

from warehouse.errors import StoreRefused

LIBRARIES = {
    "s3": ("s3fs", "banmian[s3]"),
    "s3a": ("s3fs", "banmian[s3]"),
    "gs": ("gcsfs", "gcsfs"),
    "gcs": ("gcsfs", "gcsfs"),
    "az": ("adlfs", "adlfs"),
    "abfs": ("adlfs", "adlfs"),
    "abfss": ("adlfs", "adlfs"),
}
"""For each scheme the library of fsspec that reads it, and what to install to have it."""
ELSEWHERE = "credentials belong in the environment (AWS_ACCESS_KEY_ID …), in ~/.aws or in fsspec's configuration"
SECRET_NAMES = ("key", "secret", "token", "password", "passwd", "signature", "credential", "sig")
CUTS = " \t\r\n\"'<>()"
"""Where a URL ends that stands in a sentence."""


def is_url(name: object) -> bool:
    """Whether a name says where it lies by a scheme, as `s3://bucket/key` does."""
    scheme, mark, _ = str(name).partition("://")
    return bool(mark) and scheme.replace("+", "").replace("-", "").isalnum()


def location(name: Path | str) -> Path | str:
    """A folder as a path, a place in a store as its URL without a slash at the end. Raises `StoreRefused` for a URL
    that carries a secret, leads out of its prefix or has a scheme that is not known."""
    if isinstance(name, Path) or not is_url(name):
        return Path(name)
    return checked(name)


def checked(url: str) -> str:
    """The URL of a bucket or of what lies in it, without a slash at the end. Raises `StoreRefused` as `location`."""
    scheme, _, rest = url.partition("://")
    if _has_secret(url):
        raise StoreRefused(f"{redacted(url)}: carries a secret, which would stand in manifests and logs; {ELSEWHERE}")
    if scheme not in LIBRARIES:
        raise StoreRefused(f"{url}: {scheme}:// can't be read; {', '.join(LIBRARIES)} can, and files and folders")
    bucket, *parts = rest.rstrip("/").split("/")
    if not bucket:
        raise StoreRefused(f"{url}: names no bucket; write {scheme}://bucket/prefix")
    if {".", ".."} & {bucket, *parts}:
        raise StoreRefused(f"{url}: . and .. have no meaning in a store; write the prefix that is meant")
    return f"{scheme}://{rest.rstrip('/')}"


def _has_secret(url: str) -> bool:
    """Whether a URL has a user with a password, or a query with a key or a signature."""
    scheme, _, rest = url.partition("://")
    user, at, _ = rest.partition("/")[0].rpartition("@")
    # Azure writes container@account; elsewhere whatever stands before an @ is a key.
    if at and (":" in user or not scheme.startswith(("az", "abfs"))):
        return True
    # A key of S3 may hold a slash and so cut the part before the @ in two: s3://AKIA:a/b@bucket.
    if "@" in rest and ":" in rest.partition("/")[0]:
        return True
    fields = [field.partition("=") for field in rest.partition("?")[2].split("&")]
    return any(mark and any(word in name.lower() for word in SECRET_NAMES) for name, mark, _ in fields)


def redacted(text: object) -> str:
    """The text with what could be a secret taken out of its URLs: all before an @, all behind a question mark.

    before  can't reach http://ann:s3cret@proxy:8080/x?sig=9f3c
    after   can't reach http://***@proxy:8080/x?***
    """
    head, *tails = str(text).split("://")
    return "://".join([head, *map(_without_secret, tails)])


def _without_secret(tail: str) -> str:
    end = min((place for mark in CUTS if (place := tail.find(mark)) >= 0), default=len(tail))
    url, rest = tail[:end], tail[end:]
    before, at, behind = url.rpartition("@")
    shown, query, _ = (behind if at else url).partition("?")
    return ("***@" if at and before else "") + shown + ("?***" if query else "") + rest
