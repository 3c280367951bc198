#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "hilo/models/gemma/config.h"
#include "hilo/pjrt/client.h"

// Memory is asked for before it runs out, since what a plugin says of it afterwards names no cure.
namespace hilo::models::gemma {

/// Bytes that are free on the first `devices` devices together, where the plugin counts them; on a
/// CPU those of the machine, or of the group of processes that this one is in. None if unknown.
std::optional<std::uint64_t> free_bytes(const pjrt::Client& client, Dim devices = 1);

/// Throws:  Error if weights in the dtypes of `config` are more than is free; those in blocks stay
///          in their file.
void expect_room_for_weights(const pjrt::Client& client, const Config& config, Dim devices = 1);

/// Throws:  Error if a cache for `slots` tokens of `batch` texts is more than is free, with how
/// many
///          tokens would fit.
void expect_room_for_cache(const pjrt::Client& client, const Config& config, Dim batch, Dim slots,
                           Dim devices = 1);

}  // namespace hilo::models::gemma
