#pragma once
#include <string>
#include <vector>

#include "hilo/graph/value.h"

// What a program exchanges with its host, or another program, while it runs. A token is a value
// without elements that puts such ops in order: an op runs behind those whose tokens it takes. An
// op that feeds or sends stays in the program though nobody reads its token. None of this has
// gradients to or from the other side, and none is batched.
namespace hilo {

/// A token behind all of `tokens`; of none, the first one.
/// Source:  StableHLO spec, after_all.
Value after_all(Operands tokens = {});

struct Received {
  std::vector<Value> values;
  Value token;
};

/// Values that the host feeds. PJRT has no call that feeds them: for programs from elsewhere.
/// Attributes: `config` is the plugin's own.
/// Throws:  OpError unless `token` is a token and the shapes are static.
/// Source:  StableHLO spec, infeed (C1-C3).
Received infeed(Operand token, std::vector<Shape> shapes, std::string config = {});

/// Values for the host.
/// Source:  StableHLO spec, outfeed.
Value outfeed(Operands values, Operand token, std::string config = {});

struct ChannelOptions {
  std::int64_t channel = 1;       ///< the same number on both ends
  bool is_host_transfer = false;  ///< the other end is the host, not a device
};

/// Sends values along a channel, and receives them. XLA:CPU compiles neither.
/// Throws:  OpError unless `token` is a token and the shapes are static.
/// Source:  StableHLO spec, send (C1), recv (C1-C3).
Value send(Operands values, Operand token, ChannelOptions options = {});
Received recv(Operand token, std::vector<Shape> shapes, ChannelOptions options = {});

}  // namespace hilo
