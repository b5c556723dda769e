"""A Page -> one HTML file that loads nothing, and its figures as PNG files beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from host.base.errors import HostError
from host.base.files import private_folder, write_again
from host.base.regular_files import open_regular
from host.report.blocks import Page, Plot
from host.report.figure import png_bytes, svg_text

GENERATOR = b'<meta name="generator" content="tinyml-camera">'
HEAD_BYTES = 1024
TEMPLATE = Path(__file__).with_name("page.html.jinja")


def render_page(page: Page) -> str:
    """HTML. Every text is escaped; names of figures must differ."""
    names = [plot.name for plot in plots_of(page)]
    if len(set(names)) != len(names):
        raise ValueError(f"two figures have one name: {names}")
    jinja, markup = _jinja()
    environment = jinja.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja.StrictUndefined
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    text: str = template.render(
        page=page, svg=lambda plot: markup(svg_text(plot.figure, plot.name))
    )
    return text


def write_page(path: Path, page: Page, pngs: bool = True) -> list[Path]:
    """The files that were written: `path`, and path's stem + _ + figure's name + .png. Raises HostError."""
    private_folder(path.parent)
    write_again(path, render_page(page).encode())
    written = [path]
    for plot in plots_of(page) if pngs else ():
        temporary = path.with_name(f"{path.stem}_{plot.name}.png")
        write_again(temporary, png_bytes(plot.figure))
        written.append(temporary)
    return written


def refuse_foreign(path: Path) -> None:
    """Raises HostError where something lies that is no page of ours: a page may be made again, nothing else goes."""
    if not path.exists():
        return
    if path.is_dir():
        raise HostError(f"{path} is a folder", "give a file's name")
    with open_regular(path) as file:
        head = file.read(HEAD_BYTES)
    if GENERATOR not in head:
        raise HostError(
            f"{path} is there already, and is no page of this tool", "give another name"
        )


def plots_of(page: Page) -> list[Plot]:
    """Every figure of a page, in order."""
    return [b for section in page.sections for b in section.blocks if isinstance(b, Plot)]


def _jinja() -> tuple[Any, Any]:
    import jinja2
    import markupsafe

    return jinja2, markupsafe.Markup
