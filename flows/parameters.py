"""What a build is asked for: the one parameter of the flow, which checks it and draws the form in Prefect's UI."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from flows import defaults
from flows.patterns import Pattern


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
