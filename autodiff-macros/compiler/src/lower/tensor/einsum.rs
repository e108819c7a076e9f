//! `einsum!`: a product where it is one of two matrices or vectors, and loops otherwise.

use std::collections::BTreeMap;

use proc_macro2::Span;
use syn::Macro;

use super::{At, Tensor};
use crate::einsum::{Einsum, Product};
use crate::errors::Lowered;
use crate::ir::Value;
use crate::lower::{Lowerer, Rv, span_of};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// `einsum!("ij,jk->ik", a, b)`.
    pub(super) fn einsum(&mut self, mac: &Macro, span: Span) -> Lowered<Rv> {
        let einsum = match mac.parse_body::<Einsum>() {
            Ok(einsum) => einsum,
            // The macro itself says it too.
            Err(error) => {
                let message = error.to_string();
                return Err(self.defer(
                    "AD0260",
                    error.span(),
                    message,
                    "write it as in `einsum!(\"ij,jk->ik\", a, b)`",
                ));
            }
        };
        let mut of = Vec::new();
        for (operand, labels) in einsum.operands.iter().zip(&einsum.inputs) {
            let tensor = self.ranked_expr(operand)?;
            if tensor.rank() != labels.len() {
                let (axes, labels) = (tensor.rank(), labels.len());
                return Err(self.defer(
                    "AD0260",
                    span_of(operand),
                    format!("this array has {axes} axes, and labels of {labels}"),
                    "give each axis of each array a label",
                ));
            }
            // Each of its elements may be taken often.
            of.push(self.memory_of(&tensor, span)?);
        }
        let mut lengths = BTreeMap::new();
        let mut pairs = Vec::new();
        for (label, places) in einsum.places() {
            let length = |(k, axis): &(usize, usize)| of[*k].shape[*axis];
            let first = length(&places[0]);
            lengths.insert(label, first);
            pairs.extend(places[1..].iter().map(|place| (first, length(place))));
        }
        self.check_fit("einsum", &pairs, span);
        match einsum.product() {
            Some(product) => self.einsum_product(&product, of, span),
            None => self.einsum_loops(&einsum, &of, &lengths, span),
        }
    }

    fn einsum_product(&mut self, product: &Product, of: Vec<Tensor>, span: Span) -> Lowered<Rv> {
        let mut factor = |k: usize| {
            let factor = of[product.order[k]].clone();
            if product.transposed[k] { self.permuted(factor, &[1, 0], span) } else { Ok(factor) }
        };
        let (left, right) = (factor(0)?, factor(1)?);
        self.product_of(left, right, span)
    }

    fn einsum_loops(
        &mut self,
        einsum: &Einsum,
        of: &[Tensor],
        lengths: &BTreeMap<char, Value>,
        span: Span,
    ) -> Lowered<Rv> {
        let summed = einsum.summed();
        let lengths_of = |labels: &[char]| labels.iter().map(|l| lengths[l]).collect::<Vec<_>>();
        let (shape, inner) = (lengths_of(&einsum.output), lengths_of(&summed));
        let element = Self::joined(&of.iter().collect::<Vec<_>>());
        let sum_at = |this: &mut Self, outer: &[Value]| {
            let zero = this.float(0.0, &element, span);
            let sum = this.var(Some(zero), None, true, span);
            this.along(&inner, Vec::new(), span, &mut |this, index| {
                let at = |label: &char| match summed.iter().position(|other| other == label) {
                    Some(k) => index[k],
                    None => outer[einsum.output.iter().position(|o| o == label).expect("a label")],
                };
                let mut product: Option<Value> = None;
                for (of, labels) in of.iter().zip(&einsum.inputs) {
                    let index: Vec<Value> = labels.iter().map(at).collect();
                    let factor = this.number_at(of, &At::Axes(&index), span)?;
                    product = Some(match product {
                        None => factor,
                        Some(product) => {
                            let ty = this.b.ty(product).join(this.b.ty(factor));
                            this.b.scalar(Fun::Mul, vec![product, factor], ty, span)
                        }
                    });
                }
                let term = product.expect("there is an operand");
                this.add_to(sum, Fun::Add, term, false, span);
                Ok(())
            })?;
            Ok(this.read(sum, span))
        };
        if shape.is_empty() {
            return sum_at(self, &[]).map(Rv::Value);
        }
        let made = self.fresh(&shape, element.clone(), span);
        self.along(&shape, Vec::new(), span, &mut |this, outer| {
            let sum = sum_at(this, outer)?;
            this.store_at(&made.rows, &At::Axes(outer), sum, span)
        })?;
        Ok(self.finished(&made, element.clone()))
    }
}
