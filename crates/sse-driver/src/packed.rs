//! Headers in little memory.

use std::sync::OnceLock;

use http::{HeaderMap, HeaderName, HeaderValue};

/// Headers in one allocation. The map is built from it when it is first used.
///
/// A map takes 104 bytes per header with spare capacity, and with some transports its values keep
/// the whole buffer of the response head alive. A session would hold that until it ends, though the
/// headers are rarely used.
pub(crate) struct PackedHeaders {
    packed: Box<[u8]>,
    map: OnceLock<Box<HeaderMap>>,
}

impl PackedHeaders {
    pub(crate) fn new(headers: &HeaderMap) -> Self {
        let mut packed = Vec::new();
        for (name, value) in headers {
            pack(&mut packed, name.as_str().as_bytes());
            pack(&mut packed, value.as_bytes());
            packed.push(value.is_sensitive().into());
        }
        Self { packed: packed.into(), map: OnceLock::new() }
    }

    pub(crate) fn map(&self) -> &HeaderMap {
        self.map.get_or_init(|| Box::new(unpack_all(&self.packed).unwrap_or_default()))
    }
}

/// Appends the length and the bytes.
fn pack(packed: &mut Vec<u8>, bytes: &[u8]) {
    packed.extend_from_slice(&bytes.len().to_ne_bytes());
    packed.extend_from_slice(bytes);
}

/// Builds the map. It never returns `None` for headers that were packed above.
fn unpack_all(mut rest: &[u8]) -> Option<HeaderMap> {
    let mut map = HeaderMap::new();
    while !rest.is_empty() {
        let name = HeaderName::from_bytes(unpack(&mut rest)?).ok()?;
        let mut value = HeaderValue::from_bytes(unpack(&mut rest)?).ok()?;
        let (is_sensitive, tail) = rest.split_first()?;
        value.set_sensitive(*is_sensitive != 0);
        map.append(name, value);
        rest = tail;
    }
    Some(map)
}

fn unpack<'p>(rest: &mut &'p [u8]) -> Option<&'p [u8]> {
    let (len, tail) = rest.split_first_chunk()?;
    let (bytes, tail) = tail.split_at_checked(usize::from_ne_bytes(*len))?;
    *rest = tail;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn headers_are_equal_and_do_not_hold_their_buffer() {
        let buffer = Bytes::from(b"text/event-stream, a, b, secret\xe9".repeat(300));
        let value = |range| HeaderValue::from_maybe_shared(buffer.slice(range)).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("content-type", value(0..17));
        headers.append("x-list", value(19..20));
        headers.append("x-list", value(22..23));
        headers.append("x-empty", value(0..0));
        let mut secret = value(25..32);
        secret.set_sensitive(true);
        headers.append("x-secret", secret);
        let expected = headers.clone();
        let packed = PackedHeaders::new(&headers);
        assert_eq!(packed.map(), &expected);
        assert!(packed.map()["x-secret"].is_sensitive() && !packed.map()["x-list"].is_sensitive());
        drop((value, headers, expected));
        assert!(buffer.is_unique());
        assert_eq!(PackedHeaders::new(&HeaderMap::new()).map(), &HeaderMap::new());
    }
}
