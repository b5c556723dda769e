"""Labelled pictures: their manifest, reading them as a model's input, checking, splitting, importing, exporting."""
