"""Measurements with their conditions: python -m host.bench engine.

Each measurement is a folder with the same file names, as far as it needs them:
    command   the command line: add_arguments, run (__main__ imports the one that is wanted)
    measure   does it: board or meter in, rows out
    tables    the tables of its run directory
    figures   rows -> the figures that are quoted
    show      figures -> a terminal, or JSON
    page      a run -> its part of an HTML page
"""
