/** Who else can write a file, and the command that ends it. */
export interface ForeignHand {
  problem: string;
  remedy: string;
}

const WRITTEN_BY_GROUP = 0o020;
const WRITTEN_BY_OTHERS = 0o002;

/** Whether others than its user and root can change a file; null where they can't, and where files have no owners. */
export function foreignHand(
  file: { uid: number; gid: number; mode: number },
  user: number | undefined = process.getuid?.(),
): ForeignHand | null {
  if (user === undefined) return null;
  if (file.uid !== user && file.uid !== 0) return { problem: "belongs to another user", remedy: `chown ${user}` };
  // Many systems give each user a group of their own, of the same number, and let it write.
  const ownGroup = file.uid !== 0 && file.gid === file.uid;
  if ((file.mode & (ownGroup ? WRITTEN_BY_OTHERS : WRITTEN_BY_OTHERS | WRITTEN_BY_GROUP)) !== 0)
    return { problem: "can be changed by others", remedy: "chmod go-w" };
  return null;
}
