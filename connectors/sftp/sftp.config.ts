import { z } from 'zod';
import { parseDuration, secret } from '#sdk';
import { filesOption } from '#sdk/files';

const duration = (text: string, description: string) =>
  z
    .string()
    .default(text)
    .refine((value) => parseDuration(value) !== undefined, 'must be a duration such as `20s` or `5m`')
    .describe(description);

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/;
const fingerprint = z.string().regex(FINGERPRINT, 'must be SHA256: and 43 characters, as `ssh-keygen -lf` prints it');

const login = {
  host: z.string().min(1).describe('Name or address of the server'),
  port: z.int().min(1).max(65_535).default(22).describe('Port of the server'),
  username: z.string().min(1).describe('Account on the server'),
  password: secret('Password of the account').optional(),
  private_key: secret('Private key in OpenSSH or PEM form, best as `${file:PATH}`').optional(),
  passphrase: secret('What the private key is encrypted with').optional(),
  agent: z
    .union([z.literal(true), z.string().min(1)])
    .optional()
    .describe('`true`: the agent at SSH_AUTH_SOCK; or the path of its socket'),
  host_key_sha256: z
    .union([fingerprint, z.array(fingerprint).min(1)])
    .optional()
    .describe(
      "Fingerprint of the server's key, `SHA256:…`; several while a key is changed. Without it `check` tells the one that it met, and nothing is read",
    ),
};

const hasCredential = ({ password, private_key, agent }: Partial<Record<keyof typeof login, unknown>>) =>
  password !== undefined || private_key !== undefined || agent !== undefined;
const CREDENTIAL = 'one of `password`, `private_key` and `agent` is needed';

export const loginConfig = z.strictObject(login).refine(hasCredential, CREDENTIAL);
export type Login = z.output<typeof loginConfig>;

const server = {
  ...login,
  jump: loginConfig.optional().describe('A host that the way leads through (`ProxyJump`), with a login of its own'),
  timeout: duration('20s', 'How long a connection or an answer may take'),
  keepalive: duration('15s', 'How often a quiet connection is asked for a sign of life; three without one end it'),
};

/** An SSH server as a place for files. */
export const sftpPlace = z.strictObject(server).refine(hasCredential, CREDENTIAL);
export type SftpPlace = z.output<typeof sftpPlace>;

export const sftpConfig = z
  .strictObject({
    ...server,
    files: filesOption('taken from the folder in which the login lands; with a leading `/` from the root'),
  })
  .refine(hasCredential, CREDENTIAL);
