import { inspect } from 'node:util';
import { isConnectorError } from '../errors.js';
import { secretKeysOf } from './config.js';
import type { Trial } from './source-contract.js';

/** `check` resolves with the credential and fails as `auth` with a wrong one. */
export async function checkCredentials(trial: Trial): Promise<void> {
  const fault = await checkWith(trial, trial.config);
  if (fault !== undefined) trial.report('check', `fails with the case's configuration: ${String(fault)}`);
  const bad = wrongConfig(trial);
  if (bad === undefined) return;
  const refusal = await checkWith(trial, bad);
  if (refusal === undefined) trial.report('check', 'resolves although the credential is wrong');
  else if (!isConnectorError(refusal))
    trial.report('check', `with a wrong credential throws no ConnectorError: ${String(refusal)}`);
  else if (refusal.kind !== 'auth')
    trial.report('check', `with a wrong credential fails as "${refusal.kind}", not as "auth": ${refusal.message}`);
}

async function checkWith(trial: Trial, config: Readonly<Record<string, unknown>>): Promise<unknown> {
  const stop = new AbortController();
  try {
    const source = await trial.open(stop.signal, config);
    try {
      await source.check();
      return undefined;
    } finally {
      await source.close();
    }
  } catch (error) {
    trial.sawError(error);
    return error ?? new Error('nothing was thrown');
  } finally {
    stop.abort();
  }
}

const WRONG = 'wrong-credential-of-the-contract-suite';

function wrongConfig({ plugin, config, badConfig }: Trial): Readonly<Record<string, unknown>> | undefined {
  if (badConfig !== undefined) return badConfig;
  const secrets = secretKeysOf(plugin.config).filter((key) => typeof config[key] === 'string');
  if (secrets.length === 0) return undefined;
  return { ...config, ...Object.fromEntries(secrets.map((key) => [key, WRONG])) };
}

/** Where a secret of either configuration stands in an error, its cause or its stack. */
export function leaksOf(trial: Trial, errors: readonly unknown[]): readonly string[] {
  const configs = [trial.config, wrongConfig(trial) ?? {}];
  const secrets = secretKeysOf(trial.plugin.config).flatMap((key) =>
    configs.flatMap((config) => (typeof config[key] === 'string' && config[key] !== '' ? [[key, config[key]]] : [])),
  );
  const texts = errors.map((error) => inspect(error, { depth: 10 }));
  return [...new Set(secrets.flatMap(([key, value]) => (texts.some((text) => text.includes(value)) ? [key] : [])))].map(
    (key) => `an error, its cause or its stack shows the value of "${key}"`,
  );
}
