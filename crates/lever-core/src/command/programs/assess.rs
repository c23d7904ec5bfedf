//! What a whole template does: its commands, their wrappers and their code, added up.

use serde::Serialize;

use crate::command::shell_words::{Piece, Redirect, RedirectKind, SimpleCommand, Word};
use crate::command::{Effects, Net, Permissions, Processes, Write};

use super::Programs;
use super::code::{self, Code};
use super::grant::{PathText, granted, is_device, path_text};
use super::kind::Kind;
use super::option::Style;
use super::table::Facts;
use super::tags::Tags;
use super::walk::{Argued, Walk, Why, behind, walk};

/// What has to be known of a template's hole.
#[derive(Clone, Copy, Debug)]
pub struct HoleFact<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value may be an option, so that what the command does is open.
    pub option: bool,
}

/// Reads shell text into the commands it runs; nothing where it can't.
pub type ShellParser<'a> = dyn Fn(&str) -> Option<Vec<SimpleCommand>> + 'a;

/// What a template does and needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// What it may do.
    pub effects: Effects,
    /// What a run of it needs, derived from the effects.
    pub permissions: Permissions,
    /// It wants a terminal.
    pub interactive: bool,
    /// It runs until it is stopped.
    pub follows: bool,
    /// What was found strange or worth a word, without repeats.
    pub notes: Vec<Note>,
    /// Holes that stand in another language's program.
    pub code: Vec<CodePosition>,
    /// What each word is, command by command, in the order given.
    pub commands: Vec<CommandFacts>,
}

/// Something a person should hear about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// A stable name: `unknown_program`, `unknown_subcommand`, `unknown_option`, `open_option`, `open_program`,
    /// `open_code`, `runs_script`, `open_path`, `writes_device`, `name_in_code`, `privileged_wrapper`.
    pub code: &'static str,
    /// The words it is about.
    pub text: String,
}

/// A hole whose value another program would read as a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePosition {
    /// The command, by its place in what was assessed.
    pub command: usize,
    /// The word in it; none if the hole is in a here-document.
    pub word: Option<usize>,
    /// The hole.
    pub hole: usize,
    /// The language, as `sh`, `awk`, `sql`; `program` for the name of a program.
    pub language: String,
    /// The program that reads it.
    pub program: String,
}

/// What one command's words are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandFacts {
    /// The program behind all wrappers, without its folder; empty where it is not literal.
    pub program: String,
    /// Its subcommand, words joined by blanks; empty if it has none.
    pub subcommand: String,
    /// One a word.
    pub words: Vec<WordFact>,
    /// Where a word may be put in so that what follows is never read as an option; in ascending order.
    pub guards: Vec<Guard>,
}

/// What one word is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordFact {
    /// Its part in the command.
    pub role: Role,
    /// Values that would mean something else here: of a hole that begins the word or the value in it, or follows its `=`.
    pub refuse: &'static [Refusal],
}

/// The part of a word in its command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The name of a program, or of one that a wrapper runs.
    Program,
    /// The name of a subcommand.
    Subcommand,
    /// An option, with its value if that is attached.
    Option,
    /// An option's value in a word of its own.
    Value(Kind),
    /// An operand.
    Operand(Kind),
    /// `--`
    Separator,
    /// A word that is not understood.
    Unknown,
}

/// A place for an end-of-options word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The word before which it goes.
    pub before: usize,
    /// What to put there: `--`, or for some of git's subcommands `--end-of-options`.
    pub text: &'static str,
}

/// A value that would not be taken as what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// One that begins so: `@` names a file to read, `+` a command.
    Leading(&'static str),
    /// One that contains this: `:` sets a host apart from a path.
    Containing(&'static str),
    /// One that is exactly this: find's `(`.
    Exactly(&'static str),
}

/// Says what `commands` do and need.
///
/// `holes` are the template's holes, which the words name by their place; `parse` reads the shell text that a command hands
/// to another shell (`sh -c`, `ssh host`, `watch`).
pub fn assess(
    programs: &Programs,
    commands: &[SimpleCommand],
    holes: &[HoleFact<'_>],
    parse: &ShellParser<'_>,
) -> Assessment {
    let mut assessor = Assessor {
        programs,
        holes,
        parse,
        commands,
        current: 0,
        tags: Tags::NONE,
        reads: Vec::new(),
        writes: Vec::new(),
        exit: Vec::new(),
        base: None,
        stand_ins: Vec::new(),
        placeholder: None,
        remote: false,
        partial: false,
        depth: 0,
        result: Assessment::default(),
    };
    assessor
        .result
        .commands
        .resize(commands.len(), CommandFacts::default());
    for index in 0..commands.len() {
        assessor.current = index;
        assessor.command(&commands[index]);
    }
    assessor.finish()
}

/// How deep wrappers and shell texts may be nested; what lies deeper is unknown.
const MAX_DEPTH: u32 = 16;

struct Assessor<'a> {
    programs: &'a Programs,
    holes: &'a [HoleFact<'a>],
    parse: &'a ShellParser<'a>,
    commands: &'a [SimpleCommand],
    /// The command of `commands` being looked at.
    current: usize,
    tags: Tags,
    reads: Vec<String>,
    writes: Vec<String>,
    exit: Vec<i32>,
    /// The folder that relative paths start from, if it is not the caller's.
    base: Option<String>,
    /// The paths that `{}` may stand for, in a command run by find or xargs.
    stand_ins: Vec<String>,
    /// What stands for a file name in such a command.
    placeholder: Option<String>,
    /// What is looked at runs on another machine or in a container: its effects count, its needs do not.
    remote: bool,
    /// What is looked at gets more words than are seen, from the program that runs it.
    partial: bool,
    depth: u32,
    result: Assessment,
}

impl<'a> Assessor<'a> {
    fn command(&mut self, command: &SimpleCommand) {
        for assignment in &command.assignments {
            self.assignment(&assignment.name, &assignment.value);
        }
        let unclear = WordFact {
            role: Role::Unknown,
            refuse: &[],
        };
        self.result.commands[self.current]
            .words
            .resize(command.words.len(), unclear);
        if !command.words.is_empty() {
            self.argv(&command.words, Some(0));
        }
        for redirect in &command.redirects {
            self.redirect(redirect);
        }
        if command.background {
            self.add(Tags::DETACHES);
        }
    }

    fn finish(mut self) -> Assessment {
        let tags = self.tags;
        self.exit.sort_unstable();
        self.exit.dedup();
        self.result.notes.sort();
        self.result.notes.dedup();
        for facts in &mut self.result.commands {
            facts.guards.sort_by_key(|guard| guard.before);
        }
        self.result.effects = tags.effects();
        self.result.interactive = tags.has(Tags::TERMINAL);
        self.result.follows = tags.has(Tags::FOLLOWS);
        self.result.permissions = Permissions {
            read: self
                .reads
                .iter()
                .filter(|path| !self.writes.contains(path))
                .cloned()
                .collect(),
            write: Write::from_paths(self.writes.clone()),
            net: match () {
                () if tags.has(Tags::NETWORK) => Net::All,
                () if tags.has(Tags::SOCKET) => Net::Unix,
                () => Net::None,
            },
            netlink: tags.has(Tags::NETLINK),
            processes: match () {
                () if tags.has(Tags::SIGNAL) => Processes::Signal,
                () if tags.has(Tags::SEE) => Processes::See,
                () => Processes::Own,
            },
            interactive: tags.has(Tags::TERMINAL),
            ok_exit: self.exit,
            detach: tags.has(Tags::DETACHES),
            host: tags.has(Tags::HOST),
            ..Permissions::default()
        };
        self.result
    }

    fn add(&mut self, tags: Tags) {
        if self.remote {
            let effects = tags.effects();
            let bit = |holds: bool, tag: Tags| if holds { tag } else { Tags::NONE };
            self.tags |= bit(effects.reads, Tags::READS)
                | bit(effects.writes || effects.unknown, Tags::CHANGES)
                | bit(effects.destroys, Tags::DESTROYS)
                | bit(effects.privileged, Tags::PRIVILEGED)
                | bit(effects.network, Tags::NETWORK)
                | bit(tags.has(Tags::FOLLOWS), Tags::FOLLOWS);
        } else {
            self.tags |= tags;
        }
    }

    fn note(&mut self, code: &'static str, text: impl Into<String>) {
        self.result.notes.push(Note {
            code,
            text: text.into(),
        });
    }

    fn unknown(&mut self, code: &'static str, text: impl Into<String>) {
        self.add(Tags::UNKNOWN);
        self.note(code, text);
    }

    /// Assesses a program and its words. `offset` is where they begin in the current command; none if they come from text.
    fn argv(&mut self, words: &[Word], offset: Option<usize>) {
        if self.depth >= MAX_DEPTH {
            return self.unknown("unknown_program", "nested too deeply");
        }
        let Some(first) = words.first() else { return };
        self.role(offset, 0, Role::Program);
        let Some(name) = first.as_literal() else {
            self.holes_are_code(first, offset, "program", "");
            return self.unknown("open_program", self.show(first));
        };
        let program = base_name(name);
        let Some(node) = program.and_then(|program| self.programs.program(program)) else {
            for (index, word) in words.iter().enumerate().skip(1) {
                let is_option = word.prefix().starts_with('-');
                self.role(
                    offset,
                    index,
                    if is_option {
                        Role::Option
                    } else {
                        Role::Operand(Kind::Text)
                    },
                );
            }
            self.name_command(offset, name, "");
            return self.unknown("unknown_program", name);
        };
        self.depth += 1;
        let walk = walk(node, words, self.holes);
        let subcommand: Vec<&str> = walk
            .subcommand
            .iter()
            .filter_map(|&at| words[at].as_literal())
            .collect();
        self.name_command(offset, program.unwrap_or(name), &subcommand.join(" "));
        self.mark(&walk, words, offset);
        self.weigh(&walk, words, offset, program.unwrap_or(name));
        self.depth -= 1;
    }

    fn name_command(&mut self, offset: Option<usize>, program: &str, subcommand: &str) {
        if offset.is_some() {
            let facts = &mut self.result.commands[self.current];
            program.clone_into(&mut facts.program);
            subcommand.clone_into(&mut facts.subcommand);
        }
    }

    fn role(&mut self, offset: Option<usize>, word: usize, role: Role) {
        let Some(offset) = offset else { return };
        if let Some(fact) = self.result.commands[self.current].words.get_mut(offset + word) {
            fact.refuse = match &role {
                Role::Value(kind) | Role::Operand(kind) => refusals(kind),
                _ => &[],
            };
            fact.role = role;
        }
    }

    /// Writes down what each word is and where an end-of-options word may go.
    fn mark(&mut self, walk: &Walk<'_>, words: &[Word], offset: Option<usize>) {
        let Some(start) = offset else { return };
        for &at in &walk.subcommand {
            self.role(offset, at, Role::Subcommand);
        }
        for seen in &walk.options {
            self.role(offset, seen.word, Role::Option);
        }
        for argued in &walk.arguments {
            match (argued.of_option, argued.skip) {
                (true, 0) => self.role(offset, argued.word, Role::Value(argued.kind.clone())),
                (true, _) => {
                    if let Some(fact) = self.result.commands[self.current]
                        .words
                        .get_mut(start + argued.word)
                    {
                        fact.refuse = refusals(argued.kind);
                    }
                }
                (false, _) => self.role(offset, argued.word, Role::Operand(argued.kind.clone())),
            }
            // find takes its operators for what they are wherever they stand.
            if !argued.of_option
                && walk.facts.is_some_and(|facts| facts.options.get("(").is_some())
                && let Some(fact) = self.result.commands[self.current]
                    .words
                    .get_mut(start + argued.word)
            {
                fact.refuse = OPERATORS;
            }
        }
        if let Some(at) = walk.separator.filter(|&at| words[at].as_literal() == Some("--")) {
            self.role(offset, at, Role::Separator);
        }
        for puzzle in &walk.puzzles {
            self.role(offset, puzzle.word, Role::Unknown);
        }
        let Some(text) = walk.facts.and_then(|facts| facts.guard) else {
            return;
        };
        let gnu = walk
            .above
            .first()
            .is_some_and(|facts| matches!(facts.style, Style::Gnu | Style::Bundled));
        let plain = walk.facts.is_none_or(|facts| facts.style == Style::None);
        if !gnu
            || plain
            || !walk.puzzles.is_empty()
            || walk.separator.is_some()
            || walk.taker.is_some()
            || walk.unlisted
        {
            return;
        }
        // Only where nothing but operands follows: an option behind the guard would become an operand.
        let run = walk
            .operands
            .iter()
            .rev()
            .zip((0..words.len()).rev())
            .take_while(|(at, last)| *at == last)
            .count();
        let tail = &walk.operands[walk.operands.len() - run..];
        if tail.iter().any(|&at| words[at].leading_hole().is_some())
            && let Some(&before) = tail.first()
        {
            self.result.commands[self.current].guards.push(Guard {
                before: start + before,
                text,
            });
        }
    }

    /// Adds up what a command's words say.
    fn weigh(&mut self, walk: &Walk<'a>, words: &[Word], offset: Option<usize>, program: &str) {
        for puzzle in &walk.puzzles {
            let shown = format!("{program} {}", self.show(&words[puzzle.word]));
            match puzzle.why {
                Why::Subcommand => self.unknown("unknown_subcommand", shown),
                Why::Option => self.unknown("unknown_option", shown),
                Why::OpenOption => self.unknown("open_option", shown),
            }
        }
        let Some(facts) = walk.facts else { return };
        if walk.help && walk.operands.is_empty() && walk.options.is_empty() && walk.puzzles.is_empty() {
            return;
        }
        if walk.puzzles.iter().any(|puzzle| puzzle.why == Why::Subcommand) {
            return;
        }
        let own = walk.options.iter().map(|seen| seen.tags);
        let only = own.clone().any(|tags| tags.has(Tags::ONLY));
        let dry = own.clone().any(|tags| tags.has(Tags::DRY));
        let mut tags = own.fold(Tags::NONE, |all, tags| all | tags);
        if !only {
            tags |= facts.does;
            if !walk.operands.is_empty() {
                tags |= facts.given;
            }
        }
        let direct = tags.has(Tags::DIRECT);
        if tags.has(Tags::OWN) {
            tags = tags.without(Tags::PRIVILEGED);
        }
        if dry {
            tags = tags.in_dry_run();
        }
        let runs_code = tags.has(Tags::FILLS) || walk.arguments.iter().any(|argued| is_code(argued.kind));
        if !runs_code && !only {
            match &facts.stdin {
                // ssh and its like get their words; an interpreter would read its program from what it is fed.
                Some(_) if self.partial => {
                    if !facts.operands.take_remote() {
                        tags |= Tags::UNKNOWN;
                    }
                }
                Some(language) => tags |= self.standard_input(language, program, facts),
                None if walk.operands.is_empty() && !self.is_fed() => tags |= facts.alone,
                None => {}
            }
        }
        let outer_base = self.base.clone();
        self.enter_folders(walk, words);
        self.add(tags);
        self.exit.extend(&facts.exit);
        let remote = walk.arguments.iter().any(|argued| {
            matches!(argued.kind, Kind::Remote | Kind::RemoteDest)
                && is_remote(&behind(&words[argued.word], argued.skip))
        });
        self.configuration(walk, tags, remote);
        let edits_none = !walk
            .arguments
            .iter()
            .any(|argued| matches!(argued.kind, Kind::Edited | Kind::Opened));
        if tags.has(Tags::EDITS) && edits_none && !self.is_fed() {
            self.add(Tags::CHANGES);
            self.grant_write(".");
        }
        if tags.has(Tags::WRITES) {
            self.grant_write(".");
        }
        if walk.arguments.iter().any(|argued| changes_by_code(argued, words)) {
            tags |= Tags::EDITS;
        }
        let outer_remote = self.remote;
        let outer_stand_ins = self.stand_ins.clone();
        let outer_placeholder = self.placeholder.clone();
        self.set_stand_ins(walk, words, program);
        for argued in &walk.arguments {
            self.argument(
                argued,
                words,
                offset,
                Command {
                    program,
                    tags,
                    dry,
                    direct,
                },
            );
        }
        self.remote = outer_remote;
        self.stand_ins = outer_stand_ins;
        self.placeholder = outer_placeholder;
        let moves_shell = matches!(program, "cd" | "pushd") && offset == Some(0);
        if !moves_shell {
            self.base = outer_base;
        }
    }

    /// Moves to the folders that the command says it works in.
    fn enter_folders(&mut self, walk: &Walk<'_>, words: &[Word]) {
        for argued in walk.arguments.iter().filter(|argued| *argued.kind == Kind::Chdir) {
            let word = behind(&words[argued.word], argued.skip);
            match path_text(&word, self.holes) {
                PathText::At(path) if path == "." => {}
                PathText::At(path) => {
                    self.grant_read(&path);
                    let inside = granted(self.base.as_deref(), &path);
                    self.base = if inside == "." { None } else { Some(inside) };
                }
                PathText::Nowhere => {}
                PathText::Open => self.note("open_path", self.show(&word)),
            }
        }
    }

    fn configuration(&mut self, walk: &Walk<'_>, tags: Tags, remote: bool) {
        if self.remote {
            return;
        }
        let mut above = walk.above.clone();
        if let Some(own) = walk.facts
            && !above.iter().any(|facts| std::ptr::eq(*facts, own))
        {
            above.push(own);
        }
        let networked = tags.has(Tags::NETWORK) || remote;
        for facts in above {
            let network_config = facts.network_config.iter().filter(|_| networked);
            for path in facts.config.iter().chain(network_config) {
                push_new(&mut self.reads, path);
            }
            if tags.effects().writes {
                for path in &facts.state {
                    push_new(&mut self.writes, path);
                }
            }
        }
    }

    /// What `{}` means in the commands that find and xargs run.
    fn set_stand_ins(&mut self, walk: &Walk<'_>, words: &[Word], program: &str) {
        let runs = |argued: &&Argued<'_>| matches!(argued.kind, Kind::ArgvUntil | Kind::Placeholder);
        let placeholder = walk.arguments.iter().find(runs);
        if let Some(argued) = placeholder {
            let named = behind(&words[argued.word], argued.skip)
                .as_literal()
                .unwrap_or_default()
                .to_owned();
            let is_named = *argued.kind == Kind::Placeholder && !named.is_empty();
            self.placeholder = Some(if is_named { named } else { "{}".to_owned() });
        } else if matches!(program, "xargs" | "parallel") {
            self.placeholder = Some("{}".to_owned());
        }
        if matches!(program, "find" | "gfind" | "fd" | "fdfind") {
            self.stand_ins = walk
                .arguments
                .iter()
                .filter(|argued| *argued.kind == Kind::Edited)
                .filter_map(|argued| match path_text(&words[argued.word], self.holes) {
                    PathText::At(path) => Some(path),
                    _ => None,
                })
                .collect();
        } else if matches!(program, "xargs" | "parallel") {
            self.stand_ins = self.reads.clone();
        }
        if self.stand_ins.is_empty() {
            self.stand_ins.push(".".to_owned());
        }
    }

    fn argument(&mut self, argued: &Argued<'_>, words: &[Word], offset: Option<usize>, command: Command<'_>) {
        let word = behind(&words[argued.word], argued.skip);
        let at = offset.map(|offset| offset + argued.word);
        match argued.kind {
            Kind::Text | Kind::Rest | Kind::Chdir | Kind::Placeholder => {}
            Kind::PlusPath if word.prefix().starts_with('+') => {
                let place = word.as_literal().map(|text| &text[1..]);
                let harmless = |place: &str| {
                    matches!(place, "" | "G" | "F") || place.starts_with('/') || place.parse::<u32>().is_ok()
                };
                if !place.is_some_and(harmless) {
                    self.unknown("open_code", format!("{} {}", command.program, self.show(&word)));
                }
            }
            Kind::Path | Kind::PlusPath => self.read_word(&word),
            Kind::Dest if command.dry && !argued.of_option => self.read_word(&word),
            Kind::Dest => self.write_word(&word),
            Kind::Edited | Kind::Opened if command.tags.has(Tags::EDITS) => self.write_word(&word),
            Kind::Edited | Kind::Opened => self.read_word(&word),
            Kind::Remote | Kind::RemoteDest if is_remote(&word) => {
                self.add(Tags::NETWORK);
                if *argued.kind == Kind::RemoteDest && !command.dry {
                    self.add(Tags::CHANGES);
                }
            }
            Kind::Inside | Kind::InsideDest if is_remote(&word) => {}
            Kind::RemoteDest | Kind::InsideDest if !command.dry => self.write_word(&word),
            Kind::Remote | Kind::RemoteDest | Kind::Inside | Kind::InsideDest => self.read_word(&word),
            Kind::Setting => {
                let sets = |piece: &Piece| matches!(piece, Piece::Text(text) if text.contains('='));
                if word.pieces.iter().any(sets) {
                    self.add(Tags::CHANGES | Tags::PRIVILEGED);
                }
            }
            Kind::Data => {
                // `@file`, and in forms `name=@file` or `name=<file`.
                let text = word.prefix();
                let starts = [
                    text.strip_prefix('@').map(str::len),
                    text.find("=@").map(|at| text.len() - at - 2),
                ];
                let starts = starts
                    .into_iter()
                    .chain([text.find("=<").map(|at| text.len() - at - 2)]);
                if let Some(left) = starts.flatten().max() {
                    self.read_word(&behind(&word, text.len() - left));
                }
            }
            Kind::Variable => match word.prefix().split_once('=') {
                Some((name, _)) => self.assignment(&name.to_owned(), &behind(&word, name.len() + 1)),
                None => self.argv(std::slice::from_ref(&word), at),
            },
            Kind::Argv | Kind::RemoteArgv | Kind::ArgvUntil => {
                self.remote |= *argued.kind == Kind::RemoteArgv;
                self.nested(&words[argued.word..argued.end], at, command.program);
            }
            Kind::ShellRest if command.direct => {
                self.nested(&words[argued.word..argued.end], at, command.program)
            }
            Kind::ShellRest | Kind::RemoteShellRest => {
                self.remote |= *argued.kind == Kind::RemoteShellRest;
                self.shell_rest(&words[argued.word..argued.end], at, command.program);
            }
            Kind::Program => self.program_text(&word, at, command.program),
            Kind::Script => {
                self.read_word(&word);
                self.unknown("runs_script", self.show(&word));
            }
            Kind::Code(language) => self.code(language, &word, at, command.program),
        }
    }

    /// A command given as the words of another one.
    fn nested(&mut self, words: &[Word], at: Option<usize>, outer: &str) {
        let mut skip = 0;
        while let Some((name, _)) = words.get(skip).and_then(|word| word.prefix().split_once('=')) {
            if !is_name(name) {
                break;
            }
            self.assignment(&name.to_owned(), &behind(&words[skip], name.len() + 1));
            skip += 1;
        }
        let mut words = words[skip..].to_vec();
        let start = at.map(|at| at + skip);
        let appends = matches!(outer, "xargs" | "parallel" | "fd" | "fdfind");
        if let (true, Some(placeholder)) = (appends, self.placeholder.clone()) {
            if !words.iter().any(|word| word.prefix().contains(&placeholder)) {
                words.push(Word::literal(&placeholder));
            }
        }
        self.argv(&words, start);
    }

    /// A command given as words that a shell reads, joined by blanks.
    fn shell_rest(&mut self, words: &[Word], at: Option<usize>, program: &str) {
        let mut open = false;
        for (index, word) in words.iter().enumerate() {
            open |= word.as_literal().is_none();
            self.holes_are_code(word, at.map(|at| at + index), "sh", program);
            self.role(at, index, Role::Operand(Kind::Code("sh".into())));
        }
        if open {
            return self.unknown("open_code", format!("{program}: {}", self.show_all(words)));
        }
        let text: Vec<&str> = words.iter().filter_map(Word::as_literal).collect();
        self.shell_text(&text.join(" "));
    }

    fn shell_text(&mut self, text: &str) {
        if let Some(placeholder) = &self.placeholder
            && text.contains(placeholder.as_str())
            && self.depth > 1
        {
            self.note("name_in_code", text);
        }
        if self.depth >= MAX_DEPTH {
            return self.unknown("open_code", text);
        }
        let Some(commands) = (self.parse)(text) else {
            return self.unknown("open_code", text);
        };
        self.depth += 1;
        let base = self.base.clone();
        for command in &commands {
            for assignment in &command.assignments {
                self.assignment(&assignment.name, &assignment.value);
            }
            self.argv(&command.words, None);
            // The text's own `cd` counts for the rest of the text.
            if matches!(command.program(), Some("cd" | "pushd"))
                && let Some(folder) = command.words.get(1)
                && let PathText::At(path) = path_text(folder, self.holes)
            {
                self.base = Some(granted(self.base.as_deref(), &path)).filter(|base| base != ".");
            }
            for redirect in &command.redirects {
                self.redirect(redirect);
            }
            if command.background {
                self.add(Tags::DETACHES);
            }
        }
        self.base = base;
        self.depth -= 1;
    }

    fn program_text(&mut self, word: &Word, at: Option<usize>, program: &str) {
        self.holes_are_code(word, at, "program", program);
        let Some(text) = word.as_literal() else {
            return self.unknown("open_code", format!("{program}: {}", self.show(word)));
        };
        if text.contains(['$', '`', ';', '|', '&', '<', '>', '\'', '"', '\\']) {
            return self.shell_text(text);
        }
        let words: Vec<Word> = text.split_whitespace().map(Word::literal).collect();
        let outer = std::mem::replace(&mut self.partial, true);
        self.argv(&words, None);
        self.partial = outer;
    }

    fn code(&mut self, language: &str, word: &Word, at: Option<usize>, program: &str) {
        self.holes_are_code(word, at, language, program);
        match word.as_literal() {
            Some(text) => self.code_text(language, text, program),
            None => self.unknown("open_code", format!("{program}: {}", self.show(word))),
        }
    }

    fn code_text(&mut self, language: &str, text: &str, program: &str) {
        if language == "sh" {
            return self.shell_text(text);
        }
        if let Some(placeholder) = &self.placeholder
            && !matches!(language, "awk" | "sed")
            && text.contains(placeholder.as_str())
        {
            self.note("name_in_code", text);
        }
        let Code {
            tags,
            shell,
            reads,
            writes,
            open,
        } = code::inspect(language, text);
        self.add(tags);
        if open {
            self.unknown("open_code", format!("{program}: {text}"));
        }
        for path in reads {
            self.read_word(&Word::literal(&path));
        }
        for path in writes {
            self.write_word(&Word::literal(&path));
        }
        for text in shell {
            self.shell_text(&text);
        }
    }

    /// True if the command's input comes from another one or from a file.
    fn is_fed(&self) -> bool {
        let command = &self.commands[self.current];
        let reads = |redirect: &Redirect| {
            matches!(
                redirect.kind,
                RedirectKind::Read | RedirectKind::HereDocument | RedirectKind::HereString
            )
        };
        self.partial || command.pipe_in || command.redirects.iter().any(reads)
    }

    /// What a program does that takes its program from standard input.
    fn standard_input(&mut self, language: &str, program: &str, facts: &Facts) -> Tags {
        let command = &self.commands[self.current];
        let here = command.redirects.iter().rev().find(|redirect| {
            redirect.fd.is_none_or(|fd| fd == 0)
                && matches!(
                    redirect.kind,
                    RedirectKind::Read
                        | RedirectKind::ReadWrite
                        | RedirectKind::HereDocument
                        | RedirectKind::HereString
                )
        });
        if let Some(redirect) = here {
            match redirect.kind {
                RedirectKind::HereDocument | RedirectKind::HereString => {
                    let target = redirect.target.clone();
                    for hole in target.holes() {
                        let position = self.position(None, hole, language, program);
                        self.result.code.push(position);
                    }
                    match target.as_literal() {
                        Some(text) => self.code_text(language, text, program),
                        None => self.unknown("open_code", format!("{program}: {}", self.show(&target))),
                    }
                }
                _ => self.unknown(
                    "open_code",
                    format!("{program} < {}", self.show(&redirect.target)),
                ),
            }
            return Tags::NONE;
        }
        if !command.pipe_in {
            return facts.alone;
        }
        let sources = self.pipe_sources();
        for &source in &sources {
            for (index, word) in self.commands[source].words.iter().enumerate() {
                for hole in word.holes() {
                    let mut position = self.position(Some(index), hole, language, program);
                    position.command = source;
                    self.result.code.push(position);
                }
            }
        }
        let written = match sources.as_slice() {
            [source] => echoed(&self.commands[*source]),
            _ => None,
        };
        match written {
            Some(text) => self.code_text(language, &text, program),
            None => self.unknown("open_code", format!("{program} reads its program from a pipe")),
        }
        Tags::NONE
    }

    /// The commands whose output reaches the current one by pipes.
    fn pipe_sources(&self) -> Vec<usize> {
        let mut sources = Vec::new();
        for index in (0..self.current).rev() {
            if self.commands[index].pipe_out {
                sources.push(index);
                if !self.commands[index].pipe_in {
                    break;
                }
            }
        }
        sources
    }

    fn position(&self, word: Option<usize>, hole: usize, language: &str, program: &str) -> CodePosition {
        CodePosition {
            command: self.current,
            word,
            hole,
            language: language.to_owned(),
            program: program.to_owned(),
        }
    }

    fn holes_are_code(&mut self, word: &Word, at: Option<usize>, language: &str, program: &str) {
        for hole in word.holes() {
            let position = self.position(at, hole, language, program);
            if !self.result.code.contains(&position) {
                self.result.code.push(position);
            }
        }
    }

    /// A variable may name a program or a library that the command then runs.
    fn assignment(&mut self, name: &str, value: &Word) {
        let Some(table) = self.programs.program("NAME=VALUE") else {
            return;
        };
        let mut word = Word::literal(&format!("{name}="));
        for piece in &value.pieces {
            match piece {
                Piece::Text(text) => word.push_text(text),
                other => word.pieces.push(other.clone()),
            }
        }
        let words = [Word::literal("NAME=VALUE"), word];
        let walk = walk(table, &words, self.holes);
        self.depth += 1;
        self.weigh(&walk, &words, None, name);
        self.depth -= 1;
    }

    fn redirect(&mut self, redirect: &Redirect) {
        match redirect.kind {
            RedirectKind::Read => {
                self.add(Tags::READS);
                self.read_word(&redirect.target);
            }
            RedirectKind::Write
            | RedirectKind::Append
            | RedirectKind::WriteBoth
            | RedirectKind::AppendBoth
            | RedirectKind::ReadWrite => self.write_word(&redirect.target),
            RedirectKind::Duplicate
            | RedirectKind::HereDocument
            | RedirectKind::HereString
            | RedirectKind::Process => {}
        }
    }

    fn read_word(&mut self, word: &Word) {
        if self.is_stand_in(word) {
            return;
        }
        match path_text(word, self.holes) {
            PathText::At(path) => self.grant_read(&path),
            PathText::Nowhere => {}
            PathText::Open => self.note("open_path", self.show(word)),
        }
    }

    fn write_word(&mut self, word: &Word) {
        if self.is_stand_in(word) {
            self.add(Tags::CHANGES);
            for path in self.stand_ins.clone() {
                self.grant_write(&path);
            }
            return;
        }
        match path_text(word, self.holes) {
            PathText::At(path) => {
                self.add(Tags::CHANGES);
                if is_device(&path) {
                    self.add(Tags::DESTROYS);
                    self.note("writes_device", path.as_str());
                }
                self.grant_write(&path);
            }
            PathText::Nowhere => {}
            PathText::Open => {
                self.add(Tags::CHANGES);
                self.note("open_path", self.show(word));
                self.grant_write(".");
            }
        }
    }

    fn is_stand_in(&self, word: &Word) -> bool {
        let Some(placeholder) = &self.placeholder else {
            return false;
        };
        word.as_literal()
            .is_some_and(|text| text.starts_with(placeholder.as_str()))
    }

    fn grant_read(&mut self, path: &str) {
        let path = granted(self.base.as_deref(), path);
        if !self.remote && path != "." {
            push_new(&mut self.reads, &path);
        }
    }

    fn grant_write(&mut self, path: &str) {
        let path = granted(self.base.as_deref(), path);
        if !self.remote {
            push_new(&mut self.writes, &path);
        }
    }

    fn show(&self, word: &Word) -> String {
        let mut shown = String::new();
        for piece in &word.pieces {
            match piece {
                Piece::Text(text) | Piece::Glob(text) | Piece::Expansion(text) => shown.push_str(text),
                Piece::Home(name) => shown.extend(["~", name]),
                Piece::Hole(hole) => {
                    shown.extend(["{{", self.holes.get(*hole).map_or("?", |hole| hole.name), "}}"]);
                }
            }
        }
        shown
    }

    fn show_all(&self, words: &[Word]) -> String {
        words
            .iter()
            .map(|word| self.show(word))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// What an argument has to know about its command.
#[derive(Clone, Copy)]
struct Command<'a> {
    program: &'a str,
    tags: Tags,
    dry: bool,
    direct: bool,
}

fn push_new(list: &mut Vec<String>, entry: &str) {
    if !list.iter().any(|old| old == entry) {
        list.push(entry.to_owned());
    }
}

/// Folders where a program of a known name is that program.
const PROGRAM_FOLDERS: &[&str] = &[
    "/bin",
    "/usr/bin",
    "/sbin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/opt/homebrew/bin",
];

/// The program's name, if it is found by name or stands in a folder where names can be trusted: `./git` may be anything.
fn base_name(name: &str) -> Option<&str> {
    match name.rsplit_once('/') {
        None => Some(name),
        Some((folder, base)) => PROGRAM_FOLDERS.contains(&folder).then_some(base),
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

const fn is_code(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Code(_)
            | Kind::ShellRest
            | Kind::RemoteShellRest
            | Kind::Script
            | Kind::Argv
            | Kind::RemoteArgv
    )
}

/// True for code that changes the file that the command works on, as SQL may.
fn changes_by_code(argued: &Argued<'_>, words: &[Word]) -> bool {
    let Kind::Code(language) = argued.kind else {
        return false;
    };
    let word = behind(&words[argued.word], argued.skip);
    word.as_literal()
        .is_some_and(|text| code::inspect(language, text).tags.effects().writes)
}

/// `host:path`, `user@host:path`, `rsync://..`; also with a hole before the colon.
fn is_remote(word: &Word) -> bool {
    for piece in &word.pieces {
        if let Piece::Text(text) = piece {
            match text.find(['/', ':']) {
                Some(at) if text[at..].starts_with(':') => return true,
                Some(_) => return false,
                None => {}
            }
        }
    }
    false
}

/// What `echo` or `printf` with literal words writes.
fn echoed(command: &SimpleCommand) -> Option<String> {
    let (program, words) = command.words.split_first()?;
    let words = words.iter().map(Word::as_literal).collect::<Option<Vec<_>>>()?;
    let words: Vec<&str> = words
        .into_iter()
        .skip_while(|word| matches!(*word, "-n" | "-e" | "-ne" | "-en"))
        .collect();
    match program.as_literal()? {
        "echo" => Some(words.join(" ")),
        "printf" if words.len() == 1 && !words[0].contains('%') => Some(words[0].replace("\\n", "\n")),
        _ => None,
    }
}

/// Operands that find reads as operators.
const OPERATORS: &[Refusal] = &[
    Refusal::Exactly("("),
    Refusal::Exactly("!"),
    Refusal::Exactly(")"),
    Refusal::Exactly(","),
];

const fn refusals(kind: &Kind) -> &'static [Refusal] {
    match kind {
        Kind::Data => &[Refusal::Leading("@")],
        Kind::PlusPath => &[Refusal::Leading("+")],
        Kind::Opened => &[
            Refusal::Containing("|"),
            Refusal::Leading("<"),
            Refusal::Leading(">"),
        ],
        Kind::Setting => &[Refusal::Containing("=")],
        Kind::Remote | Kind::RemoteDest | Kind::Inside | Kind::InsideDest => &[Refusal::Containing(":")],
        _ => &[],
    }
}
