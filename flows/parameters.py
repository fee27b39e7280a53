"""What a build is asked for, and an expiry: the one parameter of their flows, which checks it and draws the form in
Prefect's UI.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from flows import defaults
from flows.ages import age
from flows.errors import UsageError
from flows.patterns import Pattern

Model = TypeVar("Model", bound=BaseModel)


def available_cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class BuildParameters(BaseModel):
    """The sources, where their tables go, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sources: list[str] = Field(min_length=1, description="Files *.txt, folders (searched through) or globs")
    warehouse: Path = Field(Path(defaults.WAREHOUSE), description="Root folder of the warehouse")
    pattern: str | None = Field(None, description="Where a path says publication, date and page")
    jobs: int = Field(default_factory=available_cores, ge=1, le=256, description="Worker processes")
    pos: bool = Field(False, description="Tag each word as well (slow)")
    force: bool = Field(False, description="Build all pages again, changed or not")
    max_quarantined: float = Field(
        1.0, ge=0, le=1, description="Publish nothing where a larger share of the pages is quarantined"
    )
    max_drop: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Publish nothing where pages, articles or figures fell by a larger share",
    )

    @field_validator("pattern")
    @classmethod
    def _readable(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            Pattern(pattern)
        return pattern


class ExpireParameters(BaseModel):
    """Which snapshots go."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    warehouse: Path = Field(Path(defaults.WAREHOUSE), description="Root folder of the warehouse")
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
