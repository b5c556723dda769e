/* All output channels over the activations of a tile, pair by pair. */
#include "engine/cold.h" // compiled for size

#include "engine/dsp/dsp.h"     // DSP_FAST
#include "engine/dsp/kernels.h" // struct dsp_pairs, the kernels
#include "engine/dsp/stream.h"

static void kernel_run(struct dsp_pairs *job, size_t pixels, size_t steps) {
#if DSP_FAST
    (pixels == 3       ? dsp_pairs3_16
     : steps == 4      ? dsp_pairs4_4
     : steps == 8      ? dsp_pairs4_8
     : steps % 16 == 0 ? dsp_pairs4_16
                       : dsp_pairs4_4n)(job);
#else
    (void)steps;
    dsp_pairs_plain(job, pixels);
#endif
}

/* The next `pairs` pairs, by the kernel of so many steps. odd: the last one has one channel. */
static void pairs_run(struct dsp_pairs *job, size_t pixels, size_t steps, uint32_t pairs, bool odd) {
    job->pairs = pairs - (odd ? 1 : 0);
    if (job->pairs > 0) {
        kernel_run(job, pixels, steps);
    }
    if (odd) {
        job->pairs = 1;
        job->line_stride = 0;
        kernel_run(job, pixels, steps);
    }
}

/* Whether a kernel can fetch the weights itself, pair by pair. */
static bool flash_is_readable(const struct engine_call *call, const struct dsp_groups *layout) {
    return DSP_FAST && call->op->form == PACKED_FORM_SHORT && ((uintptr_t)call->weights & 3u) == 0 &&
           layout->steps % 16 == 0 && layout->groups * layout->length == 2 * layout->steps &&
           layout->length % 4 == 0;
}

void dsp_pairs_multiply(const struct engine_call *call, struct dsp_pairs *job,
                        const struct dsp_groups *layout, size_t pixels, uint32_t *streams, bool resident) {
    const size_t steps = layout->steps, channels = (size_t)call->output.channels;
    const uint32_t pairs = (uint32_t)(channels + 1) / 2;
    const bool odd = channels % 2 != 0;
    const bool from_flash = !resident && flash_is_readable(call, layout);
    job->stream = streams;
    job->weight_bytes = (uint32_t)(steps * 8);
    job->weights = NULL;
    if (from_flash) {
        job->weights = call->weights;
        job->records = call->constants;
        job->least_shift = call->op->least_shift | dsp_signed_bit(call);
        job->rounding = (2u * call->output.fill + 1u) << call->op->least_shift >> 1;
    }
    if (from_flash || resident) {
        pairs_run(job, pixels, steps, pairs, odd);
        return;
    }
    for (size_t pair = 0; pair < pairs; pair++) {
        dsp_stream_pair(call, pair, layout, NULL, streams);
        job->stream = streams;
        pairs_run(job, pixels, steps, 1, odd && pair + 1 == pairs);
    }
}
