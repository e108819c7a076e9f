//! What is timed, in batches of calls that are long enough for the clock.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Something to time, and the number of calls that makes a batch.
pub struct Routine<F> {
    call: F,
    calls: u32,
}

impl<R, F: FnMut() -> R> Routine<F> {
    /// Warms `call` up and finds how many calls fill a batch.
    pub fn new(batch: Duration, call: F) -> Self {
        let mut routine = Self { call, calls: 1 };
        while routine.batch() < batch {
            routine.calls *= 2;
        }
        routine
    }

    /// Runs one batch.
    fn batch(&mut self) -> Duration {
        let start = Instant::now();
        for _ in 0..self.calls {
            black_box((self.call)());
        }
        start.elapsed()
    }

    /// The nanoseconds a call takes.
    pub fn time(&mut self) -> f64 {
        self.batch().as_secs_f64() * 1e9 / f64::from(self.calls)
    }
}
