#pragma once
#include <functional>
#include <map>
#include <string>

#include "tests/ops/rows/rows.h"

namespace hilo::test {

/// The functions of the fixtures, by the case's name.
const std::map<std::string, BuildFn, std::less<>>& fixture_cases();

}  // namespace hilo::test
