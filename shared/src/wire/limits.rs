//! Limits of messages. Each constant says its unit and its reason.

/// 250 operations: a page that a 2G link carries in about 5 s.
pub const PUSH_OPS_MAX: usize = 250;
/// 256 KiB of operations before compression.
pub const PUSH_BYTES_MAX: usize = 256 << 10;
/// 64 KiB: one operation's JSON. Checked when it is saved, so that nothing is saved that can never be sent.
pub const OP_BYTES_MAX: usize = 64 << 10;
/// 1 MiB: the largest request body after decompression, media chunks excepted.
pub const BODY_BYTES_MAX: usize = 1 << 20;
/// 1,000 rows per page of a pull at most.
pub const PULL_ROWS_MAX: usize = 1000;
/// 512 KiB of rows per page of a pull, before compression.
pub const PULL_BYTES_MAX: usize = 512 << 10;
/// 50 operations in `ask` of one pull: 2 KiB. The next pull asks about further ones.
pub const PULL_ASK_MAX: usize = 50;
/// 200 rows requested in one repair: about 4 KiB on the wire, since ids do not compress.
pub const REPAIR_WANT_MAX: usize = 200;
/// 512 KiB of ids and rows in one repair reply, before compression.
pub const REPAIR_BYTES_MAX: usize = 512 << 10;
/// 128 KiB per chunk, about 10 s on 2G: the most that a broken connection loses.
pub const CHUNK_BYTES: usize = 128 << 10;
/// 1 MiB: the largest chunk that the server accepts.
pub const CHUNK_BYTES_MAX: usize = 1 << 20;
/// 4 MiB for a whole bundle: about 20,000 records, or a few hundred with a dozen photos. A relaying phone sends it in
/// one request, within the 120 s after which clients give up: 35 kB/s.
pub const BUNDLE_BYTES_MAX: usize = 4 << 20;
/// 32 MiB: the largest content of a bundle after decompression. Records compress to a tenth; a larger content is an
/// attack on the server's memory.
pub const BUNDLE_CONTENT_MAX: usize = 32 << 20;
