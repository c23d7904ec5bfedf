//! What a note says to a person.

use std::fmt;

use super::Programs;
use super::assessment::Note;

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        match self.code {
            "unknown_program" | "unknown_subcommand" => {
                write!(out, "nothing is known of {text}, so it counts as writing")
            }
            "unknown_option" => write!(out, "the option {text} is not known, so it counts as writing"),
            "open_option" => write!(out, "a value may be an option of {text}, so what it does is open"),
            "open_program" => write!(out, "which program runs is open: {text}"),
            "open_code" => write!(out, "it runs code that cannot be looked into: {text}"),
            "runs_script" => write!(out, "it runs a script that may do anything: {text}"),
            "open_path" => write!(out, "which path is used is open: {text}"),
            "writes_device" => write!(out, "it writes to a device: {text}"),
            "name_in_code" => write!(out, "a file's name becomes part of code: {text}"),
            code => write!(out, "{}: {text}", code.replace('_', " ")),
        }
    }
}

impl Programs {
    /// Whether the table describes a program of this name.
    pub fn knows(&self, program: &str) -> bool {
        let name = program.rsplit('/').next().unwrap_or(program);
        self.program(name).is_some()
    }
}
