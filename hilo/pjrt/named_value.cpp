#include "hilo/pjrt/named_value.h"

#include "hilo/pjrt/c_api.h"

namespace hilo::pjrt {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

std::string dotted(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (std::int64_t n : numbers) {
    if (!text.empty()) text += '.';
    text += std::to_string(n);
  }
  return text;
}

NamedValue value_of(const PJRT_NamedValue& v) {
  switch (v.type) {
    case PJRT_NamedValue_kString:
      return std::string(v.string_value, v.value_size);
    case PJRT_NamedValue_kInt64:
      return v.int64_value;
    case PJRT_NamedValue_kInt64List:
      return std::vector<std::int64_t>(v.int64_array_value, v.int64_array_value + v.value_size);
    case PJRT_NamedValue_kFloat:
      return v.float_value;
    case PJRT_NamedValue_kBool:
      return v.bool_value;
  }
  return std::string("(a value of a newer kind)");
}

}  // namespace

std::string to_string(const NamedValue& value) {
  return std::visit(Overloaded{[](const std::string& v) { return v; },
                               [](std::int64_t v) { return std::to_string(v); },
                               [](const std::vector<std::int64_t>& v) { return dotted(v); },
                               [](float v) { return std::to_string(v); },
                               [](bool v) { return std::string(v ? "true" : "false"); }},
                    value);
}

namespace c {

std::vector<PJRT_NamedValue> to_c(const NamedValues& values) {
  std::vector<PJRT_NamedValue> result;
  for (const auto& [name, value] : values) {
    auto out = make_args<PJRT_NamedValue>();
    out.name = name.data();
    out.name_size = name.size();
    out.value_size = 1;
    std::visit(Overloaded{[&](const std::string& v) {
                            out.type = PJRT_NamedValue_kString;
                            out.string_value = v.data();
                            out.value_size = v.size();
                          },
                          [&](std::int64_t v) {
                            out.type = PJRT_NamedValue_kInt64;
                            out.int64_value = v;
                          },
                          [&](const std::vector<std::int64_t>& v) {
                            out.type = PJRT_NamedValue_kInt64List;
                            out.int64_array_value = v.data();
                            out.value_size = v.size();
                          },
                          [&](float v) {
                            out.type = PJRT_NamedValue_kFloat;
                            out.float_value = v;
                          },
                          [&](bool v) {
                            out.type = PJRT_NamedValue_kBool;
                            out.bool_value = v;
                          }},
               value);
    result.push_back(out);
  }
  return result;
}

NamedValues from_c(const PJRT_NamedValue* values, std::size_t count) {
  NamedValues result;
  for (std::size_t i = 0; i < count; ++i) {
    result.emplace(std::string(values[i].name, values[i].name_size), value_of(values[i]));
  }
  return result;
}

}  // namespace c
}  // namespace hilo::pjrt
