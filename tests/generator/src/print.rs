//! A program as the files of a crate: its functions with their oracle, and the code that checks them.

use std::fmt::Write;

use crate::ast::{Dialect, Node, Sort};
use crate::generate::{Function, Parameter, Passed, Program, Returned};

/// The attribute on each function, without its options.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Attribute {
    /// `#[differentiate]`, as a user writes it.
    Released,
    /// The same, with all but the function that is differentiated in another file: the attribute reads
    /// what is in its own.
    Apart,
    /// With that optimisation switched off.
    Without(String),
}

/// A function as it is written, under that attribute if there is one.
fn function(function: &Function, dialect: Dialect, attribute: &str) -> String {
    let ty = |text: &str| dialect.print(&Node::word(text));
    let parameters: Vec<String> = function
        .parameters
        .iter()
        .map(|p| {
            let mutable = if p.passed.declared_mutable() { "mut " } else { "" };
            match function.place {
                Some(place) if p.name == "self" => format!("{mutable}{}", place.receiver),
                _ => format!("{mutable}{}: {}", p.name, ty(&p.passed.ty())),
            }
        })
        .collect();
    let result = match function.returned {
        Returned::Nothing => String::new(),
        ref returned => format!(" -> {}", ty(returned.ty())),
    };
    let plain = matches!(dialect, Dialect::Plain { .. });
    let generics = if plain && function.generic { "<T: Float>" } else { "" };
    let (public, name) = match function.place {
        Some(place) => (if place.operator { "" } else { "pub " }, place.name),
        None => ("pub ", function.name.as_str()),
    };
    let generics = if function.place.is_some() { "" } else { generics };
    let template = format!(
        "{attribute}{public}fn {name}{generics}{}({}){result} {{\n    $0\n}}",
        function.generics,
        parameters.join(", ")
    );
    let inner = Node::new(Sort::Other, template, vec![function.body.clone()]);
    let Some(place) = function.place else { return dialect.print(&inner) };
    let generics = if plain && function.generic { "<T: Float>" } else { "" };
    let output = match place.operator {
        true => format!("    type Output = {};\n", function.returned.ty()),
        false => String::new(),
    };
    let template = format!("impl{generics} {} {{\n{output}    $0\n}}", place.head);
    dialect.print(&Node::new(Sort::Other, template, vec![inner]))
}

impl Program {
    fn plain(&self) -> Dialect {
        self.dialect(false, false)
    }

    fn dialect(&self, generic: bool, marked: bool) -> Dialect {
        let structs = self.structs_generic();
        Dialect::Plain { single: self.single, generic, structs, marked }
    }

    /// The structs of the prelude over that float, if they are generic over it or not.
    fn declarations(&self, derived: &str, float: &str, generics: &str) -> String {
        let arguments = if generics.is_empty() { "" } else { "<T>" };
        let constant = if derived.is_empty() { "" } else { "#[differentiable(constant)] " };
        format!(
            "#[derive({derived}Clone, Copy, Debug, Default)]
pub struct V3{generics} {{
    pub x: {float},
    pub y: {float},
    pub z: {float},
}}

#[derive({derived}Clone, Debug, Default)]
pub struct Body{generics} {{
    pub a: {float},
    pub v: V3{arguments},
    pub e: [{float}; 3],
    pub q: Vec<{float}>,
    {constant}pub k: usize,
}}

"
        )
    }

    fn prelude(&self) -> String {
        let generic = self.structs_generic() || self.functions.iter().any(|f| f.generic);
        let mut out = String::from("use autodiff::{differentiate, stop_gradient};\n");
        if generic {
            out.push_str("use autodiff::Float;\n");
        }
        if self.structs.is_some() {
            out.push_str("use autodiff::Differentiable;\nuse std::ops::{Add, Mul, Neg, Sub};\n\n");
            let (float, generics) = match self.structs_generic() {
                true => ("T", "<T: Float>"),
                false => (self.plain().primitive(), ""),
            };
            out.push_str(&self.declarations("Differentiable, ", float, generics));
        }
        out.push('\n');
        out
    }

    /// The functions as a person reads them.
    pub fn source(&self) -> String {
        let mut out = self.prelude();
        for f in &self.functions {
            let options =
                if f.options.is_empty() { String::new() } else { format!("({})", f.options) };
            let attribute = format!("#[differentiate{options}]\n");
            let dialect = self.dialect(f.generic, true);
            writeln!(out, "{}\n", function(f, dialect, &attribute)).expect("text");
        }
        out
    }

    /// The functions in a file, with that attribute.
    fn marked<'f>(
        &self,
        functions: impl IntoIterator<Item = &'f Function>,
        attribute: Option<&Attribute>,
    ) -> String {
        let mut out = String::new();
        for f in functions {
            let marks = match attribute {
                None => String::new(),
                Some(Attribute::Released | Attribute::Apart) => {
                    format!("#[differentiate({})]\n", f.options)
                }
                Some(Attribute::Without(pass)) => {
                    let options = &f.options;
                    format!("#[generator_macros::differentiate({pass}; {options})]\n")
                }
            };
            let dialect = self.dialect(f.generic, attribute.is_some());
            writeln!(out, "{}\n", function(f, dialect, &marks)).expect("text");
        }
        out
    }

    /// What stands in another file, of the module of that name, if anything does.
    pub fn apart(&self, attribute: &Attribute) -> Option<String> {
        let (_, others) = self.functions.split_last().expect("a function");
        let functions = || self.prelude() + &self.marked(others, Some(attribute));
        (*attribute == Attribute::Apart).then(|| format!("#![allow(warnings)]\n{}", functions()))
    }

    /// The module of the program, with that attribute on its functions.
    pub fn module(&self, name: &str, attribute: Option<&Attribute>) -> String {
        let mut out = String::from("#![allow(warnings)]\n");
        if attribute == Some(&Attribute::Apart) {
            writeln!(
                out,
                "#[path = \"apart/{name}.rs\"]\npub mod apart;\npub use apart::*;\nuse autodiff::{{Differentiable, Float, differentiate, stop_gradient}};\n"
            )
            .expect("text");
            out.push_str(&self.marked([self.main()], attribute));
        } else {
            out.push_str(&self.prelude());
            out.push_str(&self.marked(&self.functions, attribute));
        }
        let dialect = Dialect::Oracle { single: self.single };
        let dual = dialect.float();
        write!(
            out,
            "pub mod oracle {{\nuse generator_harness::{dual};\nuse std::ops::{{Add, Mul, Neg, Sub}};\n\nfn stop_gradient(x: {dual}) -> {dual} {{\n    {dual}::from(x.value)\n}}\n\n"
        )
        .expect("text");
        if self.structs.is_some() {
            out.push_str(&self.declarations("", dual, ""));
        }
        for f in &self.functions {
            writeln!(out, "{}\n", function(f, dialect, "")).expect("text");
        }
        out.push_str("}\n");
        if self.structs.is_some() {
            let arguments = match self.structs_generic() {
                true => format!("<{}>", self.plain().primitive()),
                false => String::new(),
            };
            writeln!(
                out,
                "generator_harness::record!(V3, V3{arguments}, V3Tangent, V3Tangent{arguments}, oracle::V3, x y z,);
generator_harness::record!(Body, Body{arguments}, BodyTangent, BodyTangent{arguments}, oracle::Body, a v e q, k);"
            )
            .expect("text");
        }
        out
    }

    /// The code that checks the program in that module.
    pub fn glue(&self, module: &str) -> String {
        let main = self.main();
        let active: Vec<&Parameter> = main.parameters.iter().filter(|p| p.active).collect();
        let in_place: Vec<&Parameter> =
            active.iter().copied().filter(|p| p.passed.in_place()).collect();
        let single = self.single;
        let names = |list: &[&Parameter]| -> String {
            list.iter().map(|p| format!("{}, ", p.name)).collect()
        };
        // The arguments that are active as a tuple, and the tuple of all gradients, which is bare of one.
        let tuple = format!("({})", names(&active));
        let list = |tangent: bool| -> String {
            active.iter().map(|p| format!("{}, ", self.like(p.passed, tangent))).collect()
        };
        let (likes, tangent_likes) = (list(false), list(true));
        let constants: String = main
            .parameters
            .iter()
            .filter(|p| !p.active && p.passed.differentiable())
            .map(|p| format!("    let {}_constant = {};\n", p.name, self.constant(p.passed)))
            .collect();
        let bind = format!("let {tuple} = like.with(point);");
        let mutable: String =
            in_place.iter().map(|p| format!("let mut {0} = {0}; ", p.name)).collect();
        let arguments: String =
            main.parameters.iter().map(|p| format!("{}, ", argument(p, false))).collect();
        let lifted: String =
            main.parameters.iter().map(|p| format!("{}, ", argument(p, true))).collect();
        let left: String = in_place.iter().map(|p| format!("{}.clone(), ", p.name)).collect();
        let gradient = if active.len() == 1 { "(gradient,)" } else { "gradient" };
        let seed_like = self.result_like(&main.returned);
        let shadow = |p: &&Parameter| format!("&mut {}_bar", p.name);
        let shadows = match active.as_slice() {
            [one] => shadow(one),
            several => {
                format!("({})", several.iter().map(|p| shadow(p) + ", ").collect::<String>())
            }
        };
        let bars: String = active.iter().map(|p| format!("mut {}_bar, ", p.name)).collect();
        let after: String = active.iter().map(|p| format!("{}_bar, ", p.name)).collect();
        let tangent = match active.len() {
            1 => "tangent_like.with(tangent).0",
            _ => "tangent_like.with(tangent)",
        };
        let ranges = self.in_place_ranges(&active);
        let scalar = if main.returned == Returned::Float {
            format!(
                "Some(Scalar {{
            grad: &|point| {{
                {bind} {mutable}
                let gradient = f::grad({arguments});
                {gradient}.flatten()
            }},
            value_and_grad: &|point| {{
                {bind} {mutable}
                let (value, gradient) = f::value_and_grad({arguments});
                (value.flatten(), {gradient}.flatten())
            }},
            grad_into: &|point, before| {{
                {bind} {mutable}
                let ({bars}) = tangent_like.with(before);
                let value = f::grad_into({arguments}{shadows});
                ((value, {left}).flatten(), ({after}).flatten())
            }},
        }})"
            )
        } else {
            "None".to_owned()
        };
        format!(
            "#![allow(warnings)]
use generator_harness::*;
use {module}::*;

pub fn run(case: &Case) -> Result<Verdict, Failure> {{
    let Case {{ n, k, b, ref p, .. }} = *case;
{constants}    let like = ({likes});
    let tangent_like = ({tangent_likes});
    let seed_like = {seed_like};
    check(&Subject {{
        single: {single},
        point: case.point(&like),
        in_place: vec![{ranges}],
        primal: &|point| {{
            {bind} {mutable}
            let value = f({arguments});
            (value, {left}).flatten()
        }},
        oracle: &|point, direction| {{
            let {tuple} = like.with(point).lift(&mut direction.iter().copied());
            {mutable}
            let value = oracle::f({lifted});
            dual_parts(&(value, {left}))
        }},
        vjp: &|point, seed| {{
            {bind} {mutable}
            let (value, pullback) = f::vjp({arguments});
            let gradient = pullback(seed_like.with(seed));
            (value.flatten(), {gradient}.flatten())
        }},
        jvp: &|point, tangent| {{
            {bind} {mutable}
            let (value, slope) = f::jvp({arguments}{tangent});
            (value.flatten(), slope.flatten())
        }},
        vjp_into: &|point, seed, before| {{
            {bind} {mutable}
            let ({bars}) = tangent_like.with(before);
            let value = f::vjp_into({arguments}seed_like.with(seed), {shadows});
            ((value, {left}).flatten(), ({after}).flatten())
        }},
        scalar: {scalar},
    }})
}}
"
        )
    }

    /// A value of the shape of an argument.
    fn like(&self, passed: Passed, tangent: bool) -> String {
        let zero = format!("0.0_{}", self.plain().primitive());
        let mark = if tangent { "Tangent" } else { "" };
        let vector = format!("V3{mark} {{ x: {zero}, y: {zero}, z: {zero} }}");
        match passed {
            Passed::Vector | Passed::VectorRef | Passed::VectorMut => vector,
            Passed::Body | Passed::BodyRef | Passed::BodyMut => {
                let constant = if tangent { "" } else { ", k: 1" };
                format!(
                    "Body{mark} {{ a: {zero}, v: {vector}, e: [{zero}; 3], q: vec![{zero}; n]{constant} }}"
                )
            }
            Passed::Vectors | Passed::VectorVec | Passed::VectorsMut => {
                format!("(0..n).map(|_| {vector}).collect::<Vec<_>>()")
            }
            Passed::Float | Passed::MutFloat => zero,
            Passed::Pair => format!("({zero}, {zero})"),
            Passed::Array(n) | Passed::ArrayRef(n) | Passed::MutArray(n) => {
                format!("[{zero}; {n}]")
            }
            Passed::Grid(rows, columns) => format!("[[{zero}; {columns}]; {rows}]"),
            Passed::Rows(columns) => format!("vec![vec![{zero}; {columns}]; n]"),
            _ => format!("vec![{zero}; n]"),
        }
    }

    /// The value of an argument that is held constant.
    fn constant(&self, passed: Passed) -> String {
        self.like(passed, false).replace("0.0_", "0.7_")
    }

    fn result_like(&self, returned: &Returned) -> String {
        let zero = format!("0.0_{}", self.plain().primitive());
        match returned {
            Returned::Nothing => "()".to_owned(),
            Returned::Float => zero,
            Returned::Pair => format!("({zero}, {zero})"),
            Returned::Vec => format!("vec![{zero}; n]"),
            Returned::Array => format!("[{zero}; 3]"),
            Returned::Vector => self.like(Passed::Vector, true),
            Returned::Body => self.like(Passed::Body, true),
        }
    }

    /// The ranges of inputs that belong to parameters changed in place.
    fn in_place_ranges(&self, active: &[&Parameter]) -> String {
        let mut at = "0".to_owned();
        let mut ranges = String::new();
        for p in active {
            let end = format!("{at} + {}", p.passed.floats());
            if p.passed.in_place() {
                write!(ranges, "{at}..{end}, ").expect("text");
            }
            at = end;
        }
        ranges
    }
}

/// How a bound argument is passed on, to the function or to its oracle.
fn argument(p: &Parameter, lifted: bool) -> String {
    let owned = p.passed.owned();
    let name = match (p.active || !p.passed.differentiable(), lifted) {
        (true, _) => p.name.clone(),
        (false, false) if owned => format!("{}_constant.clone()", p.name),
        (false, false) => format!("{}_constant", p.name),
        (false, true) => format!("{}_constant.lift(&mut std::iter::repeat(0.0))", p.name),
    };
    match p.passed {
        _ if owned => name,
        passed if passed.in_place() => format!("&mut {name}"),
        Passed::Permutation => format!("{name}.as_slice()"),
        _ => format!("&{name}"),
    }
}
