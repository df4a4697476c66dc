//! Any bytes, cut in two ways, with a limit that the input chooses: both doors of the decoder say what the slow
//! reference says. The first three bytes are the limit, whether to skip, and the size of the pieces.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use sse_proto::{Decoder, Frame, Limits, Oversize};
use sse_testkit::reference;

fuzz_target!(|input: &[u8]| {
    let [limit, skip, piece, stream @ ..] = input else { return };
    let limit = if *limit == 0 { usize::MAX } else { usize::from(*limit) };
    let skip = skip % 2 == 1;
    let piece = usize::from(*piece).max(1);
    let expected = reference::decode(stream, limit, skip, String::new());
    for lent in [true, false] {
        let oversize = if skip { Oversize::Skip } else { Oversize::Fail };
        let mut decoder = Decoder::new(Limits { max_event_len: limit, oversize });
        let mut frames = Vec::new();
        let mut too_long = false;
        for chunk in stream.chunks(piece) {
            too_long |= decode(&mut decoder, chunk, lent, &mut frames).is_err();
        }
        assert_eq!(frames, expected.frames.iter().map(Frame::detach).collect::<Vec<_>>());
        assert_eq!(too_long, expected.too_long);
        assert_eq!(decoder.last_event_id(), expected.last_event_id);
    }
});

fn decode(
    decoder: &mut Decoder,
    mut chunk: &[u8],
    lent: bool,
    frames: &mut Vec<Frame>,
) -> Result<(), sse_proto::DecodeError> {
    if lent {
        while let Some(frame) = decoder.decode(&mut chunk)? {
            frames.push(frame.detach());
        }
        return Ok(());
    }
    let mut chunk = Bytes::copy_from_slice(chunk);
    while let Some(frame) = decoder.decode_bytes(&mut chunk)? {
        frames.push(frame);
    }
    Ok(())
}
