//! Structs that change: in place, in loops, in vectors.

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, check_in_place, check_map, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug, Default)]
struct State {
    position: f64,
    velocity: f64,
    steps: u32,
}

#[derive(Differentiable, Clone, Debug)]
struct Filter {
    history: Vec<f64>,
    taps: [f64; 2],
    gain: f64,
    on: bool,
}

#[derive(Differentiable, Clone, Debug)]
struct World {
    states: Vec<State>,
    filter: Filter,
    corner: State,
    #[differentiable(constant)]
    gravity: f64,
}

#[derive(Differentiable, Clone, Copy, Debug)]
struct Dual<T>(T, T);

#[derive(Differentiable, Clone, Debug)]
struct Stack<T: Float> {
    items: Vec<Dual<T>>,
    limit: usize,
}

flat_structs! {
    f64: State => StateTangent { position, velocity };
    f64: Filter => FilterTangent { history, taps, gain };
    f64: World => WorldTangent { states, filter, corner };
    f64: Dual<f64> => DualTangent<f64> { 0, 1 };
    f32: Dual<f32> => DualTangent<f32> { 0, 1 };
    f64: Stack<f64> => StackTangent<f64> { items };
}

fn state() -> State {
    State { position: 0.4, velocity: -0.9, steps: 0 }
}

fn filter() -> Filter {
    Filter { history: vec![0.3, -1.1, 0.8], taps: [0.5, 0.25], gain: 1.4, on: true }
}

fn world() -> World {
    let other = State { position: -0.2, velocity: 0.7, steps: 3 };
    World { states: vec![state(), other], filter: filter(), corner: other, gravity: 9.8 }
}

#[differentiate]
fn mutated_parameter(mut s: State, dt: f64) -> f64 {
    s.position += dt * s.velocity;
    s.velocity *= s.position;
    s.position * s.velocity
}

#[differentiate]
fn mutated_copy(s: &State, dt: f64) -> State {
    let mut next = *s;
    next.velocity -= dt * s.position.sin();
    next.position += dt * next.velocity;
    next.steps += 1;
    next
}

#[differentiate]
fn in_place(s: &mut State, dt: f64) {
    s.velocity -= dt * s.position.sin();
    s.position += dt * s.velocity;
    s.steps += 1;
}

#[differentiate]
fn in_place_with_a_result(s: &mut State, dt: f64) -> f64 {
    let before = s.position * s.velocity;
    s.position = dt * s.velocity;
    before + s.position
}

#[differentiate]
fn overwritten_whole(s: &mut State, x: f64) {
    *s = State { position: s.velocity * x, velocity: x * x, steps: 7 };
}

#[differentiate]
fn filtered(f: &mut Filter, x: f64) -> f64 {
    let n = f.history.len();
    for i in 1..n {
        f.history[i] = f.taps[0] * f.history[i - 1] + f.taps[1] * f.history[i] * x;
    }
    if f.on {
        f.gain *= f.history[n - 1];
    }
    f.gain
}

#[differentiate]
fn world_in_place(w: &mut World, dt: f64) {
    for s in w.states.iter_mut() {
        s.velocity -= dt * w.gravity;
        s.position += dt * s.velocity;
    }
    w.corner.position *= w.filter.taps[1];
    w.filter.history[0] += w.states[1].position * w.corner.velocity;
}

#[differentiate]
fn elements_in_place(states: &mut [State], dt: f64) {
    for i in 0..states.len() {
        states[i].position += dt * states[i].velocity;
    }
    let last = states.len() - 1;
    states[0].velocity *= states[last].position;
}

#[differentiate]
fn generic_in_place<T: Float>(d: &mut Dual<T>, x: T) {
    d.0 = d.0 * d.1 + x;
    d.1 += d.0 * x;
}

#[differentiate]
fn calls_in_place(s: State, dt: f64, steps: usize) -> f64 {
    let mut s = s;
    let mut work = 0.0;
    for _ in 0..steps {
        in_place(&mut s, dt);
        work += in_place_with_a_result(&mut s, dt);
    }
    s.position * s.velocity + work
}

#[differentiate]
fn calls_on_fields(w: World, dt: f64) -> f64 {
    let mut w = w;
    in_place(&mut w.corner, dt);
    in_place(&mut w.states[1], dt);
    let y = filtered(&mut w.filter, dt);
    y * w.corner.position + w.states[1].position * w.filter.gain
}

#[differentiate]
fn calls_by_value_and_reference(s: State, dt: f64) -> f64 {
    let t = mutated_copy(&s, dt);
    mutated_parameter(t, dt) * mutated_parameter(mutated_copy(&t, s.position), dt)
}

#[differentiate]
fn rebuilt_in_a_loop(start: State, dt: f64, steps: usize) -> State {
    let mut s = start;
    for _ in 0..steps {
        let velocity = s.velocity - dt * s.position.sin();
        s = State { position: s.position + dt * velocity, velocity, steps: s.steps + 1 };
    }
    s
}

#[differentiate]
fn updated_by_base(start: State, dt: f64, steps: usize) -> f64 {
    let mut s = start;
    for _ in 0..steps {
        s = State { position: s.position * s.velocity + dt, ..s };
    }
    s.position
}

#[differentiate]
fn while_it_falls(start: State, dt: f64) -> State {
    let mut s = start;
    while s.position > -1.0 {
        s.velocity -= dt * s.position.cos();
        s.position += dt * s.velocity;
    }
    s
}

#[differentiate]
fn stepped_by_calls(start: State, dt: f64, steps: usize) -> State {
    let mut s = start;
    for _ in 0..steps {
        s = mutated_copy(&s, dt);
    }
    s
}

#[differentiate]
fn returned_from_a_loop(start: State, dt: f64) -> State {
    let mut s = start;
    for k in 0..10 {
        if s.position < -1.0 {
            return s;
        }
        s.position += dt * s.velocity * (k as f64);
    }
    State { position: s.position * 2.0, ..s }
}

#[differentiate]
fn skipped_and_broken(states: &[State], dt: f64) -> f64 {
    let mut total: Dual<f64> = Dual(0.0, 1.0);
    for s in states {
        if s.steps == 3 {
            continue;
        }
        total.0 += s.position * dt;
        total.1 *= s.velocity;
        if total.0 > 10.0 {
            break;
        }
    }
    total.0 * total.1
}

#[differentiate]
fn pushed(xs: &[f64]) -> f64 {
    let mut duals = Vec::new();
    for x in xs {
        duals.push(Dual(*x, x * x));
    }
    let mut sum = 0.0;
    for d in &duals {
        sum += d.0 * d.1;
    }
    sum * duals[0].1
}

#[differentiate]
fn pushed_and_returned(start: State, dt: f64, steps: usize) -> Vec<State> {
    let mut path = vec![start];
    for k in 0..steps {
        let next = mutated_copy(&path[k], dt);
        path.push(next);
    }
    path
}

#[differentiate]
fn pushed_to_a_field(mut stack: Stack<f64>, x: f64) -> Stack<f64> {
    while stack.items.len() < stack.limit {
        let last = stack.items[stack.items.len() - 1];
        stack.items.push(Dual(last.1 * x, last.0.sin()));
    }
    stack
}

#[differentiate]
fn swapped(mut states: Vec<State>, dt: f64) -> f64 {
    states.swap(0, 1);
    states[0].position *= dt;
    let [mut a, mut b] = [states[0], states[1]];
    std::mem::swap(&mut a, &mut b);
    a.velocity += b.position;
    std::mem::swap(&mut a.position, &mut a.velocity);
    a.position * b.velocity * states[1].position + a.velocity
}

#[differentiate]
fn replaced(mut s: State, x: f64) -> f64 {
    let old = std::mem::replace(&mut s.position, x * s.velocity);
    old * s.position
}

#[differentiate]
fn arrays_of_literals(x: f64, y: f64) -> [State; 2] {
    let mut states = [State { position: x, velocity: y, steps: 0 }; 2];
    states[1].position *= y;
    states[0] = State { velocity: x * y, ..states[1] };
    states
}

#[differentiate]
fn collected(states: &[State], dt: f64) -> Vec<State> {
    states.iter().map(|s| State { position: s.position + dt * s.velocity, ..*s }).collect()
}

#[differentiate]
fn vectors_of_clones(s: &Filter, x: f64) -> f64 {
    let mut filters = vec![s.clone(), s.clone()];
    filters[0].gain *= x;
    filters[1].history[0] = filters[0].gain * filters[0].history[1];
    filters.push(Filter { gain: x, ..s.clone() });
    filters.iter().map(|f| f.gain * f.history[0]).sum()
}

#[differentiate]
fn iterated_in_place(states: &[State], dt: f64) -> f64 {
    let mut states = states.to_vec();
    for s in &mut states {
        s.position *= dt;
    }
    for (i, s) in states.iter_mut().enumerate() {
        s.velocity += s.position * i as f64;
    }
    for State { position, velocity, .. } in states.iter_mut() {
        *position += *velocity * *velocity;
    }
    states.iter().map(|s| s.position * s.velocity).sum()
}

#[differentiate]
fn borrowed_parts(mut w: World, dt: f64) -> f64 {
    let states = &mut w.states;
    states[0].position *= dt;
    let corner = &mut w.corner;
    corner.velocity += dt * corner.position;
    let first = &w.states[0];
    first.position * corner.velocity * w.gravity
}

#[differentiate]
fn moved_parts(w: World, dt: f64) -> f64 {
    let World { states, mut filter, corner, gravity } = w;
    let mut history = filter.history;
    history.push(corner.position * dt);
    filter.gain *= gravity;
    let last = history.len() - 1;
    history[last] * history[0] * filter.gain + states[0].velocity * filter.taps[0]
}

#[differentiate]
fn conditional_change(mut s: State, x: f64) -> State {
    if s.position > 0.0 {
        s.velocity *= x;
    } else {
        s = State { velocity: x, ..s };
    }
    s
}

#[differentiate]
fn chosen(a: State, b: &State, x: f64) -> f64 {
    let s = if x > 0.0 { a } else { *b };
    let t = match a.steps {
        0 => &a,
        _ => b,
    };
    s.position * x + t.velocity * s.velocity
}

#[differentiate(checkpoint)]
fn checkpointed(s: State, dt: f64) -> State {
    let mut s = s;
    s.position += dt * s.velocity.sin();
    s
}

#[differentiate]
fn through_checkpoints(s: State, dt: f64) -> f64 {
    let mut s = s;
    for _ in 0..3 {
        s = checkpointed(s, dt);
        s.velocity *= s.position;
    }
    s.velocity
}

#[differentiate]
fn by_recursion(s: State, depth: u32) -> State {
    if depth == 0 {
        s
    } else {
        let s = State { position: s.position * s.velocity, ..s };
        by_recursion(s, depth - 1)
    }
}

#[differentiate]
fn held(s: &State, x: f64) -> f64 {
    let fixed = autodiff::stop_gradient(s);
    fixed.position * x * s.velocity + autodiff::stop_gradient(s.position) * x
}

#[test]
fn changed_values() {
    check!(mutated_parameter(s, dt); (s, dt) in [(state(), 0.2)]);
    check_map!(mutated_copy(&s, dt); (s, dt) in [(state(), 0.2)]);
    check_map!(conditional_change(s, x); (s, x) in [
        (state(), 0.3),
        (State { position: -0.4, ..state() }, 0.3),
    ]);
    check!(replaced(s, x); (s, x) in [(state(), 0.3)]);
    check!(chosen(a, &b, x); (a, b, x) in [
        (state(), State { steps: 1, ..state() }, 0.3),
        (State { steps: 1, ..state() }, State { position: 1.2, ..state() }, -0.3),
    ]);
    check!(borrowed_parts(w, dt); (w, dt) in [(world(), 0.2)]);
    check!(moved_parts(w, dt); (w, dt) in [(world(), 0.2)]);
}

#[test]
fn changed_in_place() {
    check_in_place!(in_place(&mut s, dt); mut s; (s, dt) in [(state(), 0.2)]);
    check_in_place!(in_place_with_a_result(&mut s, dt); mut s; (s, dt) in [(state(), 0.2)]);
    check_in_place!(overwritten_whole(&mut s, x); mut s; (s, x) in [(state(), 0.3)]);
    check_in_place!(filtered(&mut f, x); mut f; (f, x) in [
        (filter(), 0.3),
        (Filter { on: false, ..filter() }, 0.3),
    ]);
    check_in_place!(world_in_place(&mut w, dt); mut w; (w, dt) in [(world(), 0.2)]);
    check_in_place!(elements_in_place(&mut states, dt); mut states; (states, dt) in [
        (world().states, 0.2),
    ]);
    check_in_place!(generic_in_place(&mut d, x); mut d; (d, x) in [(Dual(0.3, 1.1), 0.7)]);
    check_in_place!(generic_in_place(&mut d, x); mut d; (d, x) in [(Dual(0.3_f32, 1.1), 0.7_f32)]);
}

#[test]
fn passed_to_others() {
    check!(calls_in_place(s, dt, 3); (s, dt) in [(state(), 0.2)]);
    check!(calls_on_fields(w, dt); (w, dt) in [(world(), 0.2)]);
    check!(calls_by_value_and_reference(s, dt); (s, dt) in [(state(), 0.2)]);
    check!(through_checkpoints(s, dt); (s, dt) in [(state(), 0.2)]);
    check_map!(by_recursion(s, 3); s in [state()]);
}

#[test]
fn in_loops() {
    check_map!(rebuilt_in_a_loop(s, dt, 3); (s, dt) in [(state(), 0.2)]);
    check!(updated_by_base(s, dt, 3); (s, dt) in [(state(), 0.2)]);
    check_map!(while_it_falls(s, dt); (s, dt) in [(state(), 0.2)]);
    check_map!(stepped_by_calls(s, dt, 3); (s, dt) in [(state(), 0.2)]);
    check_map!(returned_from_a_loop(s, dt); (s, dt) in [(state(), 0.2), (state(), 0.01)]);
    check!(skipped_and_broken(&states, dt); (states, dt) in [
        (world().states, 0.2),
        (vec![state(), State { velocity: 0.8, ..state() }], 0.3),
    ]);
}

#[test]
fn in_vectors_and_arrays() {
    check!(pushed(&xs); xs in [vec![0.3, -1.1, 0.8]]);
    check_map!(pushed_and_returned(s, dt, 3); (s, dt) in [(state(), 0.2)]);
    check_map!(pushed_to_a_field(stack, x); (stack, x) in [
        (Stack { items: vec![Dual(0.3, 1.1)], limit: 4 }, 0.7),
    ]);
    check!(swapped(states, dt); (states, dt) in [(world().states, 0.2)]);
    check_map!(arrays_of_literals(x, y); (x, y) in [(0.3, 0.7)]);
    check_map!(collected(&states, dt); (states, dt) in [(world().states, 0.2)]);
    check!(vectors_of_clones(&f, x); (f, x) in [(filter(), 0.3)]);
    check!(iterated_in_place(&states, dt); (states, dt) in [(world().states, 0.2)]);
}

#[test]
fn held_constant() {
    let s = state();
    let (bar, x_bar) = held::grad(&s, 0.5);
    assert_eq!(bar, StateTangent { position: 0.0, velocity: 0.5 * s.position });
    assert_eq!(x_bar, s.position * s.velocity + s.position);
}

#[differentiate]
fn replaced_vectors(f: &Filter, x: f64) -> f64 {
    let mut g = f.clone();
    let before = g.history[2] * x;
    g.history = vec![x * g.gain];
    let mut rows = vec![vec![x, x * x], vec![before]];
    rows[0] = vec![g.history[0] * rows[1][0]];
    g.gain = rows[0][0];
    let kept = g.history[0] * g.taps[0];
    g = Filter { history: vec![kept, g.gain], ..f.clone() };
    g.history[0] * g.history[1] * g.gain + rows[0][0]
}

#[differentiate]
fn replaced_in_place(f: &mut Filter, x: f64) {
    f.history = vec![x * f.history[1], f.gain];
    f.gain *= f.history[0];
}

#[differentiate]
fn replaced_whole_in_place(w: &mut World, x: f64) {
    let history = vec![x * w.filter.gain];
    w.filter = Filter { history, taps: [x, w.filter.taps[0]], gain: 2.0, on: false };
    w.states = vec![w.corner, State { position: x, ..w.corner }, w.states[1]];
}

#[test]
fn changed_in_shape() {
    check!(replaced_vectors(&f, x); (f, x) in [(filter(), 0.3)]);
    check_in_place!(replaced_in_place(&mut f, x); mut f; (f, x) in [(filter(), 0.3)]);
    check_in_place!(replaced_whole_in_place(&mut w, x); mut w; (w, x) in [(world(), 0.3)]);
}
