//! The states that a checkpointed loop keeps, never more than a given number of them, and the schedule
//! by which the others are computed again.
//!
//! The schedule is the binomial one of A. Griewank and A. Walther, *Algorithm 799: revolve*, ACM
//! Transactions on Mathematical Software 26 (2000), 19–45; that no other needs fewer steps was proved in
//! A. Griewank, *Achieving logarithmic growth of temporal and spatial complexity in reverse automatic
//! differentiation*, Optimization Methods and Software 1 (1992), 35–54. With `s` snapshots, and each step
//! run forward `r` times at most, `β(s, r) = (s + r)! / (s! r!)` steps can be reversed.
//!
//! For `n` steps, generated code is
//!
//! ```text
//! for step in 0..n {                          // forward sweep
//!     if snapshots.due() { snapshots.push(state) }
//!     state = advance(state)
//! }
//! for step in (0..n).rev() {                  // backward sweep
//!     let from = snapshots.resume();
//!     state = snapshots.pop();
//!     for _ in from..step {
//!         if snapshots.due() { snapshots.push(state) }
//!         state = advance(state)
//!     }
//!     // `state` is that before `step`: the step is run with all that it keeps, then backwards.
//! }
//! ```

use alloc::vec::Vec;

/// At most so many states of a loop, each that before one of its steps.
#[derive(Debug)]
pub struct Snapshots<T> {
    most: usize,
    /// Each with the number of steps before it, in ascending order.
    kept: Vec<(usize, T)>,
    /// The step that runs next.
    position: usize,
    /// The step before which the next state is kept.
    next: Option<usize>,
    /// One past the last step that is still to be reversed, if that is known.
    end: Option<usize>,
    /// Whether the forward sweep is over.
    reversing: bool,
}

impl<T: Clone> Snapshots<T> {
    /// Room for that many states, one at least, of a loop of `steps` steps; where their number is not
    /// known before the loop, the forward sweep counts them, and keeps the first state alone.
    pub fn new(most: usize, steps: Option<usize>) -> Self {
        // What follows the loop is one step more: the forward sweep arrives there, and need not come back.
        let end = steps.and_then(|steps| steps.checked_add(1));
        Self {
            most: most.max(1),
            kept: Vec::new(),
            position: 0,
            next: Some(0),
            end,
            reversing: false,
        }
    }

    /// Asked before each step that runs forward: whether the state is to be kept.
    #[inline]
    pub fn due(&mut self) -> bool {
        let due = self.next == Some(self.position);
        self.position += 1;
        due
    }

    /// Keeps the state before the step for which [`Self::due`] was just asked.
    pub fn push(&mut self, state: T) {
        let at = self.position - 1;
        self.kept.push((at, state));
        self.schedule(at);
    }

    /// Begins to reverse one more step, the last that is left: gives the step before which the last
    /// snapshot was taken, from where the forward sweep goes on.
    ///
    /// # Panics
    ///
    /// If no step is left, which generated code rules out.
    pub fn resume(&mut self) -> usize {
        let end = match self.end {
            Some(end) if self.reversing => end - 1,
            _ => self.position,
        };
        self.reversing = true;
        self.end = Some(end);
        let (at, _) = self.kept.last().expect("a state from before the first step");
        let at = *at;
        self.position = at;
        self.schedule(at);
        at
    }

    /// The last snapshot; it stays unless no earlier step is reversed from it.
    ///
    /// # Panics
    ///
    /// If there is none, which generated code rules out.
    pub fn pop(&mut self) -> T {
        let last = self.end.is_some_and(|end| self.position + 1 == end);
        let state = match self.kept.last() {
            Some((_, state)) if !last => Some(state.clone()),
            _ => self.kept.pop().map(|(_, state)| state),
        };
        state.expect("a state from before the first step")
    }

    /// Finds where the next state is kept on the way from `at`, before which the last one was.
    fn schedule(&mut self, at: usize) {
        let free = self.most - self.kept.len();
        self.next = self.end.filter(|_| free > 0).and_then(|end| {
            let next = at + split(end - at, free + 1)?;
            // The state before the last step is at hand when it is needed.
            (next + 1 < end).then_some(next)
        });
    }
}

/// Of `steps` steps to be reversed with `snapshots` snapshots, the first of them at the beginning: after
/// how many to take the second.
///
/// With `r` the least number for which `β(snapshots, r) ≥ steps`, the part before must not be longer than
/// `β(snapshots, r − 1)`, nor that after it shorter than `β(snapshots − 1, r − 1)`.
fn split(steps: usize, snapshots: usize) -> Option<usize> {
    if steps < 2 {
        return None;
    }
    let (length, s) = (steps as u128, snapshots.min(steps) as u128);
    let (mut before, mut reach, mut r) = (0, 1_u128, 0);
    while reach < length {
        r += 1;
        before = reach;
        reach = reach.saturating_mul(s + r) / r;
    }
    let after = before * s / (s + r - 1);
    usize::try_from(before.min(length - after)).ok()
}

#[cfg(test)]
#[allow(clippy::needless_range_loop, reason = "a recurrence reads better by its indices")]
mod tests {
    use super::Snapshots;

    /// The fewest steps forward that reverse `steps` steps with `snapshots` snapshots, by trying all.
    fn optimum(steps: usize, snapshots: usize) -> Vec<Vec<usize>> {
        let mut best = vec![vec![0; steps + 1]; snapshots + 1];
        for s in 1..=snapshots {
            for l in 2..=steps {
                let alone = l * (l - 1) / 2;
                let others = (1..l).filter(|_| s > 1).map(|m| m + best[s - 1][l - m] + best[s][m]);
                best[s][l] = others.fold(alone, usize::min);
            }
        }
        best
    }

    /// Runs a loop of so many steps; gives how many ran forward, and the most snapshots at a time.
    fn run(steps: usize, most: usize, known: bool) -> (usize, usize) {
        let mut snapshots = Snapshots::new(most, known.then_some(steps));
        let (mut state, mut forward, mut held) = (0, 0, 0);
        let mut advance = |snapshots: &mut Snapshots<usize>, state: &mut usize| {
            if snapshots.due() {
                snapshots.push(*state);
                held = held.max(snapshots.kept.len());
            }
            *state += 1;
            forward += 1;
        };
        for _ in 0..steps {
            advance(&mut snapshots, &mut state);
        }
        for step in (0..steps).rev() {
            let from = snapshots.resume();
            state = snapshots.pop();
            assert_eq!(state, from);
            for _ in from..step {
                advance(&mut snapshots, &mut state);
            }
            assert_eq!(state, step);
        }
        assert!(snapshots.kept.is_empty());
        (forward, held)
    }

    #[test]
    fn no_schedule_takes_fewer_steps() {
        let best = optimum(91, 12);
        for most in 1..=12 {
            for steps in 0..=90 {
                let (forward, held) = run(steps, most, true);
                // What follows the loop is one step more, reversed without being run.
                assert_eq!(forward, best[most][steps + 1], "{steps} steps, {most} snapshots");
                assert!(held <= most, "{held} snapshots of {most}");
            }
        }
    }

    #[test]
    fn steps_that_had_to_be_counted_cost_one_sweep_more() {
        let best = optimum(90, 8);
        for most in 1..=8 {
            for steps in 0..=90 {
                let (forward, held) = run(steps, most, false);
                assert_eq!(forward, steps + best[most][steps], "{steps} steps, {most} snapshots");
                assert!(held <= most);
            }
        }
    }

    #[test]
    fn no_number_of_snapshots_is_too_large_or_too_small() {
        assert_eq!(run(40, usize::MAX, true).0, 40);
        assert_eq!(run(40, 0, true), run(40, 1, true));
        // β(30, 4) = 46 376 steps run at most four times each.
        assert!(run(46_375, 30, true).0 < 4 * 46_376);
    }
}
