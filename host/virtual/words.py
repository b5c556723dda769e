"""What Python and the compiled hooks share: the words of the state, the layout of its tables, and code addresses.

One int64 array, the state; its words are named below. Where a word is a pointer, the comment says to what.
"""

from __future__ import annotations

FLASH_BYTES = 0x100000
RAM_START = 0x20000000
RAM_BYTES = 0x40000
CODE_RAM_START = 0x00800000  # the same RAM in the code region (nRF52840 PS 1.7, 4.2)
RAM_SLOT = FLASH_BYTES >> 1
SLOTS = RAM_SLOT + (RAM_BYTES >> 1)
POOL_HALFWORDS = 1 << 21
LONGEST_BLOCK_SLOTS = 1024  # Unicorn ends a block behind 512 instructions
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
    STOP_FUNCTION,  # uc_emu_stop
    READ_FUNCTION,  # uc_reg_read
    PRICE_FUNCTION,  # uint64 (uint64 address, uint64 bytes), Python: 1 when the block shall not run now
    RENDER_FUNCTION,  # void (uint64 frame), Python
    GPIO_FUNCTION,  # uint64 (uint64 offset), Python: GPIO registers other than IN
    DWT_FUNCTION,  # uint64 (uint64 offset), Python: DWT registers other than CYCCNT
    PRICES,  # int64[SLOTS][2]: packed price, prefix index
    PREFIXES,  # uint16[POOL_HALFWORDS]
    ALIGNED,  # uint8[SLOTS]: 1 for instructions that fault on misaligned words
    MISALIGNED_AT,  # address of the first such instruction that did, 0 when none
    COUNTS,  # int64[SLOTS][4]: runs, cycles, flash data reads, cycles lost to misaligned accesses, while EXACT is set
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
    IN_ALIAS,  # 1: such a block ran at RAM's address in the code region
    WANTED_AT,  # CYCLES when the latest of them was found
    NEW_AT,  # CYCLES when a block that makes several accesses was priced first
    FLASH_WAIT,  # cycles that a line of flash takes to come, 0: flash and its cache are not modelled
    CACHE,  # int64[CACHE_SETS][3]: the lines that the ways hold, and the way to be replaced next
    CACHE_ON,
    CACHE_HITS,  # lines that blocks began or went on in and that were there
    CACHE_MISSES,
    LINE_AT_HAND,  # the line fetched last, for when the cache is off
    ENGINE,  # uc_engine that runs or ran last
    WRITE_FUNCTION,  # uc_reg_write
    READ_BATCH_FUNCTION,  # uc_reg_read_batch
    WRITE_BATCH_FUNCTION,  # uc_reg_write_batch
    GROUPS,  # int64[GROUP_COUNT][GROUP_FIELDS]: registers that are read or written together
    RAM,  # uint8[RAM_BYTES]
    FLASH,  # uint8[FLASH_BYTES]
    ACCESS,  # LOADS or STORES while the CPU accesses a device, else NO_ACCESS
    HAPPENS,  # 1 while an event of a peripheral happens, at cycle
    HAPPENED_AT,
    PYTHON_EVENT,  # the next event that Python knows of, or the end of the run
    TIMERS_AT,  # the next match of a TIMER; EVENT is the earlier one
    TIMERS,  # int64[TIMER_COUNT][TIMER_FIELDS]
    PPI_FUNCTION,  # void (uint64 address of an event, 0), Python
    PPI_EVENTS,  # int64[PPI_CHANNELS]: the event's address of each channel that is on, else 0
    BUS_READ_FUNCTION,  # uint64 (uint64 address | size << 32, 0), Python
    BUS_WRITE_FUNCTION,  # void (uint64 address | size << 32, uint64 value), Python
    DUE_FUNCTION,  # void (uint64 cycle, 0), Python: runs the events that are due by this cycle
    ATTENTION,  # 1: Python wants to see the next stop
    WATCHED,  # WATCHED_* flags: Python wants to see every stop
    SITES_GROW,  # 1: blocks are wanted that the CPU itself found; Python sees the next stop
    INTERRUPT_NUMBER,  # of Unicorn, when that is why the CPU was stopped
    NVIC,  # int64[EXCEPTIONS][NVIC_FIELDS]
    ACTIVE_COUNT,  # exceptions that are active
    GROUP_SHIFT,  # AIRCR.PRIGROUP
    ARRIVED,  # 1: an exception became pending since somebody looked
    LINE_FUNCTION,  # uint64 (uint64 exception, 0), Python: the level of a peripheral's interrupt line
    VECTORS,  # VTOR
    FLOAT_CONTROL,  # FPCCR
    FLOAT_PLACE,  # FPCAR
    FRAME_AT,  # where the latest exception frame lies, or should have lain
    EVENT_SET,  # the event register of WFE
    WAITS_FOR_EVENT,  # 1: it was WFE that the CPU sleeps in
    EXCEPTIONS_TAKEN,  # by the guest's own handlers, since power on
    RAN,  # uint16[RAM_BYTES / 2]: what each halfword of RAM was when it ran; see ran_code.py
    STATE_WORDS,
) = range(118)
CACHE_SETS, FLASH_LINE_SHIFT = 64, 4  # 2 KB: 64 sets of two lines of 16 bytes

# An entry of ACCESSES: cycles + 1 before the only access that can reach a device, or one of these.
ACCESS_UNKNOWN, ACCESS_HOOKED = 0, 0xFFFF
LOADS, STORES, NO_ACCESS = 0, 1, 2  # its columns
WATCHED_BY_OBSERVER, WATCHED_CLOSELY, WATCHED_BY_SCR = 1, 2, 4
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
    NUMBER,  # of the exception
    LOAD_FIELDS,
) = range(12)
LOAD_SOURCES, LOAD_DRAWS = 4, 256
# an interrupt that comes while its handler is pending adds an eighth of its cost
GATHERED_SHIFT = 3
PRIORITY_BITS = 0xE0  # the nRF52840 implements 3 priority bits
THREAD_PRIORITY = 0x100

# A row of NVIC: one exception.
(
    PENDING,
    ENABLED,
    FULL_PRIORITY,
    HAS_LINE,  # a peripheral's interrupt line leads here: looked at when the handler ends
    LINE_OF_TIMER,  # the TIMER it belongs to, counted from 1; 0: Python knows
    ACTIVE,  # row n: the exception that is active at depth n
    DEARER,  # cycles that entering it costs beyond the hardware's
    NVIC_FIELDS,
) = range(8)
EXCEPTIONS = 64

# A row of TIMERS: nRF52840 PS 1.7, 6.30; see native/timers.py.
TIMER_COUNT, MOST_CHANNELS = 5, 6
(
    T_EVENTS,  # EVENTS_COMPARE[0..5]
    T_CC,  # CC[0..5]
    T_INTEN,
    T_SHORTS,
    T_MODE,
    T_BITMODE,
    T_PRESCALER,
    T_RUNNING,
    T_SINCE,  # CYCLES when the count was T_BASE
    T_BASE,
    T_AT,  # CYCLES of the next match, NEVER
    T_TARGET,  # the count then
    T_CHANNELS,
    T_EXCEPTION,
    T_ADDRESS,
    TIMER_FIELDS,
) = (0, 6, *range(12, 26))
PPI_CHANNELS = 32

# A row of GROUPS.
ENTRY_READ, ENTRY_WRITE, EXIT_READ, EXIT_WRITE, FLOAT_GROUP, GROUP_COUNT = range(6)
G_IDS, G_PLACES, G_VALUES, G_COUNT, GROUP_FIELDS = range(5)  # int[], uint32*[], uint32[], how many


def pack_price(
    cycles: int, instructions: int, penalty: int, entry: int, masks: bool, size: int
) -> int:
    """The price of a block as one word of the table: see the shifts above. masks: it may change mask registers."""
    word = cycles | instructions << COUNT_SHIFT | penalty << PENALTY_SHIFT
    return word | entry << ENTRY_SHIFT | masks << MASKS_SHIFT | size << SIZE_SHIFT


def views(address: int) -> tuple[int, ...]:
    """The addresses at which the CPU sees the same byte: RAM lies in the code region, too."""
    address = plain(address)
    if address < RAM_START:
        return (address,)
    return address, address - RAM_START + CODE_RAM_START


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
