#pragma once
#include <source_location>
#include <string>
#include <string_view>

#include "hilo/core/error.h"

namespace hilo {

/// While one lives, ops built on this thread belong to the given line: a composite (softmax, a layer) opens one, so
/// that its parts carry the line of its caller. Of nested ones the outermost line counts; scope paths are joined by
/// the caller, and the innermost non-empty one counts.
class CallSite {
 public:
  explicit CallSite(std::source_location where, std::string_view scope = {});
  /// Everything built belongs to `site`, whatever is open: gradients carry the line of the op they derive from.
  explicit CallSite(const Site& site);
  ~CallSite();
  CallSite(const CallSite&) = delete;
  CallSite& operator=(const CallSite&) = delete;

  /// The line that an op built now with the operand's line `where` belongs to.
  static Site current(std::source_location where);

 private:
  Site saved_;
  bool saved_is_open_;
};

/// The same text, kept for the life of the process: scope paths are few and repeat.
std::string_view intern(std::string_view text);

}  // namespace hilo
