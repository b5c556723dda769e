"""What the hooks and Python share: the state, the tables of prices and counts, flash and RAM."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from host.virtual import words

APPLICATION_START = 0x10000


class Memory:
    """The board's memories (uint8) and the emulator's tables, at fixed addresses for the life of the board."""

    def __init__(self) -> None:
        self.flash: npt.NDArray[np.uint8] = np.full(words.FLASH_BYTES, 0xFF, np.uint8)
        self.ram: npt.NDArray[np.uint8] = np.zeros(words.RAM_BYTES, np.uint8)
        self.state: npt.NDArray[np.int64] = np.zeros(words.STATE_WORDS, np.int64)
        self.prices: npt.NDArray[np.int64] = np.zeros((words.SLOTS, 2), np.int64)
        self.counts: npt.NDArray[np.int64] = np.zeros((words.SLOTS, 4), np.int64)
        self.aligned: npt.NDArray[np.uint8] = np.zeros(words.SLOTS, np.uint8)
        self.prefixes: npt.NDArray[np.uint16] = np.zeros(words.POOL_HALFWORDS, np.uint16)
        self.accesses: npt.NDArray[np.uint16] = np.zeros((words.SLOTS, 2), np.uint16)
        self.wanted: npt.NDArray[np.uint8] = np.zeros(words.SLOTS, np.uint8)
        self.cache: npt.NDArray[np.int64] = np.zeros((words.CACHE_SETS, 3), np.int64)
        self.nvic: npt.NDArray[np.int64] = np.zeros((words.EXCEPTIONS, words.NVIC_FIELDS), np.int64)
        self.timers: npt.NDArray[np.int64] = np.zeros(
            (words.TIMER_COUNT, words.TIMER_FIELDS), np.int64
        )
        self.ppi_events: npt.NDArray[np.int64] = np.zeros(words.PPI_CHANNELS, np.int64)
        self.groups: npt.NDArray[np.int64] = np.zeros(
            (words.GROUP_COUNT, words.GROUP_FIELDS), np.int64
        )
        self.ran: npt.NDArray[np.uint16] = np.zeros(words.RAM_BYTES >> 1, np.uint16)
        self.prefix_count = 0
        for word, table in (
            (words.PRICES, self.prices),
            (words.COUNTS, self.counts),
            (words.ALIGNED, self.aligned),
            (words.PREFIXES, self.prefixes),
            (words.CACHE, self.cache),
            (words.ACCESSES, self.accesses),
            (words.WANTED, self.wanted),
            (words.FLASH, self.flash),
            (words.RAM, self.ram),
            (words.NVIC, self.nvic),
            (words.TIMERS, self.timers),
            (words.PPI_EVENTS, self.ppi_events),
            (words.GROUPS, self.groups),
            (words.RAN, self.ran),
        ):
            self.state[word] = table.ctypes.data
        self.timers[:, words.T_AT] = self.state[words.TIMERS_AT] = words.NEVER
        self.state[words.ACCESS] = words.NO_ACCESS

    def read(self, address: int, count: int) -> bytes | None:
        """Bytes of RAM or flash, None when any of them lies outside."""
        place = self._place(address, count)
        return None if place is None else place.tobytes()

    def write_ram(self, address: int, data: bytes) -> bool:
        """Writes RAM as a bus master would; false when any byte lies outside."""
        place = self._place(address, len(data))
        if place is None or address < words.RAM_START:
            return False
        place[:] = np.frombuffer(data, np.uint8)
        return True

    def read_word(self, address: int) -> int:
        """A little-endian word of RAM or flash, 0 outside."""
        data = self.read(address, 4)
        return int.from_bytes(data or b"", "little")

    def _place(self, address: int, count: int) -> npt.NDArray[np.uint8] | None:
        address = words.plain(address)
        for start, memory in ((0, self.flash), (words.RAM_START, self.ram)):
            if start <= address and address + count <= start + len(memory):
                return memory[address - start : address - start + count]
        return None

    def switch_cache(self, on: bool) -> None:
        """The instruction cache; it is empty when it goes on."""
        self.state[words.CACHE_ON] = on
        self.cache[:] = (-1, -1, 0)
        self.state[words.LINE_AT_HAND] = -1

    def forget_prices(self, address: int, count: int) -> None:
        """Code at these addresses changed: blocks must be priced again that begin there, or before and run into it."""
        first = words.slot_of(address)
        if first >= 0:
            begin = max(first - words.LONGEST_BLOCK_SLOTS, 0)
            self.prices[begin : first + (count + 1) // 2 + 1, 0] = 0
