"""Renders the sample pictures of the virtual camera: shapes -> people, things -> scenes -> picture."""
