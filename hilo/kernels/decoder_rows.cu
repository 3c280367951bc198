// Norms of rows, and products with matrices: for one token of each text.
//
//   WARPS         warps in a block
//   WIDTH_OF_ROW  numbers in a row of x, a multiple of 8
// for products:
//   ROWS          of the matrix
//   AT_ONCE       what a lane reads before it multiplies, in eights
// for norm_rows and normed_products:
//   EPSILON       of root mean squares
//   OFFSET        added to scales
//   SUMMED        whether y is added to x first: 0; 1; or 2, where y is normed before
// for normed_products:
//   PRODUCTS      that a warp makes
//   ROWS          of the matrix; of each half of it where they are gated
//   GATED         whether the products with one half gate those with the other: 0 or 1

__device__ inline void add_products(const Eight& a, const Eight& b, float (&sums)[2]) {
  UNROLL
  for (int j = 0; j < 4; ++j) {
    sums[0] += first_of(a.pairs[j]) * first_of(b.pairs[j]);
    sums[1] += second_of(a.pairs[j]) * second_of(b.pairs[j]);
  }
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
#else
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
#endif  // AT_ONCE
