// Rows of hilo/ops/collective.h on one device, where what the others send is what was given.
// Several devices work together in tests/exec/collectives_test.cpp.
#include "hilo/ops/collective.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

const DTypes kSent =
    kBoolean + from_bits(8, kIntegers + kSmallFloats) + kPlainFloats + kComplexNumbers;
const DTypes kMoved = kBoolean + kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers;
const CollectiveOptions kAlone{.replica_groups = {{0}}};
const CollectiveOptions kFlat{
    .replica_groups = {{0}}, .channel = 1, .uses_global_device_ids = true};

Reference itself() {
  return numbers([](const auto& in) { return in; });
}
Reference nothing() {
  return numbers([]<class T>(const Tensors<T>& in) {
    return generate<T>(in[0].dims, [](const Index&) { return 0; });
  });
}

void add_drawn(std::vector<Drawn>& drawn) {
  const auto along = [&](const std::string& name, Value (*f)(Value, int)) {
    drawn.push_back({name, [f](Draw& draw) {
                       const Dims dims = draw.dims(1);
                       return Row({Input(dims)}, [f, axis = draw.axis(dims)](Value x) { return f(x, axis); }).in(kSweptDTypes);
                     }});
  };
  along("all_reduce", [](Value x, int) { return all_reduce(x, kAlone); });
  along("all_gather", [](Value x, int axis) { return all_gather(x, axis, kAlone); });
  along("reduce_scatter", [](Value x, int axis) { return reduce_scatter(x, axis, kAlone); });
  along("all_to_all", [](Value x, int axis) { return all_to_all(x, axis, 0, kAlone); });
  along("collective_permute", [](Value x, int) { return collective_permute(x, {{0, 0}}); });
  along("collective_broadcast", [](Value x, int) { return collective_broadcast(x, kAlone); });
}

}  // namespace

Family collective_rows() {
  Family family{.name = "collective", .rows = {}};
  std::vector<Row>& rows = family.rows;
  const Input x = {2, 3};
  rows.push_back(
      Row("all_reduce", {x}, {2, 3}, [](Value a) { return all_reduce(a); }).on(kSent).is(itself()));
  rows.push_back(Row("all_reduce of two", {x, {4}}, {2, 3},
                     [](Value a, Value b) {
                       return all_reduce(Operands({a, b}), kAlone);
                     })
                     .and_result({4})
                     .is(itself()));
  rows.push_back(Row("all_reduce of flattened ids", {x}, {2, 3}, [](Value a) {
                   return all_reduce(a, kFlat);
                 }).is(itself()));
  rows.push_back(
      Row("all_reduce by maximum", {x}, {2, 3}, [](Value a) { return all_reduce(a, {}, maximum); })
          .is(itself())
          .no_reverse("no gradient of this body is known")
          .no_forward("a body that adds"));
  rows.push_back(Row("all_gather", {x}, {2, 3}, [](Value a) { return all_gather(a, -1, kAlone); })
                     .on(kMoved)
                     .is(itself()));
  rows.push_back(Row("all_gather of flattened ids", {x}, {2, 3}, [](Value a) {
                   return all_gather(a, 0, kFlat);
                 }).is(itself()));
  rows.push_back(
      Row("reduce_scatter", {x}, {2, 3}, [](Value a) { return reduce_scatter(a, 1, kAlone); })
          .on(kSent)
          .is(itself()));
  rows.push_back(Row("reduce_scatter by minimum", {x}, {2, 3},
                     [](Value a) { return reduce_scatter(a, 1, kAlone, minimum); })
                     .is(itself())
                     .no_reverse("no gradient of this body is known")
                     .no_forward("a body that adds"));
  rows.push_back(
      Row("all_to_all", {x}, {2, 3}, [](Value a) { return all_to_all(a, 0, -1, kAlone); })
          .on(kMoved)
          .is(itself()));
  rows.push_back(Row("collective_permute", {x}, {2, 3},
                     [](Value a) {
                       return collective_permute(a, {{0, 0}});
                     })
                     .on(kMoved)
                     .is(itself()));
  rows.push_back(Row("collective_permute to nobody", {x}, {2, 3}, [](Value a) {
                   return collective_permute(a, {});
                 }).is(nothing()));
  rows.push_back(Row("collective_broadcast", {x}, {2, 3},
                     [](Value a) { return collective_broadcast(a, kAlone); })
                     .on(kMoved)
                     .is(itself()));
  rows.push_back(Row("replica_id", {x}, {2, 3}, [](Value a) {
                   return a + replica_id().as(a.dtype());
                 }).is(itself()));
  rows.push_back(Row("partition_id", {x}, {2, 3}, [](Value a) {
                   return a + partition_id().as(a.dtype());
                 }).is(itself()));
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
