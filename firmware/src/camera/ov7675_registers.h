/* The OV7675's registers that we write (OV7675 and OV7670 datasheets; names as there). */
#ifndef CAMERA_OV7675_REGISTERS_H
#define CAMERA_OV7675_REGISTERS_H

enum {
    REG_GAIN = 0x00,   /* AGC[7:0] */
    REG_VREF = 0x03,   /* VSTOP[1:0] VSTART[1:0] in bits 3:0 */
    REG_COM1 = 0x04,   /* AEC[1:0] */
    REG_AECHH = 0x07,  /* AEC[15:10] */
    REG_COM2 = 0x09,   /* bit 4: soft sleep; 1:0 output drive */
    REG_PID = 0x0A,    /* 0x76 */
    REG_VER = 0x0B,    /* 0x73 */
    REG_COM3 = 0x0C,   /* bit 2: down sampling (DCW) */
    REG_AECH = 0x10,   /* AEC[9:2] */
    REG_CLKRC = 0x11,  /* bit 6: no divider; 5:0 divider - 1 */
    REG_COM7 = 0x12,   /* bit 7: reset; bit 2: RGB */
    REG_COM8 = 0x13,   /* automatic: 7 fast, 6 step, 5 banding, 2 gain, 1 white, 0 exposure */
    REG_COM9 = 0x14,   /* gain ceiling */
    REG_COM10 = 0x15,  /* bit 5: no PCLK while HREF is low */
    REG_HSTART = 0x17, /* bits 10:3 */
    REG_HSTOP = 0x18,
    REG_VSTART = 0x19, /* bits 9:2 */
    REG_VSTOP = 0x1A,
    REG_MIDH = 0x1C,  /* 0x7F */
    REG_MIDL = 0x1D,  /* 0xA2 */
    REG_AEW = 0x24,   /* upper limit of the stable region of exposure */
    REG_AEB = 0x25,   /* lower limit */
    REG_VPT = 0x26,   /* fast region */
    REG_HREF = 0x32,  /* HSTOP[2:0] HSTART[2:0] in bits 5:0 */
    REG_TSLB = 0x3A,  /* bit 3: with COM13[0], order of Y, U, V */
    REG_COM13 = 0x3D, /* bit 7 gamma, bit 6 saturation, bit 0 order */
    REG_COM14 = 0x3E, /* bit 4: scaled PCLK; 2:0 its divider, a power of two */
    REG_COM15 = 0x40, /* bits 7:6 = 11: full range 00..FF */
    REG_COM16 = 0x41, /* bit 4: noise and edge threshold by itself */
    REG_MTX1 = 0x4F,  /* colour matrix: red, green, blue into V, then into U; MTX6 is 0x54 */
    REG_MTX2 = 0x50,
    REG_MTX3 = 0x51,
    REG_MTX4 = 0x52,
    REG_MTX5 = 0x53,
    REG_MTX6 = 0x54,
    REG_MTXS = 0x58, /* its signs, bit 0 of MTX1; bit 7: contrast follows by itself */
    REG_DBLV = 0x6B, /* bits 7:6 PLL: 0 bypass, 1 x4 */
    REG_XSC = 0x70,  /* bit 7: colour bars, with YSC */
    REG_YSC = 0x71,
    REG_AWB_FIX = 0xB0, /* reserved; without 0x84 the colour processing is off balance on this family */
};

enum {
    COM2_SLEEP = 0x10,
    COM2_DRIVE_2X = 0x01,
    COM3_DOWN_SAMPLE = 0x04,
    COM7_RESET = 0x80,
    COM7_YUV_VGA = 0x00,
    COM8_AUTOMATIC = 0xE7, /* fast, step, banding filter; gain, white balance, exposure */
    COM8_GAIN = 0x04,
    COM8_EXPOSURE = 0x01,
    COM10_NO_PCLK_IN_BLANKING = 0x20,
    COM14_HALF_PCLK = 0x11,
    DBLV_TIMES_4 = 0x4A, /* the low bits are reserved and read so after a reset */
    TSLB_LUMA_SECOND = 0x08,
    XSC_SCALE = 0x3A,
    YSC_SCALE = 0x35,
    TEST_PATTERN = 0x80,
};

#endif
