"""How right the tables are, measured against answers made by hand; `make bench` runs `benchmarks.accuracy`."""
