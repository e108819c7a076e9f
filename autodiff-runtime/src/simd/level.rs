//! Which vectors the machine has.

/// Runs a function compiled for the widest vectors that this machine has: AVX-512, AVX2, or what the program
/// was compiled for. Which these are is found out once, when this is first called. Without the feature `std`
/// and on other machines than `x86_64` it is always the last.
///
/// What the function calls is compiled so where it is inlined; put `#[inline(always)]` before the closure if
/// it is long. The results are those of the function itself, to the bit.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::simd;
///
/// let x = [1.0_f32; 100];
/// let mut y = [0.0; 100];
/// simd::dispatch(#[inline(always)] || {
///     for (x, y) in x.iter().zip(&mut y) {
///         *y = 2.0 * x;
///     }
/// });
/// assert_eq!(y[99], 2.0);
/// ```
#[inline(always)]
pub fn dispatch<R>(run: impl FnOnce() -> R) -> R {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    {
        x86::dispatch(run)
    }
    #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
    {
        run()
    }
}

#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod x86 {
    use std::sync::atomic::{AtomicU8, Ordering};

    /// Not found out yet.
    const UNKNOWN: u8 = 0;
    const BASE: u8 = 1;
    const AVX2: u8 = 2;
    const AVX512: u8 = 3;

    static LEVEL: AtomicU8 = AtomicU8::new(UNKNOWN);

    #[inline(always)]
    #[allow(unsafe_code)]
    pub fn dispatch<R>(run: impl FnOnce() -> R) -> R {
        match level() {
            // SAFETY: `detected` has found the instructions.
            AVX512 => unsafe { avx512(run) },
            // SAFETY: as before.
            AVX2 => unsafe { avx2(run) },
            _ => run(),
        }
    }

    #[inline(always)]
    fn level() -> u8 {
        match LEVEL.load(Ordering::Relaxed) {
            UNKNOWN => detected(),
            level => level,
        }
    }

    #[cold]
    fn detected() -> u8 {
        let has_512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        let level = if has_512 && is_x86_feature_detected!("bmi2") {
            AVX512
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") {
            AVX2
        } else {
            BASE
        };
        LEVEL.store(level, Ordering::Relaxed);
        level
    }

    /// # Safety
    ///
    /// The machine has these instructions.
    #[allow(unsafe_code)]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,bmi2")]
    unsafe fn avx512<R>(run: impl FnOnce() -> R) -> R {
        run()
    }

    /// # Safety
    ///
    /// The machine has these instructions.
    #[allow(unsafe_code)]
    #[target_feature(enable = "avx2,bmi2")]
    unsafe fn avx2<R>(run: impl FnOnce() -> R) -> R {
        run()
    }
}
