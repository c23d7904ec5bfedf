//! What an argument is to the program that gets it.

/// The meaning of an operand or of an option's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything that is only data: a pattern, a name, a number.
    Text,
    /// A file or folder that is read.
    Path,
    /// A file or folder that is written, made or removed.
    Dest,
    /// A file or folder that is read, and written too where the command `edits`.
    Edited,
    /// The same for perl's and others' way to open files, for which a name with `|` is a command.
    Opened,
    /// The folder that the command works in.
    Chdir,
    /// The text that stands for a file name in the command that follows, as after `xargs -I`.
    Placeholder,
    /// A file or folder that is read, or `host:path` on another machine.
    Remote,
    /// A file or folder that is written, or `host:path` on another machine.
    RemoteDest,
    /// A file or folder that is read, or `container:path`.
    Inside,
    /// A file or folder that is written, or `container:path`.
    InsideDest,
    /// A name that is asked for, or `name=value` that is set.
    Setting,
    /// Data, or, behind a leading `@`, the name of a file to read it from.
    Data,
    /// A file; behind a leading `+` a command of the program.
    PlusPath,
    /// `NAME=value` for the environment, or a command where there is none.
    Variable,
    /// The words from here on are a command.
    Argv,
    /// The words from here on are a command that runs elsewhere: in a container, on another machine.
    RemoteArgv,
    /// The words up to `;` or `+` are a command.
    ArgvUntil,
    /// The words from here on, joined by blanks, are shell text.
    ShellRest,
    /// The words from here on, joined by blanks, are shell text that runs elsewhere.
    RemoteShellRest,
    /// One command line without shell syntax.
    Program,
    /// A file that is run as a program; the words after it are its own.
    Script,
    /// The words from here on are for something else and mean nothing here.
    Rest,
    /// Text in a language, as `awk` or `sql`.
    Code(Box<str>),
}

/// Languages that [`Kind::Code`] may name.
pub(super) const LANGUAGES: &[&str] = &[
    "sh",
    "awk",
    "sed",
    "sql",
    "jq",
    "python",
    "perl",
    "ruby",
    "node",
    "php",
    "lua",
    "r",
    "keys",
    "vim",
    "js",
    "applescript",
    "bc",
    "make",
    "code",
];

impl Kind {
    /// Reads a kind's name as the table writes it.
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "path" => Self::Path,
            "dest" => Self::Dest,
            "edited" => Self::Edited,
            "opened" => Self::Opened,
            "chdir" => Self::Chdir,
            "placeholder" => Self::Placeholder,
            "remote" => Self::Remote,
            "remote-dest" => Self::RemoteDest,
            "inside" => Self::Inside,
            "inside-dest" => Self::InsideDest,
            "setting" => Self::Setting,
            "data" => Self::Data,
            "plus-path" => Self::PlusPath,
            "variable" => Self::Variable,
            "argv" => Self::Argv,
            "remote-argv" => Self::RemoteArgv,
            "argv;" => Self::ArgvUntil,
            "shell..." => Self::ShellRest,
            "remote-shell..." => Self::RemoteShellRest,
            "program" => Self::Program,
            "script" => Self::Script,
            "rest" => Self::Rest,
            _ => {
                let language = name.strip_prefix("code:")?;
                LANGUAGES
                    .contains(&language)
                    .then(|| Self::Code(language.into()))?
            }
        })
    }

    /// True if this operand takes all the words after it.
    pub(super) const fn takes_rest(&self) -> bool {
        matches!(
            self,
            Self::Argv
                | Self::RemoteArgv
                | Self::ShellRest
                | Self::RemoteShellRest
                | Self::Script
                | Self::Rest
        )
    }
}

/// What the operands of a command are, in order; at most one stands for any number of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Operands {
    kinds: Vec<Kind>,
    repeated: Option<usize>,
    none: bool,
}

impl Operands {
    /// Reads `text path... dest`. The first word that makes no sense is the error.
    pub(super) fn parse(words: &str) -> Result<Self, &str> {
        let mut operands = Self::default();
        if words == "none" {
            return Ok(Self {
                none: true,
                ..operands
            });
        }
        for (index, word) in words.split_whitespace().enumerate() {
            if let Some(kind) = Kind::parse(word) {
                operands.kinds.push(kind);
                continue;
            }
            let kind = word.strip_suffix("...").and_then(Kind::parse).ok_or(word)?;
            if operands.repeated.replace(index).is_some() {
                return Err(word);
            }
            operands.kinds.push(kind);
        }
        Ok(operands)
    }

    /// True if there may be none at all.
    pub(super) const fn are_none(&self) -> bool {
        self.none
    }

    /// True if nothing is said of them.
    pub(super) const fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// True if some of them are written, by a command that `edits` or by any.
    pub(super) fn write(&self, edits: bool) -> bool {
        let writes = |kind: &Kind| match kind {
            Kind::Dest | Kind::RemoteDest | Kind::InsideDest => true,
            Kind::Edited | Kind::Opened => edits,
            _ => false,
        };
        self.kinds.iter().any(writes)
    }

    /// True if they hold a command that runs elsewhere.
    pub(super) fn take_remote(&self) -> bool {
        self.kinds.contains(&Kind::RemoteShellRest)
    }

    /// The kind of operand `index` if that one takes all the words after it.
    pub(super) fn taker(&self, index: usize) -> Option<&Kind> {
        self.kinds.get(index).filter(|kind| kind.takes_rest())
    }

    /// The kind of operand `index` of `count`.
    pub(super) fn kind(&self, index: usize, count: usize) -> &Kind {
        let fallback = &Kind::Text;
        let Some(repeated) = self.repeated else {
            return self.kinds.get(index).unwrap_or(fallback);
        };
        let after = self.kinds.len() - repeated - 1;
        if index <= repeated {
            return &self.kinds[index];
        }
        let from_end = count - index;
        if from_end <= after {
            &self.kinds[self.kinds.len() - from_end]
        } else {
            &self.kinds[repeated]
        }
    }
}
