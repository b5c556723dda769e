/* What every probe needs: registers by address, and a place for results that tests read by symbol. */
#ifndef PROBE_H
#define PROBE_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define CYCCNT REGISTER(0xE0001004)

enum { RESULTS = 64 };
extern volatile uint32_t results[RESULTS];
extern volatile uint32_t result_count;

void record(uint32_t value);

#endif
