//! What the whole way of a template promises, tried on real shells where it matters.

use std::sync::OnceLock;

use super::{CommandError, Plan, Programs, TemplateSource};

mod allowed;
mod binding;
mod carried;
mod controls;
mod corpus;
mod ordinary;
mod random;
mod rewrites;
mod shell;
mod values;

/// Compiles with the built-in table, which is read once.
fn compile(source: &TemplateSource<'_>) -> Result<Plan, CommandError> {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    super::compile(&TemplateSource {
        programs: Some(PROGRAMS.get_or_init(|| Programs::builtin().unwrap())),
        ..source.clone()
    })
}
