//! The table of programs as the program carries it: a row a line, read without the reader of its TOML. Used by the build.

use std::fmt::Write as _;

/// Rows in the text's order, each `name`, other names and all that it says as JSON, with tabs between.
///
/// # Errors
/// What is wrong, if the text is no TOML, or something in it is no row.
pub(super) fn condense(text: &str) -> Result<String, String> {
    let rows: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut lines = String::new();
    for (name, row) in &rows {
        let Some(facts) = row.as_table() else {
            return Err(format!("{name} is no row: those begin with [\"{name}\"]"));
        };
        let also = facts
            .get("also")
            .and_then(toml::Value::as_str)
            .unwrap_or_default();
        if [name, also].iter().any(|text| text.contains(['\t', '\n'])) {
            return Err(format!("{name}: a name is one line, and has no tab"));
        }
        let json = serde_json::to_string(facts).map_err(|error| error.to_string())?;
        let _ = writeln!(lines, "{name}\t{also}\t{json}");
    }
    Ok(lines)
}
