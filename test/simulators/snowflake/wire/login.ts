import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { SnowflakeError } from '../errors.js';

export interface User {
  readonly name: string;
  readonly password?: string;
  /** PEM of RSA public keys; two while a key is rotated (RSA_PUBLIC_KEY, RSA_PUBLIC_KEY_2). */
  readonly publicKeys?: readonly string[];
  readonly roles: readonly string[];
}

export interface LoginData {
  readonly ACCOUNT_NAME?: string;
  readonly LOGIN_NAME?: string;
  readonly PASSWORD?: string;
  readonly AUTHENTICATOR?: string;
  readonly TOKEN?: string;
  readonly SESSION_PARAMETERS?: Readonly<Record<string, unknown>>;
}

const refused = (code: string, message: string) => new SnowflakeError(code, '08001', message);
const wrongPassword = () => refused('390100', 'Incorrect username or password was specified.');
const wrongToken = () => refused('390144', 'JWT token is invalid.');

const fingerprint = (key: KeyObject): string =>
  `SHA256:${createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('base64')}`;
const part = (text: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>;
/** Seconds as JWT says, or milliseconds, as the Node driver writes. */
const milliseconds = (value: unknown): number => (Number(value) > 1e11 ? Number(value) : Number(value) * 1000);
/** Docs, key-pair authentication: a token is good for an hour at most, whatever it says. */
const LIFETIME_MS = 3_600_000;

/** Docs: issuer ACCOUNT.USER.SHA256:fingerprint, subject ACCOUNT.USER, signed with RS256 by the key of that fingerprint. */
const checkToken = (token: string, account: string, user: User, now: number): void => {
  const [head, body, signature] = token.split('.');
  if (signature === undefined) throw wrongToken();
  let header: Record<string, unknown>;
  let claims: Record<string, unknown>;
  try {
    [header, claims] = [part(head), part(body)];
  } catch {
    throw wrongToken();
  }
  const subject = `${account}.${user.name}`.toUpperCase();
  const key = (user.publicKeys ?? [])
    .map((pem) => createPublicKey(pem))
    .find((one) => claims.iss === `${subject}.${fingerprint(one)}`);
  if (header.alg !== 'RS256' || claims.sub !== subject || key === undefined) throw wrongToken();
  if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) throw wrongToken();
  const issued = milliseconds(claims.iat);
  if (!(issued <= now + 60_000) || !(Math.min(milliseconds(claims.exp), issued + LIFETIME_MS) > now))
    throw wrongToken();
};

/** The user who may log in so. Throws Snowflake's refusal. */
export const authenticate = (
  data: LoginData,
  account: string,
  users: readonly User[],
  oauthTokens: Readonly<Record<string, string>>,
  now: number,
): User => {
  const authenticator = (data.AUTHENTICATOR ?? 'SNOWFLAKE').toUpperCase();
  if (authenticator === 'OAUTH') {
    const name = Object.hasOwn(oauthTokens, data.TOKEN ?? '') ? oauthTokens[data.TOKEN ?? ''] : undefined;
    const user = users.find((one) => one.name === name);
    if (user === undefined) throw refused('390303', 'Invalid OAuth access token. ');
    return user;
  }
  const isHere = (data.ACCOUNT_NAME ?? '').toUpperCase() === account.toUpperCase();
  const user = isHere
    ? users.find(({ name }) => name.toUpperCase() === (data.LOGIN_NAME ?? '').toUpperCase())
    : undefined;
  if (authenticator === 'SNOWFLAKE_JWT') {
    if (user === undefined) throw wrongToken();
    checkToken(data.TOKEN ?? '', account, user, now);
    return user;
  }
  if (authenticator !== 'SNOWFLAKE') throw refused('390190', `The simulator knows no authenticator ${authenticator}.`);
  if (user?.password === undefined || user.password !== data.PASSWORD) throw wrongPassword();
  return user;
};
