import { isIP } from 'node:net';

/** Whether a name of a machine can be no other than this one. */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
