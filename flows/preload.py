"""Imported once by the process that the workers are forked from, so that they share the dictionaries in memory."""

from contextlib import suppress

from flows.batch import warm

with suppress(Exception):  # a rule that fails is told of the page on which it fails
    warm()
