#include "hilo/graph/call_site.h"

#include <mutex>
#include <set>

namespace hilo {
namespace {

thread_local Site open_site;
thread_local bool is_open = false;

}  // namespace

CallSite::CallSite(std::source_location where, std::string_view scope)
    : saved_(open_site), saved_is_open_(is_open) {
  if (!is_open) open_site = Site(where);
  if (!scope.empty()) open_site.scope = intern(scope);
  is_open = true;
}

CallSite::CallSite(const Site& site) : saved_(open_site), saved_is_open_(is_open) {
  open_site = site;
  is_open = true;
}

CallSite::~CallSite() {
  open_site = saved_;
  is_open = saved_is_open_;
}

Site CallSite::current(std::source_location where) { return is_open ? open_site : Site(where); }

std::string_view intern(std::string_view text) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> texts;
  const std::lock_guard lock(mutex);
  const auto found = texts.find(text);
  return found != texts.end() ? *found : *texts.emplace(text).first;
}

}  // namespace hilo
