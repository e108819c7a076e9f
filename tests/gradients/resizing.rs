//! Vectors that become shorter, or have something put into their middle.

use autodiff::{Differentiable, differentiate};

use crate::harness::{check, check_map};

const POINTS: [f64; 5] = [0.3, 1.2, -0.4, 2.5, 0.9];

/// A program in reverse Polish notation.
#[differentiate]
fn evaluated(x: f64, y: f64, program: &[u8]) -> f64 {
    let mut stack: Vec<f64> = Vec::new();
    for op in program {
        match op {
            0 => stack.push(x),
            1 => stack.push(y),
            2 => {
                let b = stack.pop().unwrap();
                let a = stack.pop().unwrap();
                stack.push(a + b);
            }
            3 => {
                let (b, a) = (stack.pop().unwrap(), stack.pop().unwrap());
                stack.push(a * b);
            }
            _ => {
                let a = stack.pop().expect("an operand");
                stack.push(a.sin());
            }
        }
    }
    stack.pop().unwrap()
}

#[differentiate]
fn drained<T: autodiff::Float>(x: &[T], w: T) -> T {
    let mut rest = x.to_vec();
    let mut t = w;
    while let Some(a) = rest.pop() {
        if a > w {
            rest.push(a * T::from_f64(0.25));
            continue;
        }
        t = t * a.sin() + a;
        if rest.len() == 1 {
            break;
        }
    }
    t * rest.swap_remove(0)
}

/// Depth first, and left early.
#[differentiate]
fn searched(x: &[f64]) -> f64 {
    let mut open = vec![x[0]];
    let mut best = 0.0;
    let mut count = 0;
    'all: loop {
        let Some(top) = open.pop() else { break };
        count += 1;
        if count > 6 {
            break 'all;
        }
        best += top * top;
        for v in x {
            if *v < top {
                open.push(top * v);
            }
        }
    }
    best + open.len() as f64 * open.iter().sum::<f64>()
}

#[differentiate]
fn cleared(x: &[f64], w: f64) -> f64 {
    let mut buffer = Vec::new();
    let mut total = 0.0;
    for k in 0..3 {
        buffer.clear();
        for v in x {
            if *v > 0.2 * k as f64 {
                buffer.push(v * w * (k as f64 + 1.0));
            }
        }
        for b in &buffer {
            total += b.sin() * b;
        }
    }
    total * buffer.len() as f64
}

#[differentiate]
fn in_the_middle(x: &[f64], w: f64) -> f64 {
    let mut v = x.to_vec();
    v.insert(1, w * x[0]);
    v.insert(v.len(), w);
    let gone = v.remove(0);
    let other = v.swap_remove(1);
    v.truncate(3);
    v.resize(5, w * w);
    let mut total = gone * other;
    for (i, a) in v.iter().enumerate() {
        total += a * a * (i as f64 + 1.0);
    }
    total
}

#[differentiate]
fn nothing_left(x: &[f64], w: f64) -> f64 {
    let mut v = x.to_vec();
    let a = v.pop().map_or(w, |a| a * w);
    v.clear();
    let b = v.pop().unwrap_or(w * a);
    if let Some(c) = v.pop() {
        return c;
    }
    v.push(b);
    let Some(d) = v.pop() else { return 0.0 };
    d * a + x.get(9).copied().unwrap_or_default() * w + x.first().copied().unwrap_or_default() * w
}

#[differentiate]
fn discarded(x: &[f64]) -> f64 {
    let mut v = x.to_vec();
    v.pop();
    let _ = v.pop();
    v.remove(0);
    v[0] * v[0] + if v.pop().is_some() { x[0] } else { x[1] }
}

#[differentiate]
fn kept(x: &[f64]) -> Vec<f64> {
    let mut hull: Vec<f64> = Vec::new();
    for v in x {
        while hull.len() >= 2 && hull[hull.len() - 1] > v * v {
            hull.pop();
        }
        hull.push(v.exp());
    }
    hull
}

#[differentiate]
fn queue(x: &[f64], w: f64) -> f64 {
    let mut open = x.to_vec();
    let mut total = 0.0;
    let mut steps = 0;
    while !open.is_empty() && steps < 12 {
        let head = open.remove(0);
        total += head * w;
        if head > 0.5 {
            open.push(head * 0.5);
        }
        steps += 1;
    }
    total * total
}

#[differentiate]
fn checkpointed(x: &[f64], n: usize) -> f64 {
    let mut s = x.to_vec();
    let mut t = 1.0;
    #[checkpoint(every = 2)]
    for i in 0..n {
        let a = s.pop().unwrap();
        t = (t * a).sin() + 0.3;
        s.push(t);
        if i % 2 == 0 {
            s.push(a * t);
        }
    }
    t + s.iter().sum::<f64>()
}

#[differentiate]
fn in_place(v: &mut Vec<f64>, w: f64) -> f64 {
    let last = v.pop().unwrap();
    v[0] *= last * w;
    last * v[1]
}

#[differentiate]
fn through_a_call(x: &[f64], w: f64) -> f64 {
    let mut v = x.to_vec();
    let a = in_place(&mut v, w);
    a * v[0] * v.len() as f64
}

#[derive(Differentiable, Clone, Debug, Default)]
struct Machine {
    stack: Vec<f64>,
    gain: f64,
}

impl Machine {
    #[differentiate]
    fn put(&mut self, x: f64) {
        self.stack.push(x * self.gain);
    }

    #[differentiate]
    fn take(&mut self) -> f64 {
        self.stack.pop().unwrap_or(self.gain)
    }

    #[differentiate]
    fn add(&mut self) {
        let (a, b) = (self.take(), self.take());
        self.stack.push(a * b + a);
    }
}

#[differentiate]
fn machine(x: &[f64], gain: f64) -> f64 {
    let mut m = Machine { stack: vec![], gain };
    for v in x {
        m.put(*v);
        m.put(v * v);
        m.add();
    }
    while m.stack.len() > 1 {
        m.add();
    }
    m.stack.clear();
    m.add();
    let t = m.take();
    m.stack.push(t * x[0]);
    m.take() + m.take()
}

#[differentiate]
fn rows(x: &[f64], w: f64) -> f64 {
    let mut rows: Vec<Vec<f64>> = vec![x.to_vec(), x.iter().map(|v| v * w).collect()];
    let mut t = 0.0;
    for k in 0..3 {
        let a = rows[k % 2].pop().unwrap();
        rows[1 - k % 2].insert(k, a * w);
        t += a * rows[0].len() as f64;
    }
    rows[0].truncate(2);
    rows[1].resize(7, w * t);
    t + rows[0].iter().sum::<f64>() * rows[1].iter().map(|v| v.sin()).sum::<f64>()
}

#[differentiate]
fn whole_rows(x: &[f64], w: f64) -> f64 {
    let mut rows = vec![x.to_vec(), vec![w; 3], vec![w * w, x[0]]];
    let row = rows.pop().unwrap();
    let first = rows.remove(0);
    let mut t = row[0] * row[1] * first.iter().sum::<f64>();
    while let Some(r) = rows.pop() {
        t += r[0] * r.len() as f64;
        if t > 100.0 {
            rows.push(r.clone());
            rows.push(r);
        }
    }
    t
}

#[differentiate]
fn tuples(x: &[f64]) -> f64 {
    let mut v: Vec<(f64, f64)> = Vec::new();
    for a in x {
        v.insert(0, (*a, a * a));
    }
    let (a, b) = v.pop().unwrap();
    let c = v.remove(0);
    let mut t = a * b + c.0 * c.1;
    while let Some((p, q)) = v.pop() {
        t = t * p + q;
    }
    t
}

#[differentiate]
fn arrays(x: &[f64], w: f64) -> f64 {
    let mut v: Vec<[f64; 2]> = x.windows(2).map(|p| [p[0] * w, p[1]]).collect();
    let a = v.pop().unwrap();
    let Some([b, c]) = v.pop() else { return w };
    a[0] * b + c * a[1] + v.len() as f64
}

#[derive(Differentiable, Clone, Debug, Default)]
struct Item {
    weight: f64,
    parts: Vec<f64>,
    #[differentiable(constant)]
    k: usize,
}

#[differentiate]
fn structs(x: &[f64], w: f64) -> f64 {
    let mut v: Vec<Item> = Vec::new();
    for (i, a) in x.iter().enumerate() {
        v.push(Item { weight: *a, parts: x[..i].to_vec(), k: i });
    }
    v.insert(0, Item { weight: w, parts: vec![w; 2], k: 0 });
    v.pop();
    let mut t = w;
    while let Some(item) = v.pop() {
        t += item.weight * item.parts.iter().sum::<f64>() * item.k as f64;
        if v.len() == 2 {
            v.truncate(1);
        }
    }
    t
}

#[derive(Differentiable, Clone, Copy, Debug, Default)]
struct Point {
    x: f64,
    y: f64,
}

#[differentiate]
fn copies(x: &[f64], w: f64) -> f64 {
    let mut v = vec![Point { x: w, y: w * w }];
    for a in x {
        v.push(Point { x: *a, y: a * w });
    }
    let p = v.swap_remove(1);
    v.resize(7, p);
    let q = v.pop().unwrap_or_default();
    v.pop();
    q.x * p.y + v.iter().map(|p| p.x * p.y).sum::<f64>() + v.last().unwrap().x
}

#[differentiate]
fn in_a_closure(x: &[f64], w: f64) -> f64 {
    let mut s = x.to_vec();
    let mut take = || s.pop().unwrap();
    let a = take() - take() * w;
    let b = take();
    s.push(a * b);
    let top = |s: &Vec<f64>| s[s.len() - 1];
    top(&s) * s.len() as f64
}

#[differentiate]
fn folded_into_the_last(x: &[f64], w: f64) -> f64 {
    let mut s: Vec<f64> = vec![];
    for v in x {
        if let Some(top) = s.last_mut() {
            *top = top.sin() * w;
        }
        s.push(*v);
        if s.len() > 2 {
            let v = s.pop().unwrap() + s.pop().unwrap() * 2.0;
            s.push(v);
        }
    }
    s.iter().product()
}

#[differentiate]
fn snapshots(x: &[f64], n: usize) -> f64 {
    let mut s = x.to_vec();
    let mut t = 1.0;
    #[checkpoint(snapshots = 2)]
    for i in 0..n {
        if s.len() < 2 {
            s.push(t * 0.5);
            s.insert(0, t);
        }
        let a = if i % 2 == 0 { s.remove(0) } else { s.pop().unwrap() };
        t = (t * a).sin() + 0.3;
        s.resize(3 + i % 3, t * a);
    }
    t + s.iter().sum::<f64>()
}

/// A sort by a heap.
#[differentiate]
fn sorted(x: &[f64]) -> Vec<f64> {
    let mut h: Vec<f64> = Vec::new();
    for v in x {
        h.push(v * v + v);
        let mut i = h.len() - 1;
        while i > 0 && h[(i - 1) / 2] > h[i] {
            h.swap(i, (i - 1) / 2);
            i = (i - 1) / 2;
        }
    }
    let mut out = Vec::new();
    while !h.is_empty() {
        let top = h.swap_remove(0);
        out.push(top);
        let mut i = 0;
        loop {
            let mut m = i;
            for c in [2 * i + 1, 2 * i + 2] {
                if c < h.len() && h[c] < h[m] {
                    m = c;
                }
            }
            if m == i {
                break;
            }
            h.swap(i, m);
            i = m;
        }
    }
    out
}

/// The area under the lower hull of points, by the monotone chain.
#[differentiate]
fn area_of_the_hull(x: &[f64], y: &[f64]) -> f64 {
    let mut chain: Vec<usize> = Vec::new();
    let mut area: Vec<f64> = Vec::new();
    for i in 0..x.len() {
        while chain.len() >= 2 {
            let (a, b) = (chain[chain.len() - 2], chain[chain.len() - 1]);
            if (x[b] - x[a]) * (y[i] - y[a]) - (y[b] - y[a]) * (x[i] - x[a]) > 0.0 {
                break;
            }
            chain.pop();
            area.pop();
        }
        let before = match chain.last() {
            Some(j) => *j,
            None => i,
        };
        chain.push(i);
        area.push(x[before] * y[i] - x[i] * y[before]);
    }
    area.iter().sum::<f64>() * 0.5
}

#[test]
fn numbers() {
    let x = || POINTS.to_vec();
    check!(evaluated(x, y, &[0, 1, 3, 4, 0, 2, 1, 3]); (x, y) in [(0.7, 1.3), (-0.2, 2.0)]);
    check!(drained(&x, w); (x, w) in [(x(), 0.8), (x(), 2.0)]);
    check!(searched(&x); x in [x(), vec![0.9, 0.1]]);
    check!(cleared(&x, w); (x, w) in [(x(), 1.3)]);
    check!(in_the_middle(&x, w); (x, w) in [(x(), 1.3)]);
    check!(nothing_left(&x, w); (x, w) in [(x(), 1.3)]);
    check!(discarded(&x); x in [x()]);
    check_map!(kept(&x); x in [x()]);
    check!(queue(&x, w); (x, w) in [(x(), 0.8)]);
    check!(checkpointed(&x, 7); x in [x()]);
    check!(snapshots(&x, 9); x in [x()]);
    check!(in_a_closure(&x, w); (x, w) in [(x(), 1.3)]);
    check!(folded_into_the_last(&x, w); (x, w) in [(x(), 1.3)]);
    check_map!(sorted(&x); x in [x()]);
    check!(area_of_the_hull(&x, &y); (x, y) in [
        (vec![-0.4, 0.3, 0.9, 1.2, 2.5], vec![0.1, -0.2, 0.8, 0.3, 1.1]),
    ]);
}

#[test]
fn behind_places() {
    let x = || POINTS.to_vec();
    check!(through_a_call(&x, w); (x, w) in [(x(), 1.3)]);
    check!(machine(&x, gain); (x, gain) in [(x(), 1.3)]);
    check!(rows(&x, w); (x, w) in [(x(), 1.3)]);
}

#[test]
fn whole_elements() {
    let x = || POINTS.to_vec();
    check!(whole_rows(&x, w); (x, w) in [(x(), 1.3)]);
    check!(tuples(&x); x in [x()]);
    check!(arrays(&x, w); (x, w) in [(x(), 1.3)]);
    check!(structs(&x, w); (x, w) in [(x(), 1.3)]);
    check!(copies(&x, w); (x, w) in [(x(), 1.3)]);
}

#[test]
#[should_panic(expected = "`remove`: the index is 2, and the length 2")]
fn an_index_beyond() {
    #[differentiate]
    fn beyond(x: &[f64]) -> f64 {
        let mut v = x.to_vec();
        v.remove(2)
    }
    beyond::grad(&[1.0, 2.0]);
}
