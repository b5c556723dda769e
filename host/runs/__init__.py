"""Run directories: what was measured, under which conditions, in files that outlive an interruption.

A run is a directory: `run.json` (schema version, kind, state, conditions, summary, columns of the tables) and for each
table `NAME.parquet` and `NAME.csv`. While it is measured a table grows as `NAME.arrows`, an Arrow stream that can be
read up to where it was torn; the Parquet and CSV files are made of it at the end.
"""
