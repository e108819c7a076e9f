//! Calls of other functions and their pullbacks.

use super::{Datum, Done, Function, Functions, Interpreter};
use crate::ir::{CallArg, Callee, Node, Place, PullArg, Value};

impl<'a> Interpreter<'a> {
    /// A function and those that it may call in its turn.
    fn function(&self, path: &str) -> Result<(&'a dyn Function, &'a Functions), String> {
        let functions = self.functions.ok_or("no functions are given")?;
        let function = functions.get(path);
        let function = function.ok_or_else(|| format!("no function `{path}` is given"))?;
        Ok((&**function, functions))
    }

    pub(super) fn arg(&self, arg: &CallArg) -> Result<Datum, String> {
        match arg {
            CallArg::Value(v) => self.get(*v),
            CallArg::Ref(place, _) => self.read(place),
        }
    }

    pub(super) fn args(&self, args: &[CallArg]) -> Result<Vec<Datum>, String> {
        args.iter().map(|arg| self.arg(arg)).collect()
    }

    /// Writes back what a call has left behind `&mut`.
    fn write_back(&mut self, arg: &CallArg, datum: &Datum) -> Done {
        match arg {
            CallArg::Ref(place, true) => self.write(place, datum),
            _ => Ok(()),
        }
    }

    fn primal(&mut self, path: &Callee, args: &[CallArg]) -> Result<Datum, String> {
        let (function, functions) = self.function(&name_of(path))?;
        let mut data = self.args(args)?;
        let result = function.call(functions, &mut data)?;
        args.iter().zip(&data).try_for_each(|(arg, datum)| self.write_back(arg, datum))?;
        Ok(result)
    }

    pub(super) fn call(&mut self, node: &Node, path: &Callee, args: &[CallArg]) -> Done {
        let result = self.primal(path, args)?;
        if node.results.is_empty() { Ok(()) } else { self.set(&node.results, vec![result]) }
    }

    pub(super) fn call_vjp(&mut self, node: &Node, path: &Callee, args: &[CallArg]) -> Done {
        let pullback = Datum::Pullback { path: name_of(path), args: self.args(args)? };
        let result = self.primal(path, args)?;
        self.set(&node.results, vec![result, pullback])
    }

    pub(super) fn call_jvp(
        &mut self,
        node: &Node,
        path: &Callee,
        args: &[CallArg],
        dots: &[Option<CallArg>],
    ) -> Done {
        let (function, functions) = self.function(&name_of(path))?;
        let mut data = self.args(args)?;
        let mut tangents = Vec::new();
        for dot in dots {
            tangents.push(match dot {
                Some(CallArg::Ref(place, _)) if self.is_absent(place.root) => None,
                Some(dot) => Some(self.arg(dot)?),
                None => None,
            });
        }
        let (result, dot) = function.jvp(functions, &mut data, &mut tangents)?;
        args.iter().zip(&data).try_for_each(|(arg, datum)| self.write_back(arg, datum))?;
        for (dot, tangent) in dots.iter().zip(&tangents) {
            if let (Some(dot), Some(tangent)) = (dot, tangent) {
                self.write_back(dot, tangent)?;
            }
        }
        self.set(&node.results, vec![result, dot])
    }

    pub(super) fn pull(
        &mut self,
        node: &Node,
        path: &str,
        entry: &[Datum],
        seed: Value,
        args: &[PullArg],
    ) -> Done {
        let (function, functions) = self.function(path)?;
        let mut shadows = Vec::new();
        for arg in args {
            shadows.push(match arg {
                PullArg::None => None,
                PullArg::Local(v) => Some(self.read(&Place::whole(*v))?.zero()),
                PullArg::Shadow(place, _) if self.is_absent(place.root) => None,
                PullArg::Shadow(place, _) => Some(self.read(place)?),
            });
        }
        function.pull(functions, entry, &self.get(seed)?, &mut shadows)?;
        let mut locals = Vec::new();
        for (arg, shadow) in args.iter().zip(shadows) {
            match (arg, shadow) {
                (PullArg::Local(_), Some(shadow)) => locals.push(shadow),
                (PullArg::Shadow(place, _), Some(shadow)) => self.write(place, &shadow)?,
                _ => {}
            }
        }
        self.set(&node.results, locals)
    }
}

/// A path without spaces.
pub(super) fn name_of(path: &Callee) -> String {
    path.to_string().replace(' ', "")
}
