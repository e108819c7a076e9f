//! The handwritten digits: reading, splitting and showing them.
//!
//! Where they come from and under which licence: `examples/data/README.md`.

use std::error::Error;
use std::io::Read;

use flate2::read::GzDecoder;

/// Pixels along one side of an image.
const SIDE: usize = 8;
/// Pixels of one image, stored row by row.
pub const PIXELS: usize = SIDE * SIDE;
/// The digits 0 to 9.
pub const CLASSES: usize = 10;

/// The value of a fully inked pixel in the file.
const INK: f64 = 16.0;

static COMPRESSED: &[u8] = include_bytes!("../data/digits.csv.gz");

/// Images, one after the other in one slice, and the digit each of them shows.
#[derive(Default)]
pub struct Digits {
    pub images: Vec<f64>,
    pub labels: Vec<usize>,
}

impl Digits {
    /// Reads all images, with pixels scaled to 0 (paper) to 1 (ink).
    pub fn load() -> Result<Self, Box<dyn Error>> {
        let mut text = String::new();
        GzDecoder::new(COMPRESSED).read_to_string(&mut text)?;

        let mut digits = Self::default();
        for line in text.lines() {
            let (pixels, label) = line.rsplit_once(',').ok_or("a line without a label")?;
            for pixel in pixels.split(',') {
                digits.images.push(pixel.parse::<f64>()? / INK);
            }
            digits.labels.push(label.parse()?);
        }
        Ok(digits)
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// The pixels of the image at `index`.
    pub fn image(&self, index: usize) -> &[f64] {
        &self.images[index * PIXELS..][..PIXELS]
    }

    /// Shuffles with a fixed seed and holds every `one_in`-th image back: `(training, held out)`.
    pub fn split(&self, one_in: usize, seed: u64) -> (Self, Self) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        shuffle(&mut order, seed);

        let (mut training, mut held_out) = (Self::default(), Self::default());
        for (position, &index) in order.iter().enumerate() {
            let part = if position % one_in == 0 { &mut held_out } else { &mut training };
            part.images.extend_from_slice(self.image(index));
            part.labels.push(self.labels[index]);
        }
        (training, held_out)
    }

    /// Slices of `size` images and their labels; the last one may be shorter.
    pub fn batches(&self, size: usize) -> impl Iterator<Item = (&[f64], &[usize])> {
        self.images.chunks(size * PIXELS).zip(self.labels.chunks(size))
    }
}

/// The `row`-th line of an image in block characters, two columns a pixel.
pub fn draw_row(image: &[f64], row: usize) -> String {
    const SHADES: [&str; 5] = ["  ", "░░", "▒▒", "▓▓", "██"];
    image[row * SIDE..][..SIDE].iter().map(|ink| SHADES[(ink * 4.0).round() as usize]).collect()
}

/// The rows of an image, for [`draw_row`].
pub fn rows() -> std::ops::Range<usize> {
    0..SIDE
}

/// Fisher and Yates' shuffle, drawing from the SplitMix64 generator.
fn shuffle(items: &mut [usize], seed: u64) {
    let mut state = seed;
    for last in (1..items.len()).rev() {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        items.swap(last, (bits % (last as u64 + 1)) as usize);
    }
}
