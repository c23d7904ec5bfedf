use proptest::prelude::*;

use super::*;

/// Runs the filter as the kernel would.
fn verdict(program: &Program, architecture: u32, call: libc::c_long, arguments: [u64; 6]) -> u32 {
    let mut data = Vec::new();
    data.extend((call as u32).to_le_bytes());
    data.extend(architecture.to_le_bytes());
    data.extend([0; 8]);
    data.extend(arguments.iter().flat_map(|argument| argument.to_le_bytes()));
    let (mut at, mut accumulator) = (0_usize, 0_u32);
    loop {
        let instruction = program.instructions[at];
        let code = u32::from(instruction.code);
        at += 1;
        let taken = match code & 0x07 {
            libc::BPF_LD => {
                let offset = instruction.k as usize;
                accumulator = u32::from_le_bytes(data[offset..offset + 4].try_into().expect("aligned"));
                continue;
            }
            libc::BPF_ALU => {
                accumulator &= instruction.k;
                continue;
            }
            libc::BPF_RET => return instruction.k,
            _ => match code & 0xf0 {
                libc::BPF_JA => {
                    at += instruction.k as usize;
                    continue;
                }
                libc::BPF_JEQ => accumulator == instruction.k,
                libc::BPF_JGE => accumulator >= instruction.k,
                libc::BPF_JSET => accumulator & instruction.k != 0,
                other => panic!("jump {other:x}"),
            },
        };
        at += usize::from(if taken { instruction.jt } else { instruction.jf });
    }
}

const NARROWEST: Filter = Filter {
    net: Net::None,
    netlink: false,
    metadata: false,
    objects: false,
    files: false,
};

fn asked(filter: Filter, call: libc::c_long, arguments: [u64; 6]) -> Option<i32> {
    match verdict(&filter.compile(), table::ARCHITECTURE, call, arguments) {
        libc::SECCOMP_RET_ALLOW => None,
        refusal if refusal & libc::SECCOMP_RET_ACTION_FULL == libc::SECCOMP_RET_ERRNO => {
            Some((refusal & 0xffff).cast_signed())
        }
        other => panic!("verdict {other:x}"),
    }
}

fn socket(filter: Filter, family: i32, kind: i32, protocol: i32) -> Option<i32> {
    asked(
        filter,
        libc::SYS_socket,
        [family as u64, kind as u64, protocol as u64, 0, 0, 0],
    )
}

#[test]
fn the_kernel_takes_the_program() {
    let length = NARROWEST.compile().instructions.len();
    assert!(length < 4096, "{length} instructions");
}

#[test]
fn other_architectures_are_killed_and_x32_refused() {
    let program = NARROWEST.compile();
    assert_eq!(
        verdict(&program, 0x4000_0003, libc::SYS_read, [0; 6]),
        libc::SECCOMP_RET_KILL_PROCESS
    );
    assert_eq!(
        verdict(&program, table::ARCHITECTURE, libc::SYS_read, [0; 6]),
        libc::SECCOMP_RET_ALLOW
    );
    if let Some(bit) = table::FOREIGN_BIT {
        for call in [libc::SYS_read, libc::SYS_ptrace] {
            let refusal = verdict(
                &program,
                table::ARCHITECTURE,
                call | libc::c_long::from(bit),
                [0; 6],
            );
            assert_eq!(refusal, libc::SECCOMP_RET_ERRNO | libc::ENOSYS.cast_unsigned());
        }
    }
}

#[test]
fn the_lists_are_refused_and_ordinary_calls_are_not() {
    for &call in table::REFUSED {
        assert_eq!(asked(NARROWEST, call, [0; 6]), Some(libc::EPERM), "call {call}");
    }
    let writes = Filter {
        objects: true,
        ..NARROWEST
    };
    for &call in table::OBJECTS {
        assert_eq!(asked(NARROWEST, call, [0; 6]), Some(libc::ENOSYS), "call {call}");
        assert_eq!(asked(writes, call, [0; 6]), None, "positive control: call {call}");
    }
    for call in [
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_execve,
        libc::SYS_mmap,
        libc::SYS_futex,
        libc::SYS_exit_group,
        libc::SYS_kill,
        libc::SYS_sendto,
    ] {
        assert_eq!(asked(NARROWEST, call, [u64::MAX; 6]), None, "call {call}");
    }
}

#[test]
fn a_fork_is_not_a_namespace() {
    let clone = |flags: i32| asked(NARROWEST, libc::SYS_clone, [flags as u64, 0, 0, 0, 0, 0]);
    assert_eq!(
        clone(libc::SIGCHLD | libc::CLONE_CHILD_SETTID | libc::CLONE_CHILD_CLEARTID),
        None
    );
    assert_eq!(
        clone(libc::CLONE_VM | libc::CLONE_FS | libc::CLONE_FILES | libc::CLONE_SIGHAND | libc::CLONE_THREAD),
        None
    );
    for namespace in [
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWIPC,
    ] {
        assert_eq!(clone(libc::SIGCHLD | namespace), Some(libc::EPERM));
    }
    assert_eq!(asked(NARROWEST, libc::SYS_clone3, [0; 6]), Some(libc::ENOSYS));
}

#[test]
fn the_high_half_of_an_argument_hides_nothing() {
    let ioctl = |request: u64| asked(NARROWEST, libc::SYS_ioctl, [0, request, 0, 0, 0, 0]);
    assert_eq!(ioctl(libc::TIOCGWINSZ), None);
    for request in [libc::TIOCSTI, libc::TIOCLINUX] {
        assert_eq!(ioctl(request), Some(libc::EPERM));
        assert_eq!(
            ioctl(request | 1 << 40),
            Some(libc::EPERM),
            "the kernel takes 32 bits of it"
        );
    }
}

#[test]
fn sockets_by_family() {
    let filter = |net, netlink| Filter {
        net,
        netlink,
        ..NARROWEST
    };
    let (stream, raw) = (
        libc::SOCK_STREAM | libc::SOCK_CLOEXEC,
        libc::SOCK_RAW | libc::SOCK_CLOEXEC,
    );
    let open = |filter| {
        let families = [
            libc::AF_UNIX,
            libc::AF_INET,
            libc::AF_INET6,
            libc::AF_NETLINK,
            libc::AF_PACKET,
            libc::AF_VSOCK,
            libc::AF_ALG,
        ];
        families.map(|family| socket(filter, family, stream, 0).is_none())
    };
    assert_eq!(open(filter(Net::None, false)), [false; 7]);
    assert_eq!(
        open(filter(Net::None, true)),
        [false, false, false, true, false, false, false]
    );
    assert_eq!(
        open(filter(Net::Unix, false)),
        [true, false, false, false, false, false, false]
    );
    assert_eq!(
        open(filter(Net::All, false)),
        [true, true, true, true, false, false, false]
    );
    assert!(socket(filter(Net::All, false), libc::AF_INET, raw, 0).is_some());
    assert!(
        socket(
            filter(Net::All, false),
            libc::AF_INET,
            libc::SOCK_DGRAM,
            libc::IPPROTO_ICMP
        )
        .is_none(),
        "ping"
    );
    assert!(
        socket(
            filter(Net::All, false),
            libc::AF_NETLINK,
            raw,
            libc::NETLINK_SOCK_DIAG
        )
        .is_none(),
        "ss"
    );
    assert!(
        socket(
            filter(Net::All, false),
            libc::AF_NETLINK,
            raw,
            libc::NETLINK_KOBJECT_UEVENT
        )
        .is_some()
    );
    let pair = |family: i32| {
        asked(
            NARROWEST,
            libc::SYS_socketpair,
            [family as u64, stream as u64, 0, 0, 0, 0],
        )
    };
    assert_eq!(
        (pair(libc::AF_UNIX), pair(libc::AF_INET)),
        (None, Some(libc::EACCES))
    );
}

#[test]
fn writing_without_landlock() {
    let open = |filter, flags: i32| asked(filter, libc::SYS_openat, [0, 0, flags as u64, 0, 0, 0]);
    for flags in [
        libc::O_WRONLY,
        libc::O_RDWR,
        libc::O_CREAT,
        libc::O_TRUNC,
        libc::O_TMPFILE,
    ] {
        let arguments = [0, 0, flags as u64, 0, 0, 0];
        let asked = verdict(
            &NARROWEST.compile(),
            table::ARCHITECTURE,
            libc::SYS_openat,
            arguments,
        );
        assert_eq!(asked, libc::SECCOMP_RET_USER_NOTIF);
        assert_eq!(
            open(
                Filter {
                    files: true,
                    ..NARROWEST
                },
                flags
            ),
            None
        );
    }
    assert!(
        NARROWEST.compile().listens
            && !Filter {
                files: true,
                ..NARROWEST
            }
            .compile()
            .listens
    );
    assert_eq!(
        open(
            NARROWEST,
            libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC | libc::O_NOFOLLOW
        ),
        None
    );
    assert_eq!(asked(NARROWEST, libc::SYS_fchmodat, [0; 6]), Some(libc::EPERM));
    assert_eq!(
        asked(
            Filter {
                metadata: true,
                ..NARROWEST
            },
            libc::SYS_fchmodat,
            [0; 6]
        ),
        None
    );
}

#[test]
#[cfg(target_arch = "x86_64")]
fn numbers_written_out_are_the_bindings_where_both_exist() {
    assert!(table::REFUSED.contains(&libc::SYS_kexec_file_load));
    assert!(table::FILE_CHANGES.contains(&libc::SYS_renameat));
    assert!(table::METADATA.contains(&libc::SYS_fchmodat2));
}

fn conditions() -> impl Strategy<Value = Vec<Condition>> {
    let condition =
        (0..4, 0..6_u32, 0..8_u32, 1..8_u32).prop_map(|(kind, argument, value, bits)| match kind {
            0 => Condition::Equal { argument, value },
            1 => Condition::NotEqual { argument, value },
            2 => Condition::Masked {
                argument,
                mask: bits,
                value: value & bits,
            },
            _ => Condition::AnyBit { argument, bits },
        });
    proptest::collection::vec(condition, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The tree decides as a reading of the list from its first line to its last does, whatever its size.
    #[test]
    fn the_first_that_fits_decides(
        rules in proptest::collection::vec((0..500_i64, conditions(), 1..4_i32), 0..400),
        calls in proptest::collection::vec((0..510_u32, proptest::array::uniform6(0..8_u64)), 40),
    ) {
        let mut assembler = Assembler::new(table::ARCHITECTURE);
        assembler.refuse_foreign_numbers(table::FOREIGN_BIT);
        for (call, conditions, errno) in &rules {
            assembler.refuse(*call as libc::c_long, conditions, *errno);
        }
        let program = assembler.finish();
        for (call, arguments) in calls {
            let argument = |number: u32| arguments[number as usize] as u32;
            let holds = |condition: &Condition| match *condition {
                Condition::Equal { argument: a, value } => argument(a) == value,
                Condition::NotEqual { argument: a, value } => argument(a) != value,
                Condition::Masked { argument: a, mask, value } => argument(a) & mask == value,
                Condition::AnyBit { argument: a, bits } => argument(a) & bits != 0,
            };
            let fits = |(of, conditions, _): &&(i64, Vec<Condition>, i32)| {
                *of == i64::from(call) && conditions.iter().all(holds)
            };
            let expected = rules.iter().find(fits).map_or(libc::SECCOMP_RET_ALLOW, |(_, _, errno)| {
                libc::SECCOMP_RET_ERRNO | errno.cast_unsigned()
            });
            prop_assert_eq!(
                verdict(&program, table::ARCHITECTURE, libc::c_long::from(call), arguments),
                expected
            );
        }
    }
}
