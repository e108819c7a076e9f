//! What is known of lengths: which are the same, and how many elements a shape has.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use crate::ir::{CallArg, Op, Place, Type, Value};
use crate::lower::Lowerer;
use crate::rules::Fun;

/// What has been seen to hold wherever the nodes of a region run, by the region's number.
#[derive(Default)]
pub struct Lengths {
    /// Two that were checked to be the same.
    same: Vec<(usize, [Value; 2])>,
    /// How many elements an array of a shape has.
    counts: Vec<(usize, Vec<Value>, Value)>,
}

impl Lowerer<'_> {
    /// Whether two lengths are certain to be the same.
    pub(super) fn is_same_length(&self, a: Value, b: Value) -> bool {
        let mut same = vec![a];
        let mut next = 0;
        while let Some(of) = same.get(next).copied() {
            if self.is_one_length(of, b) {
                return true;
            }
            for (region, pair) in &self.lengths.same {
                let other = pair.iter().position(|v| self.is_one_length(*v, of));
                if let Some(at) = other
                    && self.b.is_open(*region)
                    && !same.contains(&pair[1 - at])
                {
                    same.push(pair[1 - at]);
                }
            }
            next += 1;
        }
        false
    }

    /// Whether two are the same value, or lengths of one axis.
    fn is_one_length(&self, a: Value, b: Value) -> bool {
        let axis = |v: Value| match self.b.definition(v) {
            Some(Op::Len(place)) if self.keeps_shape(place) => Some(place),
            _ => None,
        };
        a == b || axis(a).zip(axis(b)).is_some_and(|(a, b)| a == b)
    }

    /// A length that is written out.
    pub(super) fn written_length(&self, length: Value) -> Option<usize> {
        match self.b.definition(length) {
            Some(Op::Const(tokens)) => {
                syn::parse2::<syn::LitInt>(tokens.clone()).ok()?.base10_parse().ok()
            }
            _ => None,
        }
    }

    /// How many indices there are from `lo` on, up to `hi`.
    pub(super) fn length_between(&mut self, lo: Value, hi: Value, span: Span) -> Value {
        match (self.written_length(lo), self.written_length(hi)) {
            (Some(0), _) => hi,
            (Some(lo), Some(hi)) if lo <= hi => {
                let length = self.b.int(hi - lo, span);
                self.refine(length, &Type::usize());
                length
            }
            _ => self.usize_op(Fun::Sub, hi, lo, span),
        }
    }

    /// How many elements a shape has.
    pub(super) fn product_of_lengths(&mut self, shape: &[Value], span: Span) -> Value {
        let product = shape.iter().copied().reduce(|a, b| self.usize_op(Fun::Mul, a, b, span));
        product.unwrap_or_else(|| self.one(span))
    }

    /// That lengths are the same at run time, unless that is certain.
    pub(super) fn check_fit(&mut self, operation: &str, pairs: &[(Value, Value)], span: Span) {
        if pairs.iter().all(|(a, b)| self.is_same_length(*a, *b)) {
            return;
        }
        let mut captures = Vec::new();
        let mut side = |letter: char, lengths: &mut dyn Iterator<Item = Value>| -> Vec<_> {
            let name = |(axis, length): (usize, Value)| {
                let name = syn::Ident::new(&format!("ad_{letter}{axis}"), span);
                captures.push((name.clone(), CallArg::Value(length)));
                name
            };
            lengths.enumerate().map(name).collect()
        };
        let left = side('l', &mut pairs.iter().map(|pair| pair.0));
        let right = side('r', &mut pairs.iter().map(|pair| pair.1));
        let tokens: TokenStream = quote! {
            ::autodiff::__private::tensor::fit(#operation, &[#(#left),*], &[#(#right),*])
        };
        self.b.effect(Op::Effect { tokens, captures }, span);
        let region = self.b.region_number();
        self.lengths.same.extend(pairs.iter().map(|(a, b)| (region, [*a, *b])));
    }

    /// How many elements there are in the memory of an array of that shape: one number for all arrays that
    /// are known to have it, so that loops over them are seen to run as long.
    pub(super) fn count_in(&mut self, flat: Place, shape: &[Value], span: Span) -> Value {
        if let [length] = shape {
            return *length;
        }
        let known = self.lengths.counts.iter().find(|(region, of, _)| {
            self.b.is_open(*region)
                && of.len() == shape.len()
                && of.iter().zip(shape).all(|(a, b)| self.is_same_length(*a, *b))
        });
        if let Some((.., count)) = known {
            return *count;
        }
        let count = self.b.op(Op::Len(flat), Type::usize(), span);
        self.lengths.counts.push((self.b.region_number(), shape.to_vec(), count));
        count
    }
}
