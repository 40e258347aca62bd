import { randomUUID } from 'node:crypto';
import { posix } from 'node:path';
import { ConnectorError, defineDestination } from '#sdk';
import { filesConfig } from './files.config.js';
import { keysOf } from './output.js';
import { openPlace, stateFolder } from './place.js';
import { openSession } from './session.js';

export const files = defineDestination({
  name: 'files',
  summary: 'Files on an SSH server, in a bucket or in a folder: CSV, JSON lines or Parquet, with a manifest.',
  config: filesConfig,
  /** Writes what a run would write, and takes it away again. */
  async check(config, context) {
    if (config.pgp !== undefined) await keysOf(config.pgp);
    const place = await openPlace(config, context);
    const { signal } = context;
    const probe = posix.join(stateFolder(config), `check-${randomUUID()}`);
    try {
      await place.claim(probe, Buffer.from('check\n'), signal);
      const isDoubled = await place.claim(probe, Buffer.from('check\n'), signal);
      await place.replace(probe, posix.join(config.folder, posix.basename(probe)), signal);
      await place.remove(posix.join(config.folder, posix.basename(probe)), signal);
      if (isDoubled)
        throw new ConnectorError('config', `${place.place} lets a file be made that is there already.`, {
          hint: 'Two runs could not be kept apart there. An S3-compatible storage must know `If-None-Match: *` of PutObject.',
        });
    } finally {
      place.close();
    }
  },
  async connect(config, context) {
    if (config.pgp !== undefined) await keysOf(config.pgp);
    return openSession({
      config,
      place: await openPlace(config, context),
      signal: context.signal,
      probe: context.probe ?? (() => undefined),
    });
  },
});
