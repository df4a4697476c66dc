//! Ways to split a stream into chunks, as a network might deliver it. A decoder's output must not
//! depend on them.
//!
//! Every iterator yields chunkings: lists of chunks whose concatenation is the input.
//!
//! ```
//! use sse_harness::chunking::{each_byte, every_split, random, whole};
//!
//! let input = b"data: a\n\n";
//! for chunks in whole(input).chain(each_byte(input)).chain(every_split(input)).chain(random(input, 7).take(20)) {
//!     assert_eq!(chunks.concat(), input);
//! }
//! ```

use core::iter;

use crate::SplitMix64;

/// Yields the one chunking that does not split the input.
pub fn whole(input: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    iter::once(vec![input])
}

/// Yields the one chunking with one byte per chunk.
pub fn each_byte(input: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    iter::once(input.chunks(1).collect())
}

/// Yields each chunking into two chunks, including those with an empty first or last chunk.
pub fn every_split(input: &[u8]) -> impl Iterator<Item = Vec<&[u8]>> {
    (0..=input.len()).map(|at| vec![&input[..at], &input[at..]])
}

/// Yields an endless sequence of random chunkings. Most chunks are small, some are empty, and a few
/// are large.
pub fn random(input: &[u8], seed: u64) -> impl Iterator<Item = Vec<&[u8]>> {
    let mut random = SplitMix64::new(seed);
    iter::repeat_with(move || cut(input, &mut random))
}

fn cut<'i>(mut rest: &'i [u8], random: &mut SplitMix64) -> Vec<&'i [u8]> {
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(chunk_len(random).min(rest.len()));
        chunks.push(chunk);
        rest = after;
    }
    chunks
}

/// Returns up to 3 bytes half of the time, and up to 15 or up to 255 a quarter of the time each.
fn chunk_len(random: &mut SplitMix64) -> usize {
    let bound = [4, 4, 16, 256][random.below(4) as usize];
    random.below(bound) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: &[u8] = b"data: one\r\ndata: two\r\n\r\n";

    #[test]
    fn every_chunking_adds_up_to_the_input() {
        let chunkings = whole(INPUT).chain(each_byte(INPUT)).chain(every_split(INPUT));
        for chunks in chunkings.chain(random(INPUT, 1).take(100)) {
            assert_eq!(chunks.concat(), INPUT);
        }
    }

    #[test]
    fn each_byte_yields_chunks_of_one_byte() {
        let chunks = each_byte(INPUT).next().expect("one chunking");
        assert_eq!(chunks.len(), INPUT.len());
        assert_eq!(each_byte(b"").next(), Some(vec![]));
    }

    #[test]
    fn every_split_splits_at_each_position_once() {
        let firsts: Vec<_> = every_split(INPUT).map(|chunks| chunks[0].len()).collect();
        assert_eq!(firsts, (0..=INPUT.len()).collect::<Vec<_>>());
    }

    #[test]
    fn random_chunks_are_small_and_depend_on_the_seed() {
        let chunkings: Vec<_> = random(INPUT, 42).take(50).collect();
        assert_eq!(chunkings, random(INPUT, 42).take(50).collect::<Vec<_>>());
        assert_ne!(chunkings, random(INPUT, 43).take(50).collect::<Vec<_>>());
        let chunks: Vec<_> = chunkings.concat();
        assert!(chunks.iter().any(|chunk| chunk.is_empty()));
        assert!(chunks.iter().filter(|chunk| chunk.len() < 4).count() * 2 > chunks.len());
    }
}
