/* Included first by files whose speed does not matter, or whose inner loops are assembly: they are compiled
 * for size. -fno-if-conversion2 is repeated as GCC forgets it here (platformio.ini says why it is wanted). */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("Os", "no-if-conversion2")
#endif
