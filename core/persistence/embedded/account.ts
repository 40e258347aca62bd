import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { noAccount } from './failures.js';

/** The account the server runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** True when we run as it ourselves. */
  readonly isOurs: boolean;
}

/**
 * Our own account, or, for root, an unprivileged one that exists: PostgreSQL refuses uid 0, and initdb fails for a uid
 * without an entry in passwd. An existing data folder keeps its owner.
 */
export function serverAccount(dataOwner?: number): Account {
  const uid = process.getuid!();
  if (uid !== 0) return { name: String(uid), uid, gid: process.getgid!(), isOurs: true };
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 7)
    .map(([name, , id, group]) => ({ name, uid: Number(id), gid: Number(group), isOurs: false }));
  const found =
    accounts.find((account) => account.uid === dataOwner && account.uid !== 0) ??
    accounts.find((account) => account.name === 'postgres') ??
    accounts.find((account) => account.name === 'nobody');
  if (found === undefined) throw noAccount();
  return found;
}

/** Whether the account may enter the folder and all above it, by their modes. */
export function mayEnter(account: Account, folder: string): boolean {
  if (account.isOurs) return true;
  for (let path = folder; ; path = dirname(path)) {
    if (!hasRight(account, path, 0o1)) return false;
    if (path === dirname(path)) return true;
  }
}

/** Whether the account has the right (1 execute or enter, 4 read) on this path alone, by its mode. */
export function hasRight(account: Account, path: string, right: 1 | 4): boolean {
  const { mode, uid, gid } = statSync(path);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & right) !== 0;
}
