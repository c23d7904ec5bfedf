//! The table against commands as people write them.

use std::sync::OnceLock;

use super::{Assessment, HoleFact, Programs, assess};

mod corpus;
mod properties;
mod rows;
mod split;

/// The built-in table, read once for all tests.
fn builtin() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| Programs::builtin().unwrap())
}

/// Assesses shell text with `{{holes}}`; a hole named `option..` may hold an option.
fn assess_text(programs: &Programs, text: &str) -> Option<Assessment> {
    let (commands, names) = split::split(text)?;
    let holes: Vec<HoleFact<'_>> = names
        .iter()
        .map(|name| HoleFact {
            name,
            option: name.starts_with("option"),
        })
        .collect();
    let parse = |text: &str| split::split(text).map(|(commands, _)| commands);
    Some(assess(programs, &commands, &holes, &parse))
}

#[test]
fn the_builtin_table_is_sound() {
    let programs = builtin();
    programs.read_all().unwrap_or_else(|error| panic!("{error}"));
    let (names, all) = programs.count();
    println!("{names} names of programs, {all} programs and subcommands");
    assert!(names >= 120);
}

#[test]
fn mistakes_in_the_table_are_errors() {
    for (text, code) in [
        ("[\"a\"]\ndose = \"reads\"", "programs_syntax"),
        ("[\"a\"]\nothers = \"fine\"", "programs_syntax"),
        ("[\"a\"]\ndoes = \"raeds\"", "programs_row"),
        ("[\"a\"]\noperands = \"path... dest...\"", "programs_row"),
        ("[\"a\"]\noperands = \"pth\"", "programs_row"),
        ("[\"a\"]\noptions = '''\n-x <pth>\n'''", "programs_row"),
        ("[\"a\"]\noptions = '''\n-x\n-y -x\n'''", "programs_row"),
        ("[\"a\"]\ncommands = '''\nb\n'''", "programs_row"),
        ("[\"a\"]\ncommands = '''\nb : raeds\n'''", "programs_row"),
        (
            "[\"a\"]\ncommands = '''\nb : reads\n'''\n[\"a b\"]\ndoes = \"reads\"",
            "programs_row",
        ),
        ("[\"a\"]\nalso = \"b c\"", "programs_row"),
        ("a = 1", "programs_syntax"),
        ("[\"a\"]\nalso = \"b\"\n[\"b\"]\ndoes = \"reads\"", "programs_row"),
        ("[\"a\"]\nalso = \"c\"\n[\"b\"]\nalso = \"c\"", "programs_row"),
    ] {
        let error = Programs::read(&[("test.toml", text)]).map(|_| ()).unwrap_err();
        assert_eq!(error.code(), code, "{text}: {error}");
    }
    for header in ["[\"a\"]", "[a]"] {
        let programs = Programs::read(&[("test.toml", &format!("{header}\ndoes = \"reads\""))]);
        assert!(programs.is_ok_and(|programs| programs.program("a").is_some()));
    }
}
