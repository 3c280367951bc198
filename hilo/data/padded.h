#pragma once
#include "hilo/core/array.h"

namespace hilo::data {

/// `rows` lengthened to `count` along the first axis by repeating the last one, so that a smaller
/// batch fits a program compiled for `count`. itself if it has that length. Throws Error if it is
/// empty or longer.
Array padded(const Array& rows, Dim count);

/// Rows first..first+count along the first axis. Throws Error if they are not there.
Array rows(const Array& all, Dim first, Dim count);

}  // namespace hilo::data
