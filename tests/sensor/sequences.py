"""What other people's drivers write into this sensor, as numbers: register and value, in hexadecimal, in their order.

AR: arduino-libraries/Arduino_OV767X, src/utility/ov7670.c at e5dd28f (begin, ov7670_init, ov7670_apply_fmt for
MODEL_OV7675). OM: openmv/openmv, drivers/sensors/ov7670.c, OMV_OV7670_VERSION 75. LX: torvalds/linux,
drivers/media/i2c/ov7670.c, whose table of defaults AR has taken over. ADA: adafruit/Adafruit_OV7670, src/ov7670.c. IN:
Ingenic's soc_camera/ov7675.c. INF: Infineon/camera-dvp-ov7675.
"""

from __future__ import annotations

from tests.sensor.analyser import Desk

Writes = list[tuple[int, int]]


def pairs(text: str) -> Writes:
    """ "1101 3A04": 0x01 into 0x11, 0x04 into 0x3A."""
    return [(int(word[:2], 16), int(word[2:], 16)) for word in text.split()]


# LX ov7670_default_regs behind the reset; AR's is the same.
LX_DEFAULTS = pairs("""
    1101 3A04 1200 1713 1801 32B6 1902 1A7A 030A 0C00 3E00 703A 7135 7211 73F0 A202 1500
    7A20 7B10 7C1E 7D35 7E5A 7F69 8076 8180 8288 838F 8496 85A3 86AF 87C4 88D7 89E8
    13E0 0000 1000 0D40 1418 A505 AB07 2495 2533 26E3 9F78 A068 A103 A6D8 A7D8 A8F0 A990 AA94 13E5
    0E61 0F4B 1602 1E07 2102 2291 2907 330B 350B 371D 3871 392A 3C78 4D40 4E20 6900 6B4A 7410 8D4F 8E00
    8F00 9000 9100 9600 9A00 B084 B10C B20E B382 B80A
    430A 44F0 4534 4658 4728 483A 5988 5A88 5B44 5C67 5D49 5E0E 6C0A 6D55 6E11 6F9F 6A40 0140 0260 13E7
    4F80 5080 5100 5222 535E 5480 589E 4108 3F00 7505 76E1 4C00 7701 3DC3 4B09 C960 4138 5640
    3411 3B12 A488 9600 9730 9820 9930 9A84 9B29 9C03 9D4C 9E3F 7804
    7901 C8F0 790F C800 7910 C87E 790A C880 790B C801 790C C80F 790D C820 7909 C880 7902 C8C0 7903 C840
    7905 C830 7926
""")
LX_YUV = pairs("8C00 0400 40C0 1448 4F80 5080 5100 5222 535E 5480 3DC0")
LX_RGB565 = pairs("8C00 0400 4010 1438 4FB3 50B3 5100 523D 53A7 54E4 3DC0")
AR_QCIF = pairs("0C0C 0C04 3E11 73F1 A252 7B1C 7C28 7D3C 7F69 1438 A10B 7419 9A80 4314 3DC0")
AR_QQVGA = pairs("0C04 3E1A 7222 73F2 1716 1804 32A4 1922 1A7A 030A")
# AR ov7675_win_sizes: lines, pixels that are read, COM7, HSTART, HSTOP, VSTART, VSTOP, and what follows.
AR_SIZES: dict[str, tuple[int, int, int, int, int, int, int, Writes]] = {
    "VGA": (480, 640, 0x00, 158, 14, 14, 494, []),
    "CIF": (240, 352, 0x20, 170, 90, 14, 494, []),
    "QVGA": (240, 320, 0x10, 168, 24, 12, 492, []),
    "QCIF": (144, 176, 0x00, 250, 24, 120, 180, AR_QCIF),
    "QQVGA": (120, 160, 0x00, 0x16, 0x04, 0x22, 0x7A, AR_QQVGA),
}
OM_DEFAULTS = [p for p in LX_DEFAULTS if p not in pairs("1101 1500 1E07 6B4A 6F9F")]
OM_DEFAULTS = pairs("1102") + OM_DEFAULTS + pairs("6B00 6F9E")
OM_YUV = [(0x12, 0x00), *LX_YUV]
OM_RGB565 = pairs("1204 8C00 0400 40D0 1438 4FB3 50B3 5100 523D 53A7 54E4 3DC0")
OM_SIZES = {
    "VGA": pairs("0C00 3E00 7211 73F0 1713 1801 32B6 1903 1A00 030A"),
    "QVGA": pairs("0C04 3E11 7222 73F2 1715 1803 32C0 1903 1A7B 03F0"),
    "QQVGA": pairs("0C04 3E11 7222 73F2 1716 1804 32A4 1922 1A7A 03FA"),
}
IN_SIZES = {
    "VGA": pairs("9200 9300 B900 1903 1A7B 1713 1801 030A E600 D21C"),
    "QVGA": pairs("9288 9300 B930 1902 1A3E 1713 183B 030A E605 D21C"),
    "QCIF": pairs(
        "9288 9300 B930 1902 1A3E 1713 183B 030A E605 D21C 1917 1A3B 171D 1833 030A 32BF"
    ),
    "CIF": pairs("9200 9300 B900 1902 1A7A 1713 1801 030A E600 D21C 1917 1A5F 171D 1849 030A 32BF"),
}


def arduino(desk: Desk, size: str, rgb565: bool, clkrc: int = 15) -> tuple[int, int]:
    """AR begin(size, RGB565 or GRAYSCALE, 5 frames a second, OV7675); the lines and pixels that it reads."""
    lines, pixels, com7, hstart, hstop, vstart, vstop, more = AR_SIZES[size]
    for _ in range(2):  # ov7670_detect, ov7670_s_power
        desk.write([(0x12, 0x80)])
        desk.cycles += 5 * 64_000
        desk.write(LX_DEFAULTS)
    desk.write([(0x12, com7 | (0x04 if rgb565 else 0)), (0x15, 0x20)])
    desk.write(LX_RGB565 if rgb565 else LX_YUV)
    desk.write([(0x17, hstart >> 3), (0x18, hstop >> 3)])
    desk.update(0x32, 0x3F, (hstop & 7) << 3 | hstart & 7)
    desk.write([(0x19, vstart >> 2), (0x1A, vstop >> 2)])
    desk.update(0x03, 0x0F, (vstop & 3) << 2 | vstart & 3)
    desk.write([*more, (0x11, clkrc), (0x6B, 0x4A)])
    return lines, pixels


def openmv(desk: Desk, size: str, rgb565: bool) -> None:
    """OM reset, set_pixformat, set_framesize; COM10 is its board's."""
    desk.write([(0x12, 0x80)])
    desk.cycles += 2 * 64_000
    desk.write([*OM_DEFAULTS, *(OM_RGB565 if rgb565 else OM_YUV), *OM_SIZES[size]])


def ingenic(desk: Desk, size: str) -> None:
    """IN: what its table sets of format and clock, and its sizes."""
    desk.write([(0x12, 0x80)])
    desk.cycles += 2 * 64_000
    desk.write(pairs("1100 3A0C 3DC0 1200 1502 32BF 0C00 3E00 1E07 6B0A"))
    desk.write(IN_SIZES[size])
