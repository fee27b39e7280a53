"""What a build is asked for, and an expiry: the one parameter of their flows, which checks it and draws the form in
Prefect's UI.
"""

from __future__ import annotations

import argparse
import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from flows import defaults
from flows.ages import age
from flows.errors import UsageError
from flows.limits import Limits
from flows.patterns import Pattern
from warehouse.urls import checked, is_url, location

Model = TypeVar("Model", bound=BaseModel)


def available_cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


Location = Annotated[Path | str, BeforeValidator(location), WithJsonSchema({"type": "string"})]
"""A folder as a path, or a place in a store as its URL; a form asks for either in one field."""


class BuildParameters(BaseModel):
    """The sources, where their tables go, and how."""

    # What was given may hold a secret; the messages go to logs.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    sources: list[str] = Field(
        min_length=1, description="Files *.txt, folders (searched through), globs, or URLs of these in a store"
    )
    warehouse: Location = Field(Path(defaults.WAREHOUSE), description="Root folder of the warehouse, or its URL")
    pattern: str | None = Field(None, description="Where a path says publication, date and page")
    settle: float = Field(
        0.0,
        ge=0,
        le=defaults.LONGEST_SETTLE,
        description="Seconds that a page must be left unchanged before it is read; 0: none",
    )
    jobs: int = Field(default_factory=available_cores, ge=1, le=256, description="Worker processes")
    pos: bool = Field(False, description="Tag each word as well (slow)")
    tokenizer: Literal["fast", "jieba"] = Field(
        "fast", description="Who cuts the words: jieba itself, or another that gives the same six times as fast"
    )
    force: bool = Field(False, description="Build all pages again, changed or not")
    rebuild_since: date | None = Field(None, description="Read pages of this issue date and later anew")
    rebuild_until: date | None = Field(None, description="Read pages of this issue date and earlier anew")
    rebuild_matching: str | None = Field(None, min_length=1, description="Read pages whose names fit this glob anew")
    runner: Literal["processes", "dask", "workers"] = Field(
        "processes", description="Who reads the pages: processes here, a Dask cluster, workers of a work pool"
    )
    address: str | None = Field(None, description="Of the Dask scheduler: tcp://127.0.0.1:8786")
    workers_deployment: str = Field(
        "read-shards/read-shards", description="The deployment whose runs read the pages with the runner `workers`"
    )
    run_bytes: int = Field(64 << 20, ge=1, description="Bytes of pages that such a run gets, about")
    page_seconds: float = Field(
        defaults.PAGE_SECONDS, gt=0, le=1_000_000, description="Put a page into quarantine that takes longer"
    )
    page_megabytes: float = Field(
        defaults.PAGE_MEGABYTES, ge=100, le=1_000_000, description="Put a page into quarantine that takes more memory"
    )
    max_quarantined: float = Field(
        1.0, ge=0, le=1, description="Publish nothing where a larger share of the pages is quarantined"
    )
    max_drop: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Publish nothing where pages, articles or figures fell by a larger share",
    )

    @property
    def limits(self) -> Limits:
        """What a page may take."""
        return Limits(self.page_seconds, self.page_megabytes)

    @field_validator("sources")
    @classmethod
    def _free_of_secrets(cls, sources: list[str]) -> list[str]:
        for source in filter(is_url, sources):
            checked(source)
        return sources

    @field_validator("pattern")
    @classmethod
    def _readable(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            Pattern(pattern)
        return pattern

    @field_validator("rebuild_since", "rebuild_until", mode="before")
    @classmethod
    def _day(cls, day: object, info: ValidationInfo) -> object:
        """A date as it is written; pydantic itself would take 20240507 for seconds since 1970."""
        if day is None or isinstance(day, date):
            return day
        try:
            return date.fromisoformat(str(day))
        except ValueError as error:
            raise UsageError(f"{_option(info.field_name)} {day}: not a date; write it as 2024-05-01") from error

    @model_validator(mode="after")
    def _is_range(self) -> BuildParameters:
        since, until = self.rebuild_since, self.rebuild_until
        if since and until and since > until:
            raise UsageError(f"--rebuild-since {since} lies after --rebuild-until {until}: no issue is between them")
        return self

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        if self.runner == "dask" and not _is_address(self.address or ""):
            given = f", not {self.address}" if self.address else ""
            raise UsageError(f"--runner dask needs its scheduler, e.g. --address tcp://127.0.0.1:8786{given}")
        if self.runner != "dask" and self.address:
            raise UsageError(f"--address is for --runner dask alone; with --runner {self.runner} leave it out")
        return self


class ExpireParameters(BaseModel):
    """Which snapshots go."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    warehouse: Location = Field(Path(defaults.WAREHOUSE), description="Root folder of the warehouse, or its URL")
    older_than: str = Field("30d", description="How long ago a snapshot stopped being current: 12h, 30d, 8w")
    dry_run: bool = Field(False, description="Say what would be removed and remove nothing")

    @field_validator("older_than")
    @classmethod
    def _readable(cls, older_than: str) -> str:
        age(older_than)
        return older_than


def from_options(model: type[Model], options: argparse.Namespace) -> Model:
    """The parameters that the options of a command name. Raises UsageError for a value that does not do."""
    given: dict[str, Any] = {name: value for name, value in vars(options).items() if value is not None}
    fields = {name: given[name] for name in model.model_fields if name in given}
    try:
        return model(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        cause = (
            first.get("ctx", {}).get("error") or f"{_option(first['loc'][0])}: {first['msg']}, not {first['input']!r}"
        )
        raise UsageError(str(cause)) from error


def _option(field: object) -> str:
    return f"--{field}".replace("_", "-")


def _is_address(text: str) -> bool:
    """Whether a text names a scheduler: protocol, host and port."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("tcp", "tls") and bool(parts.hostname and parts.port)
    except ValueError:
        return False
