#pragma once
#include <optional>
#include <string_view>

#include "hilo/graph/value.h"

namespace hilo {

/// Sums of products over axes that are named by letters, as NumPy's einsum.
/// Each operand has a term of letters, one an axis, with commas between. A letter that the output
/// lacks is summed over; one that a term has twice takes the diagonal; axes of length 1 stretch.
/// "..." stands for the axes that are not named, which broadcast from the last. Without "->", the
/// output has "..." and then the letters that occur once, in order. Attributes: `dtype` of the
/// result and of the sums, as in dot_general; if not given, the operands' common one. Throws:
/// OpError that names the letter or term: terms and operands differ in number, a term does not fit
/// a rank, lengths
///          differ, an output letter is unknown or doubled.
/// Cost:    pairs are multiplied by dot_general, those that take the fewest multiplications first.
/// Example: einsum("bqhd,bkhd->bhqk", {queries, keys}); einsum("ii->i", {matrix});
/// einsum("...ij,...jk", {a, b})
Value einsum(std::string_view equation, Operands operands, std::optional<DType> dtype = {});

}  // namespace hilo
