import { createHash } from 'node:crypto';
import type { SqlSession } from '../protocol/index.js';
import { ConnectorError } from '../sdk/index.js';
import { dialectOf } from '../../destinations/sql/index.js';
import type { Installation } from './installation.js';

/** A name of PostgreSQL has no more bytes. */
const LONGEST_NAME = 63;
const DIGEST_LENGTH = 8;

/** Where a verification reads what the source has. A name that is cut ends in a digest, so that no other connection has it. */
export function verificationSchema(connection: string): string {
  const name = `tributary_verify_${connection}`;
  if (name.length <= LONGEST_NAME) return name;
  const digest = createHash('sha256').update(connection).digest('hex').slice(0, DIGEST_LENGTH);
  return `${name.slice(0, LONGEST_NAME - 1 - DIGEST_LENGTH)}_${digest}`;
}

/** Keeps other verifications of the connection out until it is released. Throws `locked` while there is one. */
export async function takeVerification(installation: Installation, connection: string): Promise<() => Promise<void>> {
  const release = await (await installation.store()).locks.take(`verify ${connection}`);
  if (release !== undefined) return release;
  throw new ConnectorError('locked', `Connection "${connection}" is being verified already.`, {
    connection,
    hint: 'What it reads lies in a schema of its own meanwhile: wait until the other `tributary verify` has ended.',
  });
}

/** Makes the schema, of which nothing is kept once it is dropped. */
export const createVerification = async (session: SqlSession, connection: string): Promise<void> => {
  const { createPassingSchema, quote } = dialectOf(session);
  await session.query(createPassingSchema(quote(verificationSchema(connection))));
};

export const dropVerification = async (session: SqlSession, connection: string): Promise<void> => {
  await session.query(`DROP SCHEMA IF EXISTS ${dialectOf(session).quote(verificationSchema(connection))} CASCADE`);
};

/** Drops the copy of a connection's rows that a killed verification has left. Throws `locked` while one is on its way. */
export async function dropLeftVerification(
  installation: Installation,
  session: SqlSession,
  connection: string,
): Promise<void> {
  const release = await takeVerification(installation, connection);
  await dropVerification(session, connection).finally(release);
}
