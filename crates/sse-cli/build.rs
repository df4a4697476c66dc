//! Writes the man page from the definition of the command line.
#![allow(missing_docs)]

use std::io;
use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;

#[path = "src/args.rs"]
#[allow(dead_code, unused_imports)]
mod args;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=src/args.rs");
    println!("cargo::rerun-if-changed=src/args");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&out).join("sse.1"), page()?)
}

/// Renders one page for the command and all its subcommands.
fn page() -> io::Result<String> {
    let mut command = args::Args::command();
    command.build();
    let man = Man::new(command.clone());
    let mut page = rendered(|page| {
        man.render_title(page)?;
        man.render_name_section(page)?;
        man.render_synopsis_section(page)?;
        man.render_options_section(page)
    })?;
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let man = Man::new(subcommand.clone());
        let about = subcommand.get_about().map(ToString::to_string).unwrap_or_default();
        page += &format!(".SH \"SSE {}\"\n{about}.\n", subcommand.get_name().to_uppercase());
        page += &rendered(|page| man.render_options_section(page))?.replace(".SH ", ".SS ");
    }
    page += &rendered(|page| man.render_extra_section(page))?.replace(".SH EXTRA", ".SH \"EXIT STATUS\"");
    Ok(page)
}

/// Returns the text that `render` writes.
fn rendered(render: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<String> {
    let mut page = Vec::new();
    render(&mut page)?;
    Ok(String::from_utf8(page).expect("the definition is text"))
}
