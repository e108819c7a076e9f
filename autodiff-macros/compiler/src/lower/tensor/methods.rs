//! The methods of arrays.

use proc_macro2::Span;
use quote::quote;
use syn::{Expr, ExprMethodCall};

use super::{Elements, Function, Tensor};
use crate::errors::Lowered;
use crate::ir::{Op, Place, Proj, Take, Type, Value};
use crate::lower::iter::{Access, Iter};
use crate::lower::{Lowerer, Rv};
use crate::rules::Fun;

/// Those that work on arrays of which it is not known how many axes they have.
const OF_ANY_RANK: [&str; 28] = [
    "as_slice",
    "assign",
    "clone",
    "fill",
    "fold",
    "into_dimensionality",
    "into_dyn",
    "into_iter",
    "into_owned",
    "is_empty",
    "iter",
    "iter_mut",
    "len",
    "map",
    "map_inplace",
    "mapv",
    "mapv_inplace",
    "mapv_into",
    "mean",
    "pow2",
    "product",
    "scaled_add",
    "std",
    "sum",
    "to_owned",
    "var",
    "view",
    "zip_mut_with",
];

impl Lowerer<'_> {
    /// A method of an array.
    pub(in crate::lower) fn tensor_method(
        &mut self,
        receiver: Rv,
        m: &ExprMethodCall,
    ) -> Lowered<Rv> {
        let (span, name) = (m.method.span(), m.method.to_string());
        let args: Vec<&Expr> = m.args.iter().collect();
        let by_value = matches!(receiver, Rv::Place(..) | Rv::Temp(..) | Rv::Value(_));
        let held = self.tensor(receiver.clone(), span)?;
        if held.of_any_rank().is_some() && !OF_ANY_RANK.contains(&name.as_str()) {
            let of_numbers = Fun::from_method(&name, args.len() + 1).is_some();
            if !of_numbers {
                return Err(self.refuse(
                    "AD0259",
                    span,
                    format!("`{name}` needs to know how many axes this array has"),
                    "give it the type with their number, by `into_dimensionality` before the call",
                ));
            }
        }
        if let Some(rv) = self.shape_method(&held, &name, &args, span)? {
            return Ok(rv);
        }
        if let Some(rv) = self.view_method(&held, m, &args)? {
            return Ok(rv);
        }
        if let Some(rv) = self.part_method(&held, m, &args)? {
            return Ok(rv);
        }
        if let Some(rv) = self.scan_method(&held, m, &args)? {
            return Ok(rv);
        }
        if let Some(rv) = self.element_method(&held, m, &args)? {
            return Ok(rv);
        }
        let fun = Fun::from_method(&name, args.len() + 1);
        Ok(match (name.as_str(), args.as_slice()) {
            ("mapv" | "map" | "mapv_into", [f]) => self.mapped(held, f, span)?,
            ("mapv_inplace", [f]) => self.map_in_place(&held, f, span)?,
            ("map_inplace", [f]) => self.change_each(&held, f, span)?,
            ("map_axis", [axis, f]) => {
                let axis = self.axis_of(axis, &held)?;
                self.map_axis(&held, axis, f, span)?
            }
            ("zip_mut_with", [b, f]) => self.zip_mut_with(&held, b, f, span)?,
            ("sum", []) => Rv::Value(self.total_of(&held, Fun::Add, span)?),
            ("product", []) => Rv::Value(self.total_of(&held, Fun::Mul, span)?),
            ("mean", []) => self.mean_of(&held, span)?,
            ("var" | "std", [ddof]) => {
                let ddof = self.value(ddof)?;
                self.variance(&held, ddof, name == "std", span)?
            }
            ("sum_axis" | "product_axis", [axis]) => {
                let axis = self.axis_of(axis, &held)?;
                let fun = if name == "sum_axis" { Fun::Add } else { Fun::Mul };
                let made = self.along_axis(&held, axis, fun, span)?;
                self.as_array(made)
            }
            ("mean_axis", [axis]) => {
                let axis = self.axis_of(axis, &held)?;
                self.mean_along(&held, axis, span)?
            }
            ("var_axis" | "std_axis", [axis, ddof]) => {
                let axis = self.axis_of(axis, &held)?;
                let ddof = self.value(ddof)?;
                self.variance_along(&held, axis, ddof, name == "std_axis", span)?
            }
            ("dot", [b]) => self.dot(held, b, span)?,
            ("into_dimensionality", []) => self.with_known_rank(held, m)?,
            ("into_dyn", []) if held.of_any_rank().is_some() => Self::viewed(held),
            ("into_dyn", []) => self.with_any_rank(&held, span)?,
            ("select", [axis, indices]) => {
                let axis = self.axis_of(axis, &held)?;
                self.select(&held, axis, indices, span)?
            }
            ("clone" | "to_owned" | "into_owned", []) => match held.whole() {
                Some(_) if !matches!(receiver, Rv::Tensor(_)) => {
                    let place = self.place_of(receiver, span)?;
                    let value = self.b.load(place, Take::Clone, held.ty(), span);
                    let object = self.object(value, None, span);
                    self.shapes.insert(object, held.shape.clone());
                    Rv::Temp(Place::whole(object), held.ty())
                }
                _ => self.array_of(&held, span)?,
            },
            ("assign", [source]) => {
                let source = self.tensor_expr(source)?;
                let source = self.stretched_to(source, &held, span)?;
                self.refuse_more_axes(&held, &source, span)?;
                self.common_shape("assign", &held, &source, span)?;
                self.write(&held, &source, span)?;
                Rv::Unit
            }
            ("fill", [value]) => {
                let value = self.value(value)?;
                let number = self.number(value);
                self.write(&held, &number, span)?;
                Rv::Unit
            }
            ("scaled_add", [alpha, source]) => {
                let alpha = self.value(alpha)?;
                let source = self.tensor_expr(source)?;
                let source = self.stretched_to(source, &held, span)?;
                self.refuse_more_axes(&held, &source, span)?;
                let shape = self.common_shape("scaled_add", &held, &source, span)?;
                let scaled = Self::by(Fun::Mul, &shape, vec![self.number(alpha), source]);
                let sum = Self::by(Fun::Add, &shape, vec![held.clone(), scaled]);
                self.write(&held, &sum, span)?;
                Rv::Unit
            }
            ("iter" | "iter_mut" | "into_iter", []) => {
                let access = match name.as_str() {
                    "iter" => Access::Shared,
                    "iter_mut" => Access::Exclusive,
                    _ if by_value => Access::Value,
                    _ if held.is_exclusive() => Access::Exclusive,
                    _ => Access::Shared,
                };
                Rv::Iter(Box::new(self.elements_in_turn(&held, access, span)?))
            }
            ("indexed_iter", []) => {
                Rv::Iter(Box::new(Iter::Indexed(std::rc::Rc::new(held.shared()))))
            }
            ("swap_axes", [a, b]) => {
                let (a, b) = (self.axis_number(a, &held)?, self.axis_number(b, &held)?);
                let mut order: Vec<usize> = (0..held.rank()).collect();
                order.swap(a, b);
                let place = self.place_of(receiver, span)?;
                self.writable(&place, span)?;
                let swapped = self.permuted(held, &order, span)?;
                let swapped = self.array_of(&swapped, span)?;
                let swapped = self.value_of(swapped, span)?;
                self.b.effect(Op::Store(place, swapped), span);
                Rv::Unit
            }
            ("fold", [_, _]) => {
                let iter = self.elements_in_turn(&held, Access::Shared, span)?;
                self.iter_method(iter, m)?
            }
            ("to_vec" | "into_raw_vec" | "into_raw_vec_and_offset", []) if held.rank() == 1 => {
                let flat = self.flat_of(&held, span)?;
                let ty = Type::Vec(Box::new(held.element.clone()));
                let value = self.b.load(flat, Take::Owned, ty.clone(), span);
                let object = self.object(value, None, span);
                Rv::Temp(Place::whole(object), ty)
            }
            ("as_slice" | "to_slice", []) => {
                let flat = self.flat_of(&held, span)?;
                let ty = Type::Slice(Box::new(held.element.clone()));
                Rv::Some(Box::new(Rv::Ref(flat, ty, false)))
            }
            ("pow2", []) => Rv::Tensor(std::rc::Rc::new(Self::by(
                Fun::Mul,
                &held.shape.clone(),
                vec![held.clone(), held],
            ))),
            _ if let Some(fun) = fun => self.elementwise(held, fun, &args, span)?,
            _ => {
                return Err(self.refuse(
                    "AD0255",
                    span,
                    format!("the method `{name}` of an array has no derivative"),
                    "write it with `mapv`, `dot`, `sum_axis`, slices and loops; the documentation lists what there is",
                ));
            }
        })
    }

    /// A function of each element, with numbers for its other arguments.
    fn elementwise(&mut self, of: Tensor, fun: Fun, args: &[&Expr], span: Span) -> Lowered<Rv> {
        let (shape, element) = (of.shape.clone(), of.element.clone());
        let mut parts = vec![of];
        for arg in args {
            let rv = self.expr(arg)?;
            parts.push(self.operand_tensor(rv, span)?);
        }
        Ok(Self::computed(shape, element, Function::Fun(fun), parts))
    }

    /// What an operation makes of the elements.
    pub(super) fn by(fun: Fun, shape: &[Value], parts: Vec<Tensor>) -> Tensor {
        let element = Self::joined(&parts.iter().collect::<Vec<_>>());
        Tensor {
            shape: shape.to_vec(),
            element,
            elements: Elements::Computed(Function::Fun(fun), parts),
        }
    }

    /// What is asked of a shape.
    fn shape_method(
        &mut self,
        of: &Tensor,
        name: &str,
        args: &[&Expr],
        span: Span,
    ) -> Lowered<Option<Rv>> {
        Ok(Some(match (name, args) {
            ("len", []) => Rv::Value(self.count_of(of, span)),
            ("is_empty", []) => {
                let count = self.count_of(of, span);
                let zero = self.zero(span);
                Rv::Value(self.b.scalar(Fun::Eq, vec![count, zero], Type::Bool, span))
            }
            ("nrows", []) => Rv::Value(of.shape[0]),
            ("ncols", []) => Rv::Value(of.shape[1]),
            ("ndim", []) => {
                let rank = self.b.int(of.rank(), span);
                self.refine(rank, &Type::usize());
                Rv::Value(rank)
            }
            ("dim" | "raw_dim", []) => match of.shape[..] {
                [length] => Rv::Value(length),
                _ => Rv::Tuple(of.shape.iter().map(|v| Rv::Value(*v)).collect()),
            },
            ("shape", []) => {
                let ty = Type::Array(Box::new(Type::usize()), of.rank().to_string());
                Rv::Value(self.b.op(Op::Array(of.shape.clone()), ty, span))
            }
            ("len_of", [axis]) => {
                let axis = self.axis_of(axis, of)?;
                Rv::Value(of.shape[axis])
            }
            _ => return Ok(None),
        }))
    }

    /// Methods that give another view.
    fn view_method(
        &mut self,
        of: &Tensor,
        m: &ExprMethodCall,
        args: &[&Expr],
    ) -> Lowered<Option<Rv>> {
        let (span, name) = (m.method.span(), m.method.to_string());
        let tensor = match (name.as_str(), args) {
            ("view" | "view_mut" | "into_shared" | "to_shared" | "borrow" | "as_ref", []) => {
                of.clone()
            }
            ("t" | "reversed_axes", []) => {
                let order: Vec<usize> = (0..of.rank()).rev().collect();
                self.permuted(of.clone(), &order, span)?
            }
            ("permuted_axes", [order]) => {
                let order = self.order(order, of)?;
                self.permuted(of.clone(), &order, span)?
            }
            ("row" | "row_mut", [i]) if of.rank() == 2 => {
                let i = self.index(i)?;
                self.at_index(of.clone(), 0, i, span)?
            }
            ("column" | "column_mut", [j]) if of.rank() == 2 => {
                let j = self.index(j)?;
                self.at_index(of.clone(), 1, j, span)?
            }
            ("index_axis" | "index_axis_mut" | "index_axis_move", [axis, i]) => {
                let axis = self.axis_of(axis, of)?;
                let i = self.index(i)?;
                self.at_index(of.clone(), axis, i, span)?
            }
            ("slice" | "slice_mut" | "slice_move", [_]) => self.sliced(of.clone(), m, span)?,
            ("insert_axis", [axis]) => {
                let axis = self.axis(axis)?;
                self.with_axis(of, axis, span)?
            }
            ("remove_axis", [axis]) => {
                let axis = self.axis_of(axis, of)?;
                let zero = self.zero(span);
                self.at_index(of.clone(), axis, zero, span)?
            }
            ("diag" | "diag_mut" | "into_diag", []) => self.diagonal(of.clone(), span)?,
            ("broadcast", [shape]) => {
                let (shape, _) = self.shape_of(shape)?;
                let view = self.broadcast(of.clone(), shape, span)?;
                return Ok(Some(Rv::Some(Box::new(Self::viewed(view)))));
            }
            ("flatten" | "into_flat", []) => {
                let count = self.count_of(of, span);
                self.reshaped(of.clone(), vec![count], span)?
            }
            ("slice_axis" | "slice_axis_mut" | "slice_axis_move", [axis, slice]) => {
                let axis = self.axis_of(axis, of)?;
                self.axis_sliced(of.clone(), axis, slice, span)?
            }
            ("to_shape" | "into_shape_with_order" | "into_shape" | "into_shape_clone", [shape]) => {
                let (shape, _) = self.shape_of(shape)?;
                let view = self.reshaped(of.clone(), shape, span)?;
                return Ok(Some(Rv::Some(Box::new(Self::viewed(view)))));
            }
            _ => return Ok(None),
        };
        let by_reference = !matches!(
            name.as_str(),
            "reversed_axes" | "permuted_axes" | "slice_move" | "index_axis_move" | "insert_axis"
        );
        let shared = by_reference && !name.ends_with("_mut");
        Ok(Some(Self::viewed(if shared { tensor.shared() } else { tensor })))
    }

    /// `select(axis, &indices)`.
    fn select(&mut self, of: &Tensor, axis: usize, indices: &Expr, span: Span) -> Lowered<Rv> {
        let of = self.memory_of(of, span)?;
        let (chosen, _) = self.place(indices)?;
        let mut shape = of.shape.clone();
        let length = shape[axis];
        shape[axis] = self.b.op(Op::Len(chosen.clone()), Type::usize(), span);
        let made = self.fresh(&shape, of.element.clone(), span);
        self.along(&shape, Vec::new(), span, &mut |this, index| {
            let at = chosen.clone().with(Proj::Index(index[axis]));
            let chosen = this.load(&at, &Type::usize(), span);
            let assertion = quote!(::core::assert!(ad_index < ad_length, "index out of bounds"));
            this.assert(assertion, &[("ad_index", chosen), ("ad_length", length)], span);
            let mut from = index.to_vec();
            from[axis] = chosen;
            let value = this.number_at(&of, &super::At::Axes(&from), span)?;
            this.store_at(&made.rows, &super::At::Axes(index), value, span)
        })?;
        Ok(self.finished(&made, of.element))
    }

    /// `map_axis(axis, f)`: what a closure makes of each lane.
    fn map_axis(&mut self, of: &Tensor, axis: usize, f: &Expr, span: Span) -> Lowered<Rv> {
        let lanes = self.with_last(of, axis, span)?;
        let f = self.callee(f)?;
        let shape = &lanes.shape[..of.rank() - 1];
        let made = self.fresh(shape, Type::Unknown, span);
        let mut of_result = lanes.element.clone();
        self.along(shape, Vec::new(), span, &mut |this, index| {
            let lane = this.view_at(&lanes, index, span);
            let value = this.apply(&f, vec![lane], span)?;
            let value = this.value_of(value, span)?;
            of_result = this.b.ty(value).clone();
            this.store_at(&made.rows, &super::At::Axes(index), value, span)
        })?;
        Ok(self.finished(&made, of_result))
    }
}
