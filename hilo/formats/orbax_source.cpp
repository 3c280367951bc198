#include "hilo/formats/orbax.h"
#include "hilo/formats/weight_sources.h"

namespace hilo::formats {
namespace {

class OrbaxSource : public WeightSource {
 public:
  explicit OrbaxSource(const std::filesystem::path& folder)
      : WeightSource(folder), checkpoint_(OrbaxFolder::open(folder)) {
    for (const std::string& name : checkpoint_.names()) {
      const Shape shape = checkpoint_.shape(name);
      add(name, {shape,
                 std::string(hilo::name(shape.dtype)),
                 {},
                 static_cast<std::uint64_t>(shape.byte_size())});
    }
  }

  std::string_view format() const override { return "orbax"; }

 protected:
  Array load(const std::string& name) const override { return checkpoint_.at(name); }

 private:
  OrbaxFolder checkpoint_;
};

}  // namespace

WeightSourcePtr open_orbax(const std::filesystem::path& folder) {
  return std::make_shared<OrbaxSource>(folder);
}

}  // namespace hilo::formats
