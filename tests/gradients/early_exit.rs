//! `return`, `break` and `continue`, with labels, out of nested control flow.

use autodiff::differentiate;

use crate::harness::{check, check_map};

#[differentiate]
fn guard_clauses(x: f64, y: f64) -> f64 {
    if x < 0.0 {
        return y * y;
    }
    if y < 0.0 {
        return x * x;
    }
    let z = x * y;
    if z > 4.0 {
        return z.sqrt();
    }
    z.sin()
}

#[differentiate]
fn explicit_return(x: f64) -> f64 {
    let y = x * x;
    return y.sin() + x;
}

#[differentiate]
fn both_arms_return(x: f64) -> f64 {
    if x > 1.0 {
        return x.ln();
    } else {
        return x - 1.0;
    }
}

#[differentiate]
fn return_in_expression(x: f64, n: i32) -> f64 {
    let y = if n == 0 {
        return x * 3.0;
    } else {
        x * f64::from(n)
    };
    let z = {
        if y > 5.0 {
            return y;
        }
        y + 1.0
    };
    z * x
}

#[differentiate]
fn first_above(x: f64, threshold: f64, n: usize) -> f64 {
    let mut y = x;
    for i in 0..n {
        y = y * x + i as f64;
        if y > threshold {
            return y / threshold;
        }
    }
    -y
}

#[differentiate]
fn return_out_of_nested_loops(x: f64, n: usize) -> f64 {
    let mut total = x;
    for i in 0..n {
        for j in 0..n {
            total += x * (i * j) as f64;
            if total > 6.0 {
                return total * x;
            }
        }
        total *= 1.1;
    }
    total
}

#[differentiate]
fn labelled_break(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    'rows: for i in 0..n {
        for j in 0..n {
            let term = (x * i as f64).cos() * (x * j as f64).sin();
            if term < -0.5 {
                break 'rows;
            }
            if term > 0.9 {
                break;
            }
            sum += term;
        }
        sum += x;
    }
    sum
}

#[differentiate]
fn labelled_continue(x: f64, n: usize) -> f64 {
    let mut sum = 0.0;
    'rows: for i in 0..n {
        let mut row = 1.0;
        for j in 0..=i {
            row *= x + j as f64 * 0.2;
            if row > 1.5 {
                sum += x;
                continue 'rows;
            }
            if (i + j) % 3 == 0 {
                continue;
            }
            row -= 0.1 * x;
        }
        sum += row;
    }
    sum
}

#[differentiate]
fn labelled_block(x: f64, y: f64) -> f64 {
    let z = 'choose: {
        if x > 1.0 {
            break 'choose x * x;
        }
        let sum = x + y;
        if sum < 0.0 {
            break 'choose -sum * y;
        }
        sum * x
    };
    z * y
}

#[differentiate]
fn labelled_loop_value(x: f64, limit: f64) -> f64 {
    let mut outer = 0;
    let found = 'search: loop {
        let mut y = x + f64::from(outer);
        for _ in 0..3 {
            y *= 1.3;
            if y > limit {
                break 'search y * x;
            }
        }
        outer += 1;
        if outer > 10 {
            break 0.0;
        }
    };
    found + limit
}

#[differentiate]
fn break_then_use(x: f64, n: usize) -> f64 {
    let mut last = x;
    let mut count = 0;
    for i in 0..n {
        if last > 3.0 {
            break;
        }
        last += x * i as f64;
        count = i;
    }
    last * last + count as f64 * x
}

#[differentiate]
fn break_before_and_after(x: f64, n: usize) -> f64 {
    let mut y = x;
    let mut z = 1.0;
    for _ in 0..n {
        z *= y;
        if z > 2.0 {
            break;
        }
        y += 0.3 * z;
        if y > 2.5 {
            z = y * y;
            break;
        }
        z += 0.1;
    }
    y * z
}

#[differentiate]
fn continue_in_while(x: f64, limit: f64) -> f64 {
    let mut y = x;
    let mut n = 0;
    while y < limit && n < 30 {
        n += 1;
        if n % 4 == 0 {
            continue;
        }
        y += 0.3 * (x + y.sin()) + 0.2;
        if n % 5 == 0 {
            y *= 1.1;
            continue;
        }
        y -= 0.01 * y * y;
    }
    y * x
}

#[differentiate]
fn all_together(x: f64, y: f64, n: usize) -> f64 {
    let mut total = 0.0;
    'outer: for i in 0..n {
        let mut z = x + i as f64 * y;
        let mut steps = 0;
        while z < 5.0 {
            steps += 1;
            if steps > 6 {
                continue 'outer;
            }
            z = z * 1.5 + y;
            match steps {
                2 if z < 0.0 => break 'outer,
                4 => break,
                _ => {}
            }
            if total > 40.0 {
                return total * y;
            }
            total += z * 0.5;
        }
        total += z.sqrt();
    }
    total
}

#[differentiate]
fn return_tuple_early(x: f64, y: f64) -> (f64, f64) {
    if x > y {
        return (y, x);
    }
    for k in 1..4 {
        let scaled = x * f64::from(k);
        if scaled > y {
            return (scaled, y * y);
        }
    }
    (x * y, x + y)
}

#[differentiate]
fn unreachable_tail(x: f64, n: u8) -> f64 {
    match n {
        0 => return x,
        1 => return x * x,
        2..=9 => return x.sin(),
        _ => unreachable!("n has one digit"),
    }
}

#[differentiate]
fn panics_on_bad_input(x: f64) -> f64 {
    if x.is_nan() {
        panic!("not a number");
    }
    if x < 0.0 {
        todo!("negative numbers");
    }
    x.sqrt()
}

#[differentiate]
fn line_search(x: f64, slope: f64) -> f64 {
    let objective = x * x + 2.0 * (3.0 * x).cos();
    let mut step = 1.0;
    let mut accepted = x;
    for _ in 0..20 {
        let candidate = x - step * slope;
        let value = candidate * candidate + 2.0 * (3.0 * candidate).cos();
        if value < objective - 1e-4 * step * slope * slope {
            accepted = candidate;
            break;
        }
        step *= 0.5;
    }
    accepted * accepted + step
}

#[test]
fn returns() {
    check!(guard_clauses(x, y); (x, y) in [(-0.5, 0.4), (0.4, -1.0), (3.0, 2.0), (0.4, 1.1)]);
    check!(explicit_return(x); x in [0.4, -1.3]);
    check!(both_arms_return(x); x in [0.4, 2.3]);
    check!(return_in_expression(x, 0); x in [0.4]);
    check!(return_in_expression(x, 3); x in [0.4, 2.3]);
    check!(panics_on_bad_input(x); x in [0.4]);
    check_map!(return_tuple_early(x, y); (x, y) in [(2.0, 1.0), (0.5, 1.2), (0.1, 2.0)]);
    for n in [0, 1, 5] {
        check!(unreachable_tail(x, n); x in [0.4]);
    }
}

#[test]
fn out_of_loops() {
    check!(first_above(x, t, 6); (x, t) in [(1.2, 3.0), (0.3, 50.0), (4.0, 2.0)]);
    check!(return_out_of_nested_loops(x, 4); x in [0.2, 1.1, 7.0]);
    check!(break_then_use(x, 5); x in [0.2, 0.9, 4.0]);
    check!(break_before_and_after(x, 6); x in [0.2, 0.9, 1.7, 3.0]);
    check!(continue_in_while(x, l); (x, l) in [(0.2, 3.0), (0.9, 0.5)]);
    check!(line_search(x, s); (x, s) in [(1.0, 1.1), (0.4, -3.0)]);
}

#[test]
fn labels() {
    check!(labelled_break(x, 4); x in [0.3, 0.9, 1.8]);
    check!(labelled_continue(x, 5); x in [0.3, 0.9, 1.8]);
    check!(labelled_block(x, y); (x, y) in [(2.0, 0.4), (0.4, -1.0), (0.4, 1.1)]);
    check!(labelled_loop_value(x, l); (x, l) in [(0.4, 5.1), (2.0, 3.1), (0.4, 90.0)]);
    check!(all_together(x, y, 5); (x, y) in [(0.4, 0.3), (2.0, 2.8), (-1.0, -0.5), (0.1, -0.2)]);
}

/// The range ends at the last number of its type.
#[differentiate(wrt(x))]
fn every_byte(x: f64, limit: f64) -> f64 {
    let mut sum = 0.0;
    for b in 0..=255u8 {
        if sum > limit {
            break;
        }
        sum += x * b as f64;
    }
    for b in (0..=u8::MAX).rev() {
        if b == 250 {
            return sum * x;
        }
        sum += x * x * b as f64;
    }
    sum
}

#[differentiate]
fn empty_when_closed(x: f64, from: i32, to: i32) -> f64 {
    let mut product = x;
    for i in from..=to {
        if i == 3 {
            break;
        }
        product *= x + i as f64;
    }
    product
}

#[test]
fn closed_ranges_left_early() {
    check!(every_byte(x, 1e9); x in [0.5, -1.5]);
    check!(every_byte(x, 20.0); x in [0.5, 1.5]);
    check!(empty_when_closed(x, 1, 0); x in [0.5]);
    check!(empty_when_closed(x, -2, 5); x in [0.5]);
    check!(empty_when_closed(x, i32::MAX - 1, i32::MAX); x in [0.5]);
}
