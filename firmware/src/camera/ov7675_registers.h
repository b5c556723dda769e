/* The OV7675's registers that we touch. Names as in OmniVision's data sheets of the OV7675 and the OV7670;
 * what others write there, and why ours differs, stands in docs/SENSOR.md.
 */
#ifndef CAMERA_OV7675_REGISTERS_H
#define CAMERA_OV7675_REGISTERS_H

enum {
    REG_GAIN = 0x00,   /* AGC[7:0] */
    REG_BLUE = 0x01,   /* gain of white balance */
    REG_RED = 0x02,    /* likewise */
    REG_VREF = 0x03,   /* AGC[9:8] in bits 7:6, VSTOP[1:0] VSTART[1:0] in bits 3:0 */
    REG_COM1 = 0x04,   /* AEC[1:0] */
    REG_AECHH = 0x07,  /* AEC[15:10] */
    REG_COM2 = 0x09,   /* bit 4: soft sleep; 1:0 output drive */
    REG_PID = 0x0A,    /* 0x76 */
    REG_VER = 0x0B,    /* 0x73 */
    REG_COM3 = 0x0C,   /* bit 2: down sampling (DCW) */
    REG_AECH = 0x10,   /* AEC[9:2] */
    REG_CLKRC = 0x11,  /* bit 6: no divider; 5:0 divider - 1 */
    REG_COM7 = 0x12,   /* bit 7: reset; 5:3 size; bit 2: RGB */
    REG_COM8 = 0x13,   /* automatic: 7 fast, 6 step, 5 banding, 2 gain, 1 white, 0 exposure */
    REG_COM9 = 0x14,   /* bits 6:4 gain ceiling, a power of two from x2 on */
    REG_COM10 = 0x15,  /* bit 5: no PCLK while HREF is low */
    REG_HSTART = 0x17, /* bits 10:3 */
    REG_HSTOP = 0x18,
    REG_VSTART = 0x19, /* bits 9:2 */
    REG_VSTOP = 0x1A,
    REG_MIDH = 0x1C,     /* 0x7F */
    REG_MIDL = 0x1D,     /* 0xA2 */
    REG_AEW = 0x24,      /* upper limit of the stable region of exposure */
    REG_AEB = 0x25,      /* lower limit */
    REG_VPT = 0x26,      /* fast region: high nibble its upper limit, low nibble its lower one */
    REG_ADVFL = 0x2D,    /* rows added to a frame, 7:0 */
    REG_ADVFH = 0x2E,    /* 15:8 */
    REG_HREF = 0x32,     /* bits 7:6 edge offset; HSTOP[2:0] HSTART[2:0] in bits 5:0 */
    REG_TSLB = 0x3A,     /* bit 3: with COM13[0], order of Y, U, V */
    REG_COM11 = 0x3B,    /* bit 4: 50 or 60 Hz by itself; 3: 50; 1: shorter than a band in strong light */
    REG_COM13 = 0x3D,    /* bit 7 gamma, bit 6 saturation, bit 0 order */
    REG_COM14 = 0x3E,    /* bit 4: scaled PCLK; 2:0 its divider, a power of two */
    REG_COM15 = 0x40,    /* bits 7:6 = 11: full range 00..FF */
    REG_COM16 = 0x41,    /* bits 5:4 edges and noise by themselves, 3 gains of white balance */
    REG_AWBC1 = 0x43,    /* white balance; AWBC6 is 0x48 */
    REG_MTX1 = 0x4F,     /* colour matrix: red, green, blue into V, then into U; MTX6 is 0x54 */
    REG_MTXS = 0x58,     /* its signs, bit 0 of MTX1; bit 7: contrast follows by itself */
    REG_AWBC7 = 0x59,    /* white balance; AWBC12 is 0x5E */
    REG_GGAIN = 0x6A,    /* gain of white balance */
    REG_DBLV = 0x6B,     /* bits 7:6 PLL: 0 bypass, 1 x4 */
    REG_AWBCTR3 = 0x6C,  /* white balance; AWBCTR0 is 0x6F */
    REG_XSC = 0x70,      /* bit 7: with YSC's the test pattern; 6:0 horizontal scale */
    REG_YSC = 0x71,      /* bit 7; 6:0 vertical scale */
    REG_DCWCTR = 0x72,   /* down sampling; the OV7670 alone obeys it */
    REG_PCLK_DIV = 0x73, /* likewise */
    REG_REG74 = 0x74,    /* bit 4: digital gain by bits 1:0 instead of VREF's */
    REG_SLOP = 0x7A,     /* gamma curve: slope of its last part, then 15 points; GAM15 is 0x89 */
    REG_DM_LNL = 0x92,   /* what two vendors' drivers halve by, with the next ones */
    REG_DM_LNH = 0x93,
    REG_BD50ST = 0x9D,  /* a band of 50 Hz light, 10 ms, in rows */
    REG_BD60ST = 0x9E,  /* a band of 60 Hz light, 8.3 ms, in rows */
    REG_BD50MAX = 0xA5, /* the longest exposure in bands of 50 Hz */
    REG_BD60MAX = 0xAB, /* in bands of 60 Hz */
    REG_RESERVED_B0 = 0xB0,
    REG_ABLC1 = 0xB1, /* bit 2: black level by itself */
    REG_RESERVED_B2 = 0xB2,
    REG_THL_ST = 0xB3, /* black level's target */
    REG_RESERVED_B9 = 0xB9,
    REG_RESERVED_D2 = 0xD2,
    REG_RESERVED_E6 = 0xE6,
};

enum {
    COM2_SLEEP = 0x10,
    COM2_DRIVE_2X = 0x01,
    COM3_DOWN_SAMPLE = 0x04,
    COM7_RESET = 0x80,
    COM7_YUV_VGA = 0x00,
    COM7_YUV_QVGA = 0x10,
    COM8_AUTOMATIC = 0xE7, /* fast, step, banding filter; gain, white balance, exposure */
    COM8_GAIN = 0x04,
    COM8_EXPOSURE = 0x01,
    COM10_NO_PCLK_IN_BLANKING = 0x20,
    COM11_50_HZ = 0x08,
    COM11_SHORT_IN_SUN = 0x02, /* else one band is the shortest exposure in any light */
    COM13_GAMMA_SATURATION = 0xC0,
    COM13_CHROMA_SWAP = 0x01,
    COM14_HALF_PCLK = 0x11,
    DBLV_TIMES_4 = 0x4A, /* the low bits are reserved and read so after a reset */
    TSLB_RESERVED = 0x04,
    TSLB_LUMA_SECOND = 0x08,
    VREF_WINDOW = 0x0F,
    XSC_SCALE = 0x3A,
    YSC_SCALE = 0x35,
    YSC_BARS = 0x80, /* XSC's bit 7 clear: eight colour bars; set, they would fade to grey */
};

#endif
