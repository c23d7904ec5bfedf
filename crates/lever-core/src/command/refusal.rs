//! The places in a shell template where a value would not stay data, and what to write instead.

use super::param_kind::ParamKind;

/// Why a hole cannot stand where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `{{program}} -l`
    #[error("a value cannot be the name of the program: it would choose what runs")]
    ProgramName,
    /// `$EDITOR {{file}}`
    #[error("the program is known only when it runs, so what it makes of a value is not known either")]
    UnknownProgram,
    /// `\{{x}}`
    #[error("a backslash before a hole would escape the quotes around its value")]
    Escaped,
    /// `${{x}}`
    #[error("a `$` before a hole would read its value as a name")]
    AfterDollar,
    /// `$'..{{x}}..'`
    #[error("inside $'..' a value would be read for escapes")]
    AnsiQuote,
    /// `$"..{{x}}.."`
    #[error("inside $\"..\" a value would be translated")]
    TranslatedQuote,
    /// `` `..{{x}}..` ``
    #[error("inside backquotes a value would be read for escapes")]
    Backquote,
    /// `# {{x}}`
    #[error("a hole in a comment has no effect")]
    Comment,
    /// `<<'EOF'`
    #[error("a here-document with a quoted end takes no values: `{{{{name}}}}` would be sent as it is")]
    QuotedHeredoc,
    /// `$(( {{n}} + 1 ))`
    #[error("in arithmetic a value is an expression, and an expression can run commands: a[$(..)]")]
    Arithmetic,
    /// `[[ {{a}} -eq 1 ]]`
    #[error("inside [[ ]] a value can be a pattern or an arithmetic expression, and that can run commands")]
    Conditional,
    /// `a[{{n}}]=1`
    #[error("a subscript is an arithmetic expression, and that can run commands")]
    Subscript,
    /// `${x:-{{y}}}`
    #[error("inside ${{..}} a value can be a name, a pattern or an arithmetic expression")]
    Operand,
    /// `case $x in {{p}})`
    #[error("in a case pattern a value is a pattern, not text")]
    CasePattern,
    /// `NAME={{x}} program`
    #[error("a variable can change what programs run (PATH, LD_PRELOAD, PAGER)")]
    Assignment,
    /// `> {{name:word}}`
    #[error("only a value of type path can name the file of a redirect, and {0} is not")]
    RedirectTarget(ParamKind),
    /// `>&{{n}}`
    #[error("a redirect to a descriptor takes no value")]
    Descriptor,
    /// `f() { echo {{x}}; }`
    #[error("inside a function the arguments are the function's own, not the values of this command")]
    Function,
    /// `f {{x}}` where the template defines `f`
    #[error("`{0}` is a function of this template, and what it does with a value is not followed")]
    FunctionArgument(String),
    /// `for f in {{x}}`
    #[error("a loop would carry the value on in a variable, where it is no longer followed")]
    LoopWord,
    /// `{1..{{n}}}`
    #[error("a shell expands {{1..9}} before it knows any value")]
    BraceRange,
    /// `~{{user}}`
    #[error("a shell expands ~name before it knows any value")]
    Tilde,
    /// `eval {{x}}`, `read {{x}}`, `export {{x}}`
    #[error("`{0}` reads its arguments as names or code")]
    Builtin(String),
    /// `env {{x}} program`
    #[error("a value here could set a variable that changes what runs (PATH, LD_PRELOAD)")]
    VariableName,
    /// `sed 's/{{a}}/b/'`, `sh -c "ls {{x}}"`
    #[error("this word is a program for `{program}`: a value in it would be code")]
    ProgramText {
        /// The interpreter.
        program: String,
        /// What to write instead.
        rewrite: &'static str,
    },
    /// `awk -v x={{x}} 'BEGIN {system(x)}'`
    #[error("this program for `{0}` runs or evaluates text, and that could be the value")]
    RunsText(String),
    /// `tar --to-command={{x}}`
    #[error("`{program}` runs or loads what its option {option} names")]
    ProgramOption {
        /// The program.
        program: String,
        /// The option.
        option: String,
    },
    /// `ssh host ls {{x}}`, `watch ls {{x}}`
    #[error("`{program}` joins its arguments into one line for a shell: a value in it would be code")]
    Rejoined {
        /// The program.
        program: String,
        /// What to write instead.
        rewrite: &'static str,
    },
    /// `echo {{x}} | sh`
    #[error("`{0}` reads its program from its input, so the value would be code")]
    StandardInput(String),
    /// `echo {{x}} | xargs rm`
    #[error("xargs splits its input into words again, so the value would not stay one argument")]
    Resplit,
    /// `rm $(basename {{x}})`
    #[error("an unquoted $(..) splits what comes out into words, so the value would not stay one argument")]
    UnquotedSubstitution,
    /// `perl -ne '..' {{file}}`
    #[error("perl -n and -p open a file name such as `ls|` by running it")]
    MagicOpen,
    /// `curl -u {{password}}`
    #[error("a secret in the arguments of `{0}` could be seen by every process")]
    SecretArgument(String),
    /// Any other place.
    #[error("this place is not one where a value is sure to stay data")]
    NotUnderstood,
}

impl Refusal {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ProgramName => "hole_program_name",
            Self::UnknownProgram => "hole_unknown_program",
            Self::Escaped => "hole_escaped",
            Self::AfterDollar => "hole_after_dollar",
            Self::AnsiQuote => "hole_ansi_quote",
            Self::TranslatedQuote => "hole_translated_quote",
            Self::Backquote => "hole_backquote",
            Self::Comment => "hole_comment",
            Self::QuotedHeredoc => "hole_quoted_heredoc",
            Self::Arithmetic => "hole_arithmetic",
            Self::Conditional => "hole_conditional",
            Self::Subscript => "hole_subscript",
            Self::Operand => "hole_operand",
            Self::CasePattern => "hole_case_pattern",
            Self::Assignment => "hole_assignment",
            Self::RedirectTarget(_) => "hole_redirect_target",
            Self::Descriptor => "hole_descriptor",
            Self::Function => "hole_in_function",
            Self::FunctionArgument(_) => "hole_function_argument",
            Self::LoopWord => "hole_loop_word",
            Self::BraceRange => "hole_brace_range",
            Self::Tilde => "hole_tilde",
            Self::Builtin(_) => "hole_builtin",
            Self::VariableName => "hole_variable_name",
            Self::ProgramText { .. } | Self::RunsText(_) => "hole_program_text",
            Self::ProgramOption { .. } => "hole_program_option",
            Self::Rejoined { .. } => "hole_rejoined",
            Self::StandardInput(_) => "hole_standard_input",
            Self::Resplit => "hole_resplit",
            Self::UnquotedSubstitution => "hole_unquoted_substitution",
            Self::MagicOpen => "hole_magic_open",
            Self::SecretArgument(_) => "hole_secret_argument",
            Self::NotUnderstood => "hole_not_understood",
        }
    }

    /// Whether a value of this kind that a variable carries to such a place would be run, evaluated or obeyed. In all
    /// other places it is text, if no longer one word.
    pub(super) fn runs(&self, kind: &ParamKind) -> bool {
        let number = matches!(kind, ParamKind::Int | ParamKind::Float | ParamKind::Port);
        match self {
            Self::Arithmetic | Self::Conditional | Self::Subscript | Self::Operand => !number,
            Self::ProgramName
            | Self::UnknownProgram
            | Self::Assignment
            | Self::Builtin(_)
            | Self::VariableName
            | Self::ProgramText { .. }
            | Self::ProgramOption { .. }
            | Self::RunsText(_)
            | Self::Rejoined { .. }
            | Self::StandardInput(_)
            | Self::MagicOpen
            | Self::NotUnderstood => true,
            _ => false,
        }
    }

    /// What to write instead.
    pub fn rewrite(&self) -> String {
        match self {
            Self::ProgramName | Self::UnknownProgram => "write the program's name, and teach one command for each program",
            Self::Escaped => "remove the backslash; write a literal backslash as '\\'",
            Self::AfterDollar => "remove the `$`, or write a literal dollar sign as '$'",
            Self::AnsiQuote | Self::TranslatedQuote => "use '..' or \"..\" around the hole",
            Self::Backquote => "write $(..) instead of backquotes",
            Self::Comment => "remove the comment, or the hole from it",
            Self::QuotedHeredoc => "write the end without quotes (<<EOF) and escape $ and ` in the text as \\$ and \\`",
            Self::Arithmetic => "let a program compute: \"$(expr {{n}} + 1)\", or seq, or awk -v n={{n}} 'BEGIN {print n + 1}'",
            Self::Conditional => "use [ ]: [ {{a}} = x ], [ {{n}} -gt 5 ]",
            Self::Subscript => "list the cases: case {{n}} in ..) ;; esac",
            Self::Operand => "use the hole on its own, and give it a default in its declaration: {{name=default}}",
            Self::CasePattern => "compare as text: if [ \"$x\" = {{value}} ]; then ..; fi",
            Self::Assignment => "pass the value as an argument; a value of type secret may be set as NAME_PASSWORD={{x:secret}}",
            Self::RedirectTarget(_) => "declare the type: {{file:path}}",
            Self::Descriptor => "name a file: > {{file:path}} 2>&1",
            Self::Function => "write the commands without the function",
            Self::FunctionArgument(_) => "write what the function does in its place",
            Self::LoopWord => "write the hole inside the loop, or without the loop",
            Self::BraceRange => "use seq: $(seq 1 {{n}})",
            Self::Tilde => "write the whole path: /home/{{user}}",
            Self::Builtin(name) => match name.as_str() {
                "printf" => "print it instead: printf '%s\\n' {{value}}",
                "test" | "[" => "test a value: [ -n {{value}} ]",
                "eval" => "write the command itself, with the holes as arguments",
                "." | "source" => "run it as a program of its own: sh {{script:path}}",
                _ => "write the name or code itself; use the hole as a program's argument",
            },
            Self::VariableName => "write the assignment itself, or use the hole as an argument after the program",
            Self::ProgramText { rewrite, .. } | Self::Rejoined { rewrite, .. } => rewrite,
            Self::RunsText(_) => "run that program itself, with the hole as its argument",
            Self::ProgramOption { .. } => "write the option's value itself",
            Self::StandardInput(_) => "use the hole as an argument of a program",
            Self::Resplit => "give the hole to the program itself, without xargs",
            Self::UnquotedSubstitution => "put double quotes around it: \"$(..)\"",
            Self::MagicOpen => "redirect the file: perl -ne '..' < {{file:path}}",
            Self::SecretArgument(_) => {
                "pass it by input, printf '%s' {{x:secret}} | program, or as a variable, NAME_PASSWORD={{x:secret}} program"
            }
            Self::NotUnderstood => "use the hole as an argument of a program, alone or in double quotes",
        }
        .to_owned()
    }
}
