import { createHmac, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { ConnectorError } from '#sdk';
import { writeJson } from '#sdk/http';
import { isComponent, without, type Component } from '../manifest/text.js';
import { HIDDEN } from '../redact.js';
import { flatInput, Text, type Surroundings } from '../run/text.js';
import { Callable, Parameters } from '../template/parameters.js';

const encoded = (value: unknown): string => Buffer.from(writeJson(value)).toString('base64url');
const jsonLoads = new Callable('the function "json_loads"', new Parameters('s'), (text) => {
  try {
    return JSON.parse(String(text)) as unknown;
  } catch {
    // The parser would quote what it was given, which is a secret mostly.
    throw new ConnectorError('config', '`json_loads` of a JwtAuthenticator is given a text that is no JSON.', {
      hint: 'Look at the option that it reads.',
    });
  }
});
const context = { json_loads: jsonLoads };

/** A signed token as the manifest wants it, with the prefix of its header. */
export function jwtToken(node: Component, around: Surroundings, now: Date): string {
  const text = (source: unknown) =>
    typeof source === 'string' && source !== '' ? new Text(source, around).value(context) : undefined;
  const named = (from: unknown, names: readonly string[]) => {
    const fields = isComponent(from) ? from : {};
    return Object.fromEntries(
      names.map((name) => [name, text(fields[name])]).filter(([, value]) => value !== undefined),
    );
  };
  const extra = (from: unknown, reserved: readonly string[], what: string) => {
    const fields = flatInput(isComponent(from) ? without(from, '$parameters') : {}, around)(context);
    const taken = reserved.find((name) => name in fields);
    if (taken !== undefined)
      throw new ConnectorError('config', `"${taken}" may not stand in ${what} of a JwtAuthenticator.`, {
        hint: 'It has a field of its own.',
      });
    return fields;
  };
  const algorithm = String(node['algorithm']);
  const seconds = Math.floor(now.getTime() / 1000);
  const header = {
    typ: 'JWT',
    ...extra(node['additional_jwt_headers'], ['kid', 'alg', 'typ', 'cty'], '`additional_jwt_headers`'),
    ...named(node['jwt_headers'], ['kid', 'typ', 'cty']),
    alg: algorithm,
  };
  const payload = {
    ...extra(node['additional_jwt_payload'], ['iss', 'sub', 'aud', 'iat', 'exp', 'nbf'], '`additional_jwt_payload`'),
    ...named(node['jwt_payload'], ['iss', 'sub', 'aud']),
    iat: seconds,
    exp: seconds + Number(node['token_duration'] ?? 1200),
    nbf: seconds,
  };
  const body = `${encoded(header)}.${encoded(payload)}`;
  const key = new Text(String(node['secret_key']), around).text(context);
  const isEncoded =
    node['base64_encode_secret_key'] === true ||
    String(text(node['base64_encode_secret_key']) ?? '').toLowerCase() === 'true';
  const passphrase = text(node['passphrase']);
  const token = `${body}.${signature(algorithm, body, isEncoded ? Buffer.from(key).toString('base64') : key, passphrase === undefined ? undefined : String(passphrase))}`;
  const prefix = text(node['header_prefix']);
  return prefix === undefined ? token : `${String(prefix)} ${token}`;
}

function signature(algorithm: string, body: string, key: string, passphrase: string | undefined): string {
  const bits = algorithm.slice(2);
  if (algorithm.startsWith('HS')) return createHmac(`sha${bits}`, key).update(body).digest('base64url');
  // A recording has no key, and whoever reads it again asks nobody who would look at what it signs.
  if (key === HIDDEN) return HIDDEN;
  let secret: KeyObject;
  try {
    // Keys in a field of a form often have their line breaks written out.
    const pem = key.includes('\n') ? key : key.replaceAll('\\n', '\n');
    secret = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    throw new ConnectorError('auth', 'The private key of the JwtAuthenticator cannot be read.', {
      hint: 'It is a key in PEM form, with its passphrase where it has one.',
    });
  }
  const options = algorithm.startsWith('PS')
    ? { key: secret, padding: 6, saltLength: Number(bits) / 8 }
    : algorithm.startsWith('ES')
      ? { key: secret, dsaEncoding: 'ieee-p1363' as const }
      : { key: secret };
  return sign(
    algorithm === 'EdDSA' ? null : `sha${algorithm === 'ES256K' ? '256' : bits}`,
    Buffer.from(body),
    options,
  ).toString('base64url');
}
