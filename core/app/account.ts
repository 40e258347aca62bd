import { hostname, userInfo } from 'node:os';

/** Who uses the command line, as logs and pauses tell it. */
export function whoAmI(): string {
  return `${account()}@${hostname()}`;
}

/** In a container a process may run as a number that has no name. */
function account(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}
