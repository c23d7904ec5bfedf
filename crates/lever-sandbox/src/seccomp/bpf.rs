//! An assembler for the small part of classic BPF that a deny list needs.

use libc::{
    BPF_ABS, BPF_ALU, BPF_AND, BPF_JA, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_JSET, BPF_K, BPF_LD, BPF_RET, BPF_W,
    sock_filter,
};

/// Offsets into the kernel's `struct seccomp_data`: number, architecture, instruction pointer, then six 64-bit arguments.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

/// A finished filter.
#[derive(Debug, Clone)]
pub struct Program {
    pub(super) instructions: Vec<sock_filter>,
    /// Whether it hands calls over to a listener.
    pub(super) listens: bool,
}

/// A test of one argument's low 32 bits: all that the kernel itself looks at in the calls that are tested here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// `argument == value`.
    Equal {
        /// 0 to 5.
        argument: u32,
        /// Compared with.
        value: u32,
    },
    /// `argument != value`.
    NotEqual {
        /// 0 to 5.
        argument: u32,
        /// Compared with.
        value: u32,
    },
    /// `argument & mask == value`.
    Masked {
        /// 0 to 5.
        argument: u32,
        /// Bits looked at.
        mask: u32,
        /// Compared with.
        value: u32,
    },
    /// `argument & bits != 0`.
    AnyBit {
        /// 0 to 5.
        argument: u32,
        /// Bits looked at.
        bits: u32,
    },
}

/// What happens to a call where all conditions hold.
#[derive(Debug)]
struct Rule {
    call: u32,
    conditions: Vec<Condition>,
    verdict: u32,
}

/// Builds a filter, refusal by refusal; the first that fits decides.
///
/// The finished program searches the call's number by halves. When a filter is put on, the kernel translates it and then walks it
/// once for every number that there is, to find those that it need not ask again: with a chain of comparisons those walks are
/// most of what a filter costs a run, with a tree they are short.
#[derive(Debug)]
pub(super) struct Assembler {
    architecture: u32,
    foreign: Option<u32>,
    rules: Vec<Rule>,
}

impl Assembler {
    /// A filter that kills a process that makes a call of another architecture.
    pub(super) fn new(architecture: u32) -> Self {
        Self {
            architecture,
            foreign: None,
            rules: Vec::with_capacity(256),
        }
    }

    /// Refuses every number at or above `bit`, which marks another calling convention of the same architecture.
    pub(super) const fn refuse_foreign_numbers(&mut self, bit: Option<u32>) {
        self.foreign = bit;
    }

    /// Refuses `call` with `errno` where all conditions hold.
    pub(super) fn refuse(&mut self, call: libc::c_long, conditions: &[Condition], errno: libc::c_int) {
        self.decide(call, conditions, refusal(errno));
    }

    /// Refuses all of `calls` with `errno`.
    pub(super) fn refuse_all(&mut self, calls: &[libc::c_long], errno: libc::c_int) {
        for &call in calls {
            self.refuse(call, &[], errno);
        }
    }

    /// Gives `verdict` on `call` where all conditions hold.
    pub(super) fn decide(&mut self, call: libc::c_long, conditions: &[Condition], verdict: u32) {
        self.rules.push(Rule {
            call: call as u32,
            conditions: conditions.to_vec(),
            verdict,
        });
    }

    /// Everything else is allowed.
    pub(super) fn finish(mut self) -> Program {
        let mut instructions = vec![
            load(ARCHITECTURE),
            jump(BPF_JEQ, self.architecture, 1, 0),
            ret(libc::SECCOMP_RET_KILL_PROCESS),
            load(NUMBER),
        ];
        if let Some(bit) = self.foreign {
            instructions.extend([jump(BPF_JGE, bit, 0, 1), ret(refusal(libc::ENOSYS))]);
        }
        // Stable: of one call's rules the first stays the first.
        self.rules.sort_by_key(|rule| rule.call);
        let calls: Vec<&[Rule]> = self.rules.chunk_by(|one, other| one.call == other.call).collect();
        instructions.extend(search(&calls));
        let listens = (instructions.iter())
            .any(|i| u32::from(i.code) == BPF_RET | BPF_K && i.k == libc::SECCOMP_RET_USER_NOTIF);
        Program {
            instructions,
            listens,
        }
    }
}

/// Up to so many calls are told apart by a comparison each: a tree of them would be longer than the walk.
const CHAIN: usize = 10;

const fn refusal(errno: libc::c_int) -> u32 {
    libc::SECCOMP_RET_ERRNO | errno.cast_unsigned()
}

/// Finds the number that is loaded among `calls`, which ascend and each have their rules, and decides by those.
fn search(calls: &[&[Rule]]) -> Vec<sock_filter> {
    if calls.len() <= CHAIN
        && let Some(chain) = compare_each(calls)
    {
        return chain;
    }
    let (below, above) = calls.split_at(calls.len() / 2);
    let first = above.first().map_or(0, |rules| rules[0].call);
    let (below, above) = (search(below), search(above));
    let mut instructions = match u8::try_from(below.len()) {
        Ok(length) => vec![jump(BPF_JGE, first, length, 0)],
        // A jump on a test spans at most 255 instructions; one without has no such limit.
        Err(_) => vec![
            jump(BPF_JGE, first, 0, 1),
            instruction(BPF_JMP | BPF_JA, 0, 0, below.len() as u32),
        ],
    };
    instructions.extend(below);
    instructions.extend(above);
    instructions
}

/// A comparison for each call, then what is decided: once for all calls with the same rules. `None` if a jump were too long,
/// which one of a single call never is.
fn compare_each(calls: &[&[Rule]]) -> Option<Vec<sock_filter>> {
    let mut decisions = vec![ret(libc::SECCOMP_RET_ALLOW)];
    let mut begin: Vec<(&[Rule], usize)> = Vec::new();
    let mut tests = Vec::new();
    for (at, rules) in calls.iter().enumerate() {
        let known = begin
            .iter()
            .find(|(of, _)| alike(of, rules))
            .map(|(_, begin)| *begin);
        let decision = known.unwrap_or_else(|| {
            begin.push((rules, decisions.len()));
            decisions.extend(judge(rules));
            begin.last().map_or(0, |(_, begin)| *begin)
        });
        let tests_left = calls.len() - at - 1;
        tests.push(jump(
            BPF_JEQ,
            rules[0].call,
            u8::try_from(tests_left + decision).ok()?,
            0,
        ));
    }
    tests.extend(decisions);
    Some(tests)
}

/// Whether two calls' rules say the same.
fn alike(one: &[Rule], other: &[Rule]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(one, other)| one.verdict == other.verdict && one.conditions == other.conditions)
}

/// Decides by the rules of one call.
fn judge(rules: &[Rule]) -> Vec<sock_filter> {
    let mut instructions = Vec::new();
    for rule in rules {
        // Each condition is a load, perhaps a mask, and a jump over what is left; then the verdict.
        let mut left: u8 = rule.conditions.iter().map(Condition::length).sum::<u8>() + 1;
        for condition in &rule.conditions {
            left -= condition.length();
            let (argument, test) = match *condition {
                Condition::NotEqual { argument, value } => (argument, jump(BPF_JEQ, value, left, 0)),
                Condition::Equal { argument, value } | Condition::Masked { argument, value, .. } => {
                    (argument, jump(BPF_JEQ, value, 0, left))
                }
                Condition::AnyBit { argument, bits } => (argument, jump(BPF_JSET, bits, 0, left)),
            };
            instructions.push(load(ARGUMENTS + 8 * argument + LOW_HALF));
            if let Condition::Masked { mask, .. } = *condition {
                instructions.push(instruction(BPF_ALU | BPF_AND | BPF_K, 0, 0, mask));
            }
            instructions.push(test);
        }
        instructions.push(ret(rule.verdict));
        if rule.conditions.is_empty() {
            return instructions;
        }
    }
    instructions.push(ret(libc::SECCOMP_RET_ALLOW));
    instructions
}

impl Condition {
    /// In instructions.
    const fn length(&self) -> u8 {
        match self {
            Self::Masked { .. } => 3,
            _ => 2,
        }
    }
}

fn load(offset: u32) -> sock_filter {
    instruction(BPF_LD | BPF_W | BPF_ABS, 0, 0, offset)
}

fn jump(test: u32, value: u32, if_true: u8, if_false: u8) -> sock_filter {
    instruction(BPF_JMP | test | BPF_K, if_true, if_false, value)
}

fn ret(verdict: u32) -> sock_filter {
    instruction(BPF_RET | BPF_K, 0, 0, verdict)
}

const fn instruction(code: u32, jt: u8, jf: u8, k: u32) -> sock_filter {
    sock_filter {
        code: code as u16,
        jt,
        jf,
        k,
    }
}

const LOW_HALF: u32 = if cfg!(target_endian = "big") { 4 } else { 0 };
