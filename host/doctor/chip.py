"""What this very chip takes for a read, a branch and its interrupts, and what that means. Pure functions."""

from __future__ import annotations

from host.doctor.evidence import Evidence
from host.doctor.finding import Finding, passed, skipped, warned
from host.link.messages import FaultCode, Silicon

USE_CYCLES = 1  # of the instruction that uses the value read
PROMPT_READ = 2.0  # a load without a wait state
SLOW_READ, SLOW_BRANCH = 3.5, 3.5  # beyond: the pixel loops have no margin at their fastest clock
MUCH = 0.2  # of the time, in interrupts
SLOWER = "`python -m host.device set clock_divider 15`"


def chip_findings(evidence: Evidence) -> list[Finding]:
    """All of them."""
    silicon = evidence.silicon
    if silicon is None:
        why = "this firmware does not time its chip"
        chip = [skipped("chip timing", why), skipped("interrupts", why)]
    else:
        chip = [timing_finding(silicon), interrupts_finding(silicon, evidence.hello.clock_hz)]
    seen = evidence.camera.frame is not None
    return [*chip, dropped_frames_finding(evidence)] if seen else chip


def timing_finding(silicon: Silicon) -> Finding:
    """Wait states of the GPIO port and the price of a taken branch, which decide the fastest pixel clock."""
    read = silicon.read_cycles / silicon.reads - USE_CYCLES
    branch = silicon.branch_cycles / silicon.branches
    detail = f"a GPIO read takes {read:.1f} cycles ({read - PROMPT_READ:.1f} waited), a taken branch {branch:.1f}"
    if read > SLOW_READ or branch > SLOW_BRANCH:
        return warned("chip timing", detail, f"if pictures are torn: {SLOWER}; post this line")
    return passed("chip timing", detail)


def interrupts_finding(silicon: Silicon, clock_hz: int) -> Finding:
    """What interrupts cost while nothing else runs."""
    seconds = silicon.window_cycles / clock_hz
    share = silicon.interrupt_cycles / silicon.window_cycles
    detail = (
        f"{silicon.interrupts / seconds:,.0f} a second take {share:.1%} of the time, the longest "
        f"{silicon.longest_cycles:,} cycles ({1e6 * silicon.longest_cycles / clock_hz:.0f} µs)"
    )
    if share > MUCH:
        return warned("interrupts", detail, "close what talks to the board's port meanwhile")
    return passed("interrupts", detail)


def dropped_frames_finding(evidence: Evidence) -> Finding:
    """Frames of the sensor that the board began to read and gave up."""
    camera = evidence.camera
    numbers = [result.frame for result in camera.results]
    if not numbers:
        return skipped("dropped frames", "no results, so nothing to count by")
    made = numbers[-1] - numbers[0] + 1
    gone, faults = made - len(numbers), len(camera.torn)
    if not gone and not faults:
        return passed("dropped frames", f"0 of {made} in a row")
    named = _named(evidence)
    detail = f"{gone} of {made} in a row, {faults} faults: {named}"
    if camera.undisturbed is not None:
        detail = f"{camera.undisturbed.words}; while commands were answered {detail}"
    if camera.drops_are_tolerable and gone <= faults:
        return passed("dropped frames", detail)
    return warned("dropped frames", detail, SLOWER)


def _named(evidence: Evidence) -> str:
    names = sorted({FaultCode(fault.code).name for fault in evidence.camera.torn})
    return ", ".join(names) or "no fault was reported"
