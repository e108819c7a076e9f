//! The names under which `ndarray` has its arrays.

use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// Names of arrays before the number of their axes.
const OF_RANK: [&str; 3] = ["Array", "ArrayView", "ArcArray"];

/// Names of arrays whose number of axes is a generic argument.
const GENERIC: [&str; 4] = ["Array", "ArrayView", "ArcArray", "CowArray"];

/// Names of arrays that are read alone: what is returned, or changed in place, is an array of its own.
const READ_ALONE: [&str; 2] = ["ArcArray", "CowArray"];

/// What an array is one of, if it is said, and how many axes it has, if that is known: `Array2<f64>`,
/// `Array<T, Ix2>`, `ArrayD<f64>`.
pub fn read(named: &PathSegment) -> Option<(Option<&Type>, Option<usize>)> {
    let name = named.ident.to_string();
    let types: Vec<&Type> = match &named.arguments {
        PathArguments::AngleBracketed(arguments) => {
            let types = arguments.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            types.collect()
        }
        _ => Vec::new(),
    };
    if let Some(rank) = rank_in(&name) {
        return Some((types.first().copied(), Some(rank)));
    }
    if ["ArrayD", "ArrayViewD", "ArcArrayD"].contains(&name.as_str()) {
        return Some((types.first().copied(), None));
    }
    if !GENERIC.contains(&name.as_str()) {
        return None;
    }
    // `Ix2`; `IxDyn`, or a type parameter, which may stand for any number of axes.
    Some((types.first().copied(), rank_of_dimension(types.get(1)?)))
}

/// How many axes the type of a shape says: `Ix2`.
pub fn rank_of_dimension(ty: &Type) -> Option<usize> {
    let Type::Path(path) = ty else { return None };
    let name = path.path.segments.last()?.ident.to_string();
    name.strip_prefix("Ix")?.parse().ok()
}

/// The number of axes that a name says: that of `Array2` is 2.
pub fn rank_in(name: &str) -> Option<usize> {
    OF_RANK.iter().find_map(|prefix| {
        let rank = name.strip_prefix(prefix)?;
        rank.parse().ok().filter(|number: &usize| *number <= 6 && rank.len() == 1)
    })
}

/// How many lifetimes a view has.
pub fn lifetimes(named: &PathSegment) -> Option<usize> {
    let name = named.ident.to_string();
    let borrows = name.starts_with("ArrayView") || name == "CowArray";
    (borrows && read(named).is_some()).then_some(1)
}

/// Whether a type has the name of an array of `ndarray` that is not differentiated: one that is returned or
/// changed in place, if `made`.
pub fn is_unsupported(ty: &Type, made: bool) -> bool {
    match ty {
        Type::Reference(r) => is_unsupported(&r.elem, made || r.mutability.is_some()),
        Type::Paren(p) => is_unsupported(&p.elem, made),
        Type::Tuple(t) => t.elems.iter().any(|part| is_unsupported(part, made)),
        Type::Path(p) => p.path.segments.last().is_some_and(|named| {
            let name = named.ident.to_string();
            let of_kind = |kind: &&str| name.starts_with(*kind) && read(named).is_some();
            name.starts_with("ArrayViewMut") || made && READ_ALONE.iter().any(of_kind)
        }),
        _ => false,
    }
}
