/* Numbers that the C and the assembly of the fast kernels share; no C in here. */
#ifndef ENGINE_DSP_CONSTANTS_H
#define ENGINE_DSP_CONSTANTS_H

/* The shift of the UNIFORM requantisation (dsp/kernels.h): an immediate of USAT, so it is one number for all
 * channels. 12 covers the shifts 4..11 of FAST, which are all that person detectors have but for a channel
 * here and there. */
#define DSP_UNIFORM_SHIFT 12

/* A shift of the pointwise kernels has this bit where values below the output's zero point are kept. */
#define DSP_SIGNED_BIT 8

/* struct dsp_pairs, by byte */
#define DSP_PAIRS_ACTIVATIONS 0
#define DSP_PAIRS_STREAM 4
#define DSP_PAIRS_WEIGHT_BYTES 8
#define DSP_PAIRS_OUT 12
#define DSP_PAIRS_LINE_STRIDE 16
#define DSP_PAIRS_PAIRS 20
#define DSP_PAIRS_SEGMENTS 24
#define DSP_PAIRS_SEGMENT_SPAN 28
#define DSP_PAIRS_SEGMENT_SKIP 32
#define DSP_PAIRS_BLOCK_STEP 36
#define DSP_PAIRS_WEIGHTS 40
#define DSP_PAIRS_RECORDS 44
#define DSP_PAIRS_LEAST_SHIFT 48
#define DSP_PAIRS_ROUNDING 52

/* struct requantize_form, by byte */
#define REQUANTIZE_CONSTANTS 0
#define REQUANTIZE_ZERO_POINT 4
#define REQUANTIZE_LEAST_SHIFT 8
#define REQUANTIZE_IS_SIGNED 12

/* struct dsp_widening, by byte */
#define DSP_WIDENING_TO 0
#define DSP_WIDENING_FROM 4
#define DSP_WIDENING_LINE_STRIDE 8
#define DSP_WIDENING_BLOCKS 12
#define DSP_WIDENING_TO_STEP 16
#define DSP_WIDENING_FROM_STEP 20
#define DSP_WIDENING_QUADS 24

/* struct dsp_strips, by byte */
#define DSP_STRIPS_PARAMETERS 0
#define DSP_STRIPS_CHANNELS 4
#define DSP_STRIPS_IN_GAP 8
#define DSP_STRIPS_OUT_GAP 12
#define DSP_STRIPS_LINE_STRIDE 16
#define DSP_STRIPS_END 20

#endif
