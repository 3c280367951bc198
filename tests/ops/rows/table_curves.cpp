// Rows of hilo/ops/signal.h and hilo/ops/resize.h.
#include "hilo/ops/resize.h"
#include "hilo/ops/signal.h"
#include "tests/ops/rows/numpy_goldens.h"

namespace hilo::test {
namespace {

void add_curves(std::vector<Row>& rows) {
  for (const auto& [mode, overlap] :
       {std::pair{"full", Overlap::kFull}, {"same", Overlap::kSame}, {"valid", Overlap::kValid}}) {
    for (const char* kind : {"", " of even", " swapped"}) {
      rows.push_back(golden(std::string("convolve ") + mode + kind,
                            [o = overlap](Value a, Value b) { return convolve(a, b, o); }));
      rows.push_back(golden(std::string("correlate ") + mode + kind,
                            [o = overlap](Value a, Value b) { return correlate(a, b, o); }));
    }
  }
  rows.push_back(golden("polyval", polyval));
  rows.push_back(golden("polyval of nothing", polyval));
  rows.push_back(golden("interp", [](Value x, Value xp, Value fp) { return interp(x, xp, fp); }));
  rows.push_back(
      golden("interp at points", [](Value x, Value xp, Value fp) { return interp(x, xp, fp); }));
  rows.push_back(golden("interp with ends", [](Value x, Value xp, Value fp) {
    return interp(x, xp, fp, {.left = -7, .right = 7});
  }));
  rows.push_back(golden("interp going on", [](Value x, Value xp, Value fp) {
    return interp(x, xp, fp, {.extrapolates = true});
  }));
  rows.push_back(
      golden("interp at a step", [](Value x, Value xp, Value fp) { return interp(x, xp, fp); }));
}

void add_pictures(std::vector<Row>& rows) {
  const std::pair<const char*, ResizeMethod> methods[] = {{"nearest", ResizeMethod::kNearest},
                                                          {"linear", ResizeMethod::kLinear},
                                                          {"cubic", ResizeMethod::kCubic},
                                                          {"lanczos3", ResizeMethod::kLanczos3},
                                                          {"lanczos5", ResizeMethod::kLanczos5}};
  for (const auto& [name, method] : methods) {
    const std::string title = std::string("resize ") + name;
    rows.push_back(golden(title + " up", [m = method](Value x) {
      return resize(x, {7, 5, 2}, {.method = m});
    }));
    rows.push_back(golden(title + " down True", [m = method](Value x) {
      return resize(x, {3, 2}, {.method = m});
    }));
    rows.push_back(golden(title + " down False", [m = method](Value x) {
      return resize(x, {3, 2}, {.method = m, .antialias = false});
    }));
  }
  rows.push_back(golden("resize up and down", [](Value x) {
    return resize(x, {2, 3, 9}, {.method = ResizeMethod::kCubic});
  }));
  rows.push_back(golden("resize of bytes", [](Value x) {
    return resize(x, {3, 3}, {.method = ResizeMethod::kNearest});
  }));
  rows.push_back(golden("scale_and_translate", [](Value x, Value s, Value t) {
    return scale_and_translate(x, {6, 2, 3}, {0, 2}, s, t,
                               {.method = ResizeMethod::kCubic, .antialias = false});
  }));
  rows.push_back(golden("scale_and_translate small", [](Value x, Value s, Value t) {
    return scale_and_translate(x, {4, 4}, {0, 1}, s, t);
  }));
  const std::pair<const char*, Beyond> modes[] = {{"constant", Beyond::kFill},
                                                  {"nearest", Beyond::kNearest},
                                                  {"wrap", Beyond::kWrap},
                                                  {"mirror", Beyond::kMirror},
                                                  {"reflect", Beyond::kReflect}};
  for (const auto& [name, beyond] : modes) {
    for (const int order : {0, 1}) {
      rows.push_back(
          golden(std::string("map_coordinates ") + name + " " + std::to_string(order),
                 [=, b = beyond](Value p, Value y, Value x) {
                   return map_coordinates(p, {y, x}, {.order = order, .beyond = b, .fill = 0.5});
                 }));
    }
  }
  rows.push_back(
      golden("map_coordinates smooth", [](Value p, Value x) { return map_coordinates(p, {x}); }));
  rows.push_back(golden("map_coordinates of one", [](Value p, Value x) {
    return map_coordinates(p, {x}, {.beyond = Beyond::kNearest});
  }));
}

}  // namespace

Family curves_rows() {
  Family family{.name = "curves", .rows = {}};
  add_curves(family.rows);
  return family;
}

Family resize_rows() {
  Family family{.name = "resize", .rows = {}};
  add_pictures(family.rows);
  return family;
}

}  // namespace hilo::test
