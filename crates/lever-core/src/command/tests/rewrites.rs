//! What a refusal tells its reader to write instead: it compiles, and does with a hostile value what was meant.

use std::collections::BTreeMap;

use super::compile;
use super::shell::{Folder, available, person};
use crate::command::TemplateSource;

/// Programs needed, template, value of `v`, output.
const REWRITES: &[(&str, &str, &str, &str)] = &[
    (
        "sh",
        "sh -c 'printf %s \"$1\"' sh {{v}}",
        "$(touch lever-canary)",
        "$(touch lever-canary)",
    ),
    ("sh", "echo \"$(expr {{v:int}} + 1)\"", "41", "42\n"),
    ("awk", "awk -v n={{v:int}} 'BEGIN {print n + 1}'", "41", "42\n"),
    (
        "seq",
        "for i in $(seq 1 {{v:int}}); do echo $i; done",
        "2",
        "1\n2\n",
    ),
    ("awk", "awk -v x={{v}} '$1 == x' f", "a;b", "a;b c\n"),
    ("awk", "awk -v n={{v:int}} 'NR == n' f", "1", "a;b c\n"),
    ("awk", "awk -v a={{v}} -v b=X '{gsub(a, b)} 1' f", "a;b", "X c\n"),
    (
        "sh",
        "x=1; if [ \"$x\" = {{v}} ]; then echo same; else echo other; fi",
        "*",
        "other\n",
    ),
    (
        "sh",
        "[ {{v}} = x ] || echo no",
        "a[$(touch lever-canary)]",
        "no\n",
    ),
    ("sh", "[ {{v:int}} -gt 5 ] && echo more", "7", "more\n"),
    (
        "sh",
        "cat <<EOF\n\\$x {{v}} \\`\nEOF",
        "`touch lever-canary`",
        "$x `touch lever-canary` `\n",
    ),
    (
        "basename",
        "printf '%s,' \"$(basename {{v:path}})\"",
        "/x/a b",
        "a b,",
    ),
    ("perl", "perl -ne 'print' < {{v:path}}", "f", "a;b c\n"),
    (
        "perl",
        "perl -e 'print $ARGV[0]' {{v}}",
        "system('touch lever-canary')",
        "system('touch lever-canary')",
    ),
    (
        "python3",
        "python3 -c 'import sys; print(sys.argv[1])' {{v}}",
        "__import__('os')",
        "__import__('os')\n",
    ),
    (
        "node",
        "node -e 'console.log(process.argv[1])' {{v}}",
        "process.exit()",
        "process.exit()\n",
    ),
    ("ruby", "ruby -e 'puts ARGV[0]' {{v}}", "exit", "exit\n"),
    ("jq", "jq -n --arg k {{v}} '$k'", "env", "\"env\"\n"),
    (
        "xargs",
        "printf '%s\\0' {{v}} | ssh host xargs -0 printf %s",
        "; touch lever-canary",
        "; touch lever-canary",
    ),
    ("sh", "printf '%s\\n' {{v}}", "%s%n", "%s%n\n"),
    (
        "sh",
        "[ -n {{v}} ] && echo full",
        "a[$(touch lever-canary)]",
        "full\n",
    ),
    ("sh", "echo x > {{v:path}} 2>&1; cat {{v:path}}", "a b", "x\n"),
    ("sh", "printf '%s' {{v:secret}} | cat", "s3cret", "s3cret"),
    (
        "sh",
        "MY_PASSWORD={{v:secret}} sh -c 'printf %s \"$MY_PASSWORD\"'",
        "s3cret",
        "s3cret",
    ),
    ("sh", "sh {{v:path}}", "script.sh", "ran\n"),
];

#[test]
fn what_refusals_suggest_works() {
    let mut tried = 0;
    for (programs, template, value, expected) in REWRITES {
        let plan =
            compile(&TemplateSource::new(template)).unwrap_or_else(|error| panic!("{template}: {error}"));
        let given = BTreeMap::from([("v".to_owned(), (*value).to_owned())]);
        let bound = plan
            .bind(&given, &person())
            .unwrap_or_else(|error| panic!("{template}: {error}"));
        let programs: Vec<&str> = programs.split(' ').collect();
        if available(&programs).len() < programs.len() {
            continue;
        }
        let folder = Folder::new();
        folder.write("f", "a;b c\n");
        folder.write("script.sh", "echo ran\n");
        // What a server does with the words it is sent.
        folder.write("ssh", "#!/bin/sh\nshift\nexec sh -c \"$*\"\n");
        let path = format!(
            "{}:{}",
            folder.path().display(),
            std::env::var("PATH").unwrap_or_default()
        );
        let mut env: Vec<_> = bound.env.clone().into_iter().collect();
        env.push(("PATH".to_owned(), path));
        let (output, _) = folder.run(&bound.argv, &env);
        assert_eq!(
            String::from_utf8_lossy(&output),
            *expected,
            "{template}: {:?}",
            bound.argv
        );
        assert!(!folder.take_canary(), "{template}");
        tried += 1;
    }
    assert!(tried >= 15, "{tried}");
}
