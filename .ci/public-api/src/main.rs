//! Prints the public API of a crate from rustdoc's JSON, one item per line: `public-api-listing
//! FILE`. With `--format` in place of the file, it prints the version of the format that it reads.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("expected a file of rustdoc's JSON, or --format")?;
    if file == "--format" {
        println!("{}", rustdoc_types::FORMAT_VERSION);
        return Ok(());
    }
    let api = public_api::Builder::from_rustdoc_json(file)
        .omit_auto_derived_impls(true)
        .omit_auto_trait_impls(true)
        .omit_blanket_impls(true)
        .build()?;
    for item in api.items() {
        println!("{item}");
    }
    Ok(())
}
