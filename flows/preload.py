"""Imported once by the process that the workers are forked from, so that they share the dictionaries in memory."""

import gc
from contextlib import suppress

from flows.batch import warm

with suppress(Exception):  # a rule that fails is told of the page on which it fails
    warm()
gc.freeze()  # what is here stays: a worker that looked through it for garbage would copy it page by page
