//! What may be computed later than it is written, since nothing tells when it has run.

use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall, ExprPath};

use crate::lower::expr::is_compound;
use crate::lower::iter::Callee;
use crate::lower::{Binding, Lowerer};
use crate::rules::Fun;

/// Methods that change nothing, beside the functions of numbers. What is not listed may change something.
const READING: [&str; 69] = [
    "as_ref",
    "axis_chunks_iter",
    "axis_iter",
    "axis_windows",
    "broadcast",
    "clone",
    "cloned",
    "column",
    "columns",
    "copied",
    "cumprod",
    "diag",
    "diff",
    "dim",
    "dot",
    "enumerate",
    "exact_chunks",
    "first",
    "flatten",
    "fold",
    "fold_axis",
    "get",
    "index_axis",
    "insert_axis",
    "into_dimensionality",
    "into_iter",
    "into_shape_with_order",
    "iter",
    "lanes",
    "last",
    "len",
    "len_of",
    "map",
    "map_axis",
    "mapv",
    "mean",
    "mean_axis",
    "ncols",
    "ndim",
    "nrows",
    "outer_iter",
    "permuted_axes",
    "product",
    "product_axis",
    "raw_dim",
    "reversed_axes",
    "row",
    "rows",
    "select",
    "shape",
    "skip",
    "slice",
    "slice_axis",
    "split_at",
    "std",
    "std_axis",
    "sum",
    "sum_axis",
    "t",
    "take",
    "to_owned",
    "to_shape",
    "tril",
    "triu",
    "unwrap",
    "var",
    "var_axis",
    "view",
    "windows",
];

impl Lowerer<'_> {
    /// Whether nothing but what a function gives tells that it has run.
    pub(super) fn is_pure(&self, f: &Callee) -> bool {
        match f {
            Callee::Path(_) => true,
            Callee::Closure(closure) => self.is_plain(&closure.body),
        }
    }

    /// Whether an expression changes nothing.
    pub(in crate::lower) fn is_plain(&self, e: &Expr) -> bool {
        let mut plain = Plain { lowerer: self, depth: 0, holds: true };
        plain.visit_expr(e);
        plain.holds
    }
}

struct Plain<'a, 'b> {
    lowerer: &'a Lowerer<'b>,
    /// How many closures deep.
    depth: usize,
    holds: bool,
}

impl<'e> Visit<'e> for Plain<'_, '_> {
    fn visit_expr(&mut self, e: &'e Expr) {
        self.holds &= match e {
            Expr::Assign(_) | Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => false,
            Expr::Binary(b) => !is_compound(&b.op),
            Expr::Reference(r) => r.mutability.is_none(),
            Expr::Macro(m) => m.mac.path.segments.last().is_some_and(|name| name.ident == "s"),
            _ => true,
        };
        if self.holds {
            visit::visit_expr(self, e);
        }
    }

    fn visit_expr_method_call(&mut self, m: &'e ExprMethodCall) {
        let name = m.method.to_string();
        let of_numbers = Fun::from_method(&name, m.args.len() + 1).is_some();
        self.holds &= of_numbers || READING.contains(&name.as_str());
        visit::visit_expr_method_call(self, m);
    }

    /// A closure may be called under its name.
    fn visit_expr_path(&mut self, p: &'e ExprPath) {
        let binding = p.path.get_ident().and_then(|name| self.lowerer.lookup(name));
        if let Some(Binding::Closure(closure)) = binding.cloned() {
            self.depth += 1;
            // One that calls itself does not come to an end here.
            let mut inner =
                Plain { lowerer: self.lowerer, depth: self.depth, holds: self.depth < 8 };
            if inner.holds {
                inner.visit_expr(&closure.body);
            }
            self.holds &= inner.holds;
        }
    }
}
