// Attention over a cache, for one token of each text.
//
//   WARPS          warps in a block
//   WIDTH_OF_HEAD  8, 16, 32, 64, 128 or 256
//   GROUP          query heads of a key head
//   KEY_HEADS, PLACES  of the cache [B,K,S,H]
//   RING           whether places are reused when all are taken: 0 or 1
//   WINDOW         tokens that are seen; 0: all
//   QUERY_SCALE, SOFT_CAP, ROPE_SCALE  of scores, of scores (0: none), and what positions are divided by
//   NORMS          whether queries and keys are normed: 0 or 1
//   EPSILON        of these norms
//   SPLITS         blocks that share the keys of a head: 1, 2, 4 or 8

// Lanes that look at a key together, eight numbers each.
enum {
  kLanes = WIDTH_OF_HEAD / 8,
  kKeysAWarp = 32 / kLanes,  // at once
  kRounds = 4,               // that are on their way together
  kAtOnce = kRounds * kKeysAWarp,
  kScores = GROUP * kRounds,  // of a lane
  kOwn = kScores > kLanes ? kScores / kLanes : 1,
  kWorkers = WARPS * kKeysAWarp
};

// sin and cos for angles of some 100,000 at most, to 1e-6.
__device__ inline void sine_and_cosine(float angle, float* sine, float* cosine) {
  const float turns = rintf(angle * 0.15915494F);
  angle = fmaf(turns, -6.28125F, angle);  // exact
  angle = fmaf(turns, -1.93500518e-3F, angle);
  angle = fmaf(turns, -3.0199159819e-7F, angle);
  *sine = __sinf(angle);
  *cosine = __cosf(angle);
}
__device__ inline float tanh_of(float x) { return 1 - 2 / (__expf(2 * x) + 1); }

// A head, normed if there is a scale, and turned by its position's angles, as bf16: by one warp.
__device__ inline void turn(const u16* head, const float* scale, const float* frequencies, float position, u16* turned) {
  enum { kHalf = WIDTH_OF_HEAD / 2, kPairs = (kHalf + 31) / 32 };
  const int lane = threadIdx.x % 32;
  float a[kPairs], b[kPairs], squares = 0;
  UNROLL
  for (int i = 0; i < kPairs; ++i) {
    const int at = lane + i * 32;
    a[i] = at < kHalf ? first_of(head[at]) : 0;
    b[i] = at < kHalf ? first_of(head[at + kHalf]) : 0;
    squares += a[i] * a[i] + b[i] * b[i];
  }
  const float by = scale != nullptr ? rsqrtf(sum_of_lanes(squares, 32) / WIDTH_OF_HEAD + EPSILON) : 1;
  UNROLL
  for (int i = 0; i < kPairs; ++i) {
    const int at = lane + i * 32;
    if (at >= kHalf) continue;
    if (scale != nullptr) {
      a[i] *= by * (scale[at] + 1);
      b[i] *= by * (scale[at + kHalf] + 1);
    }
    float sine, cosine;
    sine_and_cosine(position * frequencies[at], &sine, &cosine);
    turned[at] = static_cast<u16>(rounded(a[i] * cosine - b[i] * sine));
    turned[at + kHalf] = static_cast<u16>(rounded(b[i] * cosine + a[i] * sine));
  }
}

// The sums of each score over the lanes of a key. Lane n of them has those from n kScores / kLanes on.
__device__ inline void sum_scores(float (&scores)[kScores]) {
  int count = kScores;
  UNROLL
  for (int by = kLanes / 2; by > 0; by /= 2) {
    if (count == 1) {
      scores[0] += __shfl_xor_sync(~0U, scores[0], by);
      continue;
    }
    count /= 2;
    const bool is_upper = (threadIdx.x & by) != 0;
    UNROLL
    for (int i = 0; i < kScores / 2; ++i) {
      if (i >= count) continue;
      const float kept = is_upper ? scores[i + count] : scores[i];
      const float given = is_upper ? scores[i] : scores[i + count];
      scores[i] = kept + __shfl_xor_sync(~0U, given, by);
    }
  }
}

#if SPLITS > 1
#define IN_CLUSTERS __cluster_dims__(SPLITS, 1, 1)
__device__ inline int block_in_cluster() {
  int rank;
  asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  return rank;
}
__device__ inline void wait_for_cluster() {
  asm volatile("barrier.cluster.arrive.release.aligned;\nbarrier.cluster.wait.acquire.aligned;" ::: "memory");
}
// What the same variable holds in another block of the cluster.
__device__ inline float from_block(const float* own, int rank) {
  u32 address = static_cast<u32>(__cvta_generic_to_shared(own));
  float value;
  asm volatile("mapa.shared::cluster.u32 %0, %0, %2;\nld.shared::cluster.f32 %1, [%0];"
               : "+r"(address), "=f"(value)
               : "r"(rank)
               : "memory");
  return value;
}
#else
#define IN_CLUSTERS
__device__ inline int block_in_cluster() { return 0; }
__device__ inline void wait_for_cluster() {}
__device__ inline float from_block(const float* own, int) { return *own; }
#endif

#if NORMS
#define SCALES const float *q_scale, const float *k_scale,
#else
#define SCALES
#endif

// One token of each text: joint [B,(KG + 2K)H] has its queries, keys and values; those of before are
// in keys and values [B,K,S,H], where its own are written. y [B,KG,H]. A cluster of blocks for each
// key head (y of the grid) of each text (z). Exponents are of 2.
KERNEL void IN_CLUSTERS __launch_bounds__(WARPS * 32)
    attention_step(const u16* joint, const u16*, const u16*, const int* start, const int* padding, const float* frequencies,
                   SCALES u16* y, u16* keys, u16* values) {
  __shared__ Eight turned[(GROUP + 1) * kLanes];  // queries, then the key
  __shared__ float mixed[kWorkers * GROUP * WIDTH_OF_HEAD];
  __shared__ float highest_of[kWorkers * GROUP], total_of[kWorkers * GROUP];
  __shared__ float block_mixed[GROUP * WIDTH_OF_HEAD], block_highest[GROUP], block_total[GROUP];
#if !NORMS
  const float *q_scale = nullptr, *k_scale = nullptr;
#endif
  enum { kHeads = KEY_HEADS * GROUP };

  const int head = blockIdx.y, text = blockIdx.z, split = block_in_cluster();
  const int warp = threadIdx.x / 32, lane = threadIdx.x % 32, part = lane % kLanes, key_of_warp = lane / kLanes;
  const int newest = *start, before = padding[text];
  const u16* own = joint + static_cast<long long>(text) * (kHeads + 2 * KEY_HEADS) * WIDTH_OF_HEAD;
  const long long cache = (static_cast<long long>(text) * KEY_HEADS + head) * PLACES * WIDTH_OF_HEAD;
  const int turn_of_ring = RING ? newest / PLACES * PLACES : 0;
  const auto place_of = [&](int slot) {
    const int place = slot - turn_of_ring;
    return cache + static_cast<long long>(place < 0 ? place + PLACES : place) * WIDTH_OF_HEAD;
  };

  // Slots that are seen: oldest .. newest.
  int oldest = before;
  if (WINDOW > 0 && newest - WINDOW + 1 > oldest) oldest = newest - WINDOW + 1;
  if (newest - PLACES + 1 > oldest) oldest = newest - PLACES + 1;
  int from = oldest + (split * WARPS + warp) * kAtOnce;
  Eight key[kRounds], value[kRounds];
  const auto read_cache = [&](const u16* of, Eight (&to)[kRounds]) {
    UNROLL
    for (int r = 0; r < kRounds; ++r) {
      const int slot = from + r * kKeysAWarp + key_of_warp;
      to[r] = slot < newest ? read(reinterpret_cast<const Eight*>(of + place_of(slot) + part * 8)) : Eight{};
    }
  };
  read_cache(keys, key);
  read_cache(values, value);

  for (int i = warp; i < GROUP + (split == 0 ? 1 : 0); i += WARPS) {
    const bool is_key = i == GROUP;
    u16* const to = reinterpret_cast<u16*>(turned + i * kLanes);
    turn(own + (is_key ? kHeads + head : head * GROUP + i) * WIDTH_OF_HEAD, is_key ? k_scale : q_scale, frequencies,
         static_cast<float>(newest - before) / ROPE_SCALE, to);
  }
  __syncthreads();
  const Eight* const new_value = reinterpret_cast<const Eight*>(own + (kHeads + KEY_HEADS + head) * WIDTH_OF_HEAD);
  bool has_newest = split == 0 && warp == WARPS - 1;
  if (has_newest && key_of_warp == 0) {
    reinterpret_cast<Eight*>(keys + place_of(newest))[part] = turned[GROUP * kLanes + part];
    reinterpret_cast<Eight*>(values + place_of(newest))[part] = new_value[part];
  }
  has_newest = has_newest && newest >= before;  // else all of the text is padding

  float query[GROUP][8], sum[GROUP][8], highest[GROUP], total[GROUP];
  UNROLL
  for (int g = 0; g < GROUP; ++g) {
    highest[g] = -1e30F;
    total[g] = 0;
    UNROLL
    for (int j = 0; j < 8; ++j) {
      const u32 pair = turned[g * kLanes + part].pairs[j / 2];
      query[g][j] = j % 2 == 0 ? first_of(pair) : second_of(pair);
      sum[g][j] = 0;
    }
  }
  while (true) {
    int there = newest - from;  // of the slots from `from` on
    if (there <= 0) {
      if (!has_newest) break;
      has_newest = false;
      there = 1;
      key[0] = turned[GROUP * kLanes + part];
      value[0] = new_value[part];
    }
    float scores[kScores];
    UNROLL
    for (int g = 0; g < GROUP; ++g) {
      UNROLL
      for (int r = 0; r < kRounds; ++r) {
        float score = 0;
        UNROLL
        for (int j = 0; j < 4; ++j) {
          score += query[g][2 * j] * first_of(key[r].pairs[j]);
          score += query[g][2 * j + 1] * second_of(key[r].pairs[j]);
        }
        scores[g * kRounds + r] = score;
      }
    }
    from += SPLITS * WARPS * kAtOnce;
    read_cache(keys, key);
    sum_scores(scores);
    UNROLL
    for (int i = 0; i < kOwn; ++i) {
      scores[i] *= QUERY_SCALE;
      if (SOFT_CAP > 0) scores[i] = SOFT_CAP * tanh_of(scores[i] / (SOFT_CAP > 0 ? SOFT_CAP : 1));
      scores[i] *= 1.44269504F;
    }
    float weights[kScores];
    UNROLL
    for (int i = 0; i < kScores; ++i)
      weights[i] = __shfl_sync(~0U, scores[i % kOwn], lane - part + i * kLanes / kScores);
    UNROLL
    for (int g = 0; g < GROUP; ++g) {
      float top = highest[g];
      UNROLL
      for (int r = 0; r < kRounds; ++r) {
        float& weight = weights[g * kRounds + r];
        if (r * kKeysAWarp + key_of_warp >= there) weight = -__int_as_float(0x7f800000);
        top = fmaxf(top, weight);
      }
      const float keep = exp2f(highest[g] - top);
      highest[g] = top;
      total[g] *= keep;
      UNROLL
      for (int j = 0; j < 8; ++j) sum[g][j] *= keep;
      UNROLL
      for (int r = 0; r < kRounds; ++r) {
        const float weight = exp2f(weights[g * kRounds + r] - top);
        total[g] += weight;
        UNROLL
        for (int j = 0; j < 4; ++j) {
          sum[g][2 * j] += weight * first_of(value[r].pairs[j]);
          sum[g][2 * j + 1] += weight * second_of(value[r].pairs[j]);
        }
      }
    }
    read_cache(values, value);
  }

  // The workers of the block, then the blocks of the cluster.
  const int me = warp * kKeysAWarp + key_of_warp;
  UNROLL
  for (int g = 0; g < GROUP; ++g) {
    if (part == 0) {
      highest_of[me * GROUP + g] = highest[g];
      total_of[me * GROUP + g] = total[g];
    }
    UNROLL
    for (int j = 0; j < 8; ++j) mixed[(me * GROUP + g) * WIDTH_OF_HEAD + part * 8 + j] = sum[g][j];
  }
  __syncthreads();
  for (int i = threadIdx.x; i < GROUP * WIDTH_OF_HEAD; i += WARPS * 32) {
    const int g = i / WIDTH_OF_HEAD;
    float top = -1e30F, all = 0, mix = 0;
    for (int w = 0; w < kWorkers; ++w) top = fmaxf(top, highest_of[w * GROUP + g]);
    for (int w = 0; w < kWorkers; ++w) {
      const float by = exp2f(highest_of[w * GROUP + g] - top);
      all += total_of[w * GROUP + g] * by;
      mix += mixed[w * GROUP * WIDTH_OF_HEAD + i] * by;
    }
    block_mixed[i] = mix;
    if (i % WIDTH_OF_HEAD == 0) {
      block_highest[g] = top;
      block_total[g] = all;
    }
  }
  __syncthreads();
  wait_for_cluster();
  for (int i = split * WARPS * 32 + threadIdx.x; i < GROUP * WIDTH_OF_HEAD; i += SPLITS * WARPS * 32) {
    const int g = i / WIDTH_OF_HEAD;
    float top = -1e30F, all = 0, mix = 0;
    for (int s = 0; s < SPLITS; ++s) top = fmaxf(top, from_block(block_highest + g, s));
    for (int s = 0; s < SPLITS; ++s) {
      const float by = exp2f(from_block(block_highest + g, s) - top);
      all += from_block(block_total + g, s) * by;
      mix += from_block(block_mixed + i, s) * by;
    }
    y[(static_cast<long long>(text) * kHeads + head * GROUP) * WIDTH_OF_HEAD + i] = static_cast<u16>(rounded(all == 0 ? 0 : mix / all));
  }
  wait_for_cluster();  // no block goes while another reads of it
}
