//! scratch
use bytes::Bytes;
use std::time::Instant;
fn llm() -> Vec<u8> { let mut v=vec![]; for i in 0..4000 { v.extend_from_slice(format!("data: {{\"id\":\"chatcmpl-{i:08}\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"gpt-4o-mini\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" token{i}\"}},\"logprobs\":null,\"finish_reason\":null}}],\"usage\":null,\"system_fingerprint\":\"fp_1234567890\"}}\n\n").as_bytes()); } v }
fn anthropic() -> Vec<u8> { let mut v=vec![]; for i in 0..8000 { v.extend_from_slice(format!("event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\"w{i}\"}}}}\n\n").as_bytes()); } v }
fn tiny() -> Vec<u8> { b"data: x\n\n".repeat(50000) }
fn full() -> Vec<u8> { let mut v=vec![]; for i in 0..8000 { v.extend_from_slice(format!(": keep\r\nid: {i}\r\nevent: update\r\nretry: 3000\r\ndata: {{\"value\":{i},\"other\":\"some text here to fill up\",\"more\":\"and then some\"}}\r\n\r\n").as_bytes()); } v }
fn big() -> Vec<u8> { let mut v=vec![]; for _ in 0..16 { v.extend_from_slice(b"data: "); v.extend(std::iter::repeat_n(b'x',65536)); v.extend_from_slice(b"\n\n"); } v }
fn multi() -> Vec<u8> { let mut v=vec![]; for _ in 0..300 { for _ in 0..50 { v.extend_from_slice(b"data: "); v.extend(std::iter::repeat_n(b'y',60)); v.push(b'\n'); } v.push(b'\n'); } v }
fn utf8() -> Vec<u8> { let mut v=vec![]; for i in 0..6000 { v.extend_from_slice(format!("data: {{\"文\":\"服务器发送事件是一种单向通信的技术它允许服务器主动向客户端推送数据而不需要请求😀🚀{i}\"}}\n\n").as_bytes()); } v }
fn cr() -> Vec<u8> { String::from_utf8(full()).unwrap().replace("\r\n","\r").into_bytes() }
fn median(mut v: Vec<f64>) -> f64 { v.sort_by(|a,b| a.total_cmp(b)); v[v.len()/2] }
fn main() {
    for (name, w) in [("llm",llm()),("anthropic",anthropic()),("tiny",tiny()),("full",full()),("big",big()),("multi",multi()),("utf8",utf8()),("cr",cr())] {
        let all = Bytes::from(w.clone());
        for piece in [65536usize,1460,64,1] {
            let reps = if piece==1 {3} else {11};
            let (mut a,mut b,mut c)=(vec![],vec![],vec![]);
            let (mut na,mut nb,mut nc)=(0,0,0);
            for _ in 0..reps {
                let t=Instant::now(); let mut d=sse_proto::Decoder::default(); na=0;
                for mut ch in w.chunks(piece) { while let Some(f)=d.decode(&mut ch).unwrap() { if let sse_proto::Frame::Event(e)=f {na+=e.data.len();} } }
                a.push(w.len() as f64/t.elapsed().as_secs_f64()/1e6);
                let t=Instant::now(); let mut d=sse_proto::Decoder::default(); nb=0;
                let mut p=0; while p<all.len() { let e=(p+piece).min(all.len()); let mut ch=all.slice(p..e); p=e; while let Some(f)=d.decode_bytes(&mut ch).unwrap() { if let sse_proto::Frame::Event(e)=f {nb+=e.data.len();} } }
                b.push(w.len() as f64/t.elapsed().as_secs_f64()/1e6);
                let t=Instant::now(); let mut d=sse_core::SseDecoder::new(); nc=0;
                let mut p=0; while p<all.len() { let e=(p+piece).min(all.len()); let mut ch=all.slice(p..e); p=e; while let Some(f)=d.next(&mut ch) { if let Ok(sse_core::SseEvent::Message(m))=f {nc+=m.data.len();} } }
                c.push(w.len() as f64/t.elapsed().as_secs_f64()/1e6);
            }
            assert_eq!(na,nb); assert_eq!(na,nc);
            let (a,b,c)=(median(a),median(b),median(c));
            println!("{name:10} {piece:6} decode {a:8.0}  bytes {b:8.0}  sse-core {c:8.0}   {:.2} {:.2}", a/c, b/c);
        }
    }
}
