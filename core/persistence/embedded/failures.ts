import { ConnectorError } from '../../sdk/errors.js';

const OWN_SERVER = 'or give the url of a PostgreSQL server of your own (postgres://…) instead of `embedded`.';

export function noBinaries(platform: string, cause: unknown): ConnectorError {
  return new ConnectorError('config', `The embedded database has no PostgreSQL programs for ${platform}.`, {
    hint: `Install with optional dependencies (npm ci, without --omit=optional), ${OWN_SERVER}`,
    cause,
  });
}

export function unsupportedPlatform(platform: string): ConnectorError {
  return new ConnectorError('config', `The embedded database is not available on ${platform}.`, {
    hint: `Run on Linux or macOS, ${OWN_SERVER}`,
  });
}

export function noAccount(): ConnectorError {
  return new ConnectorError('config', 'PostgreSQL refuses to run as root, and this system has no account for it.', {
    hint: `Create a user "postgres" (useradd --system postgres), run as an ordinary user, ${OWN_SERVER}`,
  });
}

/** What PostgreSQL's own programs said when they ended, told as an error of ours. */
export function serverFailure(doing: string, output: string): ConnectorError {
  const text = `The embedded database could not ${doing}: ${complaintIn(output)}`;
  if (/No space left on device|ENOSPC|Disk quota exceeded|File too large/i.test(output)) {
    return new ConnectorError('destination', text, { hint: 'Free space on the disk of TRIBUTARY_HOME and run again.' });
  }
  if (/Address already in use|could not create any TCP\/IP sockets/i.test(output)) {
    return new ConnectorError('config', text, {
      hint: 'No port on 127.0.0.1 could be opened; look at what holds them.',
    });
  }
  if (/Permission denied|EACCES|EPERM|Read-only file system/i.test(output)) {
    return new ConnectorError('config', text, {
      hint: 'Set TRIBUTARY_HOME to a folder which the account of the database may enter and write.',
    });
  }
  if (/error while loading shared libraries|not found \(required by|Library not loaded/i.test(output)) {
    return new ConnectorError('config', text, { hint: `Install again (npm ci), ${OWN_SERVER}` });
  }
  if (/incompatible with server|initialized by PostgreSQL version/i.test(output)) {
    return new ConnectorError('config', text, {
      hint: 'The data folder belongs to another major version of PostgreSQL: use the release that made it.',
    });
  }
  return new ConnectorError('destination', text, { hint: "See the server's log for the whole message." });
}

/** A fault of the file system on our side of the work. */
export function fileFailure(doing: string, error: unknown): Error {
  if (error instanceof Error && error.name === 'ConnectorError') return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const failure = serverFailure(doing, `${code ?? ''} ${message}`);
  return new ConnectorError(failure.kind, failure.message, { ...failure.details, cause: error });
}

function complaintIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const loud = lines.filter((line) => /FATAL|PANIC|HINT|error:|could not|cannot|No space|E[A-Z]{4,}/i.test(line));
  const told = (loud.length > 0 ? loud : lines.filter((line) => line !== '')).slice(-4);
  return told.map((line) => line.replace(/^.*?(FATAL|PANIC|HINT):\s*/, '')).join(' ') || 'it said nothing';
}
