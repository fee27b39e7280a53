"""Imported once by the process that the workers are forked from, so that they share the dictionaries in memory."""

import gc
import sys
from contextlib import suppress

gc.disable()  # what is loaded stays
sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]  # Arrow would load it to ask whether a list is one of its

from flows.batch import warm  # noqa: E402

with suppress(Exception):  # a rule that fails is told of the page on which it fails
    warm()
gc.freeze()  # a worker that looked through it for garbage would copy it page by page
gc.enable()
