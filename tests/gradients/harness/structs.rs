//! Structs as points, and their tangents.

/// Makes structs that derive [`autodiff::Differentiable`], and their tangents, [`Flat`](super::Flat).
///
/// ```ignore
/// flat_structs! {
///     f64: Line => LineTangent { slope, intercept };
///     f32: Pair<f32> => PairTangent<f32> { 0, 1 };
/// }
/// ```
///
/// The fields listed are those that have a derivative; the others stay as they are.
macro_rules! flat_structs {
    ($($scalar:ident: $name:ty => $tangent:ty { $($field:tt),* };)*) => {$(
        #[allow(unused_variables, reason = "there may be no fields that have a derivative")]
        const _: () = {
            use $crate::harness::Flat;

            type Primal = $name;
            type Tangent = $tangent;
            type Source<'a> = &'a mut dyn Iterator<Item = f64>;

            impl Flat for Primal {
                type Tangent = Tangent;

                const SINGLE: bool = <$scalar as Flat>::SINGLE;

                fn visit(&self, path: &str, coordinates: &mut Vec<(String, f64)>) {
                    $(self.$field.visit(
                        &format!("{path}.{}", stringify!($field)),
                        coordinates,
                    );)*
                }

                fn rebuild(&self, source: Source<'_>) -> Self {
                    Self { $($field: self.$field.rebuild(source),)* ..Clone::clone(self) }
                }

                fn tangent(&self, source: Source<'_>) -> Tangent {
                    Tangent { $($field: self.$field.tangent(source),)* ..Default::default() }
                }
            }

            impl Flat for Tangent {
                type Tangent = Self;

                const SINGLE: bool = <$scalar as Flat>::SINGLE;

                fn visit(&self, path: &str, coordinates: &mut Vec<(String, f64)>) {
                    $(self.$field.visit(
                        &format!("{path}.{}", stringify!($field)),
                        coordinates,
                    );)*
                }

                fn rebuild(&self, source: Source<'_>) -> Self {
                    Self { $($field: self.$field.rebuild(source),)* ..Clone::clone(self) }
                }

                fn tangent(&self, source: Source<'_>) -> Self {
                    self.rebuild(source)
                }
            }
        };
    )*};
}

pub(crate) use flat_structs;
