"""The registers of the OV7675: names, values after a reset, bits that cannot be written, what the model leaves out.

Sources, cited by these short names wherever a register's meaning is used:
DS70 = OV7670 data sheet 1.4, table 5; DS75 = OV7675/OV7175 product specification 2.0;
LX = Linux drivers/media/i2c/ov7670.c; AR = arduino-libraries/Arduino_OV767X; OM = openmv drivers/sensors/ov7670.c
(OMV_OV7670_VERSION 75); ADA = Adafruit_OV7670; INF = Infineon/camera-dvp-ov7675; ZE = Zephyr drivers/video/ov767x.c;
IN = Ingenic's soc_camera/ov7675.c, which came from the maker of the sensor.
"""

from __future__ import annotations

GAIN, BLUE, RED, VREF, COM1, BAVE, GBAVE, AECHH, RAVE = range(0x00, 0x09)
COM2, PID, VER, COM3, COM4, COM5, COM6, AECH, CLKRC = range(0x09, 0x12)
COM7, COM8, COM9, COM10 = range(0x12, 0x16)
HSTART, HSTOP, VSTART, VSTOP, PSHFT, MIDH, MIDL, MVFP = range(0x17, 0x1F)
AEW, AEB, VPT = range(0x24, 0x27)
EXHCH, EXHCL, RBIAS, ADVFL, ADVFH, YAVE, HSYST, HSYEN, HREF = range(0x2A, 0x33)
TSLB, COM11, COM12, COM13, COM14, EDGE, COM15, COM16, COM17 = range(0x3A, 0x43)
MTX1, MTX6, BRIGHT, CONTRAS, CONTRAS_CENTER, MTXS = 0x4F, 0x54, 0x55, 0x56, 0x57, 0x58
MANU, MANV, GFIX, GGAIN, DBLV = range(0x67, 0x6C)
SCALING_XSC, SCALING_YSC, SCALING_DCWCTR, SCALING_PCLK_DIV, REG74 = range(0x70, 0x75)
RGB444, DM_LNL, DM_LNH, BD50ST, BD60ST, SCALING_PCLK_DELAY = 0x8C, 0x92, 0x93, 0x9D, 0x9E, 0xA2
NT_CTRL, BD50MAX, BD60MAX, REGE1 = 0xA4, 0xA5, 0xAB, 0xE1
SUBSAMPLE_A, SUBSAMPLE_B = 0xB9, 0xE6  # no public name: only IN writes them

READ_ONLY = {PID: 0x76, VER: 0x73, MIDH: 0x7F, MIDL: 0xA2}  # LX ov7670_detect
MEASURED = {
    BAVE,
    GBAVE,
    RAVE,
    YAVE,
}  # averages that the chip fills in (DS70 "automatically updated")

# Values after a reset, of the registers that are not 0 (DS70 table 5, "default").
RESET_VALUES = {
    0x01: 0x80, 0x02: 0x80, 0x09: 0x01, 0x0E: 0x01, 0x0F: 0x43, 0x10: 0x40, 0x11: 0x80, 0x13: 0x8F, 0x14: 0x4A,
    0x17: 0x11, 0x18: 0x61, 0x19: 0x03, 0x1A: 0x7B, 0x1E: 0x01, 0x20: 0x04, 0x21: 0x02, 0x22: 0x01, 0x24: 0x75,
    0x25: 0x63, 0x26: 0xD4, 0x27: 0x80, 0x28: 0x80, 0x2C: 0x80, 0x30: 0x08, 0x31: 0x30, 0x32: 0x80, 0x33: 0x08,
    0x34: 0x11, 0x37: 0x3F, 0x38: 0x01, 0x3A: 0x0D, 0x3C: 0x68, 0x3D: 0x88, 0x40: 0xC0, 0x41: 0x08, 0x43: 0x14,
    0x44: 0xF0, 0x45: 0x45, 0x46: 0x61, 0x47: 0x51, 0x48: 0x79, 0x4F: 0x40, 0x50: 0x34, 0x51: 0x0C, 0x52: 0x17,
    0x53: 0x29, 0x54: 0x40, 0x56: 0x40, 0x57: 0x80, 0x58: 0x1E, 0x64: 0x50, 0x65: 0x30, 0x67: 0x80, 0x68: 0x80,
    0x6B: 0x0A, 0x6C: 0x02, 0x6D: 0x55, 0x6E: 0xC0, 0x6F: 0x9A, 0x70: 0x3A, 0x71: 0x35, 0x72: 0x11, 0x75: 0x0F,
    0x76: 0x01, 0x77: 0x10, 0x7A: 0x24, 0x7B: 0x04, 0x7C: 0x07, 0x7D: 0x10, 0x7E: 0x28, 0x7F: 0x36, 0x80: 0x44,
    0x81: 0x52, 0x82: 0x60, 0x83: 0x6C, 0x84: 0x78, 0x85: 0x8C, 0x86: 0x9E, 0x87: 0xBB, 0x88: 0xD2, 0x89: 0xE5,
    0x94: 0x50, 0x95: 0x50, 0x9D: 0x99, 0x9E: 0x7F, 0x9F: 0xC0, 0xA0: 0x90, 0xA2: 0x02, 0xA5: 0x0F, 0xA6: 0xF0,
    0xA7: 0xC1, 0xA8: 0xF0, 0xA9: 0xC1, 0xAA: 0x14, 0xAB: 0x0F, 0xAD: 0x80, 0xAE: 0x80, 0xAF: 0x80, 0xB3: 0x80,
    0xB5: 0x04, 0xC9: 0xC0,
} | READ_ONLY  # fmt: skip

# Bits that DS70 calls reserved in registers that drivers write and read back: they keep their reset value.
RESERVED_BITS = {COM7: 0x40, TSLB: 0xC6}

MODELLED = {
    GAIN, VREF, COM1, AECHH, COM2, COM3, COM4, COM6, AECH, CLKRC, COM7, COM8, COM9, COM10, HSTART, HSTOP, VSTART,
    VSTOP, MVFP, AEW, AEB, VPT, EXHCH, EXHCL, ADVFL, ADVFH, HSYST, HSYEN, HREF, TSLB, COM11, COM12, COM13, COM14,
    COM15, COM17, *range(MTX1, MTXS + 1), MANU, MANV, DBLV, SCALING_XSC, SCALING_YSC, REG74, RGB444, DM_LNL, DM_LNH,
    BD50ST, BD60ST, NT_CTRL, BD50MAX, BD60MAX, REGE1, SUBSAMPLE_A, SUBSAMPLE_B,
}  # fmt: skip

# Written by the drivers above and without effect here, and why that is right for this model.
ACCEPTED = {
    "white balance: a scene's picture counts as balanced": (
        BLUE, RED, *range(0x43, 0x49), *range(0x59, 0x62), GGAIN, *range(0x6C, 0x70)),
    "gamma: a scene's picture is gamma-coded already": (*range(0x7A, 0x8A),),
    "edges, noise and pixel defects: a scene's picture has none to mend": (
        EDGE, COM16, 0x4B, 0x4C, 0x75, 0x76, 0x77, 0xC9),
    "lens shading: the model's lens has none": (0x62, 0x63, 0x64, 0x65, 0x66, 0x94, 0x95),
    "analogue currents, offsets and black level: ideal here": (
        COM5, *range(0x1F, 0x24), 0x27, 0x28, RBIAS, 0x33, 0x34, 0x37, 0x38, 0x39, 0xB1, 0xB3, 0xB5,
        *range(0xBE, 0xC2)),
    "histogram-based exposure: the OV7675 has the average-based one alone (DS75 4.4.5)": (
        0x9F, 0xA0, *range(0xA6, 0xAB)),
    "no effect on the OV7675 (OM qvga_regs)": (SCALING_DCWCTR, SCALING_PCLK_DIV, SCALING_PCLK_DELAY),
    "reserved values that the maker gives every driver (LX ov7670_default_regs)": (
        0x16, 0x29, 0x35, 0x4D, 0x4E, 0x78, 0x79, *range(0x8D, 0x92), *range(0x96, 0x9D), 0xA1, 0xB0, 0xB2, 0xB8, 0xC8,
        0xD2),
}  # fmt: skip

# Functions of modelled registers that the model does not have: register, mask, name.
UNMODELLED_BITS = (
    (COM1, 0x40, "CCIR656 output"),
    (COM3, 0x08, "digital zoom by SCALING_XSC/YSC"),
    (COM6, 0x80, "HREF at optical black lines"),
    (COM12, 0x80, "HREF outside the window"),
)

NAMES = {number: name for name, number in list(globals().items()) if isinstance(number, int)}


def reset_registers() -> bytearray:
    """All 256 registers as after a reset."""
    registers = bytearray(256)
    for number, value in RESET_VALUES.items():
        registers[number] = value
    return registers


def stored(number: int, value: int) -> int:
    """What a register holds after `value` was written: reserved bits stay as the reset left them."""
    held = RESERVED_BITS.get(number, 0)
    return value & ~held | RESET_VALUES.get(number, 0) & held


def name_of(number: int) -> str:
    """A register's name and number."""
    return f"{NAMES[number]} (0x{number:02X})" if number in NAMES else f"0x{number:02X}"


def left_out(number: int, value: int) -> str | None:
    """What of this write the model does not carry out, by name; None when it does, or has no need to."""
    for register, mask, what in UNMODELLED_BITS:
        if register == number and value & mask:
            return f"{name_of(number)} bit 0x{mask:02X}, {what}"
    known = number in MODELLED or number in READ_ONLY or number in MEASURED
    if known or any(number in numbers for numbers in ACCEPTED.values()):
        return None
    return name_of(number) if value != RESET_VALUES.get(number, 0) else None
