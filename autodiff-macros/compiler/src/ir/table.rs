//! Sets of values, and what is known of some values. Values are small numbers, and every pass asks at
//! every node: these are tables, not trees.

use super::Value;

/// A set of values.
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
        let contains = entry(&mut self.contains, value);
        let new = !*contains;
        *contains = true;
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

/// What is known of some values.
#[derive(Clone, Debug)]
pub struct ValueMap<T> {
    /// By value: one more than the index of what is known, 0 if that is nothing.
    places: Vec<u32>,
    known: Vec<T>,
}

impl<T> ValueMap<T> {
    /// Whether nothing is known of any value.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What is known of a value.
    pub fn get(&self, value: Value) -> Option<&T> {
        match self.places.get(value.index()) {
            None | Some(0) => None,
            Some(place) => Some(&self.known[*place as usize - 1]),
        }
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, value: Value) -> Option<&mut T> {
        match self.places.get(value.index()) {
            None | Some(0) => None,
            Some(place) => Some(&mut self.known[*place as usize - 1]),
        }
    }

    /// Whether anything is known of a value.
    pub fn contains(&self, value: Value) -> bool {
        self.get(value).is_some()
    }

    /// Replaces what is known of a value.
    pub fn insert(&mut self, value: Value, known: T) {
        let place = entry(&mut self.places, value);
        if *place == 0 {
            self.known.push(known);
            *place = number(self.known.len());
        } else {
            self.known[*place as usize - 1] = known;
        }
    }

    /// Forgets what is known of a value.
    pub fn remove(&mut self, value: Value) {
        if let Some(place) = self.places.get_mut(value.index()) {
            *place = 0;
        }
    }

    /// What is known of a value, the default if that was nothing.
    pub fn or_default(&mut self, value: Value) -> &mut T
    where
        T: Default,
    {
        let place = entry(&mut self.places, value);
        if *place == 0 {
            self.known.push(T::default());
            *place = number(self.known.len());
        }
        &mut self.known[*place as usize - 1]
    }
}

impl<T> Default for ValueMap<T> {
    fn default() -> Self {
        Self { places: Vec::new(), known: Vec::new() }
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).expect("no more than there are values")
}

/// The entry of a value in a table that grows as needed, by zeros all at once.
fn entry<T: Copy + Default>(table: &mut Vec<T>, value: Value) -> &mut T {
    let index = value.index();
    if index >= table.len() {
        let mut grown = vec![T::default(); (2 * index).max(64)];
        grown[..table.len()].copy_from_slice(table);
        *table = grown;
    }
    &mut table[index]
}
