#include "hilo/data/padded.h"

#include <algorithm>

#include "hilo/core/error.h"

namespace hilo::data {

Array padded(const Array& rows, Dim count) {
  const Dim have = rows.shape().dim(0);
  if (have == count) return rows;
  if (have == 0 || have > count) {
    throw Error("padded: " + to_string(rows.shape()) + " to " + std::to_string(count) +
                " rows; expected 1 to that many");
  }
  Shape shape = rows.shape();
  shape.dims[0] = count;
  Array result(std::move(shape));
  const std::span<const std::byte> from = rows.bytes();
  const std::span<std::byte> to = result.mutable_bytes();
  std::ranges::copy(from, to.begin());
  const std::size_t row = from.size() / static_cast<std::size_t>(have);
  for (std::size_t at = from.size(); at < to.size(); at += row)
    std::ranges::copy(from.last(row), to.begin() + static_cast<std::ptrdiff_t>(at));
  return result;
}

Array rows(const Array& all, Dim first, Dim count) {
  const Dim have = all.shape().dim(0);
  if (first < 0 || count < 0 || first + count > have) {
    throw Error("rows " + std::to_string(first) + " to " + std::to_string(first + count) + " of " +
                to_string(all.shape()));
  }
  Shape shape = all.shape();
  shape.dims[0] = count;
  Array result(std::move(shape));
  const auto row = static_cast<std::size_t>(have == 0 ? 0 : all.shape().byte_size() / have);
  std::ranges::copy(all.bytes().subspan(static_cast<std::size_t>(first) * row,
                                        static_cast<std::size_t>(count) * row),
                    result.mutable_bytes().begin());
  return result;
}

}  // namespace hilo::data
