//! A small built-in lexicon: how much common words say, which words mean the same about a computer, and which are
//! opposites. It is general English and general computing, and knows no command.

use super::stem::{word_id, word_id_of_bytes};

/// What a word does in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// Nothing is known of the word: it says what its rarity says.
    Open,
    /// "the", "is", "my": says next to nothing.
    Function,
    /// "for", "from", "in": says a little, in its place.
    Relation,
    /// "what", "which", "how".
    Question,
    /// "not", "without", "never".
    Negation,
    /// A verb that asks for something to be done.
    Action,
    /// A property that has an opposite: "largest", "stopped".
    Property,
    /// A thing with several names: "ram" and "memory".
    Thing,
    /// A thing so common that it says little: "file", "computer".
    Commonplace,
    /// A literal value.
    Value,
}

/// What a literal value looks like. Shapes share their numbers with concepts, from the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Shape {
    /// A number.
    Number = 255,
    /// A path, a file name or a glob.
    Path = 254,
    /// A host, an address or a URL.
    Host = 253,
    /// Quoted text, and whatever has no other shape.
    Other = 252,
    /// A parameter that takes any of them.
    Any = 251,
}

/// What the lexicon knows of a word: its class, and a concept that it shares with other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lexeme {
    /// What the word does.
    pub class: Class,
    /// Number of the concept, below [`CONCEPTS`]; 0 is none.
    pub concept: u8,
}

impl Lexeme {
    /// A word the lexicon doesn't know.
    pub const OPEN: Self = Self {
        class: Class::Open,
        concept: 0,
    };

    /// A literal value of a shape, or a parameter that takes such values.
    pub const fn value(shape: Shape) -> Self {
        Self {
            class: Class::Value,
            concept: shape as u8,
        }
    }

    /// How much such a word says, before its rarity is known: 0 to 1.
    pub fn weight(self) -> f32 {
        match self.class {
            Class::Open | Class::Thing => 1.0,
            Class::Function => 0.06,
            Class::Relation => 0.15,
            Class::Question => 0.12,
            Class::Negation => 0.4,
            Class::Action => 0.5,
            Class::Property => 0.8,
            Class::Commonplace => 0.55,
            Class::Value => 0.3,
        }
    }
}

use Class::{Action, Commonplace, Function, Negation, Open, Property, Question, Relation, Thing};

/// Words of one group mean about the same; all forms that stemming doesn't join are written out.
pub(super) struct Group(Class, pub(super) &'static str);

#[rustfmt::skip]
pub(super) const GROUPS: &[Group] = &[
    Group(Open, ""),
    Group(Function, "a an the this that these those it its my your our his her their mine i me we us you they he she them \
        is are am was were be been being do does did done has have had having will would shall should could can may might must \
        and or but so if then than too also just really actually even still already any some there here \
        want need like know think try trying going gonna wanna gotta let lets please pls kindly thanks ok okay hey yo hi hello dude man \
        thing things stuff one ones something anything everything somehow now right currently quick quickly real good bad \
        s t d ll ve re m im ive id dont"),
    Group(Relation, "in on at to from by for of into onto over under about as with within per via through inside between across \
        up out back along around during since until while when where whose whom because"),
    Group(Question, "what which who why how whats hows wich"),
    Group(Negation, "not never no without except nothing none neither nor cannot excluding"),
    // Actions. The order of these is known to `Concept`.
    Group(Action, "show list display print see view get give tell check look lemme gimme output dump read peek inspect report lets ls cat"),
    Group(Action, "find search locate lookup seek hunt grep spot"),
    Group(Action, "count many"),
    Group(Action, "start launch begin boot spin fire bring"),
    Group(Action, "stop halt terminate kill end quit shut shutdown cancel abort suspend pause"),
    Group(Action, "restart reboot bounce reload relaunch"),
    Group(Action, "create make add generate init initialise initialize mkdir touch"),
    Group(Action, "delete remove rm erase wipe drop purge clean clear prune trash destroy nuke uninstall discard rid throw"),
    Group(Action, "copy cp clone"),
    Group(Action, "move mv rename relocate"),
    Group(Action, "change set modify edit replace alter swap convert adjust"),
    Group(Action, "switch checkout jump"),
    Group(Action, "install setup"),
    Group(Action, "update upgrade refresh bump"),
    Group(Action, "download fetch grab pull"),
    Group(Action, "upload push send publish transfer ship"),
    Group(Action, "compress zip archive tar gzip pack bundle squeeze"),
    Group(Action, "extract unzip unpack untar decompress gunzip uncompress"),
    Group(Action, "compare diff difference versus differ"),
    Group(Action, "enable activate"),
    Group(Action, "disable deactivate off"),
    Group(Action, "mount"),
    Group(Action, "unmount umount eject"),
    Group(Action, "connect login ssh attach enter"),
    Group(Action, "disconnect logout detach leave exit"),
    Group(Action, "lock"),
    Group(Action, "unlock"),
    Group(Action, "encrypt"),
    Group(Action, "decrypt"),
    Group(Action, "stage"),
    Group(Action, "unstage"),
    Group(Action, "watch follow tail monitor stream"),
    Group(Action, "merge combine join concatenate"),
    Group(Action, "split separate"),
    Group(Action, "sort order rank arrange"),
    Group(Action, "run execute launch invoke"),
    Group(Action, "build compile"),
    Group(Action, "test tests"),
    Group(Action, "undo revert restore rollback recover"),
    Group(Action, "save store keep stash backup"),
    Group(Action, "allow permit grant"),
    Group(Action, "deny block forbid reject ban"),
    Group(Action, "count"),
    Group(Action, "ping reach reachable"),
    Group(Action, "explain describe teach"),
    // Properties, mostly in pairs that exclude each other.
    Group(Property, "big large huge heavy fat biggest largest heaviest bigger larger chonkiest enormous"),
    Group(Property, "small tiny smallest smaller little lightest"),
    Group(Property, "new newest latest recent recently newer fresh last"),
    Group(Property, "old oldest older stale ancient"),
    Group(Property, "first top beginning head"),
    Group(Property, "bottom final ending"),
    Group(Property, "running alive live active"),
    Group(Property, "stopped dead exited inactive finished"),
    Group(Property, "public external outside wan"),
    Group(Property, "private internal lan"),
    Group(Property, "local locally"),
    Group(Property, "remote remotely origin upstream"),
    Group(Property, "fast fastest"),
    Group(Property, "slow slowest sluggish"),
    Group(Property, "full"),
    Group(Property, "empty"),
    Group(Property, "open listening"),
    Group(Property, "closed"),
    Group(Property, "incoming inbound"),
    Group(Property, "outgoing outbound"),
    Group(Property, "more greater above"),
    Group(Property, "less fewer below"),
    Group(Property, "ascending"),
    Group(Property, "descending reverse"),
    Group(Property, "before"),
    Group(Property, "after"),
    Group(Property, "upper uppercase"),
    Group(Property, "lower lowercase"),
    Group(Property, "hidden dotfile dotfiles"),
    Group(Property, "duplicate dupe dupes"),
    Group(Property, "broken corrupt damaged"),
    Group(Property, "failed failing failure"),
    Group(Property, "used usage use using eat eating hog hogging consume consuming gobbling taking takes"),
    Group(Property, "free available left remaining"),
    // Things with several names.
    Group(Thing, "ram memory mem"),
    Group(Thing, "disk disks drive drives storage hdd ssd"),
    Group(Thing, "space room capacity"),
    Group(Thing, "cpu processor processors core cores"),
    Group(Thing, "gpu graphics nvidia"),
    Group(Thing, "process processes program programs app apps task tasks"),
    Group(Thing, "container containers docker"),
    Group(Thing, "service services daemon daemons systemd unit"),
    Group(Thing, "log logs journal"),
    Group(Thing, "internet online wifi"),
    Group(Thing, "network networking nic"),
    Group(Thing, "ip address addresses ips"),
    Group(Thing, "permission permissions rights mode chmod"),
    Group(Thing, "owner ownership chown owns"),
    Group(Thing, "user users account accounts"),
    Group(Thing, "package packages library libraries dependency dependencies deps module modules"),
    Group(Thing, "repository repo repos codebase"),
    Group(Thing, "branch branches"),
    Group(Thing, "commit commits"),
    Group(Thing, "uncommitted modified changes changed dirty"),
    Group(Thing, "history log past"),
    Group(Thing, "error errors exception exceptions"),
    Group(Thing, "time clock hour"),
    Group(Thing, "date day today calendar"),
    Group(Thing, "temperature temp hot heat temps thermal"),
    Group(Thing, "battery charge"),
    Group(Thing, "website site webpage page url link"),
    Group(Thing, "checksum hash md5 sha256 sha1 digest"),
    Group(Thing, "database databases db"),
    Group(Thing, "config configuration settings conf preferences"),
    Group(Thing, "root sudo admin administrator superuser"),
    Group(Thing, "environment env variable variables"),
    Group(Thing, "password passphrase passwd"),
    Group(Thing, "folder folders directory directories dir dirs"),
    Group(Thing, "subfolder subfolders subdirectory subdirectories recursive recursively tree"),
    Group(Thing, "size sizes"),
    Group(Thing, "photo photos picture pictures jpg png"),
    Group(Thing, "video videos movie movies mp4"),
    Group(Thing, "uptime booted"),
    Group(Thing, "python python3 py"),
    Group(Thing, "node nodejs npm"),
    Group(Thing, "kubernetes k8s kubectl"),
    Group(Thing, "virtualenv venv"),
    Group(Thing, "firewall ufw iptables"),
    Group(Thing, "picture"),
    Group(Commonplace, "file files document documents item items"),
    Group(Commonplace, "computer machine box host server laptop pc system workstation"),
    Group(Commonplace, "name names named called"),
    Group(Commonplace, "line lines row rows"),
    Group(Commonplace, "text word words string content contents"),
    Group(Commonplace, "all every each whole entire total"),
    Group(Commonplace, "current present working"),
    Group(Commonplace, "number amount quantity"),
    Group(Commonplace, "info information details detail overview summary status state stats"),
    Group(Commonplace, "terminal console shell prompt command"),
];

/// Number of concepts, an upper bound for [`Lexeme::concept`].
pub const CONCEPTS: usize = 256;
const _: () = assert!(GROUPS.len() < Shape::Any as usize);

/// Pairs of words whose groups exclude each other: a request for one is not answered by the other.
const OPPOSITES: &[(&str, &str)] = &[
    ("start", "stop"),
    ("restart", "stop"),
    ("create", "delete"),
    ("install", "delete"),
    ("show", "delete"),
    ("find", "delete"),
    ("show", "stop"),
    ("copy", "delete"),
    ("move", "delete"),
    ("download", "upload"),
    ("compress", "extract"),
    ("enable", "disable"),
    ("mount", "unmount"),
    ("connect", "disconnect"),
    ("lock", "unlock"),
    ("encrypt", "decrypt"),
    ("stage", "unstage"),
    ("merge", "split"),
    ("allow", "deny"),
    ("save", "delete"),
    ("undo", "create"),
    ("enable", "stop"),
    ("disable", "start"),
    ("start", "delete"),
    ("show", "create"),
    ("show", "restart"),
    ("compress", "delete"),
    ("big", "small"),
    ("new", "old"),
    ("first", "bottom"),
    ("first", "new"),
    ("running", "stopped"),
    ("public", "private"),
    ("local", "remote"),
    ("fast", "slow"),
    ("full", "empty"),
    ("open", "closed"),
    ("incoming", "outgoing"),
    ("more", "less"),
    ("ascending", "descending"),
    ("before", "after"),
    ("upper", "lower"),
    ("used", "free"),
];

const SLOTS: usize = 2048;
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// 64-bit hash of a text: the same on every machine and in every version, since stored terms are named by it.
/// (FNV-1a, then the finalising steps of `SplitMix64`.)
pub const fn hash(bytes: &[u8]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < bytes.len() {
        state = (state ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    mix(state)
}

/// Spreads the bits of a number over all of it: the finalising steps of `SplitMix64`.
pub const fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(MULTIPLIER);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// An open-addressing table from a word's number to its group; 0 is free. The first group that names a word has it.
static TABLE: [(u64, u8); SLOTS] = build();

#[allow(clippy::large_stack_arrays, reason = "runs when compiling")]
const fn build() -> [(u64, u8); SLOTS] {
    let mut table = [(0, 0); SLOTS];
    let mut used = 0;
    let mut group = 1;
    while group < GROUPS.len() {
        let words = GROUPS[group].1.as_bytes();
        let mut at = 0;
        while at < words.len() {
            let start = at;
            while at < words.len() && words[at] != b' ' {
                at += 1;
            }
            if at > start {
                let key = word_id_of_bytes(words, start, at);
                let mut slot = key as usize % SLOTS;
                while table[slot].0 != 0 && table[slot].0 != key {
                    slot = (slot + 1) % SLOTS;
                }
                if table[slot].0 == 0 {
                    table[slot] = (key, group as u8);
                    used += 1;
                }
            }
            at += 1;
        }
        group += 1;
    }
    assert!(used < SLOTS / 2, "the lexicon outgrew its table");
    table
}

/// What the lexicon knows of the word with this number (see [`word_id`](super::word_id)).
pub fn look_up(word: u64) -> Lexeme {
    let mut slot = word as usize % SLOTS;
    while TABLE[slot].0 != 0 {
        if TABLE[slot].0 == word {
            let group = TABLE[slot].1;
            let class = GROUPS[usize::from(group)].0;
            let shared = !matches!(
                class,
                Class::Function | Class::Relation | Class::Question | Class::Open
            );
            return Lexeme {
                class,
                concept: if shared { group } else { 0 },
            };
        }
        slot = (slot + 1) % SLOTS;
    }
    Lexeme::OPEN
}

/// For each concept, those that exclude it. Made once by whoever asks often.
#[derive(Debug, Clone)]
pub struct Opposites {
    pairs: Vec<(u8, u8)>,
}

impl Default for Opposites {
    fn default() -> Self {
        let mut pairs: Vec<(u8, u8)> = OPPOSITES
            .iter()
            .map(|(a, b)| (look_up(word_id(a)).concept, look_up(word_id(b)).concept))
            .flat_map(|(a, b)| [(a, b), (b, a)])
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self { pairs }
    }
}

impl Opposites {
    /// The concepts that exclude `concept`.
    pub fn of(&self, concept: u8) -> impl Iterator<Item = u8> + '_ {
        let start = self.pairs.partition_point(|(a, _)| *a < concept);
        self.pairs[start..]
            .iter()
            .take_while(move |(a, _)| *a == concept)
            .map(|(_, b)| *b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(word: &str) -> Lexeme {
        super::look_up(word_id(word))
    }

    #[test]
    fn words_of_a_group_share_a_concept() {
        for (a, b) in [
            ("ram", "memory"),
            ("folder", "directories"),
            ("delete", "removing"),
            ("biggest", "large"),
        ] {
            assert_ne!(look_up(a).concept, 0, "{a}");
            assert_eq!(look_up(a).concept, look_up(b).concept, "{a} {b}");
        }
        assert_eq!(look_up("the").concept, 0);
        assert_eq!(look_up("zebra"), Lexeme::OPEN);
    }

    #[test]
    fn opposites_know_each_other() {
        let opposites = Opposites::default();
        for (a, b) in OPPOSITES {
            let (a, b) = (look_up(a), look_up(b));
            assert!(
                a.concept != 0 && b.concept != 0 && a.concept != b.concept,
                "{a:?} {b:?}"
            );
            assert!(opposites.of(a.concept).any(|other| other == b.concept));
            assert!(opposites.of(b.concept).any(|other| other == a.concept));
        }
    }

    #[test]
    fn hashes_never_change() {
        assert_eq!(hash(b""), mix(0xcbf2_9ce4_8422_2325));
        assert_eq!(hash(b"disk"), 0xffac_3f1a_ca34_017f);
    }
}
