/* What the driver writes at a start, in this order. docs/SENSOR.md has every row with what the data sheets
 * say and what other drivers write; a test holds the two together. L: Linux ov7670.c, A: Arduino_OV767X,
 * O: OpenMV, D: Adafruit_OV7670.
 */
#ifndef CAMERA_OV7675_TABLES_H
#define CAMERA_OV7675_TABLES_H

#include <stdint.h>

#include "camera/ov7675_registers.h" // REG_*

struct setting {
    uint8_t address;
    uint8_t value;
};

/* How the sensor halves 640x480: enum camera_halving. All windows are the whole array: HSTART 168, HSTOP 24,
 * VSTART 12, VSTOP 492, but for the vendors'. */
static const struct setting by_scaler[] = {
    {REG_COM7, COM7_YUV_VGA},
    {REG_COM3, COM3_DOWN_SAMPLE}, /* OpenMV for the OV7675 */
    {REG_COM14, COM14_HALF_PCLK},
    {REG_DCWCTR, 0x11}, /* an OV7670 needs these two to halve */
    {REG_PCLK_DIV, 0xF1},
    {REG_HSTART, 0x15},
    {REG_HSTOP, 0x03},
    {REG_HREF, 0xC0},
    {REG_VSTART, 0x03},
    {REG_VSTOP, 0x7B},
    {REG_VREF, 0x30},
};
static const struct setting by_format[] = {
    {REG_COM7, COM7_YUV_QVGA}, /* Arduino_OV767X, Infineon */
    {REG_COM3, 0x00},          {REG_COM14, 0x00},  {REG_HSTART, 0x15}, {REG_HSTOP, 0x03},
    {REG_HREF, 0x80},          {REG_VSTART, 0x03}, {REG_VSTOP, 0x7B},  {REG_VREF, 0x00},
};
static const struct setting by_vendor[] = {
    {REG_COM7, COM7_YUV_VGA}, /* CI20_linux and Ingenic, soc_camera/ov7675.c */
    {REG_DM_LNL, 0x88},       {REG_DM_LNH, 0x00}, {REG_RESERVED_B9, 0x30}, {REG_RESERVED_E6, 0x05},
    {REG_RESERVED_D2, 0x1C},  {REG_HSTART, 0x13}, {REG_HREF, 0xB6},        {REG_VREF, 0x0A},
    {REG_HSTOP, 0x3B},        {REG_VSTART, 0x02}, {REG_VSTOP, 0x3E},
};

/* Registers whose value the timing of the pins depends on, however it halves: written and read back. */
static const struct setting timing[] = {
    {REG_COM10, COM10_NO_PCLK_IN_BLANKING},
};

/* What the picture looks like, and registers with bits that are reserved or that the sensor changes by
 * itself. */
static const struct setting looks[] = {
    {REG_DBLV, DBLV_TIMES_4}, /* 64 MHz inside: as fast as the CPU, so CLKRC counts CPU cycles */
    {REG_COM2, COM2_DRIVE_2X},
    {REG_COM15, 0xC0},
    /* Exposure: 0x75/0x63 is the data sheet's own band, and D's; 0x95/0x33 of L, A and O leaves pictures
     * dark. A gain up to x128, as exposure ends at 50 to 60 ms: see write_clock. */
    {REG_AEW, 0x75},
    {REG_AEB, 0x63},
    {REG_VPT, 0xD4},
    {REG_COM9, 0x6A},
    {REG_BD50MAX, 0x05}, /* L A O D: 60 ms, the sensor counts from 0 */
    {REG_BD60MAX, 0x06}, /* 58 ms */
    /* Black level, L A O D: at reset it is not adjusted. */
    {REG_ABLC1, 0x0C},
    {REG_RESERVED_B2, 0x0E},
    {REG_THL_ST, 0x82},
    {REG_RESERVED_B0, 0x84}, /* L A O D: colour is off balance without it */
    /* White balance, L A O; D differs in the first and leaves the last four as at reset. */
    {REG_AWBC1, 0x0A},
    {REG_AWBC1 + 1, 0xF0},
    {REG_AWBC1 + 2, 0x34},
    {REG_AWBC1 + 3, 0x58},
    {REG_AWBC1 + 4, 0x28},
    {REG_AWBC1 + 5, 0x3A},
    {REG_AWBC7, 0x88},
    {REG_AWBC7 + 1, 0x88},
    {REG_AWBC7 + 2, 0x44},
    {REG_AWBC7 + 3, 0x67},
    {REG_AWBC7 + 4, 0x49},
    {REG_AWBC7 + 5, 0x0E},
    {REG_AWBCTR3, 0x0A},
    {REG_AWBCTR3 + 1, 0x55},
    {REG_AWBCTR3 + 2, 0x11},
    {REG_AWBCTR3 + 3, 0x9F},
    {REG_GGAIN, 0x40},
    {REG_BLUE, 0x40},
    {REG_RED, 0x60},
    {REG_COM16, 0x38},
    /* The colour matrix in YUV, L A O D. */
    {REG_MTX1, 0x80},
    {REG_MTX1 + 1, 0x80},
    {REG_MTX1 + 2, 0x00},
    {REG_MTX1 + 3, 0x22},
    {REG_MTX1 + 4, 0x5E},
    {REG_MTX1 + 5, 0x80},
    {REG_MTXS, 0x9E},
    /* Gamma, L A O; D differs in the first five points. */
    {REG_SLOP, 0x20},
    {REG_SLOP + 1, 0x10},
    {REG_SLOP + 2, 0x1E},
    {REG_SLOP + 3, 0x35},
    {REG_SLOP + 4, 0x5A},
    {REG_SLOP + 5, 0x69},
    {REG_SLOP + 6, 0x76},
    {REG_SLOP + 7, 0x80},
    {REG_SLOP + 8, 0x88},
    {REG_SLOP + 9, 0x8F},
    {REG_SLOP + 10, 0x96},
    {REG_SLOP + 11, 0xA3},
    {REG_SLOP + 12, 0xAF},
    {REG_SLOP + 13, 0xC4},
    {REG_SLOP + 14, 0xD7},
    {REG_SLOP + 15, 0xE8},
    {REG_REG74, 0x10},
};

#endif
