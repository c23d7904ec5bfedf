//! The store: what a cold start pays, what a teach pays over a bare durable insert, and reading large layers.
//!
//! Durable writes are measured in turns with the bare insert, so that the disk's mood is the same for both; the ratio
//! is the figure. `cargo bench -p lever-bench --bench store`.

#![allow(missing_docs, clippy::unwrap_used)] // a program to be read: it has no users, and panics are its verdicts
#![allow(clippy::print_stdout)] // its output is its result

use std::path::Path;
use std::time::{Duration, Instant};

use lever_store::{
    Layer, Lessons, NewBody, NewBundle, NewCommand, NewPhrase, OpenOptions, Run, Source, Store, StoreError,
    Verdict,
};

const NS: &str = "default";

fn open(path: &Path) -> Store {
    Store::open(path, OpenOptions::default()).unwrap()
}

fn phrase(text: &str) -> NewPhrase<'_> {
    NewPhrase {
        text,
        key: text,
        source: Source::Taught,
        pattern: false,
        weak: false,
    }
}

const PLAN: &str = r#"{"template":"du -h --max-depth=1 {{folder:dir}} | sort -hr","form":{"script":{"interpreter":"sh","text":"du -h --max-depth=1 \"${1}\" | sort -hr","args":["folder"]}},"params":[{"name":"folder","kind":"dir","default":null}],"programs":["du","sort"]}"#;
const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn body() -> NewBody<'static> {
    NewBody {
        template: "du -h --max-depth=1 {{folder:dir}} | sort -hr",
        digest: DIGEST,
        plan: PLAN,
        params: r#"[{"name":"folder","kind":"dir","default":null}]"#,
        effects: r#"{"reads":true,"writes":false,"destroys":false,"privileged":false,"network":false,"unknown":false}"#,
        permissions: r#"{"cwd":"here","read":[],"write":"none","net":"none","processes":"own","env":[]}"#,
        details: "{}",
    }
}

fn command<'a>(text: &'a str, aliases: &'a [NewPhrase<'a>]) -> NewCommand<'a> {
    NewCommand {
        phrase: phrase(text),
        aliases,
        body: body(),
        trust: None,
        approved_by: Some("person"),
        replace: false,
    }
}

/// `commands` with `each` phrases.
fn fill(store: &mut Store, commands: usize, each: usize) -> Duration {
    let began = Instant::now();
    let done: Result<(), StoreError> = store.teach_many(NS, 1, |batch| {
        for n in 0..commands {
            let texts: Vec<_> = (0..each)
                .map(|at| format!("show folder sizes in way {at} of {n}"))
                .collect();
            let phrases: Vec<_> = texts.iter().map(|text| phrase(text)).collect();
            batch.teach(&command(&texts[0], &phrases[1..]))?;
        }
        Ok(())
    });
    done.unwrap();
    began.elapsed()
}

fn quantiles(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: f64| times[(times.len() as f64 * share) as usize].as_nanos() as f64 / 1000.0;
    format!("min {:.1} p50 {:.1} p99 {:.1} us", at(0.0), at(0.5), at(0.99))
}

fn times(rounds: usize, mut f: impl FnMut()) -> Vec<Duration> {
    (0..rounds)
        .map(|_| {
            let began = Instant::now();
            f();
            began.elapsed()
        })
        .collect()
}

/// Nanoseconds that this thread has had a processor, where the system says so: unlike the time on the wall, it does not
/// depend on who else is busy.
fn processor() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|first| first.parse().ok())
        .unwrap_or(0)
}

/// What comes along with a command from the phrase bank.
#[derive(Clone, Copy)]
enum Known {
    Nothing,
    /// As it is stored: all in one row.
    Bundle,
    /// For comparison: a row each.
    Rows,
}

/// As many phrases as the bank knows for most commands.
const KNOWN: usize = 24;

fn teach_against_bare_insert(folder: &Path, known: Known) {
    const ROUNDS: i64 = 2000;
    let name = match known {
        Known::Nothing => "plain",
        Known::Bundle => "bundle",
        Known::Rows => "rows",
    };
    let mut store = open(&folder.join(format!("teach-{name}.db")));
    let bare = rusqlite::Connection::open(folder.join(format!("bare-{name}.db"))).unwrap();
    bare.execute_batch(
        "PRAGMA journal_mode = wal; PRAGMA synchronous = FULL;
         CREATE TABLE reflex (id INTEGER PRIMARY KEY, intent TEXT NOT NULL UNIQUE, action TEXT NOT NULL)",
    )
    .unwrap();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut spent = (0, 0);
    for n in 0..ROUNDS {
        let text = format!("show folder sizes {n}");
        let (began, before) = (Instant::now(), processor());
        bare.prepare_cached("INSERT INTO reflex (intent, action) VALUES (?1, ?2)")
            .unwrap()
            .execute([&text, PLAN])
            .unwrap();
        theirs.push(began.elapsed());
        let texts: Vec<String> = (0..KNOWN)
            .map(|at| format!("how big are the folders here, in way {at} of {n}"))
            .collect();
        let pairs: Vec<(&str, &str)> = texts.iter().map(|text| (text.as_str(), text.as_str())).collect();
        let rows: Vec<NewPhrase<'_>> = texts.iter().map(|text| phrase(text)).collect();
        let (phrases, aliases) = match known {
            Known::Nothing => (&[][..], &[][..]),
            Known::Bundle => (&pairs[..], &[][..]),
            Known::Rows => (&[][..], &rows[..]),
        };
        let bundle = NewBundle { phrases, twin: None };
        let (began, between) = (Instant::now(), processor());
        store
            .teach_known(NS, &command(&text, aliases), &bundle, n)
            .unwrap();
        ours.push(began.elapsed());
        spent = (spent.0 + between - before, spent.1 + processor() - between);
    }
    let total = |times: &[Duration]| times.iter().sum::<Duration>().as_secs_f64();
    let each = |nanoseconds: u64| nanoseconds as f64 / 1000.0 / ROUNDS as f64;
    println!(
        "teach ({name}) / bare durable insert: {:.2} x its speed in sum ({:.0}/s against {:.0}/s)",
        total(&theirs) / total(&ours),
        ROUNDS as f64 / total(&ours),
        ROUNDS as f64 / total(&theirs)
    );
    println!(
        "  teach {}, {:.1} us of processor each",
        quantiles(ours),
        each(spent.1)
    );
    println!(
        "  bare  {}, {:.1} us of processor each",
        quantiles(theirs),
        each(spent.0)
    );
}

fn cold_start(folder: &Path, name: &str) {
    let path = folder.join(name);
    let all = times(300, || {
        let store = open(&path);
        std::hint::black_box(store.generation(NS).unwrap());
    });
    println!("open + generation + close, {name}: {}", quantiles(all));
    let kept = open(&path);
    let all = times(300, || {
        let store = open(&path);
        std::hint::black_box(store.generation(NS).unwrap());
    });
    println!("  while another process has it open: {}", quantiles(all));
    println!(
        "  generation, warm: {}",
        quantiles(times(2000, || {
            std::hint::black_box(kept.generation(NS).unwrap());
        }))
    );
    let look = rusqlite::Connection::open(&path).unwrap();
    let versions = times(2000, || {
        let mut query = look.prepare_cached("PRAGMA data_version").unwrap();
        std::hint::black_box(query.query_row([], |row| row.get::<_, i64>(0)).unwrap());
    });
    println!(
        "  for comparison, PRAGMA data_version, warm: {}",
        quantiles(versions)
    );
    drop(look);
    drop(kept);
    let mut n = 0;
    let all = times(200, || {
        n += 1;
        let mut store = open(&path);
        std::hint::black_box(store.generation(NS).unwrap());
        store
            .record_run(&run(&format!("{name} cold {n}")), Lessons::default())
            .unwrap();
    });
    println!("open + generation + record a run + close: {}", quantiles(all));
}

fn run(id: &str) -> Run {
    Run {
        id: id.into(),
        at: 1,
        namespace: NS.into(),
        caller: "person".into(),
        request: "show folder sizes".into(),
        status: "ran".into(),
        gate: Some(1),
        match_kind: Some("exact".into()),
        argv: Some(r#"["du","-h"]"#.into()),
        exit_code: Some(0),
        ..Run::default()
    }
}

fn durability_switch(folder: &Path) {
    let path = folder.join("switch.db");
    let mut store = open(&path);
    let aliases = [];
    let taught = store.teach(NS, &command("x", &aliases), 1).unwrap();
    let lever_store::Taught::Created { id } = taught else {
        panic!()
    };
    let mut n = 0;
    let mut record = |store: &mut Store| {
        n += 1;
        let lessons = Lessons {
            verdict: Some(Verdict::Success),
            used_phrase: None,
        };
        store
            .record_run(
                &Run {
                    command: Some(id.clone()),
                    ..run(&n.to_string())
                },
                lessons,
            )
            .unwrap();
    };
    println!(
        "record a run with trust (not synced): {}",
        quantiles(times(3000, || record(&mut store)))
    );
    let conn = rusqlite::Connection::open(&path).unwrap();
    let mut full = false;
    let all = times(3000, || {
        full = !full;
        conn.execute_batch(if full {
            "PRAGMA synchronous = FULL"
        } else {
            "PRAGMA synchronous = NORMAL"
        })
        .unwrap();
    });
    println!("switching what a commit promises: {}", quantiles(all));
}

fn reading(folder: &Path, commands: usize, each: usize) {
    let name = format!("{commands}x{each}.db");
    let path = folder.join(&name);
    let mut store = open(&path);
    let took = fill(&mut store, commands, each);
    println!(
        "{} commands, {} phrases: taught in one batch at {:.0} commands/s, {:.0} phrases/s",
        commands,
        commands * each,
        commands as f64 / took.as_secs_f64(),
        (commands * each) as f64 / took.as_secs_f64()
    );
    let mut bytes = 0;
    let load = times(5, || {
        store
            .load_layer(Layer::Namespace(NS), |row| {
                bytes += row.key.len() + row.command.len();
            })
            .unwrap();
    });
    println!("  load_layer {}", quantiles(load));
    let mark = store.load_layer(Layer::Namespace(NS), |_| {}).unwrap();
    let vectors = vec![7_u8; commands * each * 128 + commands * 128];
    let began = Instant::now();
    store
        .put_snapshot(Layer::Namespace(NS), "vectors", mark, 1, &vectors)
        .unwrap();
    println!(
        "  put_snapshot of {} MB {:?}",
        vectors.len() >> 20,
        began.elapsed()
    );
    let got = times(5, || {
        let found = store.snapshot(Layer::Namespace(NS), "vectors").unwrap().unwrap();
        bytes += found.bytes.len();
    });
    println!("  snapshot {}", quantiles(got));
    let mut n = 0;
    let one = times(200, || {
        n += 1;
        store
            .teach(NS, &command(&format!("one more {n}"), &[]), 1)
            .unwrap();
    });
    println!("  one more teach {}", quantiles(one));
    let changes = times(20, || {
        store
            .load_changes(Layer::Namespace(NS), mark, |row| bytes += row.key.len())
            .unwrap()
            .unwrap();
    });
    println!("  load_changes of 200 {}", quantiles(changes));
    let began = Instant::now();
    let mut streamed = 0_u64;
    store
        .for_each_command(NS, true, |_, phrases| {
            streamed += phrases.len() as u64;
            true
        })
        .unwrap();
    let rate = commands as f64 / began.elapsed().as_secs_f64();
    println!("  for_each_command {rate:.0} commands/s ({streamed} phrases)");
    drop(store);
    println!("  file {} MB", std::fs::metadata(&path).unwrap().len() >> 20);
    cold_start(folder, &name);
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let asked = |name: &str| std::env::args().any(|arg| arg == name);
    if asked("--only-teach") {
        teach_against_bare_insert(folder.path(), Known::Nothing);
        return;
    }
    if !asked("--only-large") {
        let small = folder.path().join("small.db");
        drop(open(&small));
        cold_start(folder.path(), "small.db");
        durability_switch(folder.path());
        for known in [Known::Nothing, Known::Bundle, Known::Rows] {
            teach_against_bare_insert(folder.path(), known);
        }
        reading(folder.path(), 1000, 36);
        reading(folder.path(), 36_000, 1);
    }
    if asked("--large") || asked("--only-large") {
        reading(folder.path(), 1_000_000, 1);
    }
}
