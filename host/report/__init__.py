"""One self-contained HTML page of figures, tables and words, and its figures as PNG files beside it.

What the tools measured comes in as plain values; nothing is loaded from elsewhere when the page is read or printed.
"""
