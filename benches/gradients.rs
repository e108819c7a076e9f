//! Every program by Criterion: the primal, and its gradient by each way of differentiating.

use std::hint::black_box;

use criterion::Criterion;

use programs::{Program, TapeMode, Visitor, assert_gradients_agree, visit_all};

mod programs;

fn main() {
    let mut groups = Groups(Criterion::default().configure_from_args());
    visit_all(&mut groups);
    groups.0.final_summary();
}

/// Makes a benchmark group of each program.
struct Groups(Criterion);

impl Visitor for Groups {
    fn visit<P: Program>(&mut self) {
        let program = P::new();
        assert_gradients_agree(&program);
        let variables = program.variables();
        let mut gradient = vec![0.0; variables.len()];
        let tape = TapeMode::default();

        let mut group = self.0.benchmark_group(P::NAME);
        group.bench_function("primal", |b| {
            b.iter(|| black_box(&program).primal());
        });
        group.bench_function("autodiff", |b| {
            b.iter(|| black_box(&program).autodiff(black_box(&mut gradient)));
        });
        group.bench_function("hand", |b| {
            b.iter(|| black_box(&program).hand(black_box(&mut gradient)));
        });
        group.bench_function("tape", |b| {
            b.iter(|| {
                tape.value_and_grad(black_box(&program), &variables, black_box(&mut gradient))
            });
        });
        // Forward mode takes a large part of a second where the variables are ten thousand.
        group.sample_size(10);
        group.bench_function("num-dual", |b| {
            b.iter(|| black_box(&program).num_dual(&variables, black_box(&mut gradient)));
        });
        group.finish();
    }
}
