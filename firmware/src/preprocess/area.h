/* Area averaging: the lines of a picture, as they arrive, into a small image. No whole picture is kept.
 *
 * Every output pixel is the mean of the rectangle of the picture that it covers, fractions of pixels
 * included, rounded half up: exactly floor((2 * sum + total) / (2 * total)) in integers. The whole field of
 * view is used; when the shapes differ (4:3 into 1:1) the picture is squashed. Colour is averaged as Y, U and
 * V and turned to RGB afterwards (preprocess/colour.h). host/preprocess.py is the same in NumPy.
 */
#ifndef PREPROCESS_AREA_H
#define PREPROCESS_AREA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h" // WIRE_MAX_IMAGE_*

enum {
    AREA_MAX_WIDTH = WIRE_MAX_IMAGE_WIDTH, /* of the output */
    AREA_MAX_HEIGHT = WIRE_MAX_IMAGE_HEIGHT,
    AREA_COLOUR_CHANNELS = 3,
};

/* What comes in. colour: YUV 4:2:2; the width is even then. */
struct area_picture {
    uint32_t width;
    uint32_t height;
    bool colour;
};

/* How one axis is cut: `from` pixels become `to`; each is worth `unit`, and `span` units fill an output
 * pixel. */
struct area_axis {
    uint32_t from;
    uint32_t to;
    uint32_t unit;
    uint32_t span;
};

struct area {
    struct area_axis across;
    struct area_axis across_chroma;
    struct area_axis down;
    bool colour;
    bool halves;        /* the chroma of a rectangle fits the halves of a word */
    size_t channels;    /* of the image; grey is repeated */
    uint8_t *image;     /* height x width x channels */
    uint32_t rows_done; /* output rows written */
    uint32_t room;      /* units that the current output row still needs */
    uint32_t
        sum[2 * AREA_MAX_WIDTH];    /* of the current output row so far; in colour luma and chroma in turn */
    uint32_t sum_v[AREA_MAX_WIDTH]; /* without halves sum has U alone */
};

/* Prepares for a picture into image (height x width x channels uint8, the caller's). False when a size is 0
 * or more than the accumulators hold, or a picture in colour is to become an image of other than 3 channels.
 */
bool area_start(struct area *area, const struct area_picture *from, uint32_t width, uint32_t height,
                size_t channels, uint8_t *image);

/* The running sums of a line, one at the right border of every output pixel: the values left of it, each
 * times the units that it is worth. in: a word of each pixel, 0..255, or of U | V << 16. Modulo 2^32, as what
 * counts is the difference of neighbours. stride: from sum to sum. */
void area_sum_across(const struct area_axis *axis, const uint32_t *in, uint32_t *sums, size_t stride);

/* The same for a loop that meets every value once, in time with the camera, and for an output that is no
 * wider than the picture: of each value, in the low half how many of its units come before the border that it
 * reaches, in the high half 4, the bytes of a sum, or 0 when it reaches none. */
void area_plan_steps(const struct area_axis *axis, uint32_t *steps);

/* The same for a loop that sums groups: two luma and, in colour, the chroma that they share, where no group
 * reaches two borders: area_sums_groups. Of luma the units of the left pixel that come before the border, and
 * in the high half those of the right one; of chroma its units; 0 where no border is reached, which in colour
 * is so for both or for none. Grey: a word of the group before and no other. Colour: two words of each group,
 * chroma of the group before and luma, or with luma_second luma of the group before and chroma. A word more
 * than groups, or than pixels. */
bool area_sums_groups(const struct area *area);
void area_plan_groups(const struct area *area, bool luma_second, uint32_t *steps);

/* Takes the next line of the picture by its sums; in colour those of luma and chroma in turn. Lines beyond
 * the last are ignored. */
void area_add_line(struct area *area, const uint32_t *sums);

/* True when every row of the image is written. */
bool area_is_complete(const struct area *area);

#endif
