"""People: a skeleton posed by where hands and feet are, dressed in solids.

A person's own axes: x towards the right of a viewer they face, y up, z forward. Metres at 1.75 m tall.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tools.pictures.face import head_solids
from tools.pictures.paint import Paint, colour, local, mix, plain, step
from tools.pictures.render import Solid
from tools.pictures.shapes import (
    Array,
    Shape,
    Vector,
    blend,
    cone,
    ellipsoid,
    tilted,
    turned,
    vector,
    wrinkled,
)

UPPER_ARM, FOREARM, THIGH, SHIN = 0.29, 0.25, 0.43, 0.42


@dataclass(frozen=True)
class Pose:
    """Hands are relative to their shoulder, feet (ankles) to the ground under the pelvis."""

    pelvis: float = 0.93
    lean: float = 0.0
    hands: tuple[Vector, Vector] = ((-0.10, -0.50, 0.08), (0.10, -0.50, 0.08))
    feet: tuple[Vector, Vector] = ((-0.11, 0.08, 0.0), (0.11, 0.08, 0.0))
    elbows: Vector = (0.6, -0.2, -1.0)  # where elbows point; x is outwards
    look: tuple[float, float] = (0.0, 0.0)  # degrees: turned, nodding


@dataclass(frozen=True)
class Looks:
    """Colours as sRGB text; `hair_style` is short, long, bun, cap or bald."""

    skin: str = "c58f6f"
    hair: str = "2a1c14"
    hair_style: str = "short"
    top: Paint = field(default_factory=lambda: plain("33557f"))
    jacket: Paint | None = None
    bottom: Paint = field(default_factory=lambda: plain("2b2d33"))
    shoes: str = "3b2a20"
    long_sleeves: bool = True
    skirt: bool = False
    stout: float = 1.0
    head: float = 1.0  # larger for children


@dataclass(frozen=True)
class Body:
    """Joints in world coordinates, (3,) each; `axes` of the trunk are columns."""

    axes: Array
    scale: float
    pelvis: Array
    chest: Array
    neck: Array
    shoulders: tuple[Array, Array]
    elbows: tuple[Array, Array]
    wrists: tuple[Array, Array]
    hips: tuple[Array, Array]
    knees: tuple[Array, Array]
    ankles: tuple[Array, Array]


def person(
    place: tuple[float, float],
    facing: float = 0.0,
    pose: Pose | None = None,
    looks: Looks | None = None,
    tall: float = 1.75,
) -> list[Solid]:
    """A person standing at (x, z) of the world, turned by `facing` degrees from looking at us."""
    pose, looks = pose or Pose(), looks or Looks()
    body = _skeleton(place, facing, pose, tall / 1.75, looks.stout)
    head_axes = body.axes @ tilted(-pose.lean) @ turned(pose.look[0]) @ tilted(pose.look[1])
    size = body.scale * looks.head
    head = body.neck + head_axes @ np.array([0, 0.125, 0.02], np.float32) * size
    solids = head_solids(head, head_axes, size, looks.skin, looks.hair, looks.hair_style)
    solids += [_skin(body, looks, head), *_top(body, looks), _bottom(body, looks)]
    return solids + [_shoe(body, side, turned(facing), looks) for side in (0, 1)]


def _skeleton(
    place: tuple[float, float], facing: float, pose: Pose, scale: float, stout: float
) -> Body:
    # People look along -z of the world at 0 degrees: their z is the world's -z.
    upright = turned(facing) @ np.diag(np.array([1, 1, -1], np.float32))
    axes = upright @ tilted(pose.lean)
    pelvis = np.array([place[0], pose.pelvis * scale, place[1]], np.float32)
    ground = np.array([place[0], 0, place[1]], np.float32)

    def trunk(x: float, y: float, z: float) -> Array:
        return np.asarray(pelvis + axes @ np.array([x, y, z], np.float32) * scale, np.float32)

    shoulders = (trunk(-0.158 * stout, 0.465, -0.01), trunk(0.158 * stout, 0.465, -0.01))
    hips = (trunk(-0.09, -0.01, 0), trunk(0.09, -0.01, 0))
    sides = (-1.0, 1.0)
    wrists = tuple(
        shoulders[i] + upright @ np.array(pose.hands[i], np.float32) * scale for i in (0, 1)
    )
    ankles = tuple(ground + upright @ np.array(pose.feet[i], np.float32) * scale for i in (0, 1))
    points = [np.array([s * pose.elbows[0], *pose.elbows[1:]], np.float32) for s in sides]
    outward = [np.array([s * 0.12, 0.1, 1.0], np.float32) for s in sides]
    elbows, knees = [], []
    for i in (0, 1):
        reach = (UPPER_ARM * scale, FOREARM * scale)
        elbows.append(_joint(shoulders[i], wrists[i], *reach, upright @ points[i]))
        knees.append(_joint(hips[i], ankles[i], THIGH * scale, SHIN * scale, upright @ outward[i]))
    return Body(
        axes=axes,
        scale=scale,
        pelvis=pelvis,
        chest=trunk(0, 0.36, 0),
        neck=trunk(0, 0.55, 0.0),
        shoulders=shoulders,
        elbows=(elbows[0], elbows[1]),
        wrists=(wrists[0], wrists[1]),
        hips=hips,
        knees=(knees[0], knees[1]),
        ankles=(ankles[0], ankles[1]),
    )


def _joint(start: Array, end: Array, upper: float, lower: float, towards: Array) -> Array:
    """The elbow or knee of a two-bone limb; `towards` says to which side it bends."""
    line = end - start
    span = float(np.linalg.norm(line))
    line = line / span
    span = min(span, 0.999 * (upper + lower))
    along = (upper * upper - lower * lower + span * span) / (2 * span)
    side = towards - line * float(towards @ line)
    side = side / max(float(np.linalg.norm(side)), 1e-6)
    return np.asarray(start + line * along + side * max(upper**2 - along**2, 0) ** 0.5, np.float32)


def _point(place: Array) -> Vector:
    return (float(place[0]), float(place[1]), float(place[2]))


def _limb(start: Array, end: Array, first: float, second: float) -> Shape:
    return cone(_point(start), _point(end), first, second)


def _skin(body: Body, looks: Looks, head: Array) -> Solid:
    """Neck, forearms and hands (legs too under a skirt)."""
    s = body.scale
    parts = [_limb(body.neck - body.axes[:, 1] * 0.08 * s, head, 0.062 * s, 0.052 * s)]
    for side in (0, 1):
        parts.append(_limb(body.shoulders[side], body.elbows[side], 0.047 * s, 0.041 * s))
        parts.append(_limb(body.elbows[side], body.wrists[side], 0.042 * s, 0.028 * s))
        parts += _hand(body, side)
        if looks.skirt:
            parts.append(_limb(body.hips[side], body.knees[side], 0.08 * s, 0.055 * s))
            parts.append(_limb(body.knees[side], body.ankles[side], 0.053 * s, 0.036 * s))
    shape = blend(0.012 * s, *parts)
    return Solid(shape, plain(looks.skin, 0.15, 0.05), gloss=0.12, soft=0.25)


def _hand(body: Body, side: int) -> list[Shape]:
    s = body.scale
    along = body.wrists[side] - body.elbows[side]
    along = along / np.linalg.norm(along)
    across = np.cross(along, body.axes[:, 0])
    if along[1] > 0.3 or np.linalg.norm(across) < 0.3:  # raised: the palm looks forward
        across = np.cross(along, body.axes[:, 2])
    across = across / np.linalg.norm(across)
    wrist = body.wrists[side]
    palm = wrist + along * 0.05 * s
    parts = [_limb(wrist, palm + across * 0.012 * s, 0.026 * s, 0.03 * s)]
    parts.append(_limb(wrist, palm - across * 0.012 * s, 0.026 * s, 0.028 * s))
    for finger in range(4):
        spread = (finger - 1.5) * 0.019 * s
        tip = wrist + along * (0.16 - 0.012 * abs(finger - 1.3)) * s + across * spread * 1.3
        parts.append(_limb(palm + across * spread + along * 0.02 * s, tip, 0.0105 * s, 0.008 * s))
    thumb = wrist + along * 0.085 * s + across * 0.062 * s
    return [*parts, _limb(wrist + along * 0.015 * s, thumb, 0.016 * s, 0.011 * s)]


def _top(body: Body, looks: Looks) -> list[Solid]:
    """Shirt with its sleeves; an open jacket shows the shirt in a wedge down the front."""
    s, wide = body.scale, looks.stout
    axes = body.axes
    waist = body.pelvis + axes[:, 1] * 0.15 * s
    parts = [
        ellipsoid(_point(body.chest), (0.168 * s * wide, 0.2 * s, 0.118 * s * wide), axes),
        ellipsoid(_point(waist), (0.15 * s * wide, 0.2 * s, 0.112 * s * wide), axes),
        _limb(body.shoulders[0], body.neck - axes[:, 1] * 0.04 * s, 0.057 * s, 0.05 * s),
        _limb(body.shoulders[1], body.neck - axes[:, 1] * 0.04 * s, 0.057 * s, 0.05 * s),
    ]
    thicker = 1.12 if looks.jacket else 1.0
    for side in (0, 1):
        shoulder, elbow, wrist = body.shoulders[side], body.elbows[side], body.wrists[side]
        end = elbow if looks.long_sleeves else shoulder + (elbow - shoulder) * 0.62
        parts.append(_limb(shoulder, end, 0.058 * s * thicker, 0.049 * s * thicker))
        if looks.long_sleeves:
            cuff = elbow + (wrist - elbow) * 0.93
            parts.append(_limb(elbow, cuff, 0.048 * s * thicker, 0.036 * s * thicker))
    shape = wrinkled(blend(0.045 * s, *parts), 0.006 * s, 0.16 * s, float(body.pelvis[0]) * 9)
    paint = local(_scooped(looks.top, plain(looks.skin), s), body.chest, axes)
    if looks.jacket:
        paint = local(_open_front(looks.jacket, looks.top, s), body.chest, axes)
    return [Solid(shape, paint, bump=0.12, bump_size=0.03)]


def _scooped(shirt: Paint, skin: Paint, s: float) -> Paint:
    """A round neckline."""

    def paint(p: Array) -> Array:
        from_edge = 0.078 - np.hypot(p[0], p[1] - 0.2 * s) / s
        bare = step(from_edge, 0, 0.003)
        seam = np.exp(-(((from_edge + 0.006) / 0.004) ** 2))
        return np.asarray(mix(shirt(p), skin(p), bare) * (1 - 0.3 * seam), np.float32)

    return paint


def _open_front(jacket: Paint, shirt: Paint, s: float) -> Paint:
    def paint(p: Array) -> Array:
        wedge = 0.03 * s + np.clip(p[1], 0, 1) * 0.3
        inside = step(wedge - np.abs(p[0]), 0, 0.008) * step(p[2], 0.02, 0.01)
        lapel = np.exp(-(((np.abs(p[0]) - wedge) / (0.008 * s)) ** 2)) * (p[2] > 0.02)
        return np.asarray(
            (jacket(p) * (1 - inside) + shirt(p) * inside) * (1 - 0.5 * lapel), np.float32
        )

    return paint


def _bottom(body: Body, looks: Looks) -> Solid:
    """Trousers or a skirt."""
    s, wide = body.scale, looks.stout
    radii = (0.158 * s * wide, 0.13 * s, 0.118 * s * wide)
    parts = [ellipsoid(_point(body.pelvis), radii, body.axes)]
    for side in (0, 1):
        hip, knee, ankle = body.hips[side], body.knees[side], body.ankles[side]
        if looks.skirt:
            parts.append(_limb(hip, hip + (knee - hip) * 0.85, 0.1 * s, 0.135 * s))
        else:
            parts.append(_limb(hip, knee, 0.09 * s * wide, 0.064 * s))
            parts.append(_limb(knee, ankle, 0.063 * s, 0.05 * s))
    shape = wrinkled(blend(0.05 * s, *parts), 0.005 * s, 0.14 * s, float(body.pelvis[0]) * 5 + 2)
    return Solid(shape, looks.bottom, bump=0.12, bump_size=0.03)


def _shoe(body: Body, side: int, axes: Array, looks: Looks) -> Solid:
    s = body.scale
    ankle = body.ankles[side]
    forward = -axes[:, 2]
    toe = ankle + forward * 0.14 * s - np.array([0, 0.038, 0], np.float32) * s
    heel = ankle - forward * 0.03 * s - np.array([0, 0.035, 0], np.float32) * s
    upper = ankle + np.array([0, 0.02, 0], np.float32) * s
    shape = blend(
        0.03 * s, _limb(heel, toe, 0.042 * s, 0.036 * s), _limb(upper, ankle, 0.05 * s, 0.045 * s)
    )
    sole = colour("e0dcd4")
    over = plain(looks.shoes)
    low = float(heel[1]) - 0.022 * s
    edge = vector((low, 0, 0))[0]
    return Solid(shape, lambda p: np.where(p[1] < edge, sole, over(p)), gloss=0.25)
