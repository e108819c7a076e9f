//! The names under which `ndarray` has its arrays.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// Names of arrays before the number of their axes.
const OF_RANK: [&str; 2] = ["Array", "ArrayView"];

/// Names of arrays whose number of axes is a generic argument.
const GENERIC: [&str; 3] = ["Array", "ArrayView", "ArcArray"];

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
    if name == "ArrayD" || name == "ArrayViewD" {
        return Some((types.first().copied(), None));
    }
    if !GENERIC.contains(&name.as_str()) {
        return None;
    }
    // `Ix2`; `IxDyn`, or a type parameter, which may stand for any number of axes.
    let dimension = types.get(1)?.to_token_stream().to_string();
    let rank = dimension.rsplit("Ix").next().filter(|_| dimension.contains("Ix"));
    let rank = rank.filter(|rank| rank.trim() != "Dyn").map(|rank| rank.trim().parse());
    Some((types.first().copied(), rank.transpose().ok()?))
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
    (name.starts_with("ArrayView") && read(named).is_some()).then_some(1)
}

/// Whether a type has the name of an array of `ndarray` that is not differentiated.
pub fn is_unsupported(ty: &Type) -> bool {
    let named = match ty {
        Type::Reference(r) => return is_unsupported(&r.elem),
        Type::Paren(p) => return is_unsupported(&p.elem),
        Type::Path(p) => p.path.segments.last(),
        _ => None,
    };
    named.is_some_and(|named| {
        let name = named.ident.to_string();
        let shared = name.strip_prefix("ArcArray").is_some_and(|rank| rank.parse::<u8>().is_ok());
        shared || name == "CowArray" || name.starts_with("ArrayViewMut")
    })
}
