"""What the link's evidence means: loss, throughput, dropped messages, clocks. Pure functions."""

from __future__ import annotations

from host.doctor.evidence import Evidence, LinkEvidence
from host.doctor.finding import Finding, failed, passed, skipped, warned

TOLERATED_LOSS = 0.001  # above: a defect, below: worth a word
CLOCK_WRONG = 0.01  # a crystal is within 0.0001, an RC oscillator several times this
JITTER_S = 0.01  # of a message's way through USB and two programs
LEAST_SPAN_S = 1.0
CABLE = "another cable, shorter and without a hub; another USB port"


def link_findings(evidence: Evidence) -> list[Finding]:
    """Every check of the link."""
    return [
        loss_finding(evidence.link),
        throughput_finding(evidence),
        dropped_finding(evidence.link),
        clock_finding(evidence),
    ]


def loss_finding(link: LinkEvidence) -> Finding:
    """Damage and gaps on the cable."""
    losses = link.losses
    unanswered = max(0, link.pings - len(link.round_trips_s) - link.late_pings)
    if losses.reconnects or losses.restarts:
        detail = f"the board restarted {losses.restarts + losses.reconnects} times meanwhile"
        return failed("link loss", detail, f"a weak supply does this: {CABLE}")
    lost = losses.wire_lost + unanswered + losses.device_bad_packets
    damaged = losses.bad_packets
    exchanged = 2 * link.pings + len(link.frames)
    trouble = f"; it ended early: {link.trouble}" if link.trouble else ""
    if not lost and not damaged and not trouble:
        fastest = min(link.round_trips_s, default=0.0)
        detail = f"0 of {exchanged} messages lost or damaged; round trip {1000 * fastest:.1f} ms"
        detail += f"; {link.late_pings} pings answered late" if link.late_pings else ""
        return passed("link loss", detail)
    detail = (
        f"{unanswered} of {link.pings} pings unanswered, {losses.wire_lost} messages lost, "
        f"{damaged} arrived damaged, {losses.device_bad_packets} damaged at the board{trouble}"
    )
    if trouble or (lost + damaged) > TOLERATED_LOSS * max(1, exchanged):
        return failed("link loss", f"the link is torn: {detail}", CABLE)
    return warned("link loss", detail, CABLE)


def throughput_finding(evidence: Evidence) -> Finding:
    """Whether the camera's frames arrive as fast as they are made."""
    link = evidence.link
    if len(link.frames) < 2 or not link.seconds:
        return skipped("link throughput", "fewer than two frames arrived")
    made = link.frames[-1] - link.frames[0] + 1
    where = " (virtual)" if evidence.is_virtual else ""
    detail = (
        f"{link.frame_bytes / link.seconds / 1000:.1f} KB/s{where}: {len(link.frames)} of {made} "
        f"frames in {link.seconds:.1f} s, as fast as the camera makes them"
    )
    if len(link.frames) < made:
        return warned("link throughput", detail.rsplit(",", 1)[0], CABLE)
    return passed("link throughput", detail)


def dropped_finding(link: LinkEvidence) -> Finding:
    """What either end gave up for lack of time."""
    if link.dropped_since_start is None:
        return skipped("dropped messages", "the examination ended before")
    ours, theirs = link.losses.host_dropped, link.losses.device_dropped
    if ours or theirs:
        detail = f"the board gave up {theirs} messages, this program {ours}, while we listened"
        return warned("dropped messages", detail, "close other programs; a hub may be too slow")
    return passed(
        "dropped messages", f"none while we listened, {link.dropped_since_start} since its start"
    )


def clock_finding(evidence: Evidence) -> Finding:
    """The board's cycle counter, by its results' periods, against this computer's clock, by their arrival."""
    results, arrivals = evidence.camera.results, evidence.camera.arrivals_s
    clock_hz = evidence.hello.clock_hz
    numbers = [result.frame for result in results]
    if len(results) < 2 or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return skipped("clock", "too few results in a row to compare the clocks by")
    span_s = arrivals[-1] - arrivals[0]
    if span_s < LEAST_SPAN_S:
        return skipped("clock", f"{span_s:.1f} s are too short to compare the clocks")
    ratio = sum(result.period_cycles for result in results[1:]) / clock_hz / span_s
    if evidence.is_virtual:
        return passed("clock", f"virtual clock: {ratio:.2f} of this computer's, as fast as it may")
    error = JITTER_S / span_s
    detail = (
        f"{100 * (ratio - 1):+.2f} % against this computer's, +-{100 * error:.2f}, "
        f"over {span_s:.1f} s"
    )
    off = abs(ratio - 1) - error
    if off > CLOCK_WRONG:
        remedy = f"the board does not run at {clock_hz / 1e6:.0f} MHz: its times are wrong; report"
        return failed("clock", detail, remedy)
    if off > 0:
        return warned("clock", detail, "its times may be off so much; run this again, report")
    return passed("clock", detail)
