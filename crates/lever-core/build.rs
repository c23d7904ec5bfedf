//! Condenses the table of programs, so that no TOML is read at run time.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/command/programs/condense.rs"]
mod condense;

const FOLDER: &str = "src/command/programs";
const FILES: &[&str] = &[
    "../programs.toml",
    "files.toml",
    "text.toml",
    "system.toml",
    "network.toml",
    "git.toml",
    "containers.toml",
    "packages.toml",
    "data.toml",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={FOLDER}/condense.rs");
    let mut table = String::from("&[\n");
    for file in FILES {
        let path = Path::new(FOLDER).join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or(file);
        let rows = condense::condense(&fs::read_to_string(&path)?).map_err(|why| format!("{name}: {why}"))?;
        writeln!(table, "({name:?}, {rows:?}),")?;
    }
    table.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    fs::write(out.join("programs.rs"), table)?;
    Ok(())
}
