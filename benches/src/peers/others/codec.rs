//! Drives peers that are codecs of `tokio-util`, without a reader around them.

use std::fmt::Display;

use bytes::BytesMut;
use tokio_util::codec::Decoder;

use crate::pieces::Pieces;

/// Appends each piece to the codec's buffer and takes all items out.
pub(super) fn decode<D: Decoder<Error: Display>>(
    mut codec: D,
    pieces: &Pieces,
    mut take: impl FnMut(D::Item),
) -> Result<(), String> {
    let mut buffer = BytesMut::new();
    for piece in pieces.slices() {
        buffer.extend_from_slice(piece);
        while let Some(item) = codec.decode(&mut buffer).map_err(|error| error.to_string())? {
            take(item);
        }
    }
    Ok(())
}
