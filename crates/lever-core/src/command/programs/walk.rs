//! From the words of one command to what each of them is: subcommand, option, value, operand.

use crate::command::shell_words::{Piece, Word};

use super::assessment::HoleFact;
use super::kind::Kind;
use super::option::{Argument, OptionSpec, Style};
use super::table::{Facts, Node};
use super::tags::Tags;

/// The words of a command, understood. Word numbers count from the program's own word, 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk<'a> {
    /// What the table says about the program or the subcommand reached; none only for a program that is a mere group.
    pub(super) facts: Option<&'a Facts>,
    /// The same for the program and the subcommands on the way, from the program down.
    pub(super) above: Vec<&'a Facts>,
    /// The words that name the subcommand.
    pub(super) subcommand: Vec<usize>,
    pub(super) options: Vec<Seen>,
    /// Values of options, and then operands.
    pub(super) arguments: Vec<Argued<'a>>,
    pub(super) operands: Vec<usize>,
    /// `--`
    pub(super) separator: Option<usize>,
    /// The operand that takes the words after it, if there is one: its kind and its number.
    pub(super) taker: Option<(&'a Kind, usize)>,
    pub(super) puzzles: Vec<Puzzle>,
    /// An option stands there that is not listed but known to be harmless: whether it takes a value is open.
    pub(super) unlisted: bool,
    /// `--help` or `--version`.
    pub(super) help: bool,
}

/// An option in an argv.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) word: usize,
    pub(super) tags: Tags,
}

/// A value or an operand.
#[derive(Clone, Debug)]
pub(super) struct Argued<'a> {
    pub(super) word: usize,
    /// Where in the word's leading text it begins: behind `--output=` or `-o`.
    pub(super) skip: usize,
    pub(super) kind: &'a Kind,
    /// For a kind of several words, the first one that is not part of it.
    pub(super) end: usize,
    /// The dry or harmless spelling of this word makes no difference: it belongs to an option.
    pub(super) of_option: bool,
}

/// A word that the table does not explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Puzzle {
    pub(super) word: usize,
    pub(super) why: Why,
}

/// Why a word is not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// No such subcommand is known.
    Subcommand,
    /// No such option is known.
    Option,
    /// A hole or an expansion stands where an option's name or flags would be.
    OpenOption,
}

/// Gives each word of a command its meaning.
pub(super) fn walk<'a>(program: &'a Node, words: &[Word], holes: &[HoleFact<'_>]) -> Walk<'a> {
    let walker = Walker { words, holes };
    let fresh = || Walk {
        above: program.facts.iter().map(|facts| &**facts).collect(),
        ..Walk::default()
    };
    walker.descend(program, 1, fresh()).unwrap_or_else(|| {
        let mut walk = walker.read_globals(program, fresh());
        walk.facts = program.facts.as_deref();
        walk
    })
}

struct Walker<'w> {
    words: &'w [Word],
    holes: &'w [HoleFact<'w>],
}

impl Walker<'_> {
    /// Reads the words from `at` on as those of `node`; nothing if a word should name a subcommand and names none.
    fn descend<'a>(&self, node: &'a Node, mut at: usize, mut walk: Walk<'a>) -> Option<Walk<'a>> {
        walk.facts = node.facts.as_deref();
        let takes_operands = node
            .facts
            .as_ref()
            .is_some_and(|facts| !facts.operands.is_empty());
        let ignores_case = walk.above.first().is_some_and(|facts| facts.ignores_case);
        let mut fills = 0;
        if self.is_bundle(node, at) {
            at = self.read_cluster(at, 0, true, &mut walk, &mut fills);
        }
        while at < self.words.len() {
            if walk.separator.is_none() && self.looks_like_option(&walk, at) {
                at = self.read_option(at, &mut walk, &mut fills);
                continue;
            }
            if node.has_children() && walk.separator.is_none() && walk.operands.is_empty() {
                let word = &self.words[at];
                let name = if ignores_case {
                    word.prefix().to_lowercase()
                } else {
                    word.prefix().to_owned()
                };
                let mut best: Option<Walk<'a>> = None;
                for child in node.children(&name, word.as_literal().is_some()) {
                    let mut further = walk.clone();
                    further.subcommand.push(at);
                    further.above.extend(child.facts.as_deref());
                    let done = self.descend(child, at + 1, further);
                    let depth =
                        |walk: &Option<Walk<'_>>| walk.as_ref().map_or(0, |walk| walk.subcommand.len());
                    // The one that explains the most words; of equals the first.
                    if depth(&done) > depth(&best) {
                        best = done;
                    }
                }
                let chosen = best.as_ref().map_or(walk.facts, |best| best.facts);
                // A value might name a subcommand that does more than what is assumed here.
                if word.as_literal().is_none()
                    && let Some(facts) = chosen
                    && node.worst_named().exceeds(facts.own_effects())
                {
                    return None;
                }
                if best.is_some() || !takes_operands {
                    return best;
                }
            }
            if node.facts.as_ref().is_some_and(|facts| facts.operands.are_none()) {
                return None;
            }
            let index = walk.operands.len() + fills;
            walk.operands.push(at);
            if let Some(kind) = node.facts.as_ref().and_then(|facts| facts.operands.taker(index)) {
                walk.taker = Some((kind, at));
                break;
            }
            at += 1;
        }
        // A group of subcommands is no command.
        walk.facts?;
        self.place_operands(&mut walk, fills);
        Some(walk)
    }

    /// Reads the options before a subcommand that nobody has described.
    fn read_globals<'a>(&self, program: &'a Node, mut walk: Walk<'a>) -> Walk<'a> {
        let (mut at, mut fills) = (1, 0);
        walk.facts = program.facts.as_deref();
        while at < self.words.len() && self.looks_like_option(&walk, at) {
            at = self.read_option(at, &mut walk, &mut fills);
        }
        walk.puzzles.push(Puzzle {
            word: at.min(self.words.len() - 1),
            why: Why::Subcommand,
        });
        walk.operands.extend(at..self.words.len());
        self.place_operands(&mut walk, fills);
        walk
    }

    fn place_operands(&self, walk: &mut Walk<'_>, fills: usize) {
        let Some(facts) = walk.facts else { return };
        let count = walk.operands.len() + fills;
        for (index, &word) in walk.operands.iter().enumerate() {
            let kind = facts.operands.kind(index + fills, count);
            let end = if kind.takes_rest() {
                self.words.len()
            } else {
                word + 1
            };
            walk.arguments.push(Argued {
                word,
                skip: 0,
                kind,
                end,
                of_option: false,
            });
        }
    }

    fn is_bundle(&self, node: &Node, at: usize) -> bool {
        node.facts
            .as_ref()
            .is_some_and(|facts| facts.style == Style::Bundled)
            && self
                .words
                .get(at)
                .is_some_and(|word| !word.prefix().starts_with('-') && word.as_literal().is_some())
    }

    fn looks_like_option(&self, walk: &Walk<'_>, at: usize) -> bool {
        let word = &self.words[at];
        let lead = word.prefix();
        let style = walk.above.first().map_or(Style::Gnu, |facts| facts.style);
        if word
            .leading_hole()
            .is_some_and(|hole| self.holes.get(hole).is_some_and(|hole| hole.option))
        {
            return style != Style::None;
        }
        match style {
            Style::None => false,
            Style::Assignments => true,
            Style::Single if word.as_literal().is_some_and(|text| find(walk, text).is_some()) => true,
            _ => lead.starts_with('-') && !(lead == "-" && word.as_literal().is_some()),
        }
    }

    /// Reads the option at `at` and its values; returns the next word's number.
    fn read_option(&self, at: usize, walk: &mut Walk<'_>, fills: &mut usize) -> usize {
        let word = &self.words[at];
        let (lead, complete) = (word.prefix(), word.as_literal().is_some());
        let style = walk.above.first().map_or(Style::Gnu, |facts| facts.style);
        if complete && lead == "--" {
            walk.separator = Some(at);
            return at + 1;
        }
        if lead.is_empty() || lead == "-" || lead == "--" {
            walk.puzzles.push(Puzzle {
                word: at,
                why: Why::OpenOption,
            });
            return at + 1;
        }
        match style {
            Style::Single => self.read_single(at, walk, fills),
            Style::Assignments => self.read_assignment(at, walk),
            _ if lead.starts_with("--") => self.read_long(at, walk, fills),
            _ => self.read_cluster(at, 1, false, walk, fills),
        }
    }

    fn read_long(&self, at: usize, walk: &mut Walk<'_>, fills: &mut usize) -> usize {
        let word = &self.words[at];
        let lead = word.prefix();
        let (name, attached) = match lead.split_once('=') {
            Some((name, _)) => (name, Some(name.len() + 1)),
            None => (lead, None),
        };
        if attached.is_none() && word.as_literal().is_none() {
            return puzzle(at, Why::OpenOption, walk);
        }
        if let Some(spec) = find(walk, name) {
            return self.take(at, spec, attached, walk, fills);
        }
        if matches!(lead, "--help" | "--version") {
            walk.help = true;
            return at + 1;
        }
        // Which of several the program would choose is not asked: it may be any of them, with what that one takes.
        let candidates = abbreviated(walk, name);
        match candidates.as_slice() {
            [] => puzzle(at, Why::Option, walk),
            [only] => self.take(at, only, attached, walk, fills),
            several => {
                let before = walk.options.len();
                let ends = several
                    .iter()
                    .map(|spec| self.take(at, spec, attached, walk, fills))
                    .max();
                for seen in &mut walk.options[before..] {
                    seen.tags = seen.tags.without(Tags::DRY | Tags::ONLY);
                }
                ends.unwrap_or(at + 1)
            }
        }
    }

    fn read_single(&self, at: usize, walk: &mut Walk<'_>, fills: &mut usize) -> usize {
        let word = &self.words[at];
        let lead = word.prefix();
        // One dash or two is the same.
        let named = |walk: &Walk<'_>, name: &str| -> Option<String> {
            let other = match name.strip_prefix("--") {
                Some(rest) => format!("-{rest}"),
                None => format!("-{name}"),
            };
            [name.to_owned(), other]
                .into_iter()
                .find(|name| exact(walk, name).is_some())
        };
        let whole = word.as_literal().is_some();
        if let Some(spec) = named(walk, lead)
            .filter(|_| whole)
            .and_then(|name| exact(walk, &name))
        {
            return self.take(at, spec, None, walk, fills);
        }
        if let Some((name, _)) = lead.split_once('=')
            && let Some(spec) = named(walk, name).and_then(|name| exact(walk, &name))
        {
            return self.take(at, spec, Some(name.len() + 1), walk, fills);
        }
        if let Some(spec) = find(walk, lead).filter(|_| whole) {
            return self.take(at, spec, None, walk, fills);
        }
        if matches!(lead, "--help" | "--version") {
            walk.help = true;
            return at + 1;
        }
        puzzle(
            at,
            if word.as_literal().is_some() {
                Why::Option
            } else {
                Why::OpenOption
            },
            walk,
        )
    }

    fn read_assignment(&self, at: usize, walk: &mut Walk<'_>) -> usize {
        let word = &self.words[at];
        let Some((name, _)) = word.prefix().split_once('=') else {
            if matches!(word.as_literal(), Some("--help" | "--version")) {
                walk.help = true;
                return at + 1;
            }
            return puzzle(at, Why::OpenOption, walk);
        };
        match find(walk, &format!("{name}=")) {
            Some(spec) => self.take(at, spec, Some(name.len() + 1), walk, &mut 0),
            None => puzzle(at, Why::Option, walk),
        }
    }

    /// Reads `-abc`, or with `bundled` the dashless `abc`, whose values all come in the words after it.
    fn read_cluster(
        &self,
        at: usize,
        from: usize,
        bundled: bool,
        walk: &mut Walk<'_>,
        fills: &mut usize,
    ) -> usize {
        let word = &self.words[at];
        let (lead, complete) = (word.prefix(), word.as_literal().is_some());
        if lead[from..].bytes().all(|byte| byte.is_ascii_digit())
            && let Some(spec) = walk.facts.and_then(|facts| facts.options.number())
        {
            return self.take(at, spec, Some(from), walk, fills);
        }
        if let Some(spec) = walk.facts.and_then(|facts| facts.options.beginning(lead)) {
            return self.take(at, spec, None, walk, fills);
        }
        if from == 1
            && lead.len() > 2
            && complete
            && let Some(spec) = exact(walk, lead)
        {
            return self.take(at, spec, None, walk, fills);
        }
        let mut next = at + 1;
        let mut strange = false;
        for (offset, letter) in lead[from..].char_indices() {
            let Some(spec) = find(walk, &format!("-{letter}")) else {
                strange = true;
                continue;
            };
            let behind = from + offset + letter.len_utf8();
            let attached = (behind < lead.len() || !complete).then_some(behind);
            match &spec.argument {
                Argument::None => {
                    walk.options.push(Seen {
                        word: at,
                        tags: spec.tags(Some("")),
                    });
                    *fills += usize::from(spec.tags(Some("")).has(Tags::FILLS));
                }
                Argument::Required(_) if bundled => {
                    next = self.take_values(next, at, spec, None, walk, fills);
                }
                // What follows is this option's value.
                Argument::Required(_) | Argument::Attached(_) => {
                    if strange {
                        puzzle(at, Why::Option, walk);
                    }
                    return self.take(at, spec, attached, walk, fills);
                }
            }
        }
        if !complete {
            puzzle(at, Why::OpenOption, walk);
        } else if strange {
            puzzle(at, Why::Option, walk);
        }
        next
    }

    /// Notes an option, and its value where there is one: attached from byte `attached` of its own word, or in the words after.
    fn take<'a>(
        &self,
        at: usize,
        spec: &'a OptionSpec,
        attached: Option<usize>,
        walk: &mut Walk<'a>,
        fills: &mut usize,
    ) -> usize {
        self.take_values(at + 1, at, spec, attached, walk, fills)
    }

    fn take_values<'a>(
        &self,
        mut next: usize,
        at: usize,
        spec: &'a OptionSpec,
        attached: Option<usize>,
        walk: &mut Walk<'a>,
        fills: &mut usize,
    ) -> usize {
        let mut first_value = Some("");
        match &spec.argument {
            Argument::None => first_value = attached.map_or(Some(""), |skip| self.value(at, skip)),
            Argument::Attached(kind) => {
                if let Some(skip) = attached {
                    first_value = self.value(at, skip);
                    walk.arguments.push(Argued {
                        word: at,
                        skip,
                        kind,
                        end: at + 1,
                        of_option: true,
                    });
                }
            }
            Argument::Required(kinds) => {
                for (index, kind) in kinds.iter().enumerate() {
                    let (word, skip) = match attached {
                        Some(skip) if index == 0 => (at, skip),
                        _ => {
                            next += 1;
                            (next - 1, 0)
                        }
                    };
                    if word >= self.words.len() {
                        break;
                    }
                    let end = if *kind == Kind::ArgvUntil {
                        self.until(word)
                    } else {
                        word + 1
                    };
                    next = next.max(end);
                    if index == 0 {
                        first_value = self.value(word, skip);
                    }
                    walk.arguments.push(Argued {
                        word,
                        skip,
                        kind,
                        end,
                        of_option: true,
                    });
                    if *kind == Kind::ArgvUntil {
                        next += 1;
                    }
                }
            }
        }
        let tags = spec.tags(first_value);
        *fills += usize::from(tags.has(Tags::FILLS));
        walk.options.push(Seen { word: at, tags });
        if tags.has(Tags::ENDS) && walk.separator.is_none() {
            walk.separator = Some(at);
        }
        next.min(self.words.len())
    }

    fn value(&self, word: usize, skip: usize) -> Option<&str> {
        self.words[word].as_literal().map(|text| &text[skip..])
    }

    /// The word that ends a command given as `.. ;` or `.. {} +`.
    fn until(&self, from: usize) -> usize {
        let literal = |at: usize| self.words[at].as_literal();
        let ends = |&at: &usize| {
            literal(at) == Some(";")
                || (literal(at) == Some("+") && at > from && literal(at - 1) == Some("{}"))
        };
        (from..self.words.len()).find(ends).unwrap_or(self.words.len())
    }
}

/// Notes a word that is not understood, unless the command's other options are known to be harmless.
fn puzzle(at: usize, why: Why, walk: &mut Walk<'_>) -> usize {
    let harmless = walk.facts.is_none_or(|facts| facts.others_harmless) && !walk.above.is_empty();
    if why == Why::OpenOption || !harmless {
        walk.puzzles.push(Puzzle { word: at, why });
    } else {
        walk.unlisted = true;
    }
    at + 1
}

/// The option of this spelling: the command's own, or one of a program above it whose options may stand anywhere.
fn find<'a>(walk: &Walk<'a>, spelling: &str) -> Option<&'a OptionSpec> {
    exact(walk, spelling).or_else(|| scopes(walk).find_map(|facts| facts.options.beginning(spelling)))
}

fn exact<'a>(walk: &Walk<'a>, spelling: &str) -> Option<&'a OptionSpec> {
    scopes(walk).find_map(|facts| facts.options.get(spelling))
}

fn abbreviated<'a>(walk: &Walk<'a>, beginning: &str) -> Vec<&'a OptionSpec> {
    scopes(walk)
        .flat_map(|facts| facts.options.abbreviated(beginning))
        .collect()
}

fn scopes<'a>(walk: &Walk<'a>) -> impl Iterator<Item = &'a Facts> + use<'a> {
    let own = walk.facts;
    let above: Vec<&'a Facts> = walk
        .above
        .iter()
        .rev()
        .filter(|facts| facts.globals_anywhere)
        .copied()
        .collect();
    own.into_iter().chain(above)
}

/// The part of a word behind the first `skip` bytes of its leading text.
pub(super) fn behind(word: &Word, skip: usize) -> Word {
    let mut word = word.clone();
    if skip > 0 {
        match word.pieces.first_mut() {
            Some(Piece::Text(text)) if text.len() > skip => *text = text[skip..].to_owned(),
            Some(Piece::Text(_)) => drop(word.pieces.remove(0)),
            _ => {}
        }
    }
    word
}
