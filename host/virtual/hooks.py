"""What runs inside Unicorn for every block and every pin read, compiled by numba: no Python on the hot path.

In: one int64 array, the state; its words are named below, Python and the hooks share it. Out: the same array, moved
on. All of it stays in this file because numba's cache notices changes of this file only.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

# numba and llvmlite have no usable types: taken as untyped.
_numba: Any = importlib.import_module("numba")
carray, cfunc, njit, types = _numba.carray, _numba.cfunc, _numba.njit, _numba.types
intrinsic: Any = importlib.import_module("numba.extending").intrinsic
cgutils: Any = importlib.import_module("numba.core.cgutils")
ir: Any = importlib.import_module("llvmlite.ir")

FLASH_BYTES = 0x100000
RAM_START = 0x20000000
RAM_BYTES = 0x40000
CODE_RAM_START = 0x00800000  # the same RAM in the code region (nRF52840 PS 1.7, 4.2)
RAM_SLOT = FLASH_BYTES >> 1
SLOTS = RAM_SLOT + (RAM_BYTES >> 1)
POOL_HALFWORDS = 1 << 21
PC_REGISTER, PRIMASK_REGISTER, BASEPRI_REGISTER, FAULTMASK_REGISTER = 11, 123, 124, 126
CPSR_REGISTER, IT_STATE = 3, 0x0600FC00
NEVER = (1 << 63) - 1

# The words of the state.
(
    CYCLES,  # guest time: cycles since power on
    INSTRUCTIONS,  # executed since power on
    DEADLINE,  # the block hook stops the CPU when CYCLES reaches it
    EVENT,  # the next real event; differs from DEADLINE while WATCH_MASKS is set
    FALL,  # address of the block that follows when no branch is taken
    PENALTY,  # cycles a taken branch at the end of the last block costs
    BASE,  # CYCLES when the current block began
    BLOCK,  # address of the current block
    BLOCK_BYTES,  # its size
    BLOCK_COST,  # its price
    BLOCK_PREFIX,  # where its prefix sums begin in the pool
    STOPPED,  # STOP_* flags: why the CPU was stopped
    WATCH_MASKS,  # 1 while an interrupt waits for PRIMASK, BASEPRI or FAULTMASK to change
    MASKS,  # the three mask registers when WATCH_MASKS was set
    EXACT,  # 1 when the program counter is exact inside callbacks
    PROFILING,  # 1 while blocks are counted
    STOP_FUNCTION,  # uc_emu_stop
    READ_FUNCTION,  # uc_reg_read
    WRITE_FUNCTION,  # uc_reg_write
    PRICE_FUNCTION,  # void (uint64 address, uint64 bytes), Python
    RENDER_FUNCTION,  # void (uint64 frame), Python
    GPIO_FUNCTION,  # uint64 (uint64 offset), Python: GPIO registers other than IN
    DWT_FUNCTION,  # uint64 (uint64 offset), Python: DWT registers other than CYCCNT
    PRICES,  # int64[SLOTS][2]: packed price, prefix index
    PREFIXES,  # uint16[POOL_HALFWORDS]
    ALIGNED,  # uint8[SLOTS]: 1 for instructions that fault on misaligned words
    MISALIGNED_AT,  # address of the first such instruction that did, 0 when none
    COUNTS,  # int64[SLOTS][4]: runs, cycles, flash data reads, cycles lost to misaligned accesses
    CYCCNT_RUNS,
    CYCCNT_VALUE,  # the counter when it stands still, or its distance from CYCLES when it runs
    LEVELS_P0,  # levels of the pins that the sensor does not drive
    LEVELS_P1,
    INPUTS_P0,  # pins whose input buffer is connected
    INPUTS_P1,
    INPUT_READ,  # CYCLES of the latest read of an IN register
    PIN_WAIT,  # extra cycles of a read of an IN register
    SENSOR_RUNS,
    SENSOR_START,  # CYCLES at the start of frame 0
    CLOCK_NUMERATOR,  # base pixel clocks = cycles * numerator / denominator
    CLOCK_DENOMINATOR,
    LINE_CLOCKS,
    FRAME_LINES,
    VSYNC_LINES,
    HREF_START,  # base pixel clocks from the line's start
    HREF_CLOCKS,
    WINDOW_START,  # lines
    WINDOW_LINES,
    CLOCK_SHIFT,  # a byte lasts 1 << CLOCK_SHIFT base pixel clocks
    LINE_SHIFT,  # a line goes out every 1 << LINE_SHIFT line times
    PIN_FLAGS,  # FLAG_* of the sensor's outputs
    DRIVEN_P0,  # VSYNC, HREF and PCLK, less those a test cut off
    DRIVEN_P1,
    FRAME_READY,  # the frame whose bytes are in FRAME
    FRAME,  # uint8[]: bytes of the frame as they go out
    FRAME_BYTES,
    DATA_PINS,  # int64[256]: a byte as bits of P1
    LINE_FIRST,  # of the line looked up last, in half pixel clocks: where HREF would rise
    LINE_FROM,  # from here
    LINE_TO,  # to here the following words hold
    LINE_ACTIVE,  # HREF is high for so many halves behind LINE_FIRST
    LINE_BYTE,  # index in FRAME of the line's first byte
    LINE_FRAME,  # number of the frame
    VSYNC_TO,  # VSYNC is high up to here
    LOAD,  # int64[LOAD_SOURCES][LOAD_FIELDS]: the core's interrupts, 0 without them
    LOAD_TABLES,  # int64[LOAD_SOURCES][2][LOAD_DRAWS]: cycles from one to the next, and what each costs
    LOAD_AT,  # CYCLES at which the next of them comes, 0 when one may run at once, NEVER without them
    LOAD_EXTRA,  # cycles that each costs more
    LOAD_HELD,  # 1 while an exception of the guest waits for them
    LOAD_STOPS,  # what the guest's own handlers let through: the execution priority without masks
    HSYNC_START,  # with FLAG_HSYNC: HREF's pin is high from here, in base pixel clocks from the line's start
    HSYNC_END,  # to here
    ACCESSES,  # uint16[SLOTS][2]: when the loads and the stores of a block reach a device; see ACCESS_*
    SITE_BASE,  # BASE of the block whose accesses a site hook timed last
    SITE_AT,  # cycles from there to the access
    WANTED,  # uint8[SLOTS]: 1 for blocks that read pins or the clock and need a site hook
    WANTED_AT,  # CYCLES when the latest of them was found
    FLASH_WAIT,  # cycles that a line of flash takes to come, 0: flash and its cache are not modelled
    CACHE,  # int64[CACHE_SETS][3]: the lines that the ways hold, and the way to be replaced next
    CACHE_ON,
    CACHE_HITS,  # lines that blocks began or went on in and that were there
    CACHE_MISSES,
    LINE_AT_HAND,  # the line fetched last, for when the cache is off
    STATE_WORDS,
) = range(83)
CACHE_SETS, FLASH_LINE_SHIFT = 64, 4  # 2 KB: 64 sets of two lines of 16 bytes

# An entry of ACCESSES: cycles + 1 before the only access that can reach a device, or one of these.
ACCESS_UNKNOWN, ACCESS_HOOKED = 0, 0xFFFF
LOADS, STORES = 0, 1  # its columns
STOP_DEADLINE, STOP_EXACT, STOP_REQUEST = 1, 2, 4
FLAG_GATED, FLAG_CLOCK_REVERSED, FLAG_HREF_REVERSED, FLAG_VSYNC_REVERSED = 1, 2, 4, 8
FLAG_HSYNC = 16
PIN_PCLK, PIN_HREF, PIN_VSYNC = 1 << 4, 1 << 5, 1 << 21
COUNT_SHIFT, PENALTY_SHIFT, ENTRY_SHIFT, MASKS_SHIFT, SIZE_SHIFT = 16, 28, 32, 34, 35

# A row of LOAD: one cause of interrupts; see core_load.py.
(
    ARRIVES,  # CYCLES of its next interrupt
    PRIORITY,
    OWED,  # cycles of the handler that is pending, 0 when none is
    LEFT,  # cycles of the handler that runs, 0 when none does
    DRAWN,  # how many interrupts came
    MOST,  # cycles of a handler, whatever gathered
    FOLLOWER,  # row whose interrupt this handler makes pending, -1: none
    SKIPPED,  # every so-manieth time it does not
    TAKEN,  # handlers that ran
    STOLEN,  # cycles they took
    LOAD_FIELDS,
) = range(11)
LOAD_SOURCES, LOAD_DRAWS = 4, 256
GATHERED_SHIFT = (
    3  # an interrupt that comes while its handler is pending adds an eighth of its cost
)
NO_HANDLER, PRIORITY_BITS = 0x100, 0xE0


class NativeFunction(Protocol):
    """A compiled function that Unicorn can call."""

    address: int


def pack_price(
    cycles: int, instructions: int, penalty: int, entry: int, masks: bool, size: int
) -> int:
    """The price of a block as one word of the table: see the shifts above. masks: it may change mask registers."""
    word = cycles | instructions << COUNT_SHIFT | penalty << PENALTY_SHIFT
    return word | entry << ENTRY_SHIFT | masks << MASKS_SHIFT | size << SIZE_SHIFT


def plain(address: int) -> int:
    """The address in RAM for one in its alias in the code region; others as they are."""
    offset = address - CODE_RAM_START
    return RAM_START + offset if 0 <= offset < RAM_BYTES else address


def slot_of(address: int) -> int:
    """The row of the tables for a code address, -1 when code cannot lie there."""
    address = plain(address)
    if address < FLASH_BYTES:
        return address >> 1
    offset = address - RAM_START
    return RAM_SLOT + (offset >> 1) if 0 <= offset < RAM_BYTES else -1


def address_of(slot: int) -> int:
    """The code address of a row of the tables."""
    return 2 * slot if slot < RAM_SLOT else RAM_START + 2 * (slot - RAM_SLOT)


def native(signature: Any) -> Callable[[Callable[..., Any]], NativeFunction]:
    """Compiles a callback for C, cached on disk."""
    compiled: Callable[[Callable[..., Any]], NativeFunction] = cfunc(signature, cache=True)
    return compiled


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiles a function that callbacks call."""
    compiled: Callable[..., Any] = njit(cache=True, error_model="numpy")(function)
    return compiled


def emitted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that writes its own machine code; numba replaces the call."""
    made: Callable[..., Any] = intrinsic(function)
    return made


@emitted
def pointer(context: Any, address: Any) -> Any:
    """An address as a pointer."""

    def code(_: Any, builder: Any, __: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), code


@emitted
def stop_engine(context: Any, function: Any, engine: Any) -> Any:
    """uc_emu_stop(engine)."""

    def code(target: Any, builder: Any, _: Any, values: Any) -> Any:
        kind = ir.FunctionType(ir.IntType(32), [cgutils.voidptr_t])
        builder.call(builder.inttoptr(values[0], kind.as_pointer()), [values[1]])
        return target.get_dummy_value()

    return types.void(types.int64, types.voidptr), code


@emitted
def write_register(context: Any, function: Any, engine: Any, register: Any, value: Any) -> Any:
    """uc_reg_write(engine, register), 0 when it could."""

    def code(_: Any, builder: Any, __: Any, values: Any) -> Any:
        word, number = ir.IntType(64), ir.IntType(32)
        place = cgutils.alloca_once(builder, word)
        builder.store(values[3], place)
        kind = ir.FunctionType(number, [cgutils.voidptr_t, number, cgutils.voidptr_t])
        where = builder.bitcast(place, cgutils.voidptr_t)
        function = builder.inttoptr(values[0], kind.as_pointer())
        status = builder.call(function, [values[1], builder.trunc(values[2], number), where])
        return builder.zext(status, word)

    return types.int64(types.int64, types.voidptr, types.int64, types.int64), code


@emitted
def read_register(context: Any, function: Any, engine: Any, register: Any) -> Any:
    """uc_reg_read(engine, register)."""

    def code(_: Any, builder: Any, __: Any, values: Any) -> Any:
        word, number = ir.IntType(64), ir.IntType(32)
        place = cgutils.alloca_once(builder, word)
        builder.store(ir.Constant(word, 0), place)
        kind = ir.FunctionType(number, [cgutils.voidptr_t, number, cgutils.voidptr_t])
        where = builder.bitcast(place, cgutils.voidptr_t)
        function = builder.inttoptr(values[0], kind.as_pointer())
        builder.call(function, [values[1], builder.trunc(values[2], number), where])
        return builder.load(place)

    return types.int64(types.int64, types.voidptr, types.int64), code


@emitted
def ask_python(context: Any, function: Any, first: Any, second: Any) -> Any:
    """uint64 function(uint64, uint64) at an address."""

    def code(_: Any, builder: Any, __: Any, values: Any) -> Any:
        word = ir.IntType(64)
        kind = ir.FunctionType(word, [word, word])
        return builder.call(builder.inttoptr(values[0], kind.as_pointer()), [values[1], values[2]])

    return types.int64(types.int64, types.int64, types.int64), code


PYTHON_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64)


@inner
def table_row(address: Any) -> Any:
    """The row of the tables for a code address."""
    if address < FLASH_BYTES:
        return address >> 1
    return RAM_SLOT + ((address & (RAM_BYTES - 1)) >> 1)


@inner
def forget_it_state(s: Any, engine: Any) -> None:
    """To be called in every hook of memory. For such a hook Unicorn restores the CPU's state as it is at the very
    access, the IT state with it; a block that was translated with its IT inside never clears that, and the next block
    that is looked up would take its first instruction for a conditional one.
    """
    status = read_register(s[READ_FUNCTION], engine, CPSR_REGISTER)
    if status & IT_STATE != 0:
        write_register(s[WRITE_FUNCTION], engine, CPSR_REGISTER, status & ~IT_STATE)


@inner
def masks_now(s: Any, engine: Any) -> Any:
    """PRIMASK, FAULTMASK and BASEPRI as one word."""
    read = s[READ_FUNCTION]
    single = read_register(read, engine, PRIMASK_REGISTER) & 1
    single |= (read_register(read, engine, FAULTMASK_REGISTER) & 1) << 1
    return single | (read_register(read, engine, BASEPRI_REGISTER) & 0xFF) << 8


@inner
def access_time(s: Any) -> Any:
    """Cycles from the block's start to the load of a device that it makes; -1: not known without PC."""
    accesses = carray(pointer(s[ACCESSES]), (SLOTS, 2), np.uint16)
    access = np.int64(accesses[table_row(s[BLOCK]), LOADS])
    if access == ACCESS_HOOKED:
        return s[SITE_AT] if s[SITE_BASE] == s[BASE] else np.int64(-1)
    return access - 1


@inner
def want_site(s: Any) -> None:
    """The block that runs shall have a site hook when the fast engine takes over."""
    wanted = carray(pointer(s[WANTED]), (SLOTS,), np.uint8)
    if wanted[table_row(s[BLOCK])] == 0:
        wanted[table_row(s[BLOCK])] = 1
        s[WANTED_AT] = s[CYCLES]


@inner
def prefix_at(s: Any, address: Any) -> Any:
    """Cycles from the block's start to the instruction at this address."""
    prefixes = carray(pointer(s[PREFIXES]), (POOL_HALFWORDS,), np.uint16)
    return np.int64(prefixes[s[BLOCK_PREFIX] + ((address - s[BLOCK]) >> 1)])


@inner
def cycle_now(s: Any, engine: Any) -> Any:
    """Guest time of the load being made: exact, or the end of the block when that cannot be told."""
    at = access_time(s)
    if s[EXACT] != 0:
        if at < 0:
            want_site(s)
        at = prefix_at(s, read_register(s[READ_FUNCTION], engine, PC_REGISTER))
    elif at < 0:
        return s[CYCLES]
    return s[CYCLES] - s[BLOCK_COST] + at


@inner
def interrupt_comes(load: Any, tables: Any, row: Any) -> None:
    """An interrupt of this row becomes pending, or gathers with the one that is."""
    draw = load[row, DRAWN] % LOAD_DRAWS
    load[row, DRAWN] += 1
    cost = tables[row, 1, draw]
    if load[row, OWED] != 0:
        cost = min(load[row, OWED] + (cost >> GATHERED_SHIFT), load[row, MOST])
    load[row, OWED] = cost
    if load[row, ARRIVES] != NEVER:
        load[row, ARRIVES] += tables[row, 0, draw]


@inner
def handler_ends(load: Any, tables: Any, row: Any) -> None:
    """A handler of the core returned; it may have made another interrupt pending."""
    follower = load[row, FOLLOWER]
    if follower >= 0 and load[row, TAKEN] % load[row, SKIPPED] != 0:
        interrupt_comes(load, tables, follower)


@inner
def most_urgent(load: Any, field: Any, limit: Any) -> Any:
    """The row with the least priority value below `limit` among those where `field` is not 0, else -1."""
    found = -1
    for row in range(LOAD_SOURCES):
        if load[row, field] != 0 and load[row, PRIORITY] < limit:
            found = row
            limit = load[row, PRIORITY]
    return found


@inner
def first_arrival(load: Any) -> Any:
    """When the next interrupt of the core comes."""
    first = NEVER
    for row in range(LOAD_SOURCES):
        first = min(first, load[row, ARRIVES])
    return first


@inner
def priority_limit(s: Any, engine: Any) -> Any:
    """The execution priority: what the guest's handlers and its mask registers hold back lies at or above it."""
    masks = masks_now(s, engine)
    limit = s[LOAD_STOPS]
    base = masks >> 8 & PRIORITY_BITS
    if base != 0:
        limit = min(limit, base)
    return limit if masks & 3 == 0 else min(limit, 0)


@inner
def serve_load(s: Any, engine: Any) -> None:
    """Handlers of the core that may run now do: guest time passes, nothing else. Up to the next event at most."""
    load = carray(pointer(s[LOAD]), (LOAD_SOURCES, LOAD_FIELDS), np.int64)
    tables = carray(pointer(s[LOAD_TABLES]), (LOAD_SOURCES, 2, LOAD_DRAWS), np.int64)
    limit = priority_limit(s, engine)
    while True:
        for row in range(LOAD_SOURCES):
            while load[row, ARRIVES] <= s[CYCLES]:
                interrupt_comes(load, tables, row)
        running = most_urgent(load, LEFT, s[LOAD_STOPS])
        bar = limit if running < 0 else min(limit, load[running, PRIORITY])
        starting = most_urgent(load, OWED, bar)
        if starting >= 0:
            load[starting, LEFT] = load[starting, OWED] + s[LOAD_EXTRA]
            load[starting, OWED] = 0
            load[starting, TAKEN] += 1
        elif running < 0 or s[CYCLES] >= s[EVENT]:
            s[LOAD_AT] = first_arrival(load) if running < 0 else 0
            return
        else:
            room = min(s[EVENT], first_arrival(load)) - s[CYCLES]
            step = min(load[running, LEFT], room)
            s[CYCLES] += step
            load[running, LEFT] -= step
            load[running, STOLEN] += step
            if load[running, LEFT] == 0:
                handler_ends(load, tables, running)


@inner
def line_is_there(s: Any, line: Any) -> Any:
    """Whether a line of flash is in the instruction cache; it is from now on."""
    if s[CACHE_ON] == 0:
        there = s[LINE_AT_HAND] == line
        s[LINE_AT_HAND] = line
        return there
    cache = carray(pointer(s[CACHE]), (CACHE_SETS, 3), np.int64)
    row = line % CACHE_SETS
    for way in range(2):
        if cache[row, way] == line:
            cache[row, 2] = 1 - way
            return True
    oldest = cache[row, 2]
    cache[row, oldest] = line
    cache[row, 2] = 1 - oldest
    return False


@inner
def fetch_block(s: Any, start: Any, size: Any) -> Any:
    """Cycles that the lines of a block in flash are waited for."""
    waited = 0
    for line in range(start >> FLASH_LINE_SHIFT, ((start + size - 1) >> FLASH_LINE_SHIFT) + 1):
        if line_is_there(s, line):
            s[CACHE_HITS] += 1
        else:
            s[CACHE_MISSES] += 1
            waited += s[FLASH_WAIT]
    return waited


@inner
def must_stop(s: Any, engine: Any) -> Any:
    """Whether the deadline has come, or the masks changed that an exception of the guest waits for."""
    if s[CYCLES] < s[DEADLINE]:
        return False
    watched = s[WATCH_MASKS] != 0 and s[CYCLES] < s[EVENT]
    return not watched or masks_now(s, engine) != s[MASKS]


@native(types.void(types.voidptr, types.uint64, types.uint32, types.voidptr))
def block_hook(engine: Any, address: Any, size: Any, user: Any) -> None:
    """Prices a block when it starts; stops before it when the deadline has come.

    Unicorn calls again for the same block after such a stop, so the deadline is tested before anything is charged.
    """
    s = carray(user, (STATE_WORDS,), np.int64)
    stops = must_stop(s, engine)
    if not stops and s[CYCLES] >= s[LOAD_AT]:
        serve_load(s, engine)
        stops = s[LOAD_HELD] != 0 or must_stop(s, engine)
        s[LOAD_HELD] = 0
    if stops:
        s[STOPPED] |= STOP_DEADLINE
        stop_engine(s[STOP_FUNCTION], engine)
        return
    start = np.int64(address)
    slot = table_row(start)
    prices = carray(pointer(s[PRICES]), (SLOTS, 2), np.int64)
    price = prices[slot, 0]
    if price >> SIZE_SHIFT != np.int64(size):
        ask_python(s[PRICE_FUNCTION], start, np.int64(size))
        price = prices[slot, 0]
    cycles = s[CYCLES]
    charged = cycles
    if start != s[FALL]:
        cycles += s[PENALTY] + (price >> ENTRY_SHIFT & 3)
    if s[FLASH_WAIT] != 0 and start < FLASH_BYTES:
        cycles += fetch_block(s, start, np.int64(size))
    s[BASE] = cycles
    cost = price & 0xFFFF
    s[CYCLES] = cycles + cost
    s[INSTRUCTIONS] += price >> COUNT_SHIFT & 0xFFF
    s[BLOCK] = start
    s[BLOCK_BYTES] = size
    s[BLOCK_COST] = cost
    s[BLOCK_PREFIX] = prices[slot, 1]
    s[FALL] = start + size
    s[PENALTY] = price >> PENALTY_SHIFT & 15
    if price >> MASKS_SHIFT & 1 != 0 and s[LOAD] != 0:
        s[LOAD_AT] = 0  # the masks may be open behind this block
    if s[PROFILING] != 0:
        counts = carray(pointer(s[COUNTS]), (SLOTS, 4), np.int64)
        counts[slot, 0] += 1
        counts[slot, 1] += s[CYCLES] - charged


@inner
def find_line(s: Any, halves: Any) -> None:
    """Keeps, for the line in which `halves` lies: its bounds, its frame, its place in the data, and VSYNC's bounds.

    halves: half periods of the base pixel clock since SENSOR_START. A line begins where HREF would rise.
    """
    line_halves = s[LINE_CLOCKS] * 2
    frame_halves = line_halves * s[FRAME_LINES]
    frame = halves // frame_halves
    start = frame * frame_halves
    shifted = halves - start - s[HREF_START] * 2
    line = shifted // line_halves
    row = line - s[WINDOW_START]
    first = start + s[HREF_START] * 2 + line * line_halves
    active = 0 <= row < s[WINDOW_LINES] and row & ((1 << s[LINE_SHIFT]) - 1) == 0
    s[LINE_FIRST] = first
    s[LINE_FROM] = max(first, start)
    s[LINE_TO] = min(first + line_halves, start + frame_halves)
    s[LINE_ACTIVE] = s[HREF_CLOCKS] * 2 if active else 0
    s[LINE_BYTE] = (row >> s[LINE_SHIFT]) * (s[HREF_CLOCKS] >> s[CLOCK_SHIFT])
    s[LINE_FRAME] = frame
    s[VSYNC_TO] = start + s[VSYNC_LINES] * line_halves


@inner
def halves_at(s: Any, now: Any) -> Any:
    """Half periods of the base pixel clock since SENSOR_START; a float estimate, then made exact."""
    scaled = (now - s[SENSOR_START]) * 2 * s[CLOCK_NUMERATOR]
    halves = np.int64(scaled / s[CLOCK_DENOMINATOR])
    rest = scaled - halves * s[CLOCK_DENOMINATOR]
    if rest < 0:
        halves -= 1
    elif rest >= s[CLOCK_DENOMINATOR]:
        halves += 1
    if halves < s[LINE_FROM] or halves >= s[LINE_TO]:
        find_line(s, halves)
    return halves


@inner
def sensor_pins(s: Any, now: Any) -> Any:
    """PCLK, HREF and VSYNC as bits of P0."""
    halves = halves_at(s, now)
    half = halves - s[LINE_FIRST]
    flags = s[PIN_FLAGS]
    active = half < s[LINE_ACTIVE]
    level = (half >> s[CLOCK_SHIFT]) & 1 != 0 and (active or flags & FLAG_GATED == 0)
    pins = 0
    if level != (flags & FLAG_CLOCK_REVERSED != 0):
        pins |= PIN_PCLK
    high = active
    if flags & FLAG_HSYNC != 0:
        place = (half + s[HREF_START] * 2) % (s[LINE_CLOCKS] * 2)
        high = s[HSYNC_START] * 2 <= place < s[HSYNC_END] * 2
    if high != (flags & FLAG_HREF_REVERSED != 0):
        pins |= PIN_HREF
    if (halves < s[VSYNC_TO]) != (flags & FLAG_VSYNC_REVERSED != 0):
        pins |= PIN_VSYNC
    return pins


@inner
def sensor_byte(s: Any, now: Any) -> Any:
    """The byte on the data bus, 0 outside a line."""
    half = halves_at(s, now) - s[LINE_FIRST]
    if half >= s[LINE_ACTIVE]:
        return np.int64(0)
    if s[LINE_FRAME] != s[FRAME_READY]:
        ask_python(s[RENDER_FUNCTION], s[LINE_FRAME], 0)
    frame_bytes = carray(pointer(s[FRAME]), (s[FRAME_BYTES],), np.uint8)
    return np.int64(frame_bytes[s[LINE_BYTE] + (half >> (s[CLOCK_SHIFT] + 1))])


@inner
def input_word(s: Any, engine: Any, port: Any) -> Any:
    """An IN register: the board's levels, and the sensor's pins at this very cycle."""
    now = cycle_now(s, engine) + s[PIN_WAIT]  # the bus takes the level when the access ends
    s[CYCLES] += s[PIN_WAIT]
    s[INPUT_READ] = now
    levels = s[LEVELS_P0 + port]
    if s[SENSOR_RUNS] != 0:
        if s[EXACT] == 0 and access_time(s) < 0:
            want_site(s)
            s[STOPPED] |= STOP_EXACT
            stop_engine(s[STOP_FUNCTION], engine)
        driven = s[DRIVEN_P0 + port]
        if port == 0:
            levels = levels & ~driven | sensor_pins(s, now) & driven
        else:
            data_pins = carray(pointer(s[DATA_PINS]), (256,), np.int64)
            levels = levels & ~driven | data_pins[sensor_byte(s, now)] & driven
    return levels & s[INPUTS_P0 + port]


@native(types.uint64(types.voidptr, types.uint64, types.uint32, types.voidptr))
def gpio_read(engine: Any, offset: Any, size: Any, user: Any) -> Any:
    """Reads of 0x50000000..0x50000FFF."""
    s = carray(user, (STATE_WORDS,), np.int64)
    if offset == 0x510:
        return np.uint64(input_word(s, engine, 0))
    if offset == 0x810:
        return np.uint64(input_word(s, engine, 1))
    return np.uint64(ask_python(s[GPIO_FUNCTION], np.int64(offset), 0))


@native(types.uint64(types.voidptr, types.uint64, types.uint32, types.voidptr))
def dwt_read(engine: Any, offset: Any, size: Any, user: Any) -> Any:
    """Reads of the DWT; CYCCNT is the guest's cycle counter."""
    s = carray(user, (STATE_WORDS,), np.int64)
    if offset == 4:
        value = s[CYCCNT_VALUE]
        if s[CYCCNT_RUNS] != 0:
            value += cycle_now(s, engine)
        return np.uint64(value & 0xFFFFFFFF)
    return np.uint64(ask_python(s[DWT_FUNCTION], np.int64(offset), 0))


@native(types.void(types.voidptr, types.uint64, types.uint32, types.voidptr))
def site_hook(engine: Any, address: Any, size: Any, user: Any) -> None:
    """Called before each instruction of a block that makes several accesses: notes when, should this be the one."""
    s = carray(user, (STATE_WORDS,), np.int64)
    s[SITE_BASE] = s[BASE]
    s[SITE_AT] = prefix_at(s, np.int64(address))


@native(
    types.void(types.voidptr, types.int32, types.uint64, types.int32, types.int64, types.voidptr)
)
def nothing_hook(engine: Any, kind: Any, address: Any, size: Any, value: Any, user: Any) -> None:
    """Its presence makes Unicorn keep PC exact for the accesses it covers."""
    forget_it_state(carray(user, (STATE_WORDS,), np.int64), engine)


@native(
    types.void(types.voidptr, types.int32, types.uint64, types.int32, types.int64, types.voidptr)
)
def flash_hook(engine: Any, kind: Any, address: Any, size: Any, value: Any, user: Any) -> None:
    """Data read from flash waits for it."""
    s = carray(user, (STATE_WORDS,), np.int64)
    forget_it_state(s, engine)
    s[CYCLES] += s[FLASH_WAIT]


@native(
    types.void(types.voidptr, types.int32, types.uint64, types.int32, types.int64, types.voidptr)
)
def access_hook(engine: Any, kind: Any, address: Any, size: Any, value: Any, user: Any) -> None:
    """Profile mode: counts flash data reads and charges misaligned accesses.

    LDM, LDRD, VLDR and their like fault on a misaligned word; Unicorn lets them pass, so they are noted here.
    """
    s = carray(user, (STATE_WORDS,), np.int64)
    forget_it_state(s, engine)
    place = np.int64(address)
    wait = 0
    if size == 4 and place & 3 != 0:
        wait = 2 if place & 1 else 1
        counter = read_register(s[READ_FUNCTION], engine, PC_REGISTER)
        aligned = carray(pointer(s[ALIGNED]), (SLOTS,), np.uint8)
        if s[MISALIGNED_AT] == 0 and aligned[table_row(counter)] != 0:
            s[MISALIGNED_AT] = counter
    elif size == 2 and place & 1 != 0:
        wait = 1
    s[CYCLES] += wait
    if s[PROFILING] != 0:
        slot = table_row(s[BLOCK])
        counts = carray(pointer(s[COUNTS]), (SLOTS, 4), np.int64)
        counts[slot, 1] += wait
        counts[slot, 3] += wait
        if place < FLASH_BYTES:
            counts[slot, 2] += 1
