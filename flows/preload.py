"""Imported once by the process that the workers are forked from, so that they share the dictionaries in memory."""

from flows.batch import warm

warm()
