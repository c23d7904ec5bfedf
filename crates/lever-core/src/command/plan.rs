//! A template made ready to run: what is stored, approved and bound.

use serde::{Deserialize, Serialize};

use super::effects::Effects;
use super::param_kind::ParamKind;
use super::params::Param;
use super::permissions::Permissions;
use super::quoting::Quoting;

/// A taught command, analysed. Running it parses nothing: values are put in by [`Plan::bind`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The text as taught.
    pub template: String,
    /// How it runs.
    pub form: Form,
    /// Its parameters, in the order of the template.
    pub params: Vec<Param>,
    /// The holes of the template, in order.
    pub holes: Vec<HoleUse>,
    /// Names of the programs it runs, as written and without repeats; `$EDITOR` and the like are not among them.
    pub programs: Vec<String>,
    /// What it may do.
    pub effects: Effects,
    /// What a run of it may do.
    pub permissions: Permissions,
    /// The text has several lines, so it has to be shown in full.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiline: bool,
    /// What its teacher should hear about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// How a plan runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Form {
    /// One program, started with these words; no shell takes part.
    Argv(Vec<Vec<Part>>),
    /// Shell text, run as `INTERPRETER -c TEXT lever ARG..`.
    Script {
        /// The shell.
        interpreter: Interpreter,
        /// The text as taught, with each hole replaced by its argument.
        text: String,
        /// `${1}` and on.
        args: Vec<Slot>,
    },
}

/// A part of a word of a directly started program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Literal text.
    Text(String),
    /// A value.
    Value(Slot),
}

/// A place for a value, and what that place asks of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// The parameter, by its place in [`Plan::params`].
    pub param: usize,
    /// What a dash at the beginning of the value means here.
    #[serde(default, skip_serializing_if = "Dash::is_allowed")]
    pub dash: Dash,
    /// Values that would mean something else here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub avoid: Vec<Avoid>,
    /// The path that the value is a part of, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<Inside>,
}

/// The beginning of a path that a value continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inside {
    /// This text; empty where the value itself begins the path.
    Text(String),
    /// Something that only the shell knows.
    Open,
}

/// What a dash at the beginning of a value means where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dash {
    /// Nothing: the value stands inside a word, after `--`, or where the program takes any text.
    #[default]
    Allow,
    /// An option. The value is refused.
    Refuse,
    /// An option, but the value is a path, so `./` is put before it.
    Dot,
}

impl Dash {
    #[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
    fn is_allowed(&self) -> bool {
        *self == Self::Allow
    }
}

/// A kind of value that a program would not take as what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Avoid {
    /// It begins with this.
    Begins(String),
    /// It contains this.
    Contains(String),
    /// It is exactly this.
    Is(String),
    /// `NAME=value`.
    Setting,
    /// `/dev/tcp/..`, by which bash opens a connection.
    NetworkPath,
}

/// A hole of the template, for showing the command with its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoleUse {
    /// First byte of the template.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// The quotes around it.
    pub quoting: Quoting,
    /// The place it fills.
    pub slot: Slot,
    /// What is put before its word so that no value is taken for an option: `--`, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub guard: String,
}

/// The shell that runs a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpreter {
    /// `sh`, whichever shell that is.
    Sh,
    /// `bash`
    Bash,
    /// `bash` with its extended patterns, `@(a|b)`.
    BashExtglob,
}

impl Interpreter {
    /// The words before the script's text.
    pub fn argv(self) -> &'static [&'static str] {
        match self {
            Self::Sh => &["sh", "-c"],
            Self::Bash => &["bash", "-c"],
            Self::BashExtglob => &["bash", "-O", "extglob", "-c"],
        }
    }

    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sh => "sh",
            Self::Bash => "bash",
            Self::BashExtglob => "bash-extglob",
        }
    }
}

/// Sets this hash apart from every other use of BLAKE3. Changed whenever the encoding below changes.
const DIGEST_CONTEXT: &str = "lever-runner 2026-11 command plan digest v1";

impl Plan {
    /// What an approval is bound to: BLAKE3, in hex, of the template, the interpreter, the parameters and the permissions.
    ///
    /// Each field goes in with its length before it (64 bits, little-endian), so no two different plans are the same bytes.
    pub fn digest(&self) -> String {
        let mut encoder = Encoder(blake3::Hasher::new_derive_key(DIGEST_CONTEXT));
        encoder.field(self.template.as_bytes());
        encoder.field(match &self.form {
            Form::Argv(_) => b"direct",
            Form::Script { interpreter, .. } => interpreter.name().as_bytes(),
        });
        encoder.number(self.params.len());
        for param in &self.params {
            encoder.field(param.name.as_bytes());
            encoder.field(param.kind.to_string().as_bytes());
            encoder.number(usize::from(param.default.is_some()));
            encoder.field(param.default.as_deref().unwrap_or_default().as_bytes());
            encoder.number(usize::from(param.option));
        }
        encoder.permissions(&self.permissions);
        encoder.0.finalize().to_hex().to_string()
    }

    /// Whether a value of this parameter is a secret.
    pub(super) fn is_secret(&self, param: usize) -> bool {
        self.params
            .get(param)
            .is_some_and(|param| param.kind == ParamKind::Secret)
    }
}

struct Encoder(blake3::Hasher);

impl Encoder {
    fn number(&mut self, number: usize) {
        self.0.update(&(number as u64).to_le_bytes());
    }

    fn field(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.update(bytes);
    }

    /// The JSON text of the permissions: its fields have a fixed order and no alternatives of form.
    fn permissions(&mut self, permissions: &Permissions) {
        let mut json = Vec::with_capacity(512);
        if serde_json::to_writer(&mut json, permissions).is_err() {
            json.clear();
        }
        self.field(&json);
    }
}
