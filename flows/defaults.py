"""What the command line says without loading anything: `banmian --help` shall answer at once."""

WAREHOUSE = "data/warehouse"
PATTERN = "{publication}/{date}/{page}.txt"
RUNNERS = ("processes", "dask", "workers")
"""Who can carry out the batches of a build; the first one does unless another is named."""
PAGE_SECONDS = 300
PAGE_MEGABYTES = 2000
