"""What every tool stands on: errors, arguments, files, records, statistics. Imports nothing of the project."""
