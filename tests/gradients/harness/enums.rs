//! Enums as points, and their tangents.

/// Makes enums that derive [`autodiff::Differentiable`], and their tangents, [`Flat`](super::Flat).
///
/// ```ignore
/// flat_enums! {
///     f64: Shape => ShapeTangent { Circle { r: r }, Rect { 0: a, 1: b } };
/// }
/// ```
///
/// The variants and fields listed are those that have a derivative; the others stay as they are. An enum has
/// the coordinates of all its variants: those of the ones that it is not in are zero, and stay so.
macro_rules! flat_enums {
    ($($scalar:ident: $name:ty => $tangent:ty {
        $($variant:ident { $($field:tt: $bound:ident),* $(,)? }),* $(,)?
    };)*) => {$(
        #[allow(unused_variables, irrefutable_let_patterns)]
        const _: () = {
            use $crate::harness::Flat;

            type Primal = $name;
            type Tangent = $tangent;
            type Source<'a> = &'a mut dyn Iterator<Item = f64>;

            impl Flat for Primal {
                type Tangent = Tangent;

                const SINGLE: bool = <$scalar as Flat>::SINGLE;

                fn visit(&self, path: &str, coordinates: &mut Vec<(String, f64)>) {
                    let absent = Tangent::default();
                    $(
                        let path_of = |field: &str| {
                            format!("{path}.{}.{field}", stringify!($variant))
                        };
                        if let Primal::$variant { $($field: $bound,)* .. } = self {
                            $($bound.visit(&path_of(stringify!($field)), coordinates);)*
                        } else {
                            $(absent.$variant.$field.visit(&path_of(stringify!($field)), coordinates);)*
                        }
                    )*
                }

                fn rebuild(&self, source: Source<'_>) -> Self {
                    let absent = Tangent::default();
                    let mut copy = Clone::clone(self);
                    $(
                        if let Primal::$variant { $($field: $bound,)* .. } = &mut copy {
                            $(*$bound = $bound.rebuild(source);)*
                        } else {
                            $(_ = absent.$variant.$field.rebuild(source);)*
                        }
                    )*
                    copy
                }

                fn tangent(&self, source: Source<'_>) -> Tangent {
                    let absent = Tangent::default();
                    let mut tangent = Tangent::default();
                    $(
                        if let Primal::$variant { $($field: $bound,)* .. } = self {
                            $(tangent.$variant.$field = $bound.tangent(source);)*
                        } else {
                            $(_ = absent.$variant.$field.rebuild(source);)*
                        }
                    )*
                    tangent
                }
            }

            impl Flat for Tangent {
                type Tangent = Self;

                const SINGLE: bool = <$scalar as Flat>::SINGLE;

                fn visit(&self, path: &str, coordinates: &mut Vec<(String, f64)>) {
                    $($(self.$variant.$field.visit(
                        &format!("{path}.{}.{}", stringify!($variant), stringify!($field)),
                        coordinates,
                    );)*)*
                }

                fn rebuild(&self, source: Source<'_>) -> Self {
                    let mut copy = Clone::clone(self);
                    $($(copy.$variant.$field = self.$variant.$field.rebuild(source);)*)*
                    copy
                }

                fn tangent(&self, source: Source<'_>) -> Self {
                    self.rebuild(source)
                }
            }
        };
    )*};
}

pub(crate) use flat_enums;
