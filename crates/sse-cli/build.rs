//! Makes the man page from the command line's own definition.
#![allow(missing_docs)]

use std::io::Write as _;
use std::path::Path;

use clap::CommandFactory as _;

#[path = "src/args.rs"]
#[allow(dead_code, unused_imports)]
mod args;

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=src/args.rs");
    println!("cargo::rerun-if-changed=src/args");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets it");
    let mut page = Vec::new();
    let mut command = args::Args::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let man = clap_mangen::Man::new(subcommand.clone());
        let name = subcommand.get_name().to_uppercase();
        writeln!(page, ".SH \"SSE {name}\"")?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
    }
    std::fs::write(Path::new(&out).join("sse.1"), page)
}
