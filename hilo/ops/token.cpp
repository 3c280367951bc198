#include "hilo/ops/token.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/collective_groups.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

const Shape kTokenShape{DType::kToken, {}};

// What all of them share: the last operand is a token (after_all: all are), what goes in and out
// has no gradient.
struct Ordered {
  static constexpr ZeroGradient vjp{}, jvp{};
  static constexpr Unsupported batch{
      "tokens order what a program does once; there is no batch of them"};

  static void expect_tokens(Shapes in, std::size_t first) {
    if (first >= in.size()) throw OpError({.problem = "no token among the operands", .expected = "token[]", .hint = "after_all()"});
    for (std::size_t k = first; k < in.size(); ++k) {
      if (in[k] != kTokenShape)
        throw OpError({.problem = "operand " + std::to_string(k) + " is no token",
                       .expected = "token[]",
                       .hint = "after_all()"});
    }
  }
  static void expect_channel(const ChannelHandle& channel, bool is_host_transfer, std::int64_t with_host) {
    if (channel.type == (is_host_transfer ? with_host : 1)) return;
    throw OpError({.problem = "a channel of type " + std::to_string(channel.type) + " does not fit is_host_transfer = " + (is_host_transfer ? "true" : "false"),
                   .expected = "type " + std::to_string(is_host_transfer ? with_host : 1)});
  }
  static std::vector<Shape> before_token(Shapes results) {
    if (results.empty() || results.back() != kTokenShape) throw OpError({.problem = "the last result is no token", .expected = "token[]"});
    return {results.begin(), results.end() - 1};
  }
  static std::vector<Shape> with_token(std::vector<Shape> shapes) {
    for (const Shape& s : shapes) {
      if (has_elements(s.dtype) && s.is_static()) continue;
      throw OpError(
          {.problem = "cannot receive " + to_string(s), .expected = "arrays of static shapes"});
    }
    shapes.push_back(kTokenShape);
    return shapes;
  }
};

struct AfterAll : Ordered, NoFields {
  static constexpr std::string_view kName = "after_all";
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    if (!in.empty()) expect_tokens(in, 0);
    return {kTokenShape};
  }
};

// Others see that it ran.
struct Exchange : Ordered {
  static constexpr bool has_side_effect = true;
};

struct Infeed : Exchange {
  static constexpr std::string_view kName = "infeed";
  std::string infeed_config{};
  std::optional<Layouts> layout{};
  std::vector<Shape> shapes{};
  static void fields(auto&& field) {
    field("infeed_config", &Infeed::infeed_config);
    field("layout", &Infeed::layout);
  }
  void complete(const OpParts& parts) { shapes = before_token(parts.results); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_tokens(in, 0);
    if (layout && layout->minor_to_major.size() != shapes.size()) {
      throw OpError({.problem = std::to_string(layout->minor_to_major.size()) + " layouts", .expected = "one for each result but the token"});
    }
    return with_token(shapes);  // C1, C2, C3
  }
};

struct Outfeed : Exchange {
  static constexpr std::string_view kName = "outfeed";
  std::string outfeed_config{};
  static void fields(auto&& field) { field("outfeed_config", &Outfeed::outfeed_config); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_tokens(in, in.empty() ? 0 : in.size() - 1);
    return {kTokenShape};
  }
};

// The channel's type says who is on the ends: 1 devices, 2 device to host, 3 host to device (C1).
struct Send : Exchange {
  static constexpr std::string_view kName = "send";
  ChannelHandle channel_handle{};
  bool is_host_transfer = false;
  static void fields(auto&& field) {
    field("channel_handle", &Send::channel_handle);
    field("is_host_transfer", &Send::is_host_transfer);
  }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_tokens(in, in.empty() ? 0 : in.size() - 1);
    under("C1", [&] { expect_channel(channel_handle, is_host_transfer, 2); });
    return {kTokenShape};
  }
};

struct Recv : Exchange {
  static constexpr std::string_view kName = "recv";
  ChannelHandle channel_handle{};
  bool is_host_transfer = false;
  std::vector<Shape> shapes{};
  static void fields(auto&& field) {
    field("channel_handle", &Recv::channel_handle);
    field("is_host_transfer", &Recv::is_host_transfer);
  }
  void complete(const OpParts& parts) { shapes = before_token(parts.results); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_tokens(in, 0);
    under("C1", [&] { expect_channel(channel_handle, is_host_transfer, 3); });
    return with_token(shapes);                            // C2, C3
  }
};

std::vector<Value> with(std::vector<Value> values, const Operand& token) {
  values.push_back(token.value);
  return values;
}

Received received(std::vector<Value> results) {
  const Value token = results.back();
  results.pop_back();
  return {std::move(results), token};
}

}  // namespace

void list_token_ops(OpTable& table) {
  table.add<AfterAll>();
  table.add<Infeed>();
  table.add<Outfeed>();
  table.add<Send>();
  table.add<Recv>();
}

Value after_all(Operands tokens) { return apply(AfterAll{}, tokens.values, tokens.where); }

Received infeed(Operand token, std::vector<Shape> shapes, std::string config) {
  Infeed op;
  op.infeed_config = std::move(config);
  op.shapes = std::move(shapes);
  return received(apply_all(std::move(op), with({}, token), token.where));
}

Value outfeed(Operands values, Operand token, std::string config) {
  Outfeed op;
  op.outfeed_config = std::move(config);
  return apply(std::move(op), with(std::move(values.values), token), token.where);
}

Value send(Operands values, Operand token, ChannelOptions options) {
  Send op;
  op.channel_handle = {.handle = options.channel, .type = options.is_host_transfer ? 2 : 1};
  op.is_host_transfer = options.is_host_transfer;
  return apply(std::move(op), with(std::move(values.values), token), token.where);
}

Received recv(Operand token, std::vector<Shape> shapes, ChannelOptions options) {
  Recv op;
  op.channel_handle = {.handle = options.channel, .type = options.is_host_transfer ? 3 : 1};
  op.is_host_transfer = options.is_host_transfer;
  op.shapes = std::move(shapes);
  return received(apply_all(std::move(op), with({}, token), token.where));
}

}  // namespace hilo
