import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConnectorError, fromJsonText, jsonText } from '#sdk';
import type { Json } from '#sdk/wire/airbyte';

/** The configuration that a source handed out, such as one with a refresh token that takes the place of one that is spent. */
export interface KeptConfig {
  /** Undefined where the source has handed out none for the configuration as it is given now. */
  read(): Promise<Json | undefined>;
  /** Lies on the disk when it resolves. */
  write(config: Json): Promise<void>;
}

/** `given` is what the user wrote: where that changes, what was handed out for the former is not used any more. */
export function keptConfig(file: string | undefined, given: Json): KeptConfig {
  const fingerprint = createHash('sha256')
    .update(jsonText(given) ?? '')
    .digest('hex');
  return {
    async read() {
      if (file === undefined) return undefined;
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw cannot('read', file, error);
      });
      if (text === undefined) return undefined;
      const kept = contentOf(text, file);
      return kept.given === fingerprint ? kept.config : undefined;
    },
    async write(config) {
      if (file === undefined)
        throw new ConnectorError(
          'config',
          'The source hands out a new configuration, as it does when a refresh token can be used once, and there is no place to keep it.',
          { hint: 'Set `config_file`, then give the source a new token: the former one may be spent.' },
        );
      const draft = `${file}.new`;
      try {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        await writeFile(draft, jsonText({ given: fingerprint, config }) ?? '', { mode: 0o600, flush: true });
        await rename(draft, file);
      } catch (error) {
        throw cannot('written', file, error);
      }
    },
  };
}

const cannot = (what: string, file: string, cause: unknown) =>
  new ConnectorError('config', `The configuration that the source handed out cannot be ${what}: "${file}".`, {
    cause,
    hint: 'Let the user of the service read and write it, or set another `config_file`.',
  });

function contentOf(text: string, file: string): { readonly given: unknown; readonly config: Json } {
  try {
    return fromJsonText(text) as { given: unknown; config: Json };
  } catch (cause) {
    throw new ConnectorError('config', `"${file}" is no kept configuration: it is no JSON.`, {
      cause,
      hint: 'Remove it, and give the source a new token where it needs one.',
    });
  }
}
