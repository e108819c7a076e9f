//! Functions that a graph calls.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::{Datum, Evaluation, Outcome};
use crate::ir::Graph;

/// The functions a graph may call, by the path as the call spells it, without spaces.
pub type Functions = BTreeMap<String, Box<dyn Function>>;

/// A function that a graph calls; arguments behind `&mut` are changed in place.
pub trait Function: Debug {
    /// The function itself.
    fn call(&self, functions: &Functions, args: &mut [Datum]) -> Result<Datum, String>;

    /// The pullback at the arguments on entry: adds the adjoints of the arguments to the shadows
    /// that are wanted. That of an argument behind `&mut` comes as the adjoint on return and leaves
    /// as the adjoint on entry.
    fn pull(
        &self,
        functions: &Functions,
        args: &[Datum],
        seed: &Datum,
        shadows: &mut [Option<Datum>],
    ) -> Result<(), String>;

    /// The function and its tangent; an absent tangent is zero.
    fn jvp(
        &self,
        functions: &Functions,
        args: &mut [Datum],
        tangents: &mut [Option<Datum>],
    ) -> Result<(Datum, Datum), String>;
}

/// A function whose derivatives are graphs as well.
#[derive(Debug)]
pub struct Transformed {
    /// The primal.
    pub primal: Graph,
    /// With the backward sweep behind the seed.
    pub reverse: Option<Graph>,
    /// With tangents.
    pub forward: Option<Graph>,
}

impl Transformed {
    fn assemble(&self, leaves: Vec<Datum>) -> Datum {
        Datum::assemble(&self.primal.result, &mut leaves.into_iter())
    }
}

impl Function for Transformed {
    fn call(&self, functions: &Functions, args: &mut [Datum]) -> Result<Datum, String> {
        let outcome = Evaluation::new(&self.primal).functions(functions).run(args)?;
        args.clone_from_slice(&outcome.params);
        Ok(self.assemble(outcome.results))
    }

    fn pull(
        &self,
        functions: &Functions,
        args: &[Datum],
        seed: &Datum,
        shadows: &mut [Option<Datum>],
    ) -> Result<(), String> {
        let graph = self.reverse.as_ref().ok_or("the function has no reverse graph")?;
        let outcome = Evaluation::new(graph)
            .functions(functions)
            .seeds(seed.leaves(&self.primal.result)?)
            .shadows(shadows.to_vec())
            .run(args)?;
        shadows.clone_from_slice(&outcome.shadows);
        Ok(())
    }

    fn jvp(
        &self,
        functions: &Functions,
        args: &mut [Datum],
        tangents: &mut [Option<Datum>],
    ) -> Result<(Datum, Datum), String> {
        let graph = self.forward.as_ref().ok_or("the function has no forward graph")?;
        let Outcome { mut results, params, shadows, .. } =
            Evaluation::new(graph).functions(functions).shadows(tangents.to_vec()).run(args)?;
        args.clone_from_slice(&params);
        tangents.clone_from_slice(&shadows);
        let dots = results.split_off(results.len() / 2);
        Ok((self.assemble(results), self.assemble(dots)))
    }
}
