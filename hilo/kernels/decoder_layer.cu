// What a transformer does for one token of each text, for CUDA: few kernels where XLA has many small
// ones. NVRTC compiles it while a program is built (hilo/kernels/cuda_kernel.h), with these constants
// set; tests compile it for a CPU. Kernels take pointers alone: to the operands, then to the results.
//
//   WARPS          warps in a block
//   EPSILON        of root mean squares
//   WIDTH_OF_ROW   for norm_rows and normed_products: numbers in a row of x, a multiple of 8
//   SUMMED         whether y is added to x first: 0; 1; or 2, where y is normed before
//   OFFSET         added to scales
//   PRODUCTS       for normed_products: rows of the matrix that a warp multiplies
//   ROWS           of the matrix; of each half of it where they are gated; for products too
//   AT_ONCE        for products, with WIDTH_OF_ROW: what a lane reads before it multiplies, in eights
//   GATED          whether the products with one half gate those with the other: 0 or 1
//   WIDTH_OF_HEAD  for attention_step: 8, 16, 32, 64, 128 or 256
//   GROUP          query heads of a key head
//   KEY_HEADS, PLACES  of the cache [B,K,S,H]
//   RING           whether places are reused when all are taken: 0 or 1
//   WINDOW         tokens that are seen; 0: all
//   QUERY_SCALE, SOFT_CAP, ROPE_SCALE  of scores, of scores (0: none), and what positions are divided by
//   NORMS          whether queries and keys are normed: 0 or 1
//   SPLITS         blocks that share the keys of a head: 1, 2, 4 or 8
#ifndef KERNEL
#define KERNEL extern "C" __global__
#define UNROLL _Pragma("unroll")
#endif

using u16 = unsigned short;
using u32 = unsigned int;

// Eight numbers in bf16.
struct alignas(16) Eight {
  u32 pairs[4];
};

__device__ inline float first_of(u32 pair) { return __uint_as_float(pair << 16); }
__device__ inline float second_of(u32 pair) { return __uint_as_float(pair & 0xffff0000U); }

// To the nearest bf16, the even one of two.
__device__ inline u32 rounded(float x) {
  const u32 bits = __float_as_uint(x);
  if (x != x) return 0x7fc0U;
  return (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
}
__device__ inline float as_bf16(float x) { return __uint_as_float(rounded(x) << 16); }

__device__ inline float sum_of_lanes(float x, int lanes) {
  for (int by = lanes / 2; by > 0; by /= 2) x += __shfl_xor_sync(~0U, x, by);
  return x;
}

__device__ inline float sum_of_block(float x) {
  __shared__ float parts[WARPS];
  x = sum_of_lanes(x, 32);
  __syncthreads();  // an earlier sum may still be read
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = x;
  __syncthreads();
  float sum = 0;
  for (int i = 0; i < WARPS; ++i) sum += parts[i];
  return sum;
}

// In one piece.
__device__ inline Eight read(const Eight* from) {
  const uint4 four = *reinterpret_cast<const uint4*>(from);
  return {{four.x, four.y, four.z, four.w}};
}
// Of the weights, which no cache need keep.
__device__ inline Eight read_once(const Eight* from) {
  const uint4 four = __ldcs(reinterpret_cast<const uint4*>(from));
  return {{four.x, four.y, four.z, four.w}};
}

__device__ inline void add_products(const Eight& a, const Eight& b, float (&sums)[2]) {
  UNROLL
  for (int j = 0; j < 4; ++j) {
    sums[0] += first_of(a.pairs[j]) * first_of(b.pairs[j]);
    sums[1] += second_of(a.pairs[j]) * second_of(b.pairs[j]);
  }
}

#ifdef AT_ONCE
// A row x times the rows of `matrix`, of which each warp has one.
KERNEL void __launch_bounds__(WARPS * 32) products(const Eight* x, const Eight* matrix, float* products) {
  enum { kEights = WIDTH_OF_ROW / 8, kIsEven = kEights % (32 * AT_ONCE) == 0 };
  const int at_row = blockIdx.x * WARPS + threadIdx.x / 32;
  if (at_row >= ROWS) return;
  const Eight* const row = matrix + static_cast<long long>(at_row) * kEights;
  float sums[2] = {0, 0};
  for (int from = 0; from < kEights; from += 32 * AT_ONCE) {
    Eight part[AT_ONCE];
    const auto at = [&](int i) { return from + i * 32 + static_cast<int>(threadIdx.x % 32); };
    const auto is_there = [&](int i) { return kIsEven || at(i) < kEights; };
    UNROLL
    for (int i = 0; i < AT_ONCE; ++i) part[i] = is_there(i) ? read_once(row + at(i)) : Eight{};
    __syncwarp();  // all of them on their way before the first is used
    UNROLL
    for (int i = 0; i < AT_ONCE; ++i) {
      if (is_there(i)) add_products(part[i], read(x + at(i)), sums);
    }
  }
  const float product = sum_of_lanes(sums[0] + sums[1], 32);
  if (threadIdx.x % 32 == 0) products[at_row] = product;
}
#elif defined(WIDTH_OF_ROW)
enum { kThreads = WARPS * 32, kMine = (WIDTH_OF_ROW + kThreads - 1) / kThreads };

// What is normed: x, or x + y, or x + rms_norm(y).
#if SUMMED == 0
#define ADDED
#define SUM
#elif SUMMED == 1
#define ADDED const float *y,
#define SUM , float *sum
#else
#define ADDED const float *y, const float *y_scale,
#define SUM , float *sum
#endif

struct Row {
  const float *x, *y, *y_scale, *scale;
  float* sum;  // where the sum goes; null: nowhere
};

// rms_norm of a row, as bf16. The block's threads each have every kThreads-th number.
__device__ inline void norm_row(const Row& row, u16* normed) {
  float own[kMine], by[kMine];
#if SUMMED > 0
  float added[kMine], by_added[kMine];
#endif
  UNROLL
  for (int i = 0; i < kMine; ++i) {  // all that is read is on its way at once
    const int at = threadIdx.x + i * kThreads;
    const bool is_there = at < WIDTH_OF_ROW;
    own[i] = is_there ? row.x[at] : 0;
    by[i] = is_there ? row.scale[at] + OFFSET : 0;
#if SUMMED > 0
    added[i] = is_there ? row.y[at] : 0;
    by_added[i] = is_there && SUMMED == 2 ? row.y_scale[at] + OFFSET : 1;
#endif
  }
  float squares = 0;
#if SUMMED > 0
  UNROLL
  for (int i = 0; i < kMine; ++i) squares += added[i] * added[i];
  const float root = SUMMED == 2 ? rsqrtf(sum_of_block(squares) / WIDTH_OF_ROW + EPSILON) : 1;
  squares = 0;
  UNROLL
  for (int i = 0; i < kMine; ++i) {
    const int at = threadIdx.x + i * kThreads;
    own[i] += added[i] * root * by_added[i];
    if (row.sum != nullptr && at < WIDTH_OF_ROW) row.sum[at] = own[i];
  }
#endif
  UNROLL
  for (int i = 0; i < kMine; ++i) squares += own[i] * own[i];
  const float to_one = rsqrtf(sum_of_block(squares) / WIDTH_OF_ROW + EPSILON);
  UNROLL
  for (int i = 0; i < kMine; ++i) {
    const int at = threadIdx.x + i * kThreads;
    if (at < WIDTH_OF_ROW) normed[at] = static_cast<u16>(rounded(own[i] * to_one * by[i]));
  }
}

#ifndef PRODUCTS
// Rows of x, a block each.
KERNEL void __launch_bounds__(WARPS * 32) norm_rows(const float* x, const float* scale, ADDED u16* normed SUM) {
  const long long from = static_cast<long long>(blockIdx.x) * WIDTH_OF_ROW;
  Row row{x + from, nullptr, nullptr, scale, nullptr};
#if SUMMED > 0
  row.y = y + from;
  row.sum = sum + from;
#endif
#if SUMMED == 2
  row.y_scale = y_scale;
#endif
  norm_row(row, normed + from);
}
#else
enum { kEights = WIDTH_OF_ROW / 8, kEightsALane = (kEights + 31) / 32 };

// A lane's part of a row of the matrix.
struct Part {
  Eight eights[kEightsALane];

  __device__ inline void fetch(const Eight* row) {
    UNROLL
    for (int i = 0; i < kEightsALane; ++i) {
      const int at = threadIdx.x % 32 + i * 32;
      if (at < kEights) {
        eights[i] = read_once(row + at);
      } else {
        eights[i] = Eight{};
      }
    }
  }
  // Of the whole row, in every lane.
  __device__ inline float times(const Eight* x) const {
    float sums[2] = {0, 0};
    UNROLL
    for (int i = 0; i < kEightsALane; ++i) {
      const int at = threadIdx.x % 32 + i * 32;
      if (at < kEights) add_products(eights[i], read(x + at), sums);
    }
    return sum_of_lanes(sums[0] + sums[1], 32);
  }
};

__device__ inline float gelu(float x) {
  return 0.5F * x * (1 + tanhf(0.7978845608F * (x + 0.044715F * x * x * x)));
}

// The normed row x times the rows of `matrix`, rounded to bf16; gated, gelu of one half of these
// times the other. Every block norms x for itself, while its first weights are on their way.
KERNEL void __launch_bounds__(WARPS * 32)
    normed_products(const float* x, const float* scale, const Eight* matrix, ADDED u16* products SUM) {
  __shared__ Eight normed[kEights];
  const int first = (blockIdx.x * WARPS + threadIdx.x / 32) * PRODUCTS;
  const auto row_at = [&](int i) { return matrix + static_cast<long long>(i) * kEights; };
  Part parts[PRODUCTS];
  UNROLL
  for (int i = 0; i < PRODUCTS; ++i) {
    if (first + i < ROWS) parts[i].fetch(row_at(first + i));
  }
  Row row{x, nullptr, nullptr, scale, nullptr};
#if SUMMED > 0
  row.y = y;
  if (blockIdx.x == 0) row.sum = sum;
#endif
#if SUMMED == 2
  row.y_scale = y_scale;
#endif
  norm_row(row, reinterpret_cast<u16*>(normed));
  __syncthreads();
  UNROLL
  for (int i = 0; i < PRODUCTS; ++i) {
    if (first + i >= ROWS) break;
#if GATED
    Part up;  // read no sooner: more warps fit in
    up.fetch(row_at(ROWS + first + i));
    const float product = gelu(as_bf16(parts[i].times(normed))) * as_bf16(up.times(normed));
#else
    const float product = parts[i].times(normed);
#endif
    if (threadIdx.x % 32 == 0) products[first + i] = static_cast<u16>(rounded(product));
  }
}
#endif  // PRODUCTS
#endif  // WIDTH_OF_ROW

#ifdef WIDTH_OF_HEAD
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
#endif  // WIDTH_OF_HEAD
