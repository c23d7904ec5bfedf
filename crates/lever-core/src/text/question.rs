//! Marks filler, and tells a question about a command from a request in the form of a question.

use super::frame::{Frames, prefix};
use super::words::{ANYWHERE, BEFORE_ME, CLOSERS, MAY_I_SEE, MAY_I_SEE_WHAT, OPENERS};
use super::{Mode, Token, TokenKind};

/// Frames that ask how something is done. What follows is the command asked about, unless it is a verb of seeing: who
/// asks "how can i see what is on port 80" wants to see it.
static HOW: Frames<9> = Frames::starting([
    "how do|does|can|could|would|should|might|must|will i|we|you|one|someone",
    "how i|we can|could|should|would|must|do?",
    "how to",
    "show|tell|teach|explain|remind|know|learn|understand me? how to",
    "show|tell|teach|explain|remind|know|learn|understand me? how i|we|you can|could|should|would|do",
    "do|does you|anyone|anybody know|remember how to",
    "is it possible to",
    "is|are there a|an|any? ** way|ways to",
    "what|which is|are the|a|an|your? ** way|ways to",
]);

/// Frames that ask for the command itself.
static COMMAND: Frames<8> = Frames::starting([
    "what|which is|was|are|were the|a|an|that? ** command|cmd|commands|syntax|one-liner|oneliner to|for|that|which",
    "what|which command|cmd|commands do|should|would|can|could|must i|we|you|one use|run|type|need|enter|execute? to|for?",
    "what|which do|should|would|can|could|must i|we|you|one type|run|enter|write|use|execute to",
    "is|are there a|an|any? ** command|cmd|flag|option|one-liner to|for|that|which",
    "show|tell|give|need|want|know|forgot|remember me? the|a|an|what? ** command|cmd|syntax|one-liner to|for",
    "i need|want|know|forgot|remember the|what ** command|cmd|syntax|one-liner to|for",
    "the|a command|cmd|syntax to|for",
    "command|cmd|syntax to|for",
]);

/// "which command drops unused volumes" asks for a command; "which command uses most memory" and "which command did i
/// run" ask about processes and history.
const WHICH_COMMAND: &str = "what|which command|cmd";
#[rustfmt::skip]
const NOT_A_TASK: &[&str] = &[
    "is", "are", "was", "were", "does", "did", "do", "has", "have", "had", "will", "line", "lines",
    "history", "uses", "use", "using", "takes", "take", "taking", "eats", "eating", "hogs", "hogging",
    "runs", "running", "executes", "i", "we", "you", "started", "starts", "owns", "in", "on", "with", "of",
];

/// Ends that turn any request into a question about its command.
static AFTERWARDS: Frames<7> = Frames::ending([
    "how do|can|could|would|should i|we|you do that|this|it",
    "how to do that|this|it",
    "but? do not run|execute it|this|that|anything",
    "without running|executing it|this|that|anything",
    "what is the command",
    "which command",
    "how",
]);

/// Marks filler in place and says what the request wants.
pub(super) fn mark(tokens: &mut [Token]) -> Mode {
    let (mut start, mut end) = (0, tokens.len());
    start += skip_openers(&tokens[start..end]);
    end -= skip_closers(&tokens[start..end]);

    let mut mode = Mode::Run;
    if let Some((used, asked)) = question(&tokens[start..end]) {
        mode = asked;
        start += used;
        start += skip_openers(&tokens[start..end]);
    }
    if let Some(used) = afterwards(&tokens[start..end]) {
        mode = Mode::Show;
        end -= used;
        end -= skip_closers(&tokens[start..end]);
    }
    // A possessive's mark is filler already; what is left must hold more than that.
    if !tokens[start..end]
        .iter()
        .any(|token| !token.filler && !is_word_of(token, ANYWHERE))
    {
        for token in tokens {
            token.filler = false;
        }
        return Mode::Run;
    }
    let me = end - start > 2 && is_word_of(&tokens[start], BEFORE_ME) && &*tokens[start + 1].text == "me";
    for (at, token) in tokens.iter_mut().enumerate() {
        let padding = !(start..end).contains(&at) || is_word_of(token, ANYWHERE) || (me && at == start + 1);
        token.filler |= padding;
    }
    mode
}

/// Never all of them: what is left of "hello" or "please help me" is itself.
fn skip_openers(tokens: &[Token]) -> usize {
    let mut used = 0;
    loop {
        let rest = &tokens[used..];
        let Some(first) = rest.first() else { return used };
        if first.kind != TokenKind::Word {
            return used;
        }
        let polite = OPENERS.find(rest);
        let asking = || {
            let count = prefix(MAY_I_SEE, rest)?;
            is_word_of(rest.get(count)?, MAY_I_SEE_WHAT).then_some(count)
        };
        match polite.or_else(asking) {
            Some(count) if count < rest.len() => used += count,
            _ => return used,
        }
    }
}

fn skip_closers(tokens: &[Token]) -> usize {
    let mut used = 0;
    loop {
        let rest = &tokens[..tokens.len() - used];
        match CLOSERS.find(rest) {
            Some(count) if count < rest.len() => used += count,
            _ => return used,
        }
    }
}

/// The tokens that a question's frame takes, and what it asks for.
fn question(tokens: &[Token]) -> Option<(usize, Mode)> {
    let leaves_something = |&used: &usize| used < tokens.len();
    if let Some(used) = COMMAND.find(tokens).filter(leaves_something) {
        return Some((used, Mode::Show));
    }
    if let Some(used) = HOW.find(tokens).filter(leaves_something) {
        return Some((
            used,
            if asks_to_see(&tokens[used..]) {
                Mode::Run
            } else {
                Mode::Show
            },
        ));
    }
    let used = prefix(WHICH_COMMAND, tokens).filter(leaves_something)?;
    (!is_word_of(&tokens[used], NOT_A_TASK)).then_some((used, Mode::Show))
}

/// Verbs of seeing, but not "check out" and "check in", which change something.
fn asks_to_see(tokens: &[Token]) -> bool {
    let next = tokens.get(1).map(|token| &*token.text);
    match &*tokens[0].text {
        "see" | "look" | "view" | "know" | "tell" => true,
        "check" => !matches!(next, Some("out" | "in" | "into")),
        "find" => next == Some("out"),
        _ => false,
    }
}

fn afterwards(tokens: &[Token]) -> Option<usize> {
    AFTERWARDS.find(tokens).filter(|&used| used < tokens.len())
}

fn is_word_of(token: &Token, words: &[&str]) -> bool {
    token.kind == TokenKind::Word && words.contains(&&*token.text)
}
