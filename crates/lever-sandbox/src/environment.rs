//! Variables that make a trusted program load or run something else, and the environment without them.
//!
//! The caller computes the environment; this is the second lock on the same door.

use std::collections::BTreeMap;

/// Prefixes of variables that loaders and allocators obey.
const PREFIXES: &[&str] = &[
    "LD_",
    "DYLD_",
    "BASH_FUNC_",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
];

/// Variables that name code to run, or change how a shell reads its words.
const NAMES: &[&str] = &[
    "BASHOPTS",
    "BASH_ENV",
    "BASH_LOADABLES_PATH",
    "CDPATH",
    "ENV",
    "GCONV_PATH",
    "GETCONF_DIR",
    "GIT_ASKPASS",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_SYSTEM",
    "GIT_EDITOR",
    "GIT_EXEC_PATH",
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "GIT_PROXY_COMMAND",
    "GIT_SEQUENCE_EDITOR",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_TEMPLATE_DIR",
    "GLIBC_TUNABLES",
    "GLOBIGNORE",
    "HOSTALIASES",
    "IFS",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "LESSCLOSE",
    "LESSOPEN",
    "LOCALDOMAIN",
    "LOCPATH",
    "MALLOC_TRACE",
    "NIS_PATH",
    "NLSPATH",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PERL5DB",
    "PERL5LIB",
    "PERL5OPT",
    "PERLLIB",
    "PROMPT_COMMAND",
    "PS4",
    "PYTHONBREAKPOINT",
    "PYTHONHOME",
    "PYTHONINSPECT",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "RESOLV_HOST_CONF",
    "RES_OPTIONS",
    "RIPGREP_CONFIG_PATH",
    "RUBYLIB",
    "RUBYOPT",
    "SHELLOPTS",
    "TAR_OPTIONS",
    "TZDIR",
    "ZDOTDIR",
    "_JAVA_OPTIONS",
];

/// `env` without the hijack variables that are not in `allowed`.
pub fn scrub(env: &BTreeMap<String, String>, allowed: &[String]) -> BTreeMap<String, String> {
    let hijacks =
        |name: &str| PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || NAMES.contains(&name);
    // Exported bash functions can also hide in a value: "() { .. }" was how old shells imported them.
    let function = |value: &str| value.trim_start().starts_with("() {");
    env.iter()
        .filter(|(name, value)| allowed.contains(name) || !(hijacks(name) || function(value)))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hijacks_go_and_the_rest_stays() {
        let env = |names: &[&str]| {
            names
                .iter()
                .map(|name| ((*name).to_owned(), "x".to_owned()))
                .collect::<BTreeMap<_, _>>()
        };
        let mixed = env(&[
            "PATH",
            "HOME",
            "LD_PRELOAD",
            "BASH_ENV",
            "IFS",
            "BASH_FUNC_ls%%",
            "LANG",
            "NODE_OPTIONS",
        ]);
        assert_eq!(scrub(&mixed, &[]), env(&["PATH", "HOME", "LANG"]));
        assert_eq!(
            scrub(&mixed, &["LD_PRELOAD".into()]),
            env(&["PATH", "HOME", "LANG", "LD_PRELOAD"])
        );
        assert!(scrub(&BTreeMap::from([("ls".into(), "() { :; }; id".into())]), &[]).is_empty());
    }

    #[test]
    fn the_table_is_sorted_and_holds_no_prefix_twice() {
        assert!(NAMES.is_sorted());
        assert!(
            !NAMES
                .iter()
                .any(|name| PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
        );
    }
}
