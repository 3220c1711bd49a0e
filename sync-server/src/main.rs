//! The program `sync-server`. Its commands are in [`sync_server::cli`].

use std::process::ExitCode;
use sync_server::cli::{self, args::Args};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::read();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(cli::run(args)))
}
