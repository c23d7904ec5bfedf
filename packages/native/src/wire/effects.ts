export interface Effects {
  reads: boolean;
  writes: boolean;
  destroys: boolean;
  privileged: boolean;
  network: boolean;
  /** A program that nothing is known of: counts as writes. */
  unknown: boolean;
}

export interface Permissions {
  /** `here` (the caller's folder), `scratch`, or a path. */
  cwd: string;
  read: string[];
  /** Secret stores under HOME, or paths in one, that it may read: `~/.ssh`. */
  secrets: string[];
  write: "none" | "here" | string[];
  /** Whether the programs that a git repository's own settings name (hooks, filters, ..) may run. */
  repository: "unused" | "closed" | "open";
  net: "none" | "unix" | "all";
  /** Reads interfaces, routes and sockets from the kernel. */
  netlink: boolean;
  processes: "own" | "see" | "signal";
  env: string[];
  interactive: boolean;
  timeout_s: number | null;
  ok_exit: number[];
  detach: boolean;
  host: boolean;
}
