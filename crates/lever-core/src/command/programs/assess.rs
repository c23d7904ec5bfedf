//! What a whole template does: its commands, their wrappers and their code, added up.

use crate::command::shell_words::{Piece, SimpleCommand, Word};
use crate::command::{Net, Permissions, Processes, Repository, Write};

use super::Programs;
use super::access::push_new;
use super::assessment::{Assessment, CommandFacts, HoleFact, Note, Role, ShellParser, WordFact};
use super::code;
use super::grant::{PathText, granted, path_text};
use super::kind::Kind;
use super::tags::Tags;
use super::walk::{Argued, Walk, Why, behind, walk};

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
        secrets: Vec::new(),
        repository: Repository::Unused,
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
    for (index, command) in commands.iter().enumerate() {
        assessor.current = index;
        assessor.command(command);
    }
    assessor.finish()
}

/// How deep wrappers and shell texts may be nested; what lies deeper is unknown.
pub(super) const MAX_DEPTH: u32 = 16;

/// An assessment under way.
pub(super) struct Assessor<'a> {
    pub(super) programs: &'a Programs,
    pub(super) holes: &'a [HoleFact<'a>],
    pub(super) parse: &'a ShellParser<'a>,
    pub(super) commands: &'a [SimpleCommand],
    /// The command of `commands` being looked at.
    pub(super) current: usize,
    pub(super) tags: Tags,
    pub(super) reads: Vec<String>,
    /// Secret stores that the programs work with.
    pub(super) secrets: Vec<String>,
    /// Whether a program obeys the settings of a git repository.
    pub(super) repository: Repository,
    pub(super) writes: Vec<String>,
    pub(super) exit: Vec<i32>,
    /// The folder that relative paths start from, if it is not the caller's.
    pub(super) base: Option<String>,
    /// The paths that `{}` may stand for, in a command run by find or xargs.
    pub(super) stand_ins: Vec<String>,
    /// What stands for a file name in such a command.
    pub(super) placeholder: Option<String>,
    /// What is looked at runs on another machine or in a container: its effects count, its needs do not.
    pub(super) remote: bool,
    /// What is looked at gets more words than are seen, from the program that runs it.
    pub(super) partial: bool,
    pub(super) depth: u32,
    pub(super) result: Assessment,
}

impl<'a> Assessor<'a> {
    pub(super) fn command(&mut self, command: &SimpleCommand) {
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

    pub(super) fn finish(mut self) -> Assessment {
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
        let asks_agent = self.secrets.iter().any(|store| store == KEYS);
        self.result.permissions = Permissions {
            read: self
                .reads
                .iter()
                .filter(|path| !self.writes.contains(path))
                .cloned()
                .collect(),
            secrets: self.secrets,
            repository: self.repository,
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
            env: asks_agent.then(|| AGENT.to_owned()).into_iter().collect(),
            ..Permissions::default()
        };
        self.result
    }

    pub(super) fn add(&mut self, tags: Tags) {
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

    pub(super) fn note(&mut self, code: &'static str, text: impl Into<String>) {
        self.result.notes.push(Note {
            code,
            text: text.into(),
        });
    }

    pub(super) fn unknown(&mut self, code: &'static str, text: impl Into<String>) {
        self.add(Tags::UNKNOWN);
        self.note(code, text);
    }

    /// Assesses a program and its words. `offset` is where they begin in the current command; none if they come from text.
    pub(super) fn argv(&mut self, words: &[Word], offset: Option<usize>) {
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

    /// Adds up what a command's words say.
    pub(super) fn weigh(&mut self, walk: &Walk<'a>, words: &[Word], offset: Option<usize>, program: &str) {
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
                Some(_) if self.partial && facts.operands.take_remote() => {}
                Some(_) if self.partial => tags |= Tags::UNKNOWN,
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
    pub(super) fn enter_folders(&mut self, walk: &Walk<'_>, words: &[Word]) {
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

    pub(super) fn configuration(&mut self, walk: &Walk<'_>, tags: Tags, remote: bool) {
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
            self.repository = self.repository.max(facts.repository);
            let network_secrets = facts.network_secrets.iter().filter(|_| networked);
            for store in facts.secrets.iter().chain(network_secrets) {
                push_new(&mut self.secrets, store);
            }
            if tags.effects().writes {
                for path in &facts.state {
                    push_new(&mut self.writes, path);
                }
            }
        }
    }

    /// What `{}` means in the commands that find and xargs run.
    pub(super) fn set_stand_ins(&mut self, walk: &Walk<'_>, words: &[Word], program: &str) {
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
            Kind::Dest if command.dry && !argued.of_option => self.read_word(&word),
            Kind::Dest => self.write_word(&word),
            Kind::Edited | Kind::Opened if command.tags.has(Tags::EDITS) => self.write_word(&word),
            Kind::Remote | Kind::RemoteDest if is_remote(&word) => {
                self.add(Tags::NETWORK);
                if *argued.kind == Kind::RemoteDest && !command.dry {
                    self.add(Tags::CHANGES);
                }
            }
            Kind::Inside | Kind::InsideDest if is_remote(&word) => {}
            Kind::RemoteDest | Kind::InsideDest if !command.dry => self.write_word(&word),
            Kind::Path
            | Kind::PlusPath
            | Kind::Edited
            | Kind::Opened
            | Kind::Remote
            | Kind::RemoteDest
            | Kind::Inside
            | Kind::InsideDest => self.read_word(&word),
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
                Some((name, _)) => self.assignment(name, &behind(&word, name.len() + 1)),
                None => self.argv(std::slice::from_ref(&word), at),
            },
            Kind::Argv | Kind::RemoteArgv | Kind::ArgvUntil => {
                self.remote |= *argued.kind == Kind::RemoteArgv;
                self.nested(&words[argued.word..argued.end], at, command.program);
            }
            Kind::ShellRest if command.direct => {
                self.nested(&words[argued.word..argued.end], at, command.program);
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

    pub(super) fn show(&self, word: &Word) -> String {
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

    pub(super) fn show_all(&self, words: &[Word]) -> String {
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

/// Whoever may read the owner's keys may ask the agent that holds them open.
const KEYS: &str = "~/.ssh";
const AGENT: &str = "SSH_AUTH_SOCK";

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
