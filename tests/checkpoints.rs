//! What checkpointed loops hold in memory and how often they run their iterations. A counting global
//! allocator is process-wide, hence this binary of its own; the counts are per thread.
//!
//! The full size, a million steps of a thousand numbers, takes a few seconds in a release build:
//!
//! ```text
//! cargo test --release --test checkpoints -- --ignored --nocapture
//! ```

#![allow(unsafe_code)]
#![allow(clippy::needless_range_loop, reason = "the loops are what is tested")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use autodiff::differentiate;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is forwarded unchanged to the system allocator, `realloc` by way of the default
// method; the counters are constant-initialised thread-locals without destructors.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.get() + layout.size();
        LIVE.set(live);
        MOST.set(MOST.get().max(live));
        // SAFETY: the caller upholds `GlobalAlloc::alloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get().saturating_sub(layout.size()));
        // SAFETY: the caller upholds `GlobalAlloc::dealloc`'s contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `body`; gives its result, and the most bytes that this thread held beside those from before.
fn most_bytes<R>(body: impl FnOnce() -> R) -> (R, usize) {
    let before = LIVE.get();
    MOST.set(before);
    let result = body();
    (result, MOST.get() - before)
}

/// A ring of numbers that pull on their neighbours, one step after another, in place.
#[differentiate(wrt(start))]
fn ring(start: &[f64], steps: usize, snapshots: usize) -> f64 {
    let mut u = start.to_vec();
    #[checkpoint(snapshots = snapshots)]
    for _ in 0..steps {
        let mut before = u[u.len() - 1];
        for i in 0..u.len() {
            let here = u[i];
            u[i] = here + 0.1 * before * (1.0 - here * here);
            before = here;
        }
    }
    u.iter().map(|v| v * v).sum()
}

#[differentiate(wrt(start))]
fn ring_every(start: &[f64], steps: usize, stride: usize) -> f64 {
    let mut u = start.to_vec();
    #[checkpoint(every = stride)]
    for _ in 0..steps {
        let mut before = u[u.len() - 1];
        for i in 0..u.len() {
            let here = u[i];
            u[i] = here + 0.1 * before * (1.0 - here * here);
            before = here;
        }
    }
    u.iter().map(|v| v * v).sum()
}

fn start(length: usize) -> Vec<f64> {
    (0..length).map(|i| 0.5 + 0.4 * (i as f64).sin()).collect()
}

const MIB: usize = 1 << 20;

#[test]
fn a_long_loop_needs_little_memory() {
    let x = start(20);
    let (with, bytes) = most_bytes(|| ring::value_and_grad(&x, 20_000, 10));
    // Ten snapshots, the state, its adjoint and a step's records, of 160 bytes each and then some.
    assert!(bytes < 40 * 160, "{bytes} bytes");
    let (all, kept) = most_bytes(|| ring_every::value_and_grad(&x, 20_000, 20_000));
    assert!(kept > 20_000 * 160, "{kept} bytes");
    let (some, bytes) = most_bytes(|| ring_every::value_and_grad(&x, 20_000, 141));
    assert!(bytes < 4 * MIB, "{bytes} bytes");
    for (value, gradient) in [with, some] {
        assert_eq!(value.to_bits(), all.0.to_bits());
        for (got, want) in gradient.iter().zip(&all.1) {
            assert!((got - want).abs() <= 1e-12 * (1.0 + want.abs()), "{got}, not {want}");
        }
    }
}

#[test]
#[ignore = "a million steps: for a release build"]
fn a_million_steps_of_a_thousand_numbers_stay_below_64_mib() {
    let x = start(1000);
    let began = std::time::Instant::now();
    let ((_, gradient), bytes) = most_bytes(|| ring::value_and_grad(&x, 1_000_000, 30));
    println!("{:.3} MiB in {:.1?}", bytes as f64 / MIB as f64, began.elapsed());
    assert!(bytes < 64 * MIB, "{bytes} bytes");
    assert!(gradient.iter().all(|g| g.is_finite()));
}

#[differentiate(wrt(x))]
fn counted(x: f64, steps: usize, snapshots: usize) -> f64 {
    let mut y = x;
    #[checkpoint(snapshots = snapshots)]
    for _ in 0..steps {
        STEPS.set(STEPS.get() + 1);
        y = y.sin();
    }
    y
}

/// With `r` the least for which `(s + r)! / (s! r!) ≥ steps`: `r steps − (s + r)! / ((s + 1)! (r − 1)!)`.
fn fewest(steps: usize, snapshots: usize) -> usize {
    let binomial = |n: usize, k: usize| (1..=k).fold(1, |product, i| product * (n - k + i) / i);
    let r = (0..).find(|r| binomial(snapshots + r, snapshots) >= steps).expect("some number");
    if r == 0 { 0 } else { r * steps - binomial(snapshots + r, r - 1) }
}

#[test]
fn steps_run_as_seldom_as_can_be() {
    for (steps, snapshots) in [(1, 1), (10, 3), (100, 5), (500, 1), (3000, 7)] {
        STEPS.set(0);
        counted::grad(0.7, steps, snapshots);
        // What follows the loop is a step of the schedule; each step runs once more for its records.
        assert_eq!(STEPS.get(), fewest(steps + 1, snapshots) + steps, "{steps}, {snapshots}");
    }
}
