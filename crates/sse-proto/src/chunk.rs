//! A chunk of the stream on its way through the decoder, and the places in it.

/// A chunk, and how much of it has been read.
#[derive(Clone, Copy)]
pub(crate) struct Chunk<'i> {
    pub(crate) bytes: &'i [u8],
    pub(crate) read: usize,
}

impl<'i> Chunk<'i> {
    #[inline]
    pub(crate) fn new(bytes: &'i [u8]) -> Self {
        Self { bytes, read: 0 }
    }

    /// What is not read yet.
    #[inline]
    pub(crate) fn rest(&self) -> &'i [u8] {
        &self.bytes[self.read..]
    }

    /// How much that is.
    #[inline]
    pub(crate) fn rest_len(&self) -> usize {
        self.bytes.len() - self.read
    }

    #[inline]
    pub(crate) fn is_read(&self) -> bool {
        self.read == self.bytes.len()
    }

    #[inline]
    pub(crate) fn read_all(&mut self) {
        self.read = self.bytes.len();
    }
}

/// The value of a field, as the beginning of what is left of its chunk: text is checked in large steps, for which the
/// bytes behind it are of use.
#[derive(Clone, Copy)]
pub(crate) struct Value<'i> {
    pub(crate) bytes: &'i [u8],
    pub(crate) len: usize,
}

impl<'i> Value<'i> {
    #[inline]
    pub(crate) fn get(self) -> &'i [u8] {
        &self.bytes[..self.len]
    }

    /// Where it stands in its chunk.
    #[inline]
    pub(crate) fn span(self, chunk: &[u8]) -> Span {
        let start = chunk.len() - self.bytes.len();
        Span { start, end: start + self.len }
    }
}

/// Where in its chunk the value of a field stands.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.end - self.start
    }

    #[inline]
    pub(crate) fn of(self, chunk: &[u8]) -> &[u8] {
        &chunk[self.start..self.end]
    }

    #[inline]
    pub(crate) fn value(self, chunk: &[u8]) -> Value<'_> {
        Value { bytes: &chunk[self.start..], len: self.len() }
    }
}
