//! L. Page, S. Brin, R. Motwani, T. Winograd, "The PageRank citation ranking" (1999), by power iteration
//! with dangling pages as in A. Langville, C. Meyer, *Google's PageRank and Beyond*, section 5.2; the
//! links have weights, so that the ranks have derivatives.

use autodiff::{Float, differentiate};

use crate::harness::{check, check_map};

/// The ranks to which the surfer's walk settles, who follows links with probability `damping`. A link is
/// a pair of pages.
#[differentiate(wrt(weights, damping))]
fn page_rank<T: Float>(
    pages: usize,
    links: &[(usize, usize)],
    weights: &[T],
    damping: T,
    tolerance: T,
) -> Vec<T> {
    let mut outgoing = vec![T::zero(); pages];
    for (&(from, _), &weight) in links.iter().zip(weights) {
        outgoing[from] += weight;
    }
    let count = T::from_f64(pages as f64);
    let mut ranks = vec![count.recip(); pages];
    loop {
        let dangling: T = ranks
            .iter()
            .zip(&outgoing)
            .filter(|&(_, &out)| out == T::zero())
            .map(|(&rank, _)| rank)
            .sum();
        let base = (T::one() - damping + damping * dangling) / count;
        let mut next = vec![base; pages];
        for (&(from, to), &weight) in links.iter().zip(weights) {
            next[to] += damping * ranks[from] * weight / outgoing[from];
        }
        let change: T = ranks.iter().zip(&next).map(|(&a, &b)| (a - b).abs()).sum();
        ranks = next;
        if change < tolerance {
            break ranks;
        }
    }
}

/// How much a page is ranked above another, in logarithms.
#[differentiate(wrt(weights, damping))]
fn advantage<T: Float>(
    links: &[(usize, usize)],
    weights: &[T],
    damping: T,
    pair: (usize, usize),
) -> T {
    let pages = links.iter().fold(0, |pages, &(from, to)| pages.max(from + 1).max(to + 1));
    let ranks = page_rank(pages, links, weights, damping, T::from_f64(1e-6));
    (ranks[pair.0] / ranks[pair.1]).ln()
}

/// The last page links nowhere.
const LINKS: [(usize, usize); 7] = [(0, 1), (0, 2), (1, 2), (2, 0), (3, 2), (3, 0), (1, 4)];
const WEIGHTS: [f64; 7] = [1.0, 2.0, 0.5, 1.5, 0.7, 1.2, 0.9];

#[test]
fn ranks() {
    for tolerance in [0.04, 1e-13] {
        check_map!(page_rank(5, &LINKS, &weights, damping, tolerance); (weights, damping) in [
            (WEIGHTS.to_vec(), 0.85),
            (WEIGHTS.map(|w| 1.0 / w).to_vec(), 0.5),
        ]);
    }
    check!(advantage(&LINKS, &weights, damping, (2, 4)); (weights, damping) in [
        (WEIGHTS.to_vec(), 0.85),
    ]);
    let weights = WEIGHTS.map(|w| w as f32).to_vec();
    check_map!(page_rank(5, &LINKS, &weights, damping, 0.04); (weights, damping) in [(weights, 0.85)]);
}

/// Ranks sum to one whatever the weights, and depend on the ratios of a page's weights alone.
#[test]
fn ranks_are_probabilities() {
    let (ranks, pullback) = page_rank::vjp(5, &LINKS, &WEIGHTS, 0.85, 1e-13);
    assert!((ranks.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    let (weights_bar, damping_bar) = pullback(vec![1.0; 5]);
    assert!(weights_bar.iter().all(|bar| bar.abs() < 1e-12) && damping_bar.abs() < 1e-12);

    let (_, pullback) = page_rank::vjp(5, &LINKS, &WEIGHTS, 0.85, 1e-13);
    let (weights_bar, _) = pullback(vec![1.0, 0.0, 0.0, 2.0, 0.0]);
    for page in 0..4 {
        let along: f64 = (0..7)
            .filter(|&link| LINKS[link].0 == page)
            .map(|link| weights_bar[link] * WEIGHTS[link])
            .sum();
        assert!(along.abs() < 1e-12);
    }
}
