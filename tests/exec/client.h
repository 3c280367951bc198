#pragma once
#include "hilo/pjrt/client.h"

namespace hilo {

/// The CPU client that all tests of a binary share.
inline const pjrt::Client& cpu() {
  static const pjrt::Client client = pjrt::open("cpu");
  return client;
}

}  // namespace hilo
