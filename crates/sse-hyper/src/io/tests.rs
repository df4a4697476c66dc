use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::io;

use futures_util::io::{AllowStdIo, AsyncRead, Cursor};
use hyper::rt::{Read, ReadBuf, Write};

use super::{Io, READS_IN_A_ROW, SCRATCH};

fn poll_read<S: AsyncRead + Unpin>(io: &mut Io<S>, room: usize) -> Poll<io::Result<Vec<u8>>> {
    let mut memory = vec![0; room];
    let mut buffer = ReadBuf::new(&mut memory);
    let cx = &mut Context::from_waker(Waker::noop());
    Pin::new(io).poll_read(cx, buffer.unfilled()).map_ok(|()| buffer.filled().to_vec())
}

fn read<S: AsyncRead + Unpin>(io: &mut Io<S>, room: usize) -> io::Result<Vec<u8>> {
    loop {
        if let Poll::Ready(result) = poll_read(io, room) {
            return result;
        }
    }
}

#[test]
fn a_read_takes_no_more_than_fits_and_loses_nothing() {
    let content: Vec<u8> = (0..3 * SCRATCH).map(|n| n as u8).collect();
    for room in [1, 100, SCRATCH - 1, SCRATCH, SCRATCH + 1, 4 * SCRATCH] {
        let mut io = Io::new(Cursor::new(content.clone()));
        let mut got = Vec::new();
        loop {
            let piece = read(&mut io, room).unwrap();
            assert!(piece.len() <= room.min(SCRATCH));
            if piece.is_empty() {
                break;
            }
            got.extend(piece);
        }
        assert!(got == content, "room for {room}");
    }
}

#[test]
fn an_error_is_passed_on() {
    struct Broken;
    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    let error = read(&mut Io::new(AllowStdIo::new(Broken)), 10).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn what_is_written_arrives() {
    let mut io = Io::new(Cursor::new(Vec::new()));
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(matches!(Pin::new(&mut io).poll_write(cx, b"hello"), Poll::Ready(Ok(5))));
    assert!(matches!(Pin::new(&mut io).poll_flush(cx), Poll::Ready(Ok(()))));
    assert!(matches!(Pin::new(&mut io).poll_shutdown(cx), Poll::Ready(Ok(()))));
    assert_eq!(io.stream.into_inner(), b"hello");
}

#[test]
fn an_endless_source_makes_way_now_and_then() {
    let mut io = Io::new(Cursor::new(vec![0; 1000]));
    let ready = (0..1000).map(|_| poll_read(&mut io, 1).is_ready());
    assert_eq!(ready.filter(|ready| !ready).count(), 1000 / (usize::from(READS_IN_A_ROW) + 1));
}
