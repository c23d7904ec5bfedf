/** Requests to built-in commands, in words that no phrase of theirs has; nothing is fitted to them. */
export const REQUESTS: ReadonlyArray<readonly [text: string, command: string]> = [
  ["which boxes does docker keep alive at the moment", "docker-running"],
  ["what images are lying around in docker", "docker-images"],
  ["get rid of docker leftovers that nobody needs", "docker-prune"],
  ["is the compose project healthy", "compose-status"],
  ["bring the compose project up and give me my prompt back", "compose-up"],
  ["what's in here", "list-files"],
  ["dotfiles in this directory only", "hidden-files"],
  ["what did i touch last in this directory", "files-by-time"],
  ["where am i", "current-folder"],
  ["number of files below this point", "count-files"],
  ["spit out notes.txt", "show-file"],
  ["tail end of server.log", "tail-file"],
  ["which files hog the most bytes here", "biggest-files"],
  ["which files were edited just now", "recent-files"],
  ["any zero byte files", "empty-files"],
  ["same file twice somewhere?", "duplicate-files"],
  ["unpack backup.tar.gz", "extract-archive"],
  ["peek inside backup.zip without unpacking", "list-archive"],
  ["what kind of thing is blob.bin", "file-type"],
  ["let me run deploy.sh as a program", "make-executable"],
  ["format data.json so humans can read it", "pretty-json"],
  ["how long is essay.md in words", "count-words"],
  ["anything uncommitted", "git-status"],
  ["what is about to be committed", "git-staged"],
  ["what went into the newest commit", "git-last-commit"],
  ["which branch am i standing on", "git-current-branch"],
  ["who is to blame for main.c", "git-blame"],
  ["put my edits aside for a moment", "git-stash"],
  ["where does this repo push to", "git-remotes"],
  ["how heavy is this repository", "git-repo-size"],
  ["what have i committed that nobody else has yet", "git-unpushed"],
  ["my ip please", "ip-addresses"],
  ["is example.com alive", "ping-host"],
  ["what address is behind example.com", "dns-lookup"],
  ["who answers my dns questions", "dns-servers"],
  ["who am i talking to over the network", "open-connections"],
  ["what hogs port 5432", "port-user"],
  ["which gateway do packets take", "routes"],
  ["other machines on my lan", "network-neighbours"],
  ["does the firewall let things through", "firewall-status"],
  ["when does the certificate of example.com run out", "certificate-dates"],
  ["everything that i have installed", "installed-packages"],
  ["bring the whole system up to date", "upgrade-system"],
  ["just the programs that i started", "my-processes"],
  ["what has been running for ages", "long-running-processes"],
  ["how many things are running", "process-count"],
  ["share this directory in the browser", "http-server"],
  ["which pip things are stale", "pip-outdated"],
  ["run the unit tests of this python thing", "pytest"],
  ["which services crashed", "failed-services"],
  ["anything bad in the system journal", "system-errors"],
  ["watch the journal live", "follow-system-log"],
  ["what was logged before the last restart", "previous-boot-log"],
  ["what is scheduled for me", "cron-jobs"],
  ["am i out of inodes", "disk-inodes"],
  ["who eats all the memory", "memory-hogs"],
  ["is the processor sweating", "cpu-usage"],
  ["when did this box come up", "boot-time"],
  ["how many cores have i got", "cpu-cores"],
  ["what distro is this", "os-version"],
  ["what is this machine called", "hostname"],
  ["which groups am i in", "user-groups"],
  ["who logged in lately", "last-logins"],
  ["which drives and partitions are there", "block-devices"],
  ["what is plugged into usb", "usb-devices"],
  ["how much juice is left", "battery"],
  ["is it swapping", "swap"],
  ["turn it off and on again", "reboot"],
].map(([text, command]) => [text ?? "", `builtin:${command}`] as const);

const VERBS = ["show", "list", "count", "check", "restart", "stop", "start", "copy", "find", "open", "clean", "sort"];
const THINGS = [
  "logs",
  "jobs",
  "users",
  "tables",
  "images",
  "tickets",
  "orders",
  "hosts",
  "mails",
  "queues",
  "pods",
  "keys",
];
const WHERES = [
  "on staging",
  "of production",
  "for billing",
  "in the archive",
  "at night",
  "by owner",
  "by size",
  "of today",
];

/** So many different phrases, a command each, of words that people use; always the same ones. */
export function makeEntries(size: number): Array<{ command: string; phrases: string[] }> {
  return Array.from({ length: size }, (_, n) => {
    const verb = VERBS[n % VERBS.length];
    const thing = THINGS[Math.floor(n / VERBS.length) % THINGS.length];
    const where = WHERES[Math.floor(n / (VERBS.length * THINGS.length)) % WHERES.length];
    const round = Math.floor(n / (VERBS.length * THINGS.length * WHERES.length));
    const phrase = `${verb} ${thing} ${where}${round === 0 ? "" : ` group ${round}`}`;
    return { command: `./${verb}-${thing}.sh ${n}`, phrases: [phrase] };
  });
}
