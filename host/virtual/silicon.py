"""What nobody measured on this chip and a firmware must survive: how much slower than the cycle model it may be.

ideal: the model of cycles.py, memory without wait states. pessimistic: the worst of each range. Sources:
- wait: Nordic publishes no wait states of a GPIO read; 0 to 3 is what capture loops in the field leave open.
- branch: ARM DDI 0439, 3.3: a taken branch costs 1 to 3 cycles to refill the pipeline.
- flash: nRF52840 Product Specification 1.1, CPU: 2 wait states, 3 with the instruction cache on, RAM none; NVMC: the
  cache holds 2 KB, a hit costs nothing. Its lines of 16 bytes and its two ways, the older one replaced, are an
  assumption: those of the nRF5340's cache, which its Product Specification describes. With the cache off the line
  fetched last is still at hand. Data read from flash waits every time. A miss is charged where its basic block begins.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from host.virtual.cycles import CycleModel

RANGES = {"wait": (0, 3), "branch": (1, 3), "flash": (0, 3), "interrupt": (0, 100_000)}


@dataclass(frozen=True)
class Silicon:
    """Cycles. wait: a GPIO read's wait states. branch: a taken direct branch; an indirect one costs 1 more. flash: wait
    states of a fetch that misses the instruction cache and of data read from flash, 0: neither is modelled.
    interrupt: how much more each handler of Arduino's core costs, which core_load.py charges; an image that
    brings the core along pays it at the entry of USBD, RTC1 and SysTick.
    """

    wait: int = 0
    branch: int = 1
    flash: int = 0
    interrupt: int = 0

    def model(self, ideal: CycleModel) -> CycleModel:
        """The cycle model with these branches."""
        if self.branch == ideal.taken_direct:
            return ideal
        return replace(ideal, taken_direct=self.branch, taken_indirect=self.branch + 1)

    def text(self) -> str:
        """As --silicon takes it."""
        name = next((name for name, silicon in NAMED.items() if silicon == self), None)
        return name or ",".join(f"{f.name}={getattr(self, f.name)}" for f in fields(self))


NAMED = {"ideal": Silicon(), "pessimistic": Silicon(wait=3, branch=3, flash=3, interrupt=1_000)}


def parse_silicon(text: str) -> Silicon:
    """`ideal`, `pessimistic`, or either with changes: `pessimistic,wait=1`, `wait=2,branch=3`. Raises ValueError."""
    first, *rest = text.split(",")
    silicon = NAMED.get(first)
    if silicon is None:
        silicon, rest = Silicon(), [first, *rest]
    for part in rest:
        name, _, number = part.partition("=")
        low, high = RANGES.get(name, (0, -1))
        if not number.isdecimal() or not low <= int(number) <= high:
            raise ValueError(
                f"{part!r}: give ideal or pessimistic, and then any of "
                + ", ".join(f"{name}={low}..{high}" for name, (low, high) in RANGES.items())
            )
        silicon = replace(silicon, **{name: int(number)})
    return silicon
