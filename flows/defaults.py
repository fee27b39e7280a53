"""What the command line says without loading anything: `banmian --help` shall answer at once."""

WAREHOUSE = "data/warehouse"
PATTERN = "{publication}/{date}/{page}.txt"
RUNNERS = ("processes", "dask", "workers")
"""Who can carry out the batches of a build; the first one does unless another is named."""
TOKENIZERS = ("fast", "jieba")
"""Who can cut the words, as `transforms.words` has them; the first one does unless another is named."""
LONGEST_SETTLE = 3600
"""Seconds that a page can be given to come to rest."""
PAGE_SECONDS = 300
PAGE_MEGABYTES = 2000
