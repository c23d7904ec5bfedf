//! The terminal of a person's run: whose turn it is, and getting it back in order.
//!
//! A shell gives each job a process group and the terminal to one of them. Between a person and a taught command stands
//! lever itself, so the command becomes a job of lever's job: its own group, in the foreground while lever's would be. That
//! works when the command has the terminal to itself. In a pipeline (`lever .. | less`) the terminal belongs to all its
//! parts at once, so there the command stays in lever's group and Ctrl-C and Ctrl-Z reach everybody, as in any pipeline.

use std::io;
use std::os::fd::RawFd;
use std::path::PathBuf;

use crate::policy::Mode;
use crate::sys::check;

const STDIN: RawFd = 0;

/// The terminal as a job-control shell sees it.
#[derive(Debug)]
pub struct Terminal {
    fd: RawFd,
    /// The group of lever and of the launcher.
    lever: libc::pid_t,
    /// As lever left it.
    lever_settings: libc::termios,
    /// As the command left it when it was stopped.
    command_settings: Option<libc::termios>,
}

impl Terminal {
    /// The terminal, if the command is to have it to itself. Call it from lever's own group.
    pub fn of(mode: Mode) -> Option<Self> {
        // SAFETY: takes descriptors only; the settings are filled before they are read.
        unsafe {
            let alone = mode == Mode::Terminal && libc::isatty(STDIN) == 1 && libc::isatty(1) == 1;
            if !alone || libc::tcgetpgrp(STDIN) < 0 {
                return None;
            }
            let lever_settings = settings(STDIN)?;
            Some(Self {
                fd: STDIN,
                lever: libc::getpgrp(),
                lever_settings,
                command_settings: None,
            })
        }
    }

    /// In the command, before it starts: a group of its own, in the foreground if lever's was.
    pub fn become_job(&self) -> io::Result<()> {
        // SAFETY: integers only. Taking the terminal from the background would stop this process, unless that is blocked.
        unsafe {
            check(libc::setpgid(0, 0))?;
            if libc::tcgetpgrp(self.fd) == self.lever {
                block(libc::SIGTTOU);
                check(libc::tcsetpgrp(self.fd, libc::getpid()))?;
            }
        }
        Ok(())
    }

    /// The command was stopped (Ctrl-Z): stops lever's group too, so that its shell takes over. `false` if nobody is there
    /// to take over, so that the command should go on.
    pub fn suspend(&mut self, command: libc::pid_t, launcher: libc::pid_t) -> bool {
        self.command_settings = settings(self.fd);
        self.give_back(command, true);
        crate::sys::kill(-self.lever, libc::SIGTSTP);
        // In a group without a parent in its session, the kernel drops the signal: nobody could ever continue it.
        for _ in 0..40 {
            if is_stopped(launcher) {
                return true;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        false
    }

    /// Lever was continued: so is the command, in the foreground if lever is.
    pub fn resume(&self, command: libc::pid_t) {
        // SAFETY: integers and valid settings only.
        unsafe {
            if libc::tcgetpgrp(self.fd) == self.lever {
                libc::tcsetpgrp(self.fd, command);
                if let Some(settings) = &self.command_settings {
                    libc::tcsetattr(self.fd, libc::TCSADRAIN, settings);
                }
            }
        }
        crate::sys::kill(-command, libc::SIGCONT);
    }

    /// Gives the terminal back to lever's group if the command had it, and, where `reset`, in the state it was in.
    pub fn give_back(&self, command: libc::pid_t, reset: bool) {
        // SAFETY: integers and valid settings only.
        unsafe {
            let owner = libc::tcgetpgrp(self.fd);
            if owner != self.lever && (owner == command || libc::kill(-owner, 0) != 0) {
                libc::tcsetpgrp(self.fd, self.lever);
            }
            if reset && libc::tcgetpgrp(self.fd) == self.lever {
                libc::tcsetattr(self.fd, libc::TCSADRAIN, &raw const self.lever_settings);
            }
        }
    }
}

/// The terminals among the standard streams, and the name that programs know theirs by.
pub fn paths(mode: Mode) -> Vec<PathBuf> {
    // SAFETY: takes a descriptor only.
    let is_terminal = |fd: &RawFd| unsafe { libc::isatty(*fd) } == 1;
    let held = (0..3)
        .filter(is_terminal)
        .filter_map(|fd| std::fs::read_link(format!("/proc/self/fd/{fd}")).ok());
    let controlling = (mode == Mode::Terminal).then(|| PathBuf::from("/dev/tty"));
    held.chain(controlling).collect()
}

/// Blocks one signal.
pub fn block(signal: libc::c_int) {
    // SAFETY: the set is initialised before use.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, signal);
        libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
    }
}

fn settings(fd: RawFd) -> Option<libc::termios> {
    // SAFETY: filled by the call before it is read.
    unsafe {
        let mut settings = std::mem::zeroed();
        (libc::tcgetattr(fd, &raw mut settings) == 0).then_some(settings)
    }
}

fn is_stopped(process: libc::pid_t) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| rest.trim_start().starts_with('T'))
}
