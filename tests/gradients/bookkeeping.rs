//! Integers, flags, stacks and options that steer a computation without a derivative of their own.

use autodiff::differentiate;

use crate::harness::check;

#[differentiate]
fn stack_traverse(w: &[f64], x: f64) -> f64 {
    let left = [1usize, 3, 9, 9, 9];
    let right = [2usize, 4, 9, 9, 9];
    let mut stack = vec![(0usize, 0u32)];
    let mut total = 0.0;
    while let Some((node, depth)) = stack.pop() {
        total += w[node] * x.powi(depth as i32);
        if left[node] < 5 {
            stack.push((left[node], depth + 1));
        }
        if right[node] < 5 {
            stack.push((right[node], depth + 1));
        }
    }
    total
}

#[differentiate]
fn order_by(x: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].partial_cmp(&x[b]).unwrap());
    let mut s = 0.0;
    for (rank, &i) in order.iter().enumerate() {
        s += (rank + 1) as f64 * x[i] * x[i];
    }
    s
}

#[differentiate]
fn const_stack(x: &[f64]) -> f64 {
    let mut order: Vec<usize> = Vec::new();
    for i in 0..x.len() {
        order.push(i);
    }
    order.reverse();
    order.swap(0, 1);
    let mut s = 0.0;
    while !order.is_empty() {
        let i = order.pop().unwrap();
        s = s * x[i] + x[i];
        if i == 2 {
            order.push(0);
            order.truncate(2);
        }
    }
    s
}

#[differentiate]
fn counts(x: &[f64], bins: &[usize], n: usize) -> f64 {
    let mut count = vec![0usize; n];
    let mut sums = vec![0.0; n];
    for (v, &b) in x.iter().zip(bins) {
        count[b] += 1;
        sums[b] += v;
    }
    let mut total = 0.0;
    for b in 0..n {
        if count[b] > 0 {
            let m = sums[b] / count[b] as f64;
            total += m * m;
        }
    }
    let most = count.iter().max().copied().unwrap_or(0);
    total * most as f64
}

#[differentiate]
fn even_idx(x: &[f64]) -> f64 {
    let idx: Vec<usize> = (0..x.len()).filter(|i| i % 2 == 0).collect();
    idx.iter().map(|&i| x[i] * x[i]).sum::<f64>() + idx.len() as f64
}

fn lookup(k: usize) -> Option<f64> {
    if k < 3 { Some(k as f64 * 0.5) } else { None }
}

#[differentiate]
fn with_lookup(x: f64) -> f64 {
    let mut s = x;
    for k in 0..5 {
        if let Some(c) = lookup(k) {
            s += c * x * x;
        } else {
            s *= 1.1;
        }
        let Some(d) = lookup(k + 1) else { continue };
        s -= d * x;
    }
    s + lookup(1).unwrap_or(0.0) * x + lookup(7).map_or(2.0, |v| v + 1.0) * x
}

#[differentiate]
fn option_state(x: &[f64]) -> f64 {
    let mut prev: Option<usize> = None;
    let mut s = 0.0;
    for (i, &v) in x.iter().enumerate() {
        if let Some(p) = prev {
            s += v * x[p];
        } else {
            s += v;
        }
        if v > 0.3 {
            prev = Some(i);
        }
    }
    match prev {
        Some(i) if i > 0 => s * x[i],
        Some(_) => s,
        None => 0.0,
    }
}

#[differentiate]
fn opt(x: f64, scale: Option<f64>, idx: Option<usize>) -> f64 {
    let k = if let Some(s) = scale { s } else { 1.0 };
    let j = match idx {
        Some(i) if i > 2 => i as f64,
        Some(i) => 0.5 * i as f64,
        None => -1.0,
    };
    x * k + j * x * x
}

#[differentiate]
fn ints(x: f64, k: u8) -> f64 {
    let a = i32::pow(2, 3) as f64 + usize::from(x > 0.0) as f64;
    let b = (k as u16 + 100) as f64 * x;
    let c = std::cmp::max(k as usize, 3).min(7) as f64;
    let d = u32::from(k).pow(2) as f64 + (k as f64).powi(2) + f64::from(k) + i64::from(k) as f64;
    let e = (x * 100.0) as u8 as f64 + (x as f32) as f64;
    let idx = usize::try_from(k).unwrap() % 2;
    let w = [x, x * x];
    let mut sgn = 1i8;
    let mut t = 0.0;
    for j in 0..4u64 {
        t += sgn as f64 * x / (2 * j + 1) as f64;
        sgn = -sgn;
    }
    a * b
        + c * x
        + d
        + e * x
        + w[idx]
        + t
        + (5 - 7i32).abs() as f64 * x
        + (k / 2 % 3) as f64 * x
        + -(k as f64) * x
}

#[differentiate]
fn bits(x: f64, mask: u32) -> f64 {
    let mut s = 0.0;
    let mut m = mask;
    let mut i = 0;
    while m > 0 {
        if m & 1 == 1 {
            s += x.powi(i);
        }
        m >>= 1;
        i += 1;
    }
    s * (mask.count_ones() as f64)
        + x * (!mask & 0xff) as f64
        + x * (mask ^ 3) as f64
        + x * mask.pow(2) as f64
        + x * (mask as f64).sqrt()
}

#[differentiate]
fn weights_u8(x: &[f64], w: &[u8], shift: i32) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let k = (w[i] as i32 + shift) % 5;
        let idx = ((i as i64 * 3 + 1) % x.len() as i64) as usize;
        s += x[idx] * k as f64 / 255.0 + x[i] * (w[i] >> 1) as f64;
    }
    s
}

#[differentiate]
fn neg_steps(x: &[f64]) -> f64 {
    let n = x.len() as i32;
    let mut s = 0.0;
    let mut i = n - 1;
    while i >= 0 {
        s = s * 0.5 + x[i as usize];
        i -= 2;
    }
    for k in (0..n).rev().step_by(2) {
        s += x[k as usize] * k as f64;
    }
    for d in -1i32..=1 {
        let j = (n / 2 + d).clamp(0, n - 1) as usize;
        s += x[j] * x[j];
    }
    s
}

#[differentiate]
fn while_state(x: f64, n: u32) -> f64 {
    let mut state = 0u8;
    let mut acc = x;
    let mut k = n;
    while k != 0 {
        state = match (state, k % 3) {
            (0, 0) => 1,
            (0, _) => 2,
            (1, 1) => 0,
            (s, 2) if s > 0 => s - 1,
            (s, _) => s,
        };
        match state {
            0 => acc += x,
            1 => acc *= 1.1,
            2 => {
                acc = acc.sin() + x;
            }
            _ => unreachable!(),
        }
        k -= 1;
    }
    acc
}

#[differentiate]
fn flags(x: &[f64]) -> f64 {
    let mut seen = [false; 4];
    let mut count = [0i32; 4];
    let mut tot = 0.0;
    let mut found = false;
    for (i, &v) in x.iter().enumerate() {
        let b = (i * 7 + 3) % 4;
        if seen[b] {
            continue;
        }
        seen[b] = true;
        count[b] += 1;
        found |= v > 1.0;
        tot += if found { v * 2.0 } else { v };
    }
    let name = if found { "yes" } else { "no" };
    let scale = match name {
        "yes" => 2.0,
        _ => 3.0,
    };
    tot * scale * count.iter().sum::<i32>() as f64 * if seen.iter().all(|&s| s) { 1.0 } else { 0.5 }
}

#[differentiate]
fn nested_break(x: &[Vec<f64>], lim: f64) -> (f64, usize) {
    let mut acc = 0.0;
    let mut n = 0;
    'rows: for row in x.iter() {
        let mut rowsum = 0.0;
        for &v in row.iter() {
            if v < 0.0 {
                continue 'rows;
            }
            rowsum += v * lim;
            if rowsum > lim {
                break;
            }
            if acc > 100.0 {
                break 'rows;
            }
            n += 1;
        }
        acc += rowsum * rowsum;
    }
    (acc, n)
}

#[differentiate]
fn wraps(x: &[Vec<f64>], lim: f64) -> f64 {
    let (a, n) = nested_break(x, lim);
    a / n as f64
}

#[test]
fn stacks_and_orders() {
    check!(stack_traverse(&w, x); (w, x) in [(vec![0.3, 0.8, 0.2, 1.0, 2.0], 0.7)]);
    check!(order_by(&x); x in [vec![0.3, 0.8, 0.2]]);
    check!(const_stack(&x); x in [vec![0.3, 0.1, -0.4, 0.9]]);
    check!(counts(&x, &[0, 1, 0, 2], 4); x in [vec![0.3, 0.1, -0.4, 0.9]]);
    check!(even_idx(&x); x in [vec![0.3, 0.8, 0.2]]);
}

#[test]
fn options() {
    check!(with_lookup(x); x in [0.4]);
    check!(option_state(&x); x in [vec![0.5, -0.2, 0.9, 0.25]]);
    check!(opt(x, Some(2.0), Some(3)); x in [0.7]);
    check!(opt(x, None, Some(1)); x in [0.7]);
    check!(opt(x, None, None); x in [0.7]);
}

#[test]
fn numbers() {
    check!(ints(x, 5); x in [0.505]);
    check!(bits(x, 0b1011); x in [0.3]);
    check!(weights_u8(&x, &[3, 200, 17], 2); x in [vec![1.0, 2.0, 3.0]]);
    check!(neg_steps(&x); x in [vec![0.3, 0.1, -0.4, 0.9]]);
    check!(while_state(x, 7); x in [0.4]);
    check!(flags(&x); x in [vec![0.5, -0.2, 1.9, 0.25, 0.7]]);
}

#[test]
fn beside_a_result() {
    check!(wraps(&x, l); (x, l) in [(vec![vec![0.5, 0.2, 0.9], vec![0.1, -0.7, 0.3], vec![0.4, 0.7, 0.2]], 0.8)]);
}
