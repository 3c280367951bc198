#pragma once

// A function compiled several times, for the vector registers of each kind of CPU, of which the loader takes the best.
// What it calls must be inlined to profit.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define HILO_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HILO_CLONES
#endif
#define HILO_INLINE inline __attribute__((always_inline))
