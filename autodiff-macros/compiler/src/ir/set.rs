//! Sets of values.

use super::Value;

/// A set of values: one bit of knowledge for each entry of the table, asked for at every node.
#[derive(Clone, Debug, Default)]
pub struct ValueSet {
    contains: Vec<bool>,
    len: usize,
}

impl ValueSet {
    /// Whether the value is in the set.
    pub fn contains(&self, value: Value) -> bool {
        self.contains.get(value.index()) == Some(&true)
    }

    /// Adds a value; says whether it is new.
    pub fn insert(&mut self, value: Value) -> bool {
        let index = value.index();
        if index >= self.contains.len() {
            self.contains.resize(index + 1, false);
        }
        let new = !self.contains[index];
        self.contains[index] = true;
        self.len += usize::from(new);
        new
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The values that are in the other set too.
    pub fn intersection(mut self, other: &Self) -> Self {
        for (index, contains) in self.contains.iter_mut().enumerate() {
            *contains &= other.contains.get(index) == Some(&true);
        }
        self.len = self.contains.iter().filter(|contains| **contains).count();
        self
    }
}

impl Extend<Value> for ValueSet {
    fn extend<I: IntoIterator<Item = Value>>(&mut self, values: I) {
        for value in values {
            self.insert(value);
        }
    }
}

impl FromIterator<Value> for ValueSet {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        let mut set = Self::default();
        set.extend(values);
        set
    }
}
