//! An assembler for the small part of classic BPF that a deny list needs.

use libc::{
    BPF_ABS, BPF_ALU, BPF_AND, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_JSET, BPF_K, BPF_LD, BPF_RET, BPF_W,
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
#[derive(Debug, Clone, Copy)]
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

/// Builds a filter, refusal by refusal; the first that fits decides.
#[derive(Debug)]
pub(super) struct Assembler(Program);

impl Assembler {
    /// A filter that kills a process that makes a call of another architecture.
    pub(super) fn new(architecture: u32) -> Self {
        let mut this = Self(Program {
            instructions: Vec::with_capacity(256),
            listens: false,
        });
        this.load(ARCHITECTURE);
        this.jump(BPF_JEQ, architecture, 1, 0);
        this.ret(libc::SECCOMP_RET_KILL_PROCESS);
        this
    }

    /// Refuses every number at or above `bit`, which marks another calling convention of the same architecture.
    pub(super) fn refuse_foreign_numbers(&mut self, bit: Option<u32>) {
        if let Some(bit) = bit {
            self.load(NUMBER);
            self.jump(BPF_JGE, bit, 0, 1);
            self.ret(libc::SECCOMP_RET_ERRNO | libc::ENOSYS.cast_unsigned());
        }
    }

    /// Refuses `call` with `errno` where all conditions hold.
    pub(super) fn refuse(&mut self, call: libc::c_long, conditions: &[Condition], errno: libc::c_int) {
        self.decide(call, conditions, libc::SECCOMP_RET_ERRNO | errno.cast_unsigned());
    }

    /// Refuses all of `calls` with `errno`, by one comparison each.
    pub(super) fn refuse_all(&mut self, calls: &[libc::c_long], errno: libc::c_int) {
        // A jump spans at most 255 instructions.
        for calls in calls.chunks(200) {
            self.load(NUMBER);
            for (left, call) in (0..calls.len()).rev().zip(calls) {
                let past_verdict = u8::from(left == 0);
                self.jump(BPF_JEQ, *call as u32, left as u8, past_verdict);
            }
            self.ret(libc::SECCOMP_RET_ERRNO | errno.cast_unsigned());
        }
    }

    /// Gives `verdict` on `call` where all conditions hold.
    pub(super) fn decide(&mut self, call: libc::c_long, conditions: &[Condition], verdict: u32) {
        // Each condition is a load, perhaps a mask, and a jump over what is left; then the verdict.
        let lengths: Vec<u8> = conditions
            .iter()
            .map(|c| {
                if matches!(c, Condition::Masked { .. }) {
                    3
                } else {
                    2
                }
            })
            .collect();
        let total: u8 = lengths.iter().sum::<u8>() + 1;
        self.load(NUMBER);
        self.jump(BPF_JEQ, call as u32, 0, total);
        let mut left = total;
        for (condition, length) in conditions.iter().zip(lengths) {
            left -= length;
            match *condition {
                Condition::Equal { argument, value } => {
                    self.load(ARGUMENTS + 8 * argument + LOW_HALF);
                    self.jump(BPF_JEQ, value, 0, left);
                }
                Condition::NotEqual { argument, value } => {
                    self.load(ARGUMENTS + 8 * argument + LOW_HALF);
                    self.jump(BPF_JEQ, value, left, 0);
                }
                Condition::Masked {
                    argument,
                    mask,
                    value,
                } => {
                    self.load(ARGUMENTS + 8 * argument + LOW_HALF);
                    self.push(BPF_ALU | BPF_AND | BPF_K, 0, 0, mask);
                    self.jump(BPF_JEQ, value, 0, left);
                }
                Condition::AnyBit { argument, bits } => {
                    self.load(ARGUMENTS + 8 * argument + LOW_HALF);
                    self.jump(BPF_JSET, bits, 0, left);
                }
            }
        }
        self.ret(verdict);
    }

    /// Everything else is allowed.
    pub(super) fn finish(mut self) -> Program {
        self.ret(libc::SECCOMP_RET_ALLOW);
        self.0
    }

    fn load(&mut self, offset: u32) {
        self.push(BPF_LD | BPF_W | BPF_ABS, 0, 0, offset);
    }

    fn jump(&mut self, test: u32, value: u32, if_true: u8, if_false: u8) {
        self.push(BPF_JMP | test | BPF_K, if_true, if_false, value);
    }

    fn ret(&mut self, verdict: u32) {
        self.0.listens |= verdict == libc::SECCOMP_RET_USER_NOTIF;
        self.push(BPF_RET | BPF_K, 0, 0, verdict);
    }

    fn push(&mut self, code: u32, jt: u8, jf: u8, k: u32) {
        self.0.instructions.push(sock_filter {
            code: code as u16,
            jt,
            jf,
            k,
        });
    }
}

const LOW_HALF: u32 = if cfg!(target_endian = "big") { 4 } else { 0 };
