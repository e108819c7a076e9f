//! A request held against the function's signature: one activity a parameter, each of which its type
//! and the mode allow.

use syn::{ItemFn, ReturnType, Type};

use super::request::{Activity, Mode, Request, Stated};
use crate::emit::types::{is_its_own_tangent, vec_element};
use crate::errors::{Diagnostic, Errors, Extent};
use crate::parse::{TypeReader, is_in_place, parameters};

/// A request that can be met.
#[derive(Clone, Debug)]
pub struct Plan {
    pub request: Request,
    /// Of the parameters in order.
    pub inputs: Vec<Activity>,
    /// Of the returned value, if there is one.
    pub output: Option<Activity>,
}

/// The returned type, unless the function returns nothing.
pub fn returned(function: &ItemFn) -> Option<&Type> {
    match &function.sig.output {
        ReturnType::Type(_, ty) if !matches!(&**ty, Type::Tuple(t) if t.elems.is_empty()) => {
            Some(ty)
        }
        _ => None,
    }
}

impl Plan {
    /// Checks a request; what is wrong with it goes to `errors`.
    pub fn new(request: Request, function: &ItemFn, errors: &mut Errors) -> Option<Self> {
        let types = TypeReader::new(&function.sig.generics, None, Default::default());
        let parameters = parameters(function);
        let output = returned(function);
        let (expected, found) =
            (parameters.len() + usize::from(output.is_some()), request.activities.len());
        if expected != found {
            let at = request.activities.get(expected).map_or(request.name.span(), |s| s.span);
            let what = match output {
                Some(_) => "one for each parameter and one for the returned value",
                None => "one for each parameter, and none for the result of a function without one",
            };
            errors.push(Diagnostic::new(
                "AD0604",
                at,
                format!("expected {expected} activities, but found {found}"),
                what,
            ));
            return None;
        }
        let before = errors.len();
        for (stated, (_, ty)) in request.activities.iter().zip(&parameters) {
            check_input(&request, *stated, ty, &types, errors);
        }
        if let (Some(ty), Some(stated)) = (output, request.activities.get(parameters.len())) {
            check_output(&request, *stated, ty, &types, errors);
        }
        let (inputs, rest) = request.activities.split_at(parameters.len());
        let inputs = inputs.iter().map(|s| s.activity).collect();
        let output = rest.first().map(|s| s.activity);
        (errors.len() == before).then_some(Self { request, inputs, output })
    }
}

fn check_input(
    request: &Request,
    Stated { activity, span }: Stated,
    ty: &Type,
    types: &TypeReader,
    errors: &mut Errors,
) {
    use Activity::*;
    let allowed = match request.mode {
        Mode::Forward => matches!(activity, Dual | DualOnly | Dualv | DualvOnly | Const),
        Mode::Reverse => matches!(activity, Active | Duplicated | DuplicatedOnly | Const),
    };
    if !allowed {
        let (message, help) = match (request.mode, activity) {
            (Mode::Reverse, ActiveOnly) => (
                "`ActiveOnly` stands for a returned value, not for a parameter".to_owned(),
                "write `Active`",
            ),
            (Mode::Forward, _) => (
                format!("`{activity}` cannot be used in forward mode"),
                "write `Dual` for a parameter with a tangent, `Const` for one without",
            ),
            (Mode::Reverse, _) => (
                format!("`{activity}` cannot be used in reverse mode"),
                "write `Active` for a parameter by value, `Duplicated` for a reference, `Const` for one without a derivative",
            ),
        };
        errors.push(Diagnostic::new("AD0605", span, message, help));
        return;
    }
    let is_reference = matches!(ty, Type::Reference(_));
    // A raw pointer is refused for what it is.
    let refused = if activity == Const || matches!(ty, Type::Ptr(_)) {
        None
    } else if types.is_constant(ty) {
        Some(("the type of this parameter has no derivative", constant(types)))
    } else if activity == Active && is_reference {
        Some(("the gradient of a reference cannot be returned", "write `Duplicated`"))
    } else if matches!(activity, Duplicated | DuplicatedOnly) && !is_reference {
        Some(("a parameter by value cannot be duplicated", "write `Active`, or take a reference"))
    } else if activity.is_batched() && !is_batchable(ty, types) {
        Some((
            "the shadow of this parameter has no room for several tangents",
            "write `Dual`, or take a slice",
        ))
    } else {
        None
    };
    if let Some((why, help)) = refused {
        errors.push(Diagnostic::new(
            "AD0606",
            span,
            format!("`{activity}` cannot be used for this type: {why}"),
            help,
        ));
    } else if activity == Active && request.width > 1 {
        errors.push(Diagnostic::new(
            "AD0607",
            span,
            "`Active` cannot be used with a width: there is room for one gradient",
            "take a reference and write `Duplicated`, or leave the width out",
        ));
    }
}

fn check_output(
    request: &Request,
    Stated { activity, span }: Stated,
    ty: &Type,
    types: &TypeReader,
    errors: &mut Errors,
) {
    use Activity::*;
    let (allowed, mode, help) = match request.mode {
        Mode::Forward => (
            matches!(activity, Dual | DualOnly | Const),
            "forward",
            "write `Dual` for the value and its tangent, `DualOnly` for the tangent, `Const` for the value",
        ),
        Mode::Reverse => (
            matches!(activity, Active | ActiveOnly | Const),
            "reverse",
            "write `Active` for the value, `ActiveOnly` to leave it out, `Const` if it is not differentiated",
        ),
    };
    if !allowed {
        errors.push(Diagnostic::new(
            "AD0605",
            span,
            format!("`{activity}` cannot be used for the returned value in {mode} mode"),
            help,
        ));
    } else if activity != Const && types.is_constant(ty) {
        errors.push(Diagnostic::new(
            "AD0606",
            span,
            format!(
                "`{activity}` cannot be used for this type: what is returned has no derivative"
            ),
            constant(types),
        ));
    } else if activity != Const && request.width > 1 && !is_its_own_tangent(ty, types) {
        errors.push(Diagnostic::new(
            "AD0607",
            Extent::of(ty),
            "with a width the value and its tangents are returned as one array, and these could be of different types",
            "return a float, or an array, a `Vec` or a tuple of floats by that name",
        ));
    }
}

/// What to write for a type without a derivative.
fn constant(types: &TypeReader) -> &'static str {
    if types.has_others() {
        "write `Const`, or bound the type parameter that stands for a float by `autodiff::Float`"
    } else {
        "write `Const`"
    }
}

/// Whether a shadow of that type can have more elements than the primal.
fn is_batchable(ty: &Type, types: &TypeReader) -> bool {
    let (inner, in_place) = match ty {
        Type::Reference(r) => (&*r.elem, is_in_place(ty)),
        ty => (ty, false),
    };
    let is_sequence = match inner {
        Type::Slice(_) => true,
        ty => !in_place && vec_element(ty).is_some(),
    };
    is_sequence && is_its_own_tangent(inner, types)
}
