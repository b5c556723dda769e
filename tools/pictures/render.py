"""Turns a scene of solids and lights into a linear picture and its depth: sphere tracing, soft shadows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tools.pictures.paint import Paint, cloudy, noise
from tools.pictures.shapes import Array, Shape, Vector, length, vector

TILE = 80  # pixels: a tile's arrays stay in the processor's cache
NEAR_SOLID = np.float32(
    0.25
)  # metres from a bounding sphere within which the solid itself is asked


@dataclass(frozen=True)
class Solid:
    """A shape with its look. `gloss` 0..1 is the strength of highlights, `bump` roughens the
    normals with noise of `bump_size` metres, `glow` makes it shine by itself, `soft` lets light
    creep round as skin does."""

    shape: Shape
    paint: Paint
    gloss: float = 0.0
    bump: float = 0.0
    bump_size: float = 0.02
    glow: float = 0.0
    soft: float = 0.0
    casts_shadow: bool = True


@dataclass(frozen=True)
class Light:
    """A lamp at a position; `reach` is the distance of full strength, infinite for the sun.
    `size` is the lamp's apparent width (tangent): larger means softer shadows."""

    position: Vector
    colour: Vector
    size: float = 0.05
    reach: float = np.inf


@dataclass(frozen=True)
class Scene:
    """What is in front of the camera, which looks from `eye` to `target` with focal length `zoom`
    (1: the picture is as wide as its distance)."""

    solids: Sequence[Solid]
    lights: Sequence[Light]
    sky: Callable[[Array], Array]
    above: Vector
    below: Vector
    eye: Vector = (0.0, 1.4, 0.0)
    target: Vector = (0.0, 1.0, 4.0)
    zoom: float = 1.1
    focus: float = 3.0
    blur: float = 0.0
    exposure: float = 1.0
    haze: float = np.inf


@dataclass(frozen=True)
class Hits:
    """Where rays ended: distance along each ray (n,), index of the solid or -1 for the sky (n,)."""

    distance: Array
    solid: np.ndarray[tuple[int], np.dtype[np.int64]]


def render(scene: Scene, width: int, height: int) -> tuple[Array, Array]:
    """Linear RGB (height, width, 3) and depth in metres (height, width)."""
    picture = np.zeros((height, width, 3), np.float32)
    depth = np.zeros((height, width), np.float32)
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            rows, columns = (
                slice(top, min(top + TILE, height)),
                slice(left, min(left + TILE, width)),
            )
            y, x = np.mgrid[rows, columns].astype(np.float32)
            rays = _rays(scene, (x.ravel() + 0.5) / width - 0.5, 0.5 - (y.ravel() + 0.5) / height)
            light, distance = _trace(scene, rays)
            picture[rows, columns] = light.T.reshape(*x.shape, 3)
            depth[rows, columns] = distance.reshape(x.shape)
    return picture, depth


def _rays(scene: Scene, x: Array, y: Array) -> Array:
    """(3, n) unit directions; x and y in -0.5..0.5 across the 4:3 picture."""
    forward = vector(scene.target) - vector(scene.eye)
    forward /= length(forward)
    right = np.cross(np.array([0, 1, 0]), forward[:, 0]).reshape(3, 1)
    right /= np.linalg.norm(right)
    up = np.cross(forward[:, 0], right[:, 0]).reshape(3, 1)
    directions = (forward * scene.zoom + right * x + up * (y * 0.75)).astype(np.float32)
    return np.asarray(directions / length(directions), np.float32)


def _trace(scene: Scene, rays: Array) -> tuple[Array, Array]:
    eye = np.broadcast_to(vector(scene.eye), rays.shape)
    seen = _visible(scene.solids, eye, rays)
    hits = _march(seen, eye, rays)
    light = scene.sky(rays)
    for index, solid in enumerate(seen):
        chosen = np.flatnonzero(hits.solid == index)
        if len(chosen):
            points = eye[:, chosen] + rays[:, chosen] * hits.distance[chosen]
            light[:, chosen] = _shade(scene, solid, points, rays[:, chosen])
    clear = np.exp(-hits.distance / np.float32(scene.haze))
    return light * clear + scene.sky(rays) * (1 - clear), hits.distance


def _visible(solids: Sequence[Solid], eye: Array, rays: Array) -> list[Solid]:
    """The solids whose bounding sphere some ray comes near."""
    return [s for s in solids if _touches(s.shape, eye[:, :1], rays)]


def _touches(shape: Shape, eye: Array, rays: Array) -> bool:
    if not np.isfinite(shape.radius):
        return True
    to_centre = vector(shape.centre) - eye
    along = np.maximum((rays * to_centre).sum(axis=0), 0)
    return bool((length(to_centre - rays * along) < shape.radius).any())


def _nearest(solids: Sequence[Solid], points: Array) -> tuple[Array, np.ndarray]:
    """(n,) distance to the nearest solid (or a lower bound when none is near) and its index."""
    best = np.full(points.shape[1], 1e3, np.float32)
    which = np.full(points.shape[1], -1)
    for index, solid in enumerate(solids):
        shape = solid.shape
        if np.isfinite(shape.radius):
            bound = length(points - vector(shape.centre)) - np.float32(shape.radius)
            near = np.flatnonzero(bound < np.minimum(best, NEAR_SOLID))
            far = (bound >= NEAR_SOLID) & (bound < best)
            best[far] = bound[far]
        else:
            near = np.arange(points.shape[1])
        if len(near):
            distance = shape.distance(points[:, near])
            closer = distance < best[near]
            best[near[closer]], which[near[closer]] = distance[closer], index
    return best, which


def _march(solids: Sequence[Solid], eye: Array, rays: Array, far: float = 80.0) -> Hits:
    n = rays.shape[1]
    travelled, solid = np.full(n, far, np.float32), np.full(n, -1)
    active, distance = np.arange(n), np.full(n, 0.02, np.float32)
    for _ in range(140):
        points = eye[:, active] + rays[:, active] * distance
        gap, which = _nearest(solids, points)
        hit = (gap < 0.0007 * distance + 0.0003) & (which >= 0)
        travelled[active[hit]], solid[active[hit]] = distance[hit], which[hit]
        distance = distance + np.maximum(gap * np.float32(0.9), 0.0006)
        going = ~hit & (distance < far)
        active, distance = active[going], distance[going]
        if not len(active):
            break
    return Hits(travelled, solid)


def _shade(scene: Scene, solid: Solid, points: Array, rays: Array) -> Array:
    """(3, n) light that leaves the points towards the viewer."""
    base = solid.paint(points)
    if solid.glow:
        return np.asarray(base * np.float32(solid.glow), np.float32)
    normals = _normals(solid.shape, points)
    rough = _roughened(solid, points, normals)
    open_sky = _openness(scene.solids, points, normals)
    up = rough[1] * 0.5 + 0.5
    light = (vector(scene.above) * up + vector(scene.below) * (1 - up)) * open_sky * base
    for lamp in scene.lights:
        light = light + _lit(scene, solid, lamp, points, normals, rough, rays, base)
    edge = (1 + (rough * rays).sum(axis=0)).clip(0, 1) ** 4
    mirrored = rays - 2 * rough * (rough * rays).sum(axis=0)
    sheen = scene.sky(np.asarray(mirrored, np.float32)) * (0.04 + 0.5 * edge)
    return np.asarray(light + sheen * np.float32(solid.gloss) * open_sky, np.float32)


def _lit(
    scene: Scene,
    solid: Solid,
    lamp: Light,
    points: Array,
    normals: Array,
    rough: Array,
    rays: Array,
    base: Array,
) -> Array:
    """(3, n) what one lamp adds."""
    towards = vector(lamp.position) - points
    away = length(towards)
    towards = towards / away
    strength = np.minimum((np.float32(lamp.reach) / away) ** 2, 4) if lamp.reach < 1e3 else 1.0
    facing = (rough * towards).sum(axis=0)
    diffuse = np.clip((facing + solid.soft) / (1 + solid.soft), 0, 1)
    wanted = np.flatnonzero(diffuse > 0)
    shadow = np.zeros(points.shape[1], np.float32)
    start = points[:, wanted] + normals[:, wanted] * np.float32(0.008)
    shadow[wanted] = _unshadowed(scene.solids, start, towards[:, wanted], away[wanted], lamp.size)
    halfway = towards - rays
    halfway /= length(halfway)
    shine = np.clip((rough * halfway).sum(axis=0), 0, 1) ** (10 + 150 * solid.gloss)
    arriving = vector(lamp.colour) * (shadow * strength)
    if solid.soft:
        tint = vector((1.0, 0.55, 0.4)) * np.clip(diffuse - np.clip(facing, 0, 1), 0, 1)
        return np.asarray(arriving * (base * (diffuse + tint) + 0.25 * solid.gloss * shine))
    return np.asarray(arriving * (base * diffuse + solid.gloss * shine), np.float32)


def _normals(shape: Shape, points: Array) -> Array:
    """(3, n) unit normals from four distances around each point."""
    total = np.zeros_like(points)
    for corner in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        offset = vector(corner)
        total += offset * shape.distance(points + offset * np.float32(0.0012))
    return np.asarray(total / np.maximum(length(total), 1e-9), np.float32)


def _roughened(solid: Solid, points: Array, normals: Array) -> Array:
    if not solid.bump:
        return normals
    shifts = (0.0, 31.7, 77.1)
    lumps = np.stack([cloudy(points + np.float32(s), solid.bump_size, 2) - 0.5 for s in shifts])
    changed = normals + np.float32(solid.bump * 2) * lumps
    return np.asarray(changed / length(changed), np.float32)


def _openness(solids: Sequence[Solid], points: Array, normals: Array) -> Array:
    """(n,) 0..1: how little of the sky is hidden by what is close (ambient occlusion)."""
    hidden = np.zeros(points.shape[1], np.float32)
    for reach, weight in ((0.02, 0.3), (0.06, 0.32), (0.15, 0.4), (0.35, 0.35)):
        gap, _ = _nearest(solids, points + normals * np.float32(reach))
        hidden += np.clip(1 - gap / np.float32(reach), 0, 1) * np.float32(weight)
    return np.clip(1 - hidden, 0.08, 1)


def _unshadowed(
    solids: Sequence[Solid], start: Array, towards: Array, away: Array, size: float
) -> Array:
    """(n,) 0..1: how much of a lamp is seen from the points."""
    casting = [solid for solid in solids if solid.casts_shadow and np.isfinite(solid.shape.radius)]
    seen = np.ones(start.shape[1], np.float32)
    first = 0.008 + 0.012 * noise(start * 97.3, 1.0)  # uneven starts hide the banding of few steps
    active, distance = np.arange(start.shape[1]), first.astype(np.float32)
    for _ in range(60):
        if not len(active):
            break
        gap, _ = _nearest(casting, start[:, active] + towards[:, active] * distance)
        seen[active] = np.minimum(seen[active], 0.5 + 0.5 * gap / (np.float32(size) * distance))
        distance = distance + np.clip(gap, 0.012, 1.5)
        going = (seen[active] > 0.02) & (distance < np.minimum(away[active] - 0.05, 25))
        active, distance = active[going], distance[going]
    seen = np.clip(seen, 0, 1)
    return np.asarray(seen * seen * (3 - 2 * seen), np.float32)
