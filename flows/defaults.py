"""What the command line says without loading anything: `banmian --help` shall answer at once."""

WAREHOUSE = "data/warehouse"
PATTERN = "{publication}/{date}/{page}.txt"
