#pragma once
#include "hilo/graph/value.h"

// What factorisations by Householder's reflections share (qr.h, hessenberg.h); LAPACK's larfg and larf.
namespace hilo {

/// The reflection 1 - tau v v^H that takes x's elements from k on, [.., m], to a real multiple of unit vector k.
struct Reflection {
  Value v, tau;  ///< [.., m], 1 at k and 0 before; [..]
};
Reflection reflection(Value x, Value k);

/// a - tau v (v^H a), with tau [..], v [.., m] and a [.., m, n].
Value reflected(Value a, Value v, Value tau);

}  // namespace hilo
