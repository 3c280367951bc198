#include "hilo/autodiff/callables.h"

#include "hilo/graph/call_site.h"

namespace hilo {

std::vector<Value> in_graph_of_its_own(const BuildFn& f, std::span<const Value> arguments,
                                       std::source_location where) {
  const CallSite site(where);
  std::vector<Shape> shapes;
  for (const Value& v : arguments) shapes.push_back(v.shape());
  std::vector<Value> captured, all(arguments.begin(), arguments.end());
  const Function body = trace_closed(f, shapes, captured);
  all.insert(all.end(), captured.begin(), captured.end());
  return call(body, all, where);
}

}  // namespace hilo
