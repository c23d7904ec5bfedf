//! Teaching and running: a template to its plan, values into it, and its digest.

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lever_core::command::{BindContext, Caller, Plan, Programs, TemplateSource, compile};

const TEMPLATES: &[(&str, &str)] = &[
    ("direct", "git log --oneline -n {{n:int=10}} -- {{file:path}}"),
    (
        "pipeline",
        "grep -rn \"{{pattern}}\" {{dir}} --include='*.rs' | sort -u | head -n {{n:int=20}}",
    ),
    (
        "script",
        "cd {{dir}} && for f in *.log; do gzip -k \"$f\"; done; cat <<EOF\n{{text}}\nEOF\n",
    ),
    (
        "typed",
        "curl -fsS -o {{file}} {{url}} --retry {{n:int=3}} -H 'X-Id: {{id:regex([a-z0-9-]+)}}'",
    ),
];

fn bench(c: &mut Criterion) {
    let programs = Programs::builtin().expect("the built-in table is sound");
    let values = [
        ("file", "src/main.rs"),
        ("pattern", "TODO(.*)"),
        ("dir", "/srv/www"),
        ("text", "it's done"),
        ("url", "https://example.com/x"),
        ("id", "a-1"),
    ];
    let context = BindContext {
        caller: Caller::Program,
        cwd: "/srv/www",
        home: "/home/me",
        path_roots: &["/srv".to_owned()],
        real: |path| Some(path.to_owned()),
    };
    for (name, template) in TEMPLATES {
        let source = TemplateSource {
            programs: Some(&programs),
            ..TemplateSource::new(template)
        };
        let plan = compile(&source).expect("a plan");
        let given: BTreeMap<String, String> = values
            .iter()
            .filter(|(name, _)| plan.params.iter().any(|param| param.name == *name))
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        c.bench_function(&format!("command/compile/{name}"), |b| {
            b.iter(|| compile(black_box(&source)));
        });
        c.bench_function(&format!("command/bind/{name}"), |b| {
            b.iter(|| plan.bind(black_box(&given), &context));
        });
        c.bench_function(&format!("command/digest/{name}"), |b| {
            b.iter(|| black_box(&plan).digest());
        });
        // What a run from the store costs: the stored plan read, and values put in.
        let stored = serde_json::to_string(&plan).expect("a plan is JSON");
        c.bench_function(&format!("command/load_and_bind/{name}"), |b| {
            b.iter(|| {
                let plan: Plan = serde_json::from_str(black_box(&stored)).expect("what was written is read");
                plan.bind(&given, &context)
            });
        });
    }
    c.bench_function("command/programs_table", |b| b.iter(Programs::builtin));
}

criterion_group!(benches, bench);
criterion_main!(benches);
