#pragma once
#include <vector>

#include "hilo/graph/value.h"

// Discrete Fourier transforms: X[k] = sum over n of x[n] exp(-2 pi i k n / N), and back.
namespace hilo {

enum class FftType : std::uint8_t { kFft, kIfft, kRfft, kIrfft };

/// The transform of the last one to three axes, as XLA has it: IFFT and IRFFT divide by the number of elements.
/// Shapes:  x is [.., lengths..]; the last axis of RFFT's result, and of IRFFT's operand, is lengths[-1] / 2 + 1.
/// Throws:  OpError if the lengths do not fit x's axes, or x is real where complex numbers are transformed (or the
///          other way round).
/// Source:  StableHLO spec, fft (C1-C5).
Value fft(Operand x, FftType type, Dims lengths);

/// What the sums are divided by: kBackward the inverse by N, kForward the transform by N, kOrtho both by sqrt(N).
enum class FftNorm : std::uint8_t { kBackward, kOrtho, kForward };

struct FftOptions {
  Dim length = -1;  ///< of the axis: longer ones are cut, shorter ones padded with zeros; x's own if not given
  int axis = -1;
  FftNorm norm = FftNorm::kBackward;
};

/// NumPy's transforms along one axis, of c64 and c128 (real numbers become complex).
Value fft(Operand x, const FftOptions& options = {});
Value ifft(Operand x, const FftOptions& options = {});
/// Of real numbers: the half that is not the conjugate of the other; [.., n, ..] -> [.., n / 2 + 1, ..].
Value rfft(Operand x, const FftOptions& options = {});
/// Back to `length` real numbers, 2 (m - 1) of m if not given.
Value irfft(Operand x, const FftOptions& options = {});
/// Of a signal with a real spectrum (conjugate symmetric): `length` real numbers, 2 (m - 1) of m if not given.
Value hfft(Operand x, const FftOptions& options = {});
Value ihfft(Operand x, const FftOptions& options = {});

struct FftnOptions {
  Dims lengths{};  ///< by axis
  Axes axes{};     ///< all, or the last lengths.size(), if not given
  FftNorm norm = FftNorm::kBackward;
};

/// The same over several axes; the real ones halve the last of them.
Value fftn(Operand x, const FftnOptions& options = {});
Value ifftn(Operand x, const FftnOptions& options = {});
Value rfftn(Operand x, const FftnOptions& options = {});
Value irfftn(Operand x, const FftnOptions& options = {});
/// Over the last two axes.
Value fft2(Operand x);
Value ifft2(Operand x);
Value rfft2(Operand x);
Value irfft2(Operand x);

/// The frequencies of the n results, in cycles per unit of `spacing`: [n], and [n / 2 + 1] for rfft.
Value fftfreq(Dim n, double spacing = 1, DType dtype = DType::kF32,
              std::source_location where = std::source_location::current());
Value rfftfreq(Dim n, double spacing = 1, DType dtype = DType::kF32,
               std::source_location where = std::source_location::current());
/// Moves frequency zero to the middle of the axes (all of them if none are given), and back.
Value fftshift(Operand x, Axes axes = {});
Value ifftshift(Operand x, Axes axes = {});

}  // namespace hilo
