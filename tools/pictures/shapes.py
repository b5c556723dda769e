"""Solids as signed distance fields: how far a point is from the surface, negative inside.

World axes: x right, y up, z away from the viewer; metres. Points are (3, n) float32, distances (n,).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Vector = tuple[float, float, float]
UPRIGHT = np.eye(3, dtype=np.float32)


@dataclass(frozen=True)
class Shape:
    """A distance field and a sphere that holds all of its inside (radius may be infinite)."""

    distance: Callable[[Array], Array]
    centre: Vector
    radius: float


def vector(values: Sequence[float] | Array) -> Array:
    """(3, 1) float32, ready to broadcast over points."""
    return np.asarray(values, np.float32).reshape(3, 1)


def length(points: Array) -> Array:
    """(n,) Euclidean lengths of (3, n) vectors."""
    return np.asarray(np.sqrt(np.einsum("ij,ij->j", points, points)), np.float32)


def turned(degrees: float) -> Array:
    """(3, 3) rotation about the y axis; its columns are the turned axes."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)


def tilted(degrees: float) -> Array:
    """(3, 3) rotation about the x axis."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]], np.float32)


def ground(height: float = 0.0) -> Shape:
    """Everything below a height."""
    return Shape(lambda p: p[1] - np.float32(height), (0, 0, 0), np.inf)


def ellipsoid(centre: Vector, radii: Vector, axes: Array = UPRIGHT) -> Shape:
    """An ellipsoid whose half axes lie along the columns of `axes`."""
    origin, inverse = vector(centre), 1 / vector(radii)
    smallest = min(radii)

    def distance(p: Array) -> Array:
        q = (axes.T @ (p - origin)) * inverse
        outer, inner = length(q), length(q * inverse)
        return np.asarray(outer * (outer - 1) / np.maximum(inner, 1e-6), np.float32)

    def ball(p: Array) -> Array:
        return length(p - origin) - np.float32(smallest)

    return Shape(ball if max(radii) == smallest else distance, centre, max(radii))


def cone(start: Vector, end: Vector, start_radius: float, end_radius: float) -> Shape:
    """A limb: a line from start to end, thickened by a radius that changes evenly."""
    a, along = vector(start), vector(end) - vector(start)
    square = float((along * along).sum()) + 1e-12
    change = np.float32(end_radius - start_radius)

    def distance(p: Array) -> Array:
        from_start = p - a
        share = np.clip((along.T @ from_start)[0] / np.float32(square), 0, 1)
        radius = np.float32(start_radius) + change * share
        return np.asarray(length(from_start - along * share) - radius)

    middle = (a + along / 2)[:, 0]
    reach = square**0.5 / 2 + max(start_radius, end_radius)
    return Shape(distance, (float(middle[0]), float(middle[1]), float(middle[2])), reach)


def box(centre: Vector, size: Vector, rounding: float = 0.0, axes: Array = UPRIGHT) -> Shape:
    """A box of the full `size`, its edges rounded."""
    origin, half = vector(centre), vector(size) / 2 - np.float32(rounding)

    def distance(p: Array) -> Array:
        q = np.abs(axes.T @ (p - origin)) - half
        outside = length(np.maximum(q, 0))
        return np.asarray(outside + np.minimum(q.max(axis=0), 0) - np.float32(rounding))

    return Shape(distance, centre, float(np.linalg.norm(size)) / 2)


def tube(centre: Vector, radius: float, width: float, thickness: float, axes: Array) -> Shape:
    """A wheel or drum: a cylinder along the first column of `axes`, edges rounded by `thickness`."""
    origin = vector(centre)

    def distance(p: Array) -> Array:
        q = axes.T @ (p - origin)
        around = np.hypot(q[1], q[2]) - np.float32(radius - thickness)
        across = np.abs(q[0]) - np.float32(width / 2 - thickness)
        outside = np.hypot(np.maximum(around, 0), np.maximum(across, 0))
        inside = np.minimum(np.maximum(around, across), 0)
        return np.asarray(outside + inside - np.float32(thickness))

    return Shape(distance, centre, float(np.hypot(radius, width / 2)))


def blend(softness: float, *shapes: Shape) -> Shape:
    """The union, with joints rounded over about `softness` metres (0: sharp)."""

    def distance(p: Array) -> Array:
        result = shapes[0].distance(p)
        for shape in shapes[1:]:
            other = shape.distance(p)
            if softness:
                near = np.maximum(np.float32(softness) - np.abs(result - other), 0)
                result = np.minimum(result, other) - near * near / np.float32(4 * softness)
            else:
                result = np.minimum(result, other)
        return result

    return Shape(distance, *_around(shapes, softness / 4))


def cut(shape: Shape, hole: Shape, softness: float = 0.0) -> Shape:
    """The shape without the hole; the rim rounded over `softness` metres."""

    def distance(p: Array) -> Array:
        body, rest = shape.distance(p), -hole.distance(p)
        near = np.maximum(np.float32(softness) - np.abs(body - rest), 0)
        rounding = near * near / np.float32(4 * softness) if softness else 0
        return np.maximum(body, rest) + rounding

    return Shape(distance, shape.centre, shape.radius)


def wrinkled(shape: Shape, depth: float, size: float, phase: float = 0.0) -> Shape:
    """The shape with waves of about `size` metres and `depth` metres in its surface: folds, bark."""
    rate = np.float32(2 * np.pi / size)

    def distance(p: Array) -> Array:
        x, y, z = p * rate + np.float32(phase)
        waves = np.sin(x + 1.7 * np.sin(0.6 * y)) * np.sin(0.8 * y + z) + np.sin(1.9 * z - 1.3 * x)
        return np.asarray(shape.distance(p) + np.float32(depth / 2) * waves, np.float32)

    return Shape(distance, shape.centre, shape.radius + depth)


@dataclass(frozen=True)
class Frame:
    """Somewhere to put things: shapes given in its own metres, times `scale`, along the columns
    of `axes`, from `centre` (3,)."""

    centre: Array
    axes: Array = field(default_factory=lambda: UPRIGHT)
    scale: float = 1.0

    def at(self, place: Vector) -> Vector:
        """World coordinates of a place in this frame."""
        x, y, z = self.centre + self.axes @ (np.array(place, np.float32) * self.scale)
        return (float(x), float(y), float(z))

    def ball(self, place: Vector, radii: Vector) -> Shape:
        """An ellipsoid along the frame's axes."""
        x, y, z = (radius * self.scale for radius in radii)
        return ellipsoid(self.at(place), (x, y, z), self.axes)

    def line(self, start: Vector, end: Vector, first: float, second: float) -> Shape:
        """A limb or rod."""
        return cone(self.at(start), self.at(end), first * self.scale, second * self.scale)

    def block(self, place: Vector, size: Vector, rounding: float = 0.0) -> Shape:
        """A box along the frame's axes."""
        x, y, z = (side * self.scale for side in size)
        return box(self.at(place), (x, y, z), rounding * self.scale, self.axes)

    def drum(self, place: Vector, radius: float, width: float, thickness: float) -> Shape:
        """A cylinder along the frame's x axis."""
        s = self.scale
        return tube(self.at(place), radius * s, width * s, thickness * s, self.axes)


def standing(x: float, z: float, turn: float = 0.0, y: float = 0.0, scale: float = 1.0) -> Frame:
    """A frame upright at (x, y, z), turned about the vertical by degrees."""
    return Frame(np.array([x, y, z], np.float32), turned(turn), scale)


def _around(shapes: Sequence[Shape], margin: float) -> tuple[Vector, float]:
    centres = np.array([shape.centre for shape in shapes])
    middle = (centres.min(axis=0) + centres.max(axis=0)) / 2
    reaches = [np.linalg.norm(c - middle) + s.radius for c, s in zip(centres, shapes, strict=True)]
    return (float(middle[0]), float(middle[1]), float(middle[2])), float(max(reaches)) + margin
