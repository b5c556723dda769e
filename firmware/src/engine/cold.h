/* Included first by files whose speed does not matter, or whose inner loops are assembly: they are compiled
 * for size, and no loop of theirs becomes a call of memset or memcpy (words.h). Other flags,
 * -fno-if-conversion2 too (platformio.ini), stay as they are. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("Os", "no-tree-loop-distribute-patterns")
#endif
