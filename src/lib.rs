//! Automatic differentiation for stable Rust, as an attribute.
//!
//! `#[differentiate]` reads an ordinary function and writes its derivatives beside it, as ordinary
//! Rust, at compile time. The function itself is left as it is.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn rosenbrock(x: f64, y: f64) -> f64 {
//!     (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
//! }
//!
//! assert_eq!(rosenbrock(1.0, 2.0), 100.0);
//! assert_eq!(rosenbrock::grad(1.0, 2.0), (-400.0, 200.0));
//! ```
//!
//! There is no tape, no tensor type and no graph at run time: `f64` stays `f64`, `&[f64]` stays
//! `&[f64]`, and what the backward sweep needs of the forward sweep is kept in locals. What cannot be
//! differentiated is a compile error at its own place that says what to write instead; there are no
//! silent zeros.
//!
//! - [What a function offers](#what-a-function-offers)
//! - [Parameters and gradients](#parameters-and-gradients)
//! - [Structs](#structs)
//! - [Enums](#enums)
//! - [Matrices of `nalgebra`](#matrices-of-nalgebra)
//! - [Functions that work in place](#functions-that-work-in-place)
//! - [Calls and recursion](#calls-and-recursion)
//! - [Holding a value constant](#holding-a-value-constant)
//! - [Derivatives of your own](#derivatives-of-your-own)
//! - [Options](#options)
//! - [What the body may contain](#what-the-body-may-contain)
//! - [Points without a derivative](#points-without-a-derivative)
//! - [Without `std`](#without-std)
//! - [Checking derivatives](mod@check) against differences
//! - [Coming from PyTorch](#coming-from-pytorch)
//! - [Coming from `std::autodiff`](std_compat): its attributes, on stable
//!
//! # What a function offers
//!
//! Beside the function `f` stands a type of the same name, never built, whose associated functions are
//! the derivatives. `use module::f` imports both. In calls, whatever is extra comes last.
//!
//! | call | when | gives |
//! | --- | --- | --- |
//! | [`f::grad(args)`](#grad-and-value_and_grad) | `f` returns one float `T` | the gradient `G` |
//! | [`f::value_and_grad(args)`](#grad-and-value_and_grad) | `f` returns one float `T` | `(T, G)` |
//! | [`f::vjp(args)`](#vjp-reverse-mode-in-two-halves) | always | `(R, pullback)`, where `pullback(seed)` gives `G` |
//! | [`f::jvp(args, tangent)`](#jvp-forward-mode) | always | `(R, R̄)` |
//! | [`f::grad_into(args, shadows)`](#grad_into-and-vjp_into-into-memory-of-yours) | `f` returns one float `T` | the value; adds the gradient to `shadows` |
//! | [`f::vjp_into(args, seed, shadows)`](#grad_into-and-vjp_into-into-memory-of-yours) | always | the same, for any seed |
//! | [`f::GRAPH`](#graph-the-computation-as-data) | always | the static computation [`Graph`] |
//! | [`f::BACKWARD`](#backward-the-generated-code) | under `#[differentiate(source)]` | the generated code as text |
//!
//! `R` is the type that `f` returns and `R̄` its gradient's, the type of seeds. `G` is the tuple of the
//! gradients of the parameters that are differentiated, in order; with exactly one it is bare. A
//! tangent has the type of `G`.
//!
//! ## `grad` and `value_and_grad`
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
//!     let mut sum = 0.0;
//!     for (a, b) in a.iter().zip(b) {
//!         sum += (a - b).powi(2);
//!     }
//!     sum
//! }
//!
//! let (a, b) = ([3.0, 4.0], [1.0, 0.0]);
//! let (a_bar, b_bar) = squared_distance::grad(&a, &b);
//! assert_eq!(a_bar, [4.0, 8.0]);
//! assert_eq!(b_bar, [-4.0, -8.0]);
//!
//! // The value comes out of the same forward sweep.
//! let (value, gradient) = squared_distance::value_and_grad(&a, &b);
//! assert_eq!((value, gradient), (20.0, (a_bar, b_bar)));
//! ```
//!
//! ## `vjp`: reverse mode in two halves
//!
//! The first half runs the function. The second, the *pullback*, takes the adjoint of the returned
//! value, called the *seed*, and gives the adjoints of the parameters. It is what a function that
//! returns several numbers has in the place of `grad`; with a unit vector as seed it gives one row of
//! the Jacobian.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn polar(x: f64, y: f64) -> (f64, f64) {
//!     (x.hypot(y), y.atan2(x))
//! }
//!
//! let ((radius, _), pullback) = polar::vjp(3.0, 4.0);
//! assert_eq!(radius, 5.0);
//! assert_eq!(pullback((1.0, 0.0)), (0.6, 0.8)); // of the radius alone
//!
//! #[differentiate]
//! fn squares(x: &[f64]) -> Vec<f64> {
//!     x.iter().map(|x| x * x).collect()
//! }
//!
//! let (values, pullback) = squares::vjp(&[1.0, 2.0, 3.0]);
//! assert_eq!(values, [1.0, 4.0, 9.0]);
//! assert_eq!(pullback(vec![1.0, 1.0, 10.0]), [2.0, 4.0, 60.0]);
//! ```
//!
//! ## `jvp`: forward mode
//!
//! The value and its derivative in one direction. It keeps nothing, and is the cheaper mode where
//! there are fewer inputs than outputs.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn circle(angle: f64) -> [f64; 2] {
//!     [angle.cos(), angle.sin()]
//! }
//!
//! let (point, velocity) = circle::jvp(0.0, 2.0);
//! assert_eq!((point, velocity), ([1.0, 0.0], [0.0, 2.0]));
//! ```
//!
//! ## `jacobian`: every output by every input
//!
//! With the option `jacobian`, which needs the feature `ndarray`: one row for each number that the function
//! returns, one column for each number of the parameter, row by row for arrays in arrays; a tuple of
//! Jacobians for several parameters. It runs the function as often as there are columns, or rows if these
//! are fewer; `jacobian_fwd` and `jacobian_rev` insist on one or the other.
//!
#![cfg_attr(feature = "ndarray", doc = "```")]
#![cfg_attr(not(feature = "ndarray"), doc = "```ignore")]
//! use autodiff::differentiate;
//! use ndarray::array;
//!
//! #[differentiate(jacobian)]
//! fn polar(v: [f64; 2]) -> [f64; 2] {
//!     [v[0].hypot(v[1]), v[1].atan2(v[0])]
//! }
//!
//! let by_v = polar::jacobian([3.0, 4.0]);
//! assert_eq!(by_v, array![[0.6, 0.8], [-0.16, 0.12]]);
//! ```
//!
//! ## `hvp` and `hessian`: second derivatives
//!
//! With the option `hessian`, of a function that returns one number: `hvp` is the product of the Hessian and
//! a vector, which has the shape of the gradient, as has the product. It is the derivative of the gradient
//! in the direction of the vector: forward mode of reverse mode, and takes a few times as long as the
//! gradient. `hessian` is one number for one number, and otherwise an `Array2` with a row and a column for
//! each number of the parameters, in their order; it takes as many products as it has columns. The functions,
//! methods and operators that are called need the option too, whatever they return. With it, `f::grad(x)` may
//! stand in another function under the attribute of the same file, and is differentiated there. A method `loss`
//! gets `loss_hvp` and `loss_hessian`.
//!
#![cfg_attr(feature = "ndarray", doc = "```")]
#![cfg_attr(not(feature = "ndarray"), doc = "```ignore")]
//! use autodiff::differentiate;
//! use ndarray::array;
//!
//! #[differentiate(hessian)]
//! fn rosenbrock(x: f64, y: f64) -> f64 {
//!     (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
//! }
//!
//! assert_eq!(rosenbrock::hvp(1.0, 1.0, (1.0, 2.0)), (2.0, 0.0));
//! assert_eq!(rosenbrock::hessian(1.0, 1.0), array![[802.0, -400.0], [-400.0, 200.0]]);
//! ```
//!
//! ## `grad_into` and `vjp_into`: into memory of yours
//!
//! Both **add** to the gradients you pass, their *shadows*, so that gradients over a batch sum up by
//! themselves and a loop allocates nothing that the function itself does not. The shadow of a slice or
//! of a `Vec` is a `&mut [T]`, of a number a `&mut T`. Several shadows are a tuple.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate(wrt(slope, offset))]
//! fn error(slope: f64, offset: f64, x: f64, y: f64) -> f64 {
//!     (slope * x + offset - y).powi(2)
//! }
//!
//! let (mut slope, mut offset) = (0.0, 0.0);
//! for _ in 0..200 {
//!     let (mut slope_bar, mut offset_bar) = (0.0, 0.0);
//!     for (x, y) in [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)] {
//!         error::grad_into(slope, offset, x, y, (&mut slope_bar, &mut offset_bar));
//!     }
//!     slope -= 0.1 * slope_bar;
//!     offset -= 0.1 * offset_bar;
//! }
//! assert!((slope - 2.0).abs() < 1e-6 && (offset - 1.0).abs() < 1e-6);
//!
//! // `vjp_into` takes the seed before the shadows.
//! let (mut slope_bar, mut offset_bar) = (100.0, 100.0);
//! error::vjp_into(1.0, 0.0, 2.0, 1.0, 10.0, (&mut slope_bar, &mut offset_bar));
//! assert_eq!((slope_bar, offset_bar), (140.0, 120.0));
//! ```
//!
//! ## `GRAPH`: the computation as data
//!
//! A constant that costs nothing until it is looked at: every operation with its inputs, your name for
//! its result, its type, its place in the source and the rule of its derivative. It prints as a table,
//! as Graphviz text ([`Graph::to_dot`]) and as a picture ([`Graph::to_svg`]).
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn wave(x: f64, w: f64) -> f64 {
//!     let phase = x * w;
//!     phase.sin()
//! }
//!
//! let phase = wave::GRAPH.nodes().iter().find(|node| node.label() == Some("phase")).unwrap();
//! assert_eq!(phase.op(), "mul");
//! assert_eq!(phase.grad_fn(), Some("MulBackward"));
//! assert!(phase.requires_grad() && !phase.is_leaf());
//! assert!(wave::GRAPH.to_svg().starts_with("<svg"));
//! ```
//!
//! ## `BACKWARD`: the generated code
//!
//! One function that runs both sweeps: it returns the value, and adds the adjoints of the parameters to
//! their shadows, where those are wanted. Adjoints carry your names with `_bar` behind them.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate(source)]
//! fn wave(x: f64, w: f64) -> f64 {
//!     let phase = x * w;
//!     phase.sin()
//! }
//!
//! println!("{}", wave::BACKWARD);
//! assert!(wave::BACKWARD.contains("let phase_bar = result_bar * phase.cos();"));
//! ```
//!
//! # Parameters and gradients
//!
//! Every parameter of a differentiable type is differentiated, or those that
//! `#[differentiate(wrt(..))]` names. `T` is `f32`, `f64` or a type parameter bound by [`Float`].
//!
//! | parameter | its gradient and its tangent | its shadow |
//! | --- | --- | --- |
//! | `T` | `T` | `&mut T` |
//! | `[T; N]`, `&[T; N]`, `[[T; M]; N]`, … | the same array, owned | `&mut` of it |
//! | `&[T]`, `&Vec<T>`, `Vec<T>` | `Vec<T>` | `&mut [T]` |
//! | `&[[T; M]]`, `&[Vec<T>]`, `&Vec<Vec<T>>` | the same nesting in a `Vec` | `&mut` of its slice |
//! | `(A, B)` | the tuple of their gradients | `&mut` of it |
//! | `S`, `&S` under `#[derive(Differentiable)]` | `STangent` of a [struct](#structs) or an [enum](#enums) | `&mut` of it |
//! | `SMatrix<T, R, C>`, `Vector3<T>`, … of [`nalgebra`](#matrices-of-nalgebra), `&` of them | the same matrix, owned | `&mut` of it |
//! | `ArrayN<T>`, `&ArrayN<T>`, `ArrayViewN<T>` of [`ndarray`](arrays), N = 0…6 | `ArrayN<T>` | `&mut` of it |
//! | `&mut` of any of these | as without `&mut` | [read and written](#functions-that-work-in-place) |
//! | integers, `bool`, `char`, `&str`, ranges | none: constant | none |
//!
//! Generics and const generics are kept:
//!
//! ```
//! use autodiff::{Float, differentiate};
//!
//! #[differentiate]
//! fn quadratic_form<T: Float, const N: usize>(a: &[[T; N]; N], x: [T; N]) -> T {
//!     let mut sum = T::zero();
//!     for i in 0..N {
//!         for j in 0..N {
//!             sum += x[i] * a[i][j] * x[j];
//!         }
//!     }
//!     sum
//! }
//!
//! let a = [[2.0_f32, 1.0], [0.0, 3.0]];
//! let (a_bar, x_bar) = quadratic_form::grad(&a, [1.0, 2.0]);
//! assert_eq!(a_bar, [[1.0, 2.0], [2.0, 4.0]]);
//! assert_eq!(x_bar, [6.0, 13.0]);
//! ```
//!
//! # Structs
//!
//! `#[derive(Differentiable)]` on `Model` declares `ModelTangent`, a struct of the gradients of those
//! fields that have one. Integers, `bool`, strings, `Option`s and what is marked
//! `#[differentiable(constant)]` are left out. Structs are made, read, changed, taken apart, returned and
//! passed on as in any function.
//!
//! ```
//! use autodiff::{Differentiable, differentiate};
//!
//! #[derive(Differentiable)]
//! struct Model {
//!     weights: Vec<f64>,
//!     bias: f64,
//!     degree: i32,
//! }
//!
//! #[differentiate(wrt(model))]
//! fn loss(model: &Model, x: f64, y: f64) -> f64 {
//!     let sum: f64 = model.weights.iter().map(|w| w * x.powi(model.degree)).sum();
//!     (sum + model.bias - y).powi(2)
//! }
//!
//! let mut model = Model { weights: vec![1.0, 2.0], bias: 0.5, degree: 2 };
//! let gradient = loss::grad(&model, 1.0, 4.0);
//! assert_eq!(gradient, ModelTangent { weights: vec![-1.0, -1.0], bias: -1.0 });
//!
//! // Tangents are added and scaled. The empty `Vec`s of the default are zeros of any length.
//! let total = ModelTangent::default() + gradient.clone() * 0.5 + gradient;
//! assert_eq!(total.weights, [-1.5, -1.5]);
//!
//! // As a shadow, a tangent is made to the shape of its primal.
//! let mut shadow = model.zero_tangent();
//! loss::grad_into(&model, 1.0, 4.0, &mut shadow);
//! loss::grad_into(&model, 1.0, 4.0, &mut shadow);
//! model.bias -= 0.25 * shadow.bias;
//! assert_eq!(model.bias, 1.0);
//! ```
//!
//! A struct that is returned has its tangent as seed; one behind `&mut` is differentiated
//! [in place](#functions-that-work-in-place). Fields may be structs themselves, and structs generic:
//!
//! ```
//! use autodiff::{Differentiable, Float, differentiate};
//!
//! #[derive(Differentiable, Clone, Copy)]
//! struct Complex<T: Float>(T, T);
//!
//! #[derive(Differentiable, Clone, Copy)]
//! struct Orbit {
//!     z: Complex<f64>,
//!     steps: usize,
//! }
//!
//! #[differentiate]
//! fn square<T: Float>(z: Complex<T>) -> Complex<T> {
//!     let Complex(re, im) = z;
//!     Complex(re * re - im * im, re * im + im * re)
//! }
//!
//! #[differentiate]
//! fn iterate(mut orbit: Orbit, c: f64) -> Orbit {
//!     for _ in 0..orbit.steps {
//!         let z = square(orbit.z);
//!         orbit = Orbit { z: Complex(z.0 + c, z.1), ..orbit };
//!     }
//!     orbit
//! }
//!
//! let orbit = Orbit { z: Complex(0.0, 1.0), steps: 1 };
//! let (end, pullback) = iterate::vjp(orbit, 0.5);
//! assert_eq!((end.z.0, end.z.1), (-0.5, 0.0));
//! let (bar, c_bar) = pullback(OrbitTangent { z: ComplexTangent(1.0, 10.0) });
//! assert_eq!((bar.z, c_bar), (ComplexTangent(20.0, -2.0), 1.0));
//! ```
//!
//! The attribute reads the types of the fields in the file that it stands in. Of a struct that is
//! declared elsewhere it knows nothing, and rustc finds the derivatives by type: they are the same, if a
//! little slower to compile.
//!
//! # Enums
//!
//! `#[derive(Differentiable)]` on an enum `Shape` declares `ShapeTangent`, a struct with a field for each
//! variant that holds something, under the variant's name: of the type `ShapeTangentCircle` for
//! `Shape::Circle`, with the fields of the variant that have a derivative. The gradient of a value is zero in
//! all variants but the one that the value is in. The derivative is that of the variant: which one it is
//! is a constant, as the condition of a branch is.
//!
//! ```
//! use autodiff::{Differentiable, differentiate};
//!
//! #[derive(Differentiable, Clone)]
//! enum Shape {
//!     Circle { r: f64 },
//!     Rect(f64, f64),
//!     Point,
//! }
//!
//! #[differentiate]
//! fn area(shape: &Shape, scale: f64) -> f64 {
//!     match shape {
//!         Shape::Circle { r } => scale * r * r,
//!         Shape::Rect(a, b) => scale * a * b,
//!         Shape::Point => 0.0,
//!     }
//! }
//!
//! let (bar, scale_bar) = area::grad(&Shape::Rect(3.0, 4.0), 2.0);
//! assert_eq!((bar.Rect.0, bar.Rect.1, scale_bar), (8.0, 6.0, 12.0));
//! assert_eq!(bar.Circle, ShapeTangentCircle { r: 0.0 });
//!
//! // Values are made in the body, changed in place, returned, and held in structs and sequences.
//! #[differentiate]
//! fn grown(shapes: &[Shape], by: f64) -> Vec<Shape> {
//!     let mut all = shapes.to_vec();
//!     for shape in all.iter_mut() {
//!         match shape {
//!             Shape::Circle { r } => *r *= by,
//!             Shape::Rect(a, _) if *a > 1.0 => *a += by * by,
//!             other => *other = Shape::Circle { r: by },
//!         }
//!     }
//!     all
//! }
//!
//! let shapes = [Shape::Circle { r: 2.0 }, Shape::Point];
//! let (_, pullback) = grown::vjp(&shapes, 3.0);
//! let circle = |r| ShapeTangent { Circle: ShapeTangentCircle { r }, ..ShapeTangent::default() };
//! let (bars, by_bar) = pullback(vec![circle(1.0), circle(10.0)]);
//! assert_eq!((bars[0].Circle.r, by_bar), (3.0, 12.0));
//! assert_eq!(bars[1], ShapeTangent::default());
//! ```
//!
//! An enum may be generic, and hold structs, other enums, and its own kind in a `Vec`. One without numbers
//! is a constant and needs no derive. What is said of structs that other files declare holds for enums as
//! well; their variants are then named with the enum before them, `Shape::Circle`.
//!
//! # Matrices of `nalgebra`
//!
//! With the feature `nalgebra`, its matrices and vectors of fixed size are differentiated like structs, and
//! are their own gradients: as parameters, results, elements of sequences, and fields.
//!
//! ```
//! use autodiff::differentiate;
//! use nalgebra::{Matrix2, Vector2, Vector3};
//!
//! #[differentiate]
//! fn energy(stiffness: &Matrix2<f64>, stretch: Vector2<f64>) -> f64 {
//!     0.5 * stretch.dot(&(stiffness * stretch))
//! }
//!
//! let (stiffness, stretch) = (Matrix2::new(2.0, 1.0, 1.0, 3.0), Vector2::new(1.0, 2.0));
//! let (stiffness_bar, force) = energy::grad(&stiffness, stretch);
//! assert_eq!(force, stiffness * stretch);
//! assert_eq!(stiffness_bar, 0.5 * stretch * stretch.transpose());
//!
//! #[differentiate]
//! fn project(point: &Vector3<f64>, focal: f64) -> Vector2<f64> {
//!     let mut pixel = Vector2::new(point.x, point.y) * (focal / point.z);
//!     pixel[1] *= -1.0;
//!     pixel
//! }
//!
//! let (_, velocity) = project::jvp(&Vector3::new(1.0, 2.0, 4.0), 2.0, (Vector3::x(), 0.0));
//! assert_eq!(velocity, Vector2::new(0.5, 0.0));
//! ```
//!
//! | of matrices | with a derivative |
//! | --- | --- |
//! | operators | `+`, `-`, `*` between matrices and with numbers, `/` by numbers, owned or borrowed, and `+=` and its like |
//! | entries | `v[i]`, `m[(i, j)]`, `v.x`, `m.m12`, read and written; `iter`, `iter_mut`, `fill`, `swap`, `len` |
//! | numbers | `dot`, `tr_dot`, `perp`, `norm`, `norm_squared`, `magnitude`, `magnitude_squared`, `metric_distance`, `sum`, `mean`, `trace`, `determinant` |
//! | closures | `map`, `zip_map` and `fold`, of entries of the matrix's own type |
//! | matrices | `transpose`, `adjoint`, `tr_mul`, `try_inverse` with `unwrap` or `expect`, `normalize`, `cross`, `cross_matrix`, `component_mul`, `component_div`, `scale`, `unscale`, `add_scalar`, `diagonal`, `symmetric_part`, `into_owned`, `clone_owned` |
//! | constructors | `new` of vectors up to six and of matrices up to four by four; `repeat`, `from_element`, `from_diagonal_element`; `from_diagonal`, `from_columns` and `from_rows` of references |
//!
//! Whatever is constant is free, `identity()` and `zeros()` among it. The norm at the zero vector has no
//! derivative: what comes out is NaN, as in JAX. Generic functions take `T: Float + nalgebra::RealField`,
//! and any number of rows and columns.
//!
//! # Functions that work in place
//!
//! The shadow of a `&mut` parameter goes both ways. On the call it holds the adjoint of what stands in
//! the parameter when the function returns; afterwards it holds the adjoint of what stood there when
//! the function was entered. Everything else is added to, as ever.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn decay(u: &mut [f64], dt: f64) {
//!     for v in u.iter_mut() {
//!         *v *= 1.0 - dt;
//!     }
//! }
//!
//! let mut u = [1.0, 2.0];
//! let (mut u_bar, mut dt_bar) = ([1.0, 1.0], 0.0);
//! decay::vjp_into(&mut u, 0.25, (), (&mut u_bar, &mut dt_bar)); // returns nothing: its seed is `()`
//! assert_eq!(u, [0.75, 1.5]);
//! assert_eq!((u_bar, dt_bar), ([0.75, 0.75], -3.0));
//!
//! // Differentiated functions may call it.
//! #[differentiate]
//! fn energy_after(start: &[f64], dt: f64, steps: usize) -> f64 {
//!     let mut u = start.to_vec();
//!     for _ in 0..steps {
//!         decay(&mut u, dt);
//!     }
//!     u.iter().map(|v| v * v).sum()
//! }
//!
//! assert_eq!(energy_after::grad(&[1.0, 2.0], 0.5, 1), (vec![0.5, 1.0], -5.0));
//! ```
//!
//! # Calls and recursion
//!
//! A differentiated function may call others that carry the attribute, by any path, and itself. It may
//! call anything else with arguments that are constant. Closures and functions declared in the body are
//! inlined and need no attribute.
//!
//! ```
//! mod activation {
//!     #[autodiff::differentiate]
//!     pub fn logistic(x: f64) -> f64 {
//!         1.0 / (1.0 + (-x).exp())
//!     }
//! }
//!
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn neuron(w: &[f64], x: &[f64]) -> f64 {
//!     let weigh = |i: usize| w[i] * x[i];
//!     let sum: f64 = (0..w.len()).map(|i| weigh(i)).sum();
//!     activation::logistic(sum)
//! }
//!
//! let (w_bar, x_bar) = neuron::grad(&[2.0, -1.0], &[1.0, 2.0]);
//! assert_eq!((w_bar, x_bar), (vec![0.25, 0.5], vec![0.5, -0.25]));
//!
//! #[differentiate]
//! fn power(x: f64, n: u32) -> f64 {
//!     if n == 0 { 1.0 } else { x * power(x, n - 1) }
//! }
//!
//! assert_eq!(power::value_and_grad(2.0, 5), (32.0, 80.0));
//! ```
//!
//! Functions that call one another in turn need `#[differentiate(checkpoint)]` on one of them: each
//! keeps the pullback of the other, and types that contain one another have no size.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn even(x: f64, n: u32) -> f64 {
//!     if n == 0 { x } else { x * odd(x, n - 1) }
//! }
//!
//! #[differentiate(checkpoint)]
//! fn odd(x: f64, n: u32) -> f64 {
//!     if n == 0 { 1.0 } else { x + even(x, n - 1) }
//! }
//!
//! assert_eq!(even::value_and_grad(2.0, 2), (8.0, 8.0)); // x (x + x)
//! ```
//!
//! # Holding a value constant
//!
//! [`stop_gradient`] gives its argument, through which no derivative passes:
//!
//! ```
//! use autodiff::{differentiate, stop_gradient};
//!
//! #[differentiate]
//! fn f(x: f64) -> f64 {
//!     x * stop_gradient(x)
//! }
//!
//! assert_eq!(f::grad(3.0), 3.0); // not 6
//! ```
//!
//! # Derivatives of your own
//!
//! `vjp = path` names a function that takes the same arguments and returns what `f::vjp` would, and
//! takes the place of what would be generated: where a formula is more stable or cheaper, where the
//! body cannot be differentiated, or where the derivative is meant to be another. `jvp = path` is the
//! same for `f::jvp`; a function that returns one number can do without.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate(vjp = root_vjp)]
//! fn root(a: f64) -> f64 {
//!     let mut x = a;
//!     while (x * x - a).abs() > 1e-12 {
//!         x = 0.5 * (x + a / x);
//!     }
//!     x
//! }
//!
//! // By the implicit function theorem, and not through the iteration.
//! fn root_vjp(a: f64) -> (f64, impl FnOnce(f64) -> f64) {
//!     let x = root(a);
//!     (x, move |seed| seed / (2.0 * x))
//! }
//!
//! #[differentiate]
//! fn scaled(a: f64) -> f64 {
//!     3.0 * root(a)
//! }
//!
//! assert!((scaled::grad(4.0) - 0.75).abs() < 1e-12);
//! ```
//!
//! # Options
//!
//! They combine: `#[differentiate(wrt(w), source)]`.
//!
//! | option | effect |
//! | --- | --- |
//! | `wrt(x, w)` | differentiates with respect to these parameters alone |
//! | `vjp = path`, `jvp = path` | [derivatives of your own](#derivatives-of-your-own) |
//! | `source` | adds [`f::BACKWARD`](#backward-the-generated-code) |
//! | `jacobian` | adds [`f::jacobian`](#jacobian-every-output-by-every-input) |
//! | `hessian` | adds [`f::hvp` and `f::hessian`](#hvp-and-hessian-second-derivatives) |
//! | `simd` | computes derivatives, and the values beside them, in the [widest vectors of the machine](#wide-vectors) |
//! | `checkpoint` | keeps the arguments alone and runs the function again in the backward sweep |
//! | `crate = path` | where this crate is, if not at `::autodiff` |
//!
//! `checkpoint` trades time for memory in the functions that call this one. In a long loop, it keeps of
//! each step what the step was given and nothing of its inside:
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate(checkpoint)]
//! fn step(x: f64, rate: f64) -> f64 {
//!     let y = rate * x * (1.0 - x);
//!     y * y.sin().exp()
//! }
//!
//! #[differentiate]
//! fn trajectory(start: f64, rate: f64, steps: usize) -> f64 {
//!     let mut x = start;
//!     for _ in 0..steps {
//!         x = step(x, rate);
//!     }
//!     x
//! }
//!
//! let (_, (start_bar, rate_bar)) = trajectory::value_and_grad(0.3, 1.5, 20);
//! let (_, slope) = trajectory::jvp(0.3, 1.5, 20, (1.0, 1.0));
//! assert!((start_bar + rate_bar - slope).abs() < 1e-12);
//! ```
//!
//! A dependency that your `Cargo.toml` renames, as in `ad = { package = "autodiff", .. }`, is found by
//! itself. `crate = path` is for a name that stands elsewhere, such as a re-export or a renaming in the
//! workspace's manifest:
//!
//! ```
//! use autodiff as ad;
//!
//! #[ad::differentiate(crate = ad)]
//! fn cube(x: f64) -> f64 {
//!     x * x * x
//! }
//!
//! assert_eq!(cube::grad(2.0), 12.0);
//! ```
//!
//! # Wide vectors
//!
//! A program is compiled for machines of its kind of twenty years ago, unless it is told otherwise, and the
//! standard library's `exp` is a call for each number. Under the option `simd`, generated code is compiled for
//! AVX2 and for AVX-512 too, and the widest that the machine has is chosen at run time; sums of loops are taken
//! in eight lanes; and the elementary functions of [`simd`] stand for the methods of the same names, which the
//! compiler can turn into vector code. (Those are `exp`, `exp2`, `exp_m1`, `ln`, `ln_1p`, `log2`, `log10`,
//! `tanh`, `sinh` and `cosh`.)
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate(simd, wrt(weights))]
//! fn loss(weights: &[f64], data: &[f64]) -> f64 {
//!     let mut sum = 0.0;
//!     for i in 0..data.len() {
//!         sum += (weights[i] * data[i]).tanh();
//!     }
//!     sum
//! }
//!
//! let (weights, data) = (vec![0.5; 100], vec![0.1; 100]);
//! let (value, weights_bar) = loss::value_and_grad(&weights, &data);
//! assert!((value - loss(&weights, &data)).abs() < 1e-12);
//! assert!((weights_bar[0] - 0.1 * (1.0 - 0.05_f64.tanh().powi(2))).abs() < 1e-15);
//! ```
//!
//! It pays in loops over slices and arrays of some length. The price: a value that comes with a derivative is
//! that of the function up to rounding, not to the bit; and each loop is there three times in the program. The
//! function itself stays as it is. Where it is to be as fast, write `simd::tanh(x)` for `x.tanh()`, and call it
//! within [`simd::dispatch`].
//!
//! # Checkpointed loops
//!
//! For its backward sweep a loop keeps what each iteration needs. `#[checkpoint(..)]` on a `for`, `while` or
//! `loop` keeps the state at the beginning of some iterations alone, what the loop carries and the memory
//! that it changes, and runs the others again. Values and derivatives are the same; forward mode takes no
//! notice.
//!
//! | attribute | keeps | runs the body |
//! | --- | --- | --- |
//! | `#[checkpoint(every = K)]` | the state of every `K`th iteration, and all of `K` iterations at a time | twice |
//! | `#[checkpoint(snapshots = S)]` | `S` states at most | as often as the binomial schedule of Griewank and Walther needs: with 30 snapshots, a million steps run five or six times each |
//!
//! The number may be computed, of what is known before the loop:
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate(wrt(start))]
//! fn pendulum(start: [f64; 2], steps: usize) -> f64 {
//!     let mut state = start;
//!     #[checkpoint(every = steps.isqrt())]
//!     for _ in 0..steps {
//!         state[1] -= 0.01 * state[0].sin();
//!         state[0] += 0.01 * state[1];
//!     }
//!     state[0]
//! }
//!
//! #[differentiate(wrt(start))]
//! fn with_little_memory(start: [f64; 2], steps: usize) -> f64 {
//!     let mut state = start;
//!     #[checkpoint(snapshots = 8)]
//!     for _ in 0..steps {
//!         state[1] -= 0.01 * state[0].sin();
//!         state[0] += 0.01 * state[1];
//!     }
//!     state[0]
//! }
//!
//! let start = [0.5, 0.0];
//! assert_eq!(pendulum::grad(start, 1000), with_little_memory::grad(start, 1000));
//! ```
//!
//! rustc knows no such attribute: it is taken off the function that comes out, which otherwise is left token
//! for token, and where the number is computed, `let _ = || -> usize { number };` stands before the loop.
//!
//! # What the body may contain
//!
//! - **Bindings**: `let` with patterns, shadowing, `mut`, and without a value; assignment, compound and
//!   destructuring assignment; local type aliases, constants and functions.
//! - **Control flow**: `if`, `if let`, `match` with guards, `for`, `while`, `loop` with `break value`,
//!   `continue`, labels, early `return`.
//! - **Iterators**: ranges with `rev` and `step_by`, and without an end where something else ends them;
//!   `iter`, `iter_mut`, `into_iter`, `chunks`, `chunks_exact` (and `_mut`) and `windows` of arrays,
//!   slices and `Vec`s, `once` and `repeat`; on them `zip`, `chain`, `map`, `filter`, `filter_map`,
//!   `flat_map`, `flatten`, `enumerate`, `rev`, `skip`, `take`, `step_by`, `skip_while`, `take_while`,
//!   `map_while`, `scan`, `inspect`, `copied` and `cloned`; at their ends `sum`, `product`, `fold`,
//!   `reduce`, `for_each`, `collect`, `unzip`, `partition`, `max_by`, `min_by`, `last`, `nth`, `find`,
//!   `find_map`, `position`, `count`, `any` and `all`. All of them are loops: nothing is allocated but by
//!   `collect`, `unzip` and `partition`.
//! - **Data**: indexing, slicing and nested indexing; tuples; arrays; structs, their literals with
//!   `..base`, fields and patterns; enums, their variants and patterns; `Vec::new`, `with_capacity`,
//!   `push`, `pop`, `insert`, `remove`, `swap_remove`, `truncate`, `resize`, `clear`, `extend`, `vec![]`,
//!   `clone`, `to_vec`, `len`, `swap`, `fill`, `copy_from_slice`, `split_at_mut`, `reverse`,
//!   `rotate_left` and `rotate_right`, `first`, `last`, `split_first`, `split_last` and `get`, `map` of
//!   arrays, `std::mem::swap` and `replace`; casts.
//! - **References** that move within a sequence: `best = candidate`, `rest = &rest[1..]`.
//! - **`Option`s** that the body makes: `Some`, `None`, patterns of them, and `unwrap`, `unwrap_or`, `map`,
//!   `map_or`, `and_then`, `filter`, `or`, `zip`, `copied`, `is_some` and their kin; `then` of a `bool`.
//! - **Mathematics**: the operators, and every method of `f32` and `f64` in std that has a derivative,
//!   as method (`x.sin()`) or as function (`f64::sin(x)`); `std::f64::consts`. Those of [`simd`], and of `libm`
//!   under the feature of that name, and of `num_traits` those that are the same.
//! - **Macros**: `vec!`, the `assert!` and `print!` families, `dbg!`, `format!`, `panic!`,
//!   `unreachable!`, `matches!`. What is printed is printed once.
//! - **Integers and text** made of floats, as by `as usize` or `format!`, are constants, as the steps of
//!   `floor` are.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn newton(coefficients: &[f64], start: f64) -> f64 {
//!     assert!(!coefficients.is_empty());
//!     let mut x = start;
//!     for _ in 0..50 {
//!         let (mut value, mut slope) = (0.0, 0.0);
//!         for c in coefficients.iter().rev() {
//!             slope = slope * x + value;
//!             value = value * x + c;
//!         }
//!         if value.abs() < 1e-14 {
//!             break;
//!         }
//!         x -= value / slope;
//!     }
//!     x
//! }
//!
//! // The root of x² - 2 moves by -1 / (2 √2) for each unit of the constant term.
//! let (root, (bar, _)) = newton::value_and_grad(&[-2.0, 0.0, 1.0], 1.0);
//! assert!((root - 2.0_f64.sqrt()).abs() < 1e-14);
//! assert!((bar[0] + 1.0 / 8.0_f64.sqrt()).abs() < 1e-12);
//! ```
//!
//! What is refused has a code: [`errors`] lists them. `LIMITATIONS.md`, at the root of the repository,
//! lists what is not supported.
//!
//! # Points without a derivative
//!
//! The convention is JAX's: [`conventions`] has the table. In short, `abs` has derivative 1 at zero,
//! `max` and `min` of equals give half to each, `clamp` passes nothing at its ends, `sqrt` has an
//! infinite derivative at zero, and functions with jumps have derivative zero everywhere. Through an
//! `if`, the derivative is that of the branch taken.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn larger(a: f64, b: f64) -> f64 {
//!     a.max(b)
//! }
//!
//! assert_eq!(larger::grad(1.0, 1.0), (0.5, 0.5));
//! ```
//!
//! # Without `std`
//!
//! `default-features = false, features = ["libm"]` is for crates under `#![no_std]`. Derivatives of numbers,
//! arrays and structs of them then need neither `std` nor a heap; the feature `alloc` adds `Vec`s, slices
//! and loops of any length. The graph is there as data, and with `alloc` as a table and as Graphviz text.
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `std` (default) | [`Graph::to_svg`], [`check`](mod@check), and the mathematical functions of `std` |
//! | `alloc` (in `std`) | `Vec`s, slices, and loops whose records have no constant number; [`Graph::to_dot`] |
//! | `libm` | the mathematical functions where there is no `std`; calls as `libm::sin(x)`, with `std` too |
//! | `nalgebra` | the [matrices of `nalgebra`](#matrices-of-nalgebra), without `std` too |
//! | `ndarray` (default) | the [arrays of `ndarray`](arrays), which need `alloc` |
//! | `linalg` | linear systems, inverses, Cholesky's factor and determinants of such arrays, by `faer` |
//! | `nn` | what networks are made of, as functions of such arrays: convolutions, attention, losses, … |
//!
//! The function calls `sin` and its like as it would without the attribute: as methods of
//! `num_traits::Float`, or by path, as functions of `libm`. Its derivatives call what it calls, so that
//! values are the same bits.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn wave<const N: usize>(x: [f64; N], decay: f64) -> f64 {
//!     let mut sum = 0.0;
//!     for x in x {
//!         sum = decay * sum + libm::sin(x);
//!     }
//!     sum
//! }
//!
//! let (x_bar, decay_bar) = wave::grad([0.0, 0.0], 0.5);
//! assert_eq!((x_bar, decay_bar), ([0.5, 1.0], 0.0));
//! ```
//!
//! # Coming from PyTorch
//!
//! There are no tensors that remember where they came from: a function is differentiated, not a value.
//!
//! | PyTorch | here |
//! | --- | --- |
//! | `x.requires_grad_()` | `x` is a float, or holds floats; or `wrt(x)` picks it |
//! | a tensor without `requires_grad` | a parameter that `wrt(..)` does not name |
//! | `y.backward()`, then `x.grad` | `f::grad(x)` |
//! | `y.backward(gradient=g)` | `let (y, pullback) = f::vjp(x);` and `pullback(g)` |
//! | `.grad` adds up over calls | `f::grad_into(x, &mut x_bar)` |
//! | `optimizer.zero_grad()` | `x_bar.fill(0.0)` |
//! | `torch.autograd.grad(y, x)` | `f::grad(x)`, `f::value_and_grad(x)` |
//! | `torch.func.vjp`, `torch.func.jvp` | `f::vjp`, `f::jvp` |
//! | `x.detach()` | [`stop_gradient`]`(x)` |
//! | `with torch.no_grad():` | call `f` itself |
//! | `torch.autograd.Function` | `#[differentiate(vjp = path)]` |
//! | `torch.utils.checkpoint` | `#[differentiate(checkpoint)]` |
//! | `retain_graph=True` | call `f::vjp` again: a pullback is called once |
//! | an in-place operation, `x.mul_(2)` | `*x *= 2.0`, differentiated as written |
//! | `y.grad_fn` | [`Node::grad_fn`] in `f::GRAPH` |
//! | `gradcheck` | [`check!`]`(f(x))`, which compares both modes with differences; see [`check`](mod@check) |
//!
//! The example that opens PyTorch's tutorial: `Q = 3a³ - b²`, seeded by ones.
//!
//! ```
//! use autodiff::differentiate;
//!
//! #[differentiate]
//! fn q(a: &[f64], b: &[f64]) -> Vec<f64> {
//!     a.iter().zip(b).map(|(a, b)| 3.0 * a.powi(3) - b.powi(2)).collect()
//! }
//!
//! let (a, b) = ([2.0, 3.0], [6.0, 4.0]);
//! let (_, pullback) = q::vjp(&a, &b);
//! let (a_bar, b_bar) = pullback(vec![1.0, 1.0]);
//! assert_eq!(a_bar, [36.0, 81.0]); // 9a²
//! assert_eq!(b_bar, [-12.0, -8.0]); // -2b
//!
//! // Both modes and central differences agree.
//! let (a_dot, b_dot) = (vec![0.5, -1.0], vec![2.0, 0.25]);
//! let (_, q_dot) = q::jvp(&a, &b, (a_dot.clone(), b_dot.clone()));
//! let h = 1e-6;
//! let moved = |h: f64| {
//!     let step = |x: &[f64], dot: &[f64]| x.iter().zip(dot).map(|(x, d)| x + h * d).collect();
//!     let (a, b): (Vec<f64>, Vec<f64>) = (step(&a, &a_dot), step(&b, &b_dot));
//!     q(&a, &b)
//! };
//! for (i, (up, down)) in moved(h).iter().zip(moved(-h)).enumerate() {
//!     assert!(((up - down) / (2.0 * h) - q_dot[i]).abs() < 1e-6);
//! }
//! let inner = |x: &[f64], y: &[f64]| -> f64 { x.iter().zip(y).map(|(x, y)| x * y).sum() };
//! assert_eq!(inner(&a_bar, &a_dot) + inner(&b_bar, &b_dot), q_dot.iter().sum());
//! ```

#![forbid(unsafe_code)]
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "ndarray")]
pub use autodiff_macros::einsum;
pub use autodiff_macros::{Differentiable, differentiate};
#[cfg(feature = "std")]
pub use autodiff_runtime::check;
pub use autodiff_runtime::{
    Accumulate, Coordinates, CoordinatesMut, Differentiable, Float, Graph, Node, Segment, SetZero,
    Visitor, VisitorMut, stop_gradient,
};

#[cfg(feature = "linalg")]
pub use autodiff_runtime::linalg;
/// The crate whose arrays functions may take and give, and whose `Array2` a Jacobian is.
#[cfg(feature = "ndarray")]
pub use autodiff_runtime::ndarray;
#[cfg(feature = "nn")]
pub use autodiff_runtime::nn;
pub use autodiff_runtime::simd;

pub mod std_compat;

#[cfg(feature = "ndarray")]
#[doc = include_str!("../docs/arrays.md")]
pub mod arrays {}

#[doc = include_str!("../docs/conventions.md")]
pub mod conventions {}

#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[doc(hidden)]
pub use autodiff_runtime::private as __private;

/// Runs the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
