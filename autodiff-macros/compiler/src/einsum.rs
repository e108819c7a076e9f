//! Sums of products of arrays by the names of their axes: `einsum!("ij,jk->ik", a, b)`.
//!
//! What two matrices or vectors are multiplied by is a product, and everything else loops; under the attribute it
//! is the same, so that values agree to the bit.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, LitStr, Token};

/// The most axes that an array of `ndarray` has a type for.
const MOST_AXES: usize = 6;

/// The arguments of the macro.
pub struct Einsum {
    /// Arrays in the order of `inputs`.
    pub operands: Vec<Expr>,
    /// The labels of each operand's axes.
    pub inputs: Vec<Vec<char>>,
    /// Those of the result's.
    pub output: Vec<char>,
}

/// A product of two operands, each of them transposed or not.
pub struct Product {
    /// The operands, the left factor first.
    pub order: [usize; 2],
    /// Whether each factor is.
    pub transposed: [bool; 2],
}

impl Parse for Einsum {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let spec: LitStr = input.parse()?;
        let mut operands = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if !input.is_empty() {
                operands.push(input.parse()?);
            }
        }
        let text: String = spec.value().chars().filter(|c| !c.is_whitespace()).collect();
        let refuse = |message: String| Err(syn::Error::new(spec.span(), message));
        let (inputs, output) = match text.split_once("->") {
            Some((inputs, output)) => (inputs.to_owned(), Some(output.to_owned())),
            None => (text, None),
        };
        let inputs: Vec<Vec<char>> = inputs.split(',').map(|part| part.chars().collect()).collect();
        let all = || inputs.iter().flatten().copied();
        // What stands once is an axis of the result, if nothing is said of it.
        let output: Vec<char> = match output {
            Some(output) => output.chars().collect(),
            None => {
                let mut count = BTreeMap::new();
                all().for_each(|label| *count.entry(label).or_insert(0) += 1);
                count.into_iter().filter(|(_, n)| *n == 1).map(|(label, _)| label).collect()
            }
        };
        if let Some(label) = all().chain(output.iter().copied()).find(|c| !c.is_ascii_alphabetic())
        {
            return refuse(format!("`{label}` is no label of an axis: these are letters"));
        }
        if inputs.len() != operands.len() {
            let (labels, given) = (inputs.len(), operands.len());
            return refuse(format!("there are labels of {labels} arrays, but {given} are given"));
        }
        if let Some(label) = output.iter().find(|label| !all().any(|other| other == **label)) {
            return refuse(format!("no array has an axis `{label}`, which the result is to have"));
        }
        if let Some(k) = (1..output.len()).find(|k| output[..*k].contains(&output[*k])) {
            return refuse(format!("the result is to have the axis `{}` twice", output[k]));
        }
        if output.len() > MOST_AXES || inputs.iter().any(|labels| labels.len() > MOST_AXES) {
            return refuse(format!("arrays have at most {MOST_AXES} axes here"));
        }
        Ok(Self { operands, inputs, output })
    }
}

impl Einsum {
    /// The labels that are summed over, in the order in which they come.
    pub fn summed(&self) -> Vec<char> {
        let mut summed = Vec::new();
        for label in self.inputs.iter().flatten() {
            if !self.output.contains(label) && !summed.contains(label) {
                summed.push(*label);
            }
        }
        summed
    }

    /// Where each label stands: the operands and their axes, the first one first.
    pub fn places(&self) -> BTreeMap<char, Vec<(usize, usize)>> {
        let mut places: BTreeMap<char, Vec<(usize, usize)>> = BTreeMap::new();
        for (k, labels) in self.inputs.iter().enumerate() {
            for (axis, label) in labels.iter().enumerate() {
                places.entry(*label).or_default().push((k, axis));
            }
        }
        places
    }

    /// The product that it is, if it is that of two matrices or vectors.
    pub fn product(&self) -> Option<Product> {
        let [a, b] = &self.inputs[..] else { return None };
        let [shared] = self.summed()[..] else { return None };
        let free = |labels: &[char]| -> Option<Vec<char>> {
            let of: Vec<char> = labels.iter().copied().filter(|label| *label != shared).collect();
            (of.len() + 1 == labels.len() && of.len() < 2).then_some(of)
        };
        let (left, right) = (free(a)?, free(b)?);
        let order = if [&left[..], &right].concat() == self.output {
            [0, 1]
        } else if [&right[..], &left].concat() == self.output {
            [1, 0]
        } else {
            return None;
        };
        let [first, second] = order.map(|k| &self.inputs[k]);
        let transposed =
            [first.len() == 2 && first[0] == shared, second.len() == 2 && second[1] == shared];
        Some(Product { order, transposed })
    }
}

/// The macro outside of differentiated functions.
pub fn expand(input: TokenStream) -> TokenStream {
    match syn::parse2::<Einsum>(input) {
        Ok(einsum) => einsum.expanded(),
        Err(error) => error.to_compile_error(),
    }
}

impl Einsum {
    fn expanded(&self) -> TokenStream {
        let names: Vec<Ident> = (0..self.operands.len()).map(|k| format_ident!("ad_{k}")).collect();
        let operands = &self.operands;
        let ranks = self.inputs.iter().map(Vec::len);
        let (mut lengths, mut seen, mut again) = (Vec::new(), Vec::new(), Vec::new());
        for (label, places) in self.places() {
            let length = length(label);
            let at: Vec<TokenStream> = places
                .iter()
                .map(|(k, axis)| {
                    let of = &names[*k];
                    quote!(#of.len_of(::autodiff::ndarray::Axis(#axis)))
                })
                .collect();
            let first = &at[0];
            lengths.push(quote!(let #length = #first;));
            seen.extend(at[1..].iter().map(|_| quote!(#length)));
            again.extend_from_slice(&at[1..]);
        }
        let body = match self.product() {
            Some(product) => self.as_product(&product, &names),
            None => self.as_loops(&names),
        };
        quote! {
            match (#(&(#operands),)*) {
                (#(#names,)*) => {
                    #(let #names = ::autodiff::__private::tensor::seen::<_, #ranks>(&#names.view());)*
                    #(#lengths)*
                    ::autodiff::__private::tensor::fit("einsum", &[#(#seen),*], &[#(#again),*]);
                    #body
                }
            }
        }
    }

    fn as_product(&self, product: &Product, names: &[Ident]) -> TokenStream {
        let [left, right] = [0, 1].map(|k| {
            let name = &names[product.order[k]];
            if product.transposed[k] { quote!(#name.t()) } else { quote!(#name) }
        });
        quote!(#left.dot(&#right))
    }

    fn as_loops(&self, names: &[Ident]) -> TokenStream {
        let factors = names.iter().zip(&self.inputs).map(|(name, labels)| {
            let index = labels.iter().map(|label| index(*label));
            quote!(#name[[#(#index),*]])
        });
        let product = factors.reduce(|a, b| quote!(#a * #b));
        let mut sum = quote!(ad_sum += #product;);
        for label in self.summed().iter().rev() {
            let (index, length) = (index(*label), length(*label));
            sum = quote!(for #index in 0..#length { #sum });
        }
        let first = &names[0];
        let sum = quote! {{
            let mut ad_sum = ::autodiff::__private::tensor::zero_in(&#first);
            #sum
            ad_sum
        }};
        let lengths: Vec<Ident> = self.output.iter().map(|label| length(*label)).collect();
        let indices: Vec<Ident> = self.output.iter().map(|label| index(*label)).collect();
        match (&lengths[..], &indices[..]) {
            ([], _) => sum,
            ([length], [index]) => {
                quote!(::autodiff::ndarray::Array::from_shape_fn(#length, |#index| #sum))
            }
            _ => quote! {
                ::autodiff::ndarray::Array::from_shape_fn((#(#lengths),*), |(#(#indices),*)| #sum)
            },
        }
    }
}

fn length(label: char) -> Ident {
    format_ident!("ad_length_{label}")
}

fn index(label: char) -> Ident {
    format_ident!("ad_index_{label}")
}
