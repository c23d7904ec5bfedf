//! Hostile values, by the way in which they would get past a careless program: for tests and for `lever audit`.
//!
//! Those that would run something run `touch lever-canary`, so a run in an empty folder shows whether one got through.
//! Values are text; a value that is no valid UTF-8 cannot be given at all.

use std::borrow::Cow;

use super::value::{MAX_SHORT_VALUE, MAX_VALUE};

/// The file that a payload would make in the working folder.
pub const CANARY: &str = "lever-canary";

/// A hostile value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// What it tries, in a word or two; unique.
    pub name: &'static str,
    /// The way it would get past.
    pub class: Class,
    /// The value.
    pub value: Cow<'static, str>,
}

/// The ways in which a value gets past a careless program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// `;`, `|`, `&`: another command behind the value.
    Separator,
    /// Line ends of all kinds, which a filter for `;` forgets.
    LineBreak,
    /// `$(..)` and backquotes.
    Substitution,
    /// Closing the quotes that the value was put between.
    QuoteBreakOut,
    /// `$IFS`, braces and blanks: one value becoming several words.
    Splitting,
    /// `a[$(..)]` where an expression is evaluated.
    Arithmetic,
    /// A dash in front: the value becomes an option.
    Option,
    /// `*` and `?` becoming file names.
    Glob,
    /// `..`, absolute paths, `~`: out of the folder that was meant.
    Path,
    /// Characters that look like others, or hide or reorder text.
    Homoglyph,
    /// `NAME=value` where a program takes settings.
    Setting,
    /// NUL and other control characters.
    Control,
    /// Longer than anything expects.
    OverLong,
    /// Special to one program: `@file`, `+command`, `host:path`, `|`.
    Program,
}

const TABLE: &[(&str, Class, &str)] = &[
    ("semicolon", Class::Separator, "x; touch lever-canary"),
    ("semicolon_only", Class::Separator, ";touch lever-canary;"),
    ("and", Class::Separator, "x && touch lever-canary"),
    ("or", Class::Separator, "x || touch lever-canary"),
    ("pipe", Class::Separator, "x | touch lever-canary"),
    ("background", Class::Separator, "x & touch lever-canary"),
    ("background_attached", Class::Separator, "x&touch lever-canary&"),
    ("redirect", Class::Separator, "x > lever-canary"),
    ("redirect_attached", Class::Separator, ">lever-canary"),
    ("both_redirect", Class::Separator, "&>lever-canary"),
    ("case_end", Class::Separator, "x) touch lever-canary;; esac"),
    ("subshell_end", Class::Separator, ") ; (touch lever-canary"),
    ("newline", Class::LineBreak, "x\ntouch lever-canary\n"),
    ("carriage_return", Class::LineBreak, "x\rtouch lever-canary"),
    ("crlf", Class::LineBreak, "x\r\ntouch lever-canary"),
    ("next_line", Class::LineBreak, "x\u{85}touch lever-canary"),
    ("line_separator", Class::LineBreak, "x\u{2028}touch lever-canary"),
    (
        "paragraph_separator",
        Class::LineBreak,
        "x\u{2029}touch lever-canary",
    ),
    ("vertical_tab", Class::LineBreak, "x\u{b}touch lever-canary"),
    ("form_feed", Class::LineBreak, "x\u{c}touch lever-canary"),
    ("heredoc_end", Class::LineBreak, "x\nEOF\ntouch lever-canary\n"),
    ("escaped_newline", Class::LineBreak, r"x\ntouch lever-canary"),
    ("url_newline", Class::LineBreak, "x%0atouch%20lever-canary"),
    ("dollar_paren", Class::Substitution, "$(touch lever-canary)"),
    ("backquotes", Class::Substitution, "`touch lever-canary`"),
    ("nested", Class::Substitution, "$(echo $(touch lever-canary))"),
    (
        "escaped_backquotes",
        Class::Substitution,
        r"\`touch lever-canary\`",
    ),
    (
        "default_value",
        Class::Substitution,
        "${x:-$(touch lever-canary)}",
    ),
    ("process", Class::Substitution, "<(touch lever-canary)"),
    ("prompt", Class::Substitution, "${x@P}$(touch lever-canary)"),
    ("funsub", Class::Substitution, "${ touch lever-canary; }"),
    ("shellshock", Class::Substitution, "() { :;}; touch lever-canary"),
    (
        "double_quote",
        Class::QuoteBreakOut,
        "x\"; touch lever-canary; \"",
    ),
    ("single_quote", Class::QuoteBreakOut, "x'; touch lever-canary; '"),
    (
        "both_quotes",
        Class::QuoteBreakOut,
        "'\"; touch lever-canary; \"'",
    ),
    (
        "escaped_quote",
        Class::QuoteBreakOut,
        r#"\"; touch lever-canary; \""#,
    ),
    (
        "quote_substitution",
        Class::QuoteBreakOut,
        "'$(touch lever-canary)'",
    ),
    (
        "double_quote_substitution",
        Class::QuoteBreakOut,
        "\"$(touch lever-canary)\"",
    ),
    (
        "ansi_quote",
        Class::QuoteBreakOut,
        r"$'\x27; touch lever-canary; \x27'",
    ),
    ("last_backslash", Class::QuoteBreakOut, "x\\"),
    ("reopened", Class::QuoteBreakOut, r#"'"$(touch lever-canary)"'"#),
    ("ifs", Class::Splitting, ";touch$IFS'lever-canary'"),
    ("ifs_braces", Class::Splitting, "x;touch${IFS}lever-canary"),
    ("brace_list", Class::Splitting, "{touch,lever-canary}"),
    ("blank", Class::Splitting, "a b  c"),
    ("leading_blank", Class::Splitting, " x"),
    ("trailing_blank", Class::Splitting, "x "),
    ("blank_option", Class::Splitting, "x -rf /"),
    ("all_arguments", Class::Splitting, "$@ $* $1 ${1}"),
    ("history", Class::Splitting, "!! !x"),
    ("subscript", Class::Arithmetic, "a[$(touch lever-canary)]"),
    (
        "subscript_zero",
        Class::Arithmetic,
        "x[$(touch lever-canary >&2)]+0",
    ),
    ("expression", Class::Arithmetic, "1+1"),
    (
        "path_subscript",
        Class::Arithmetic,
        "PATH=a[$(touch lever-canary)]",
    ),
    ("short_option", Class::Option, "-rf"),
    ("long_option", Class::Option, "--help"),
    ("abbreviated_option", Class::Option, "--exe=touch lever-canary"),
    ("attached_option", Class::Option, "-otouch"),
    ("clustered_option", Class::Option, "-xvOtouch"),
    ("find_exec", Class::Option, "-exec"),
    ("find_delete", Class::Option, "-delete"),
    ("output_option", Class::Option, "--output=lever-canary"),
    (
        "checkpoint",
        Class::Option,
        "--checkpoint-action=exec=touch lever-canary",
    ),
    (
        "proxy_command",
        Class::Option,
        "-oProxyCommand=touch lever-canary",
    ),
    ("upload_pack", Class::Option, "--upload-pack=touch lever-canary"),
    ("dash", Class::Option, "-"),
    ("two_dashes", Class::Option, "--"),
    ("minus_one", Class::Option, "-1"),
    ("star", Class::Glob, "*"),
    ("question", Class::Glob, "?"),
    ("class", Class::Glob, "[a-z]*"),
    ("star_path", Class::Glob, "/*"),
    ("extended", Class::Glob, "@(a|b)!(c)"),
    ("braces", Class::Glob, "{a,b}{1..3}"),
    ("parent", Class::Path, "../../../../etc/passwd"),
    ("parent_inside", Class::Path, "a/../../b"),
    ("absolute", Class::Path, "/etc/passwd"),
    ("home", Class::Path, "~/.ssh/id_ed25519"),
    ("other_home", Class::Path, "~root"),
    ("proc", Class::Path, "/proc/self/environ"),
    ("network_path", Class::Path, "/dev/tcp/127.0.0.1/9"),
    ("encoded_parent", Class::Path, "%2e%2e%2fetc%2fpasswd"),
    ("wide_semicolon", Class::Homoglyph, "x；touch lever-canary"),
    ("greek_question", Class::Homoglyph, "x\u{37e} touch lever-canary"),
    ("wide_dollar", Class::Homoglyph, "＄（touch lever-canary）"),
    ("curly_quotes", Class::Homoglyph, "“; touch lever-canary; ”"),
    ("minus_sign", Class::Homoglyph, "−rf"),
    ("wide_dash", Class::Homoglyph, "－rf"),
    ("no_break_space", Class::Homoglyph, "x\u{a0}-rf"),
    ("cyrillic", Class::Homoglyph, "раураl"),
    ("right_to_left", Class::Homoglyph, "x\u{202e}yranac-revel hcuot"),
    (
        "isolate",
        Class::Homoglyph,
        "x\u{2066};touch lever-canary\u{2069}",
    ),
    ("zero_width", Class::Homoglyph, "touch\u{200b}lever-canary"),
    ("byte_order_mark", Class::Homoglyph, "\u{feff}x"),
    ("tag_characters", Class::Homoglyph, "x\u{e0041}"),
    ("preload", Class::Setting, "LD_PRELOAD=./lever-canary.so"),
    ("path_setting", Class::Setting, "PATH=."),
    ("make_shell", Class::Setting, "SHELL=touch lever-canary"),
    ("make_immediate", Class::Setting, "x:=$(shell touch lever-canary)"),
    ("awk_setting", Class::Setting, "FS=x"),
    ("nul", Class::Control, "x\0; touch lever-canary"),
    ("escape", Class::Control, "x\u{1b}]0;touch lever-canary\u{7}"),
    ("backspace", Class::Control, "x\u{8}\u{8}touch lever-canary"),
    ("delete", Class::Control, "x\u{7f}"),
    ("csi", Class::Control, "\u{9b}31m"),
    ("tab", Class::Control, "x\ttouch lever-canary"),
    ("at_file", Class::Program, "@/etc/passwd"),
    ("plus_command", Class::Program, "+!touch lever-canary"),
    ("open_paren", Class::Program, "("),
    ("bang", Class::Program, "!"),
    ("remote_path", Class::Program, "host:$(touch lever-canary)"),
    ("perl_open", Class::Program, "touch lever-canary|"),
    ("git_ext", Class::Program, "ext::sh -c touch% lever-canary"),
    ("awk_system", Class::Program, "system(\"touch lever-canary\")"),
    ("sed_execute", Class::Program, "x/;1e touch lever-canary #"),
    (
        "python",
        Class::Program,
        "__import__('os').system('touch lever-canary')",
    ),
    ("sql", Class::Program, "x'; DROP TABLE t; --"),
    ("format", Class::Program, "%s%n%x%d"),
    ("tmux_format", Class::Program, "#(touch lever-canary)"),
    ("find_placeholder", Class::Program, "{}"),
];

/// All payloads.
pub fn all() -> Vec<Payload> {
    let table = TABLE.iter().map(|(name, class, value)| Payload {
        name,
        class: *class,
        value: Cow::Borrowed(*value),
    });
    let long = [
        ("longest_short", "a".repeat(MAX_SHORT_VALUE)),
        ("over_short", "a".repeat(MAX_SHORT_VALUE + 1)),
        ("over_long", "a".repeat(MAX_VALUE + 1)),
        ("over_long_wide", "é".repeat(MAX_VALUE)),
        ("megabyte", "x".repeat(1 << 20)),
        ("deep", "$(".repeat(1000)),
    ];
    let long = long.into_iter().map(|(name, value)| Payload {
        name,
        class: Class::OverLong,
        value: Cow::Owned(value),
    });
    table.chain(long).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_class_is_there_and_names_are_unique() {
        let payloads = all();
        let names: BTreeSet<_> = payloads.iter().map(|payload| payload.name).collect();
        assert_eq!(names.len(), payloads.len());
        let classes: BTreeSet<_> = payloads.iter().map(|payload| payload.class).collect();
        assert_eq!(classes.len(), 14);
        assert!(payloads.iter().all(|payload| !payload.value.is_empty()));
    }
}
