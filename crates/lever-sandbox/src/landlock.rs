//! Landlock: file, TCP, UDP, signal and abstract-socket rules, at the best version the kernel has.
//!
//! A right that the kernel's version knows is required; one that it does not know is listed as weaker. Never a silent middle.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath, Ruleset,
    RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};

use crate::paths::{Access, Grant};
use crate::policy::Net;
use crate::report::weaker;

/// The newest version whose every right is understood here.
const NEWEST: u32 = 10;

/// Why the rules could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum LandlockError {
    /// A path could not be opened for another reason than that it does not exist.
    #[error("landlock: {path}: {source}")]
    Path {
        /// The path.
        path: String,
        /// The reason.
        source: io::Error,
    },
    /// The kernel refused a right that its version has.
    #[error("landlock: {0}")]
    Rules(#[from] RulesetError),
    /// The kernel applied less than was required.
    #[error("landlock: the rules were not fully enforced")]
    Partly,
}

/// The kernel's Landlock version: 0 if it has none.
pub fn kernel_abi() -> u32 {
    const VERSION_FLAG: libc::c_uint = 1;
    // SAFETY: with this flag the call takes no attributes and returns a number.
    let abi = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<u8>(),
            0_usize,
            VERSION_FLAG,
        )
    };
    u32::try_from(abi).unwrap_or(0)
}

/// What version `abi` leaves open that these rules would close.
pub fn weaknesses(abi: u32, net: Net) -> Vec<&'static str> {
    let missing = [
        (abi < 1, weaker::NO_LANDLOCK),
        (abi < 3, weaker::TRUNCATE),
        (abi < 4 && net != Net::All, weaker::TCP),
        (abi < 6, weaker::SIGNALS),
        (abi < 6 && net != Net::None, weaker::ABSTRACT_SOCKETS),
    ];
    missing
        .into_iter()
        .filter(|(open, _)| *open)
        .map(|(_, name)| name)
        .collect()
}

/// Those of the [`weaknesses`] that nothing else makes up for: TCP is closed by the system call filter as well.
pub fn lacking(abi: u32, net: Net) -> Vec<&'static str> {
    let mut lacking = weaknesses(abi, net);
    lacking.retain(|weakness| *weakness != weaker::TCP);
    lacking
}

/// Rules that are made, but not yet applied.
#[derive(Debug)]
pub struct Rules(Option<RulesetCreated>);

/// Makes the rules for the kernel's version `abi`.
pub fn prepare(abi: u32, grants: &BTreeSet<Grant>, net: Net) -> Result<Rules, LandlockError> {
    if abi == 0 {
        return Ok(Rules(None));
    }
    let version = ABI::from(abi.min(NEWEST).cast_signed());
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(version))?;
    if net != Net::All && abi >= 4 {
        ruleset = ruleset.handle_access(AccessNet::from_all(version))?;
    }
    if abi >= 6 {
        ruleset = ruleset.scope(Scope::from_all(version))?;
    }
    let mut created = ruleset.create()?;
    for grant in grants {
        if let Some((path, folder)) = open(&grant.path)? {
            let rights = rights(grant.access, folder, version);
            if !rights.is_empty() {
                created = created.add_rule(PathBeneath::new(path, rights))?;
            }
        }
    }
    if net != Net::None && abi >= 9 {
        // Sockets are allowed by family, so connecting to one by its path is not held back by where it lies.
        if let Some((root, _)) = open(Path::new("/"))? {
            created = created.add_rule(PathBeneath::new(root, AccessFs::ResolveUnix))?;
        }
    }
    Ok(Rules(Some(created)))
}

impl Rules {
    /// Applies the rules to this process, for good.
    pub fn apply(self) -> Result<(), LandlockError> {
        let Some(created) = self.0 else { return Ok(()) };
        match created.restrict_self()?.ruleset {
            RulesetStatus::FullyEnforced => Ok(()),
            _ => Err(LandlockError::Partly),
        }
    }
}

/// The paths of grants are resolved ones: a link there was put there since, and leads elsewhere.
fn open(path: &Path) -> Result<Option<(OwnedFd, bool)>, LandlockError> {
    let opened = crate::sys::open_without_links(path).and_then(|fd| {
        let file = File::from(fd);
        let folder = file.metadata()?.is_dir();
        Ok((OwnedFd::from(file), folder))
    });
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(source) => match source.raw_os_error() {
            // A path that this user cannot reach needs no rule.
            Some(libc::ENOENT | libc::ENOTDIR | libc::EACCES | libc::ELOOP) => Ok(None),
            _ => Err(LandlockError::Path {
                path: path.display().to_string(),
                source,
            }),
        },
    }
}

fn rights(access: Access, folder: bool, version: ABI) -> BitFlags<AccessFs> {
    let rights = match access {
        Access::List => AccessFs::ReadDir.into(),
        Access::Read => AccessFs::from_read(version),
        Access::Device => {
            AccessFs::ReadFile
                | AccessFs::WriteFile
                | AccessFs::Truncate
                | AccessFs::IoctlDev
                | AccessFs::ReadDir
        }
        Access::Write => {
            let devices =
                AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev | AccessFs::ResolveUnix;
            AccessFs::from_all(version) & !devices
        }
    };
    let fitting = if folder {
        AccessFs::from_all(version)
    } else {
        AccessFs::from_file(version)
    };
    rights & fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_fit_the_version_and_the_kind() {
        for abi in 1..=10 {
            let version = ABI::from(abi);
            for access in [Access::List, Access::Read, Access::Device, Access::Write] {
                assert!(
                    AccessFs::from_all(version).contains(rights(access, true, version)),
                    "{access:?} {abi}"
                );
                assert!(
                    AccessFs::from_file(version).contains(rights(access, false, version)),
                    "{access:?} {abi}"
                );
            }
            assert!((rights(Access::Read, true, version) & AccessFs::from_write(version)).is_empty());
            assert!(!rights(Access::Write, true, version).contains(AccessFs::MakeBlock));
        }
        assert!(rights(Access::List, false, ABI::V7).is_empty());
    }

    #[test]
    fn an_old_kernel_is_weaker_and_a_new_one_is_not() {
        assert_eq!(weaknesses(7, Net::None), [""; 0]);
        assert_eq!(weaknesses(5, Net::None), [weaker::SIGNALS]);
        assert!(
            weaknesses(3, Net::Unix).contains(&weaker::TCP)
                && !weaknesses(3, Net::All).contains(&weaker::TCP)
        );
        assert!(weaknesses(0, Net::None).contains(&weaker::NO_LANDLOCK));
        assert_eq!(lacking(7, Net::None), [""; 0]);
        assert_eq!(lacking(3, Net::None), [weaker::SIGNALS]);
    }
}
