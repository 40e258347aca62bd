import { posix } from 'node:path';
import { ConnectorError, isConnectorError, type FileVersion } from '#sdk';
import { isMatch, splitPattern, type WritableTransport } from '#sdk/files';
import { requestsTo } from './gcs-requests.js';
import { writeObject } from './gcs-write.js';
import type { GcsPlace } from './gcs.config.js';

/** A body that breaks off is opened again so often without progress. */
const MOST_ATTEMPTS = 4;

interface Listed {
  readonly name: string;
  readonly size?: string;
  readonly generation?: string;
  readonly updated?: string;
}

/** Objects of a bucket by the JSON API; the generation is the version. */
export function gcsTransport(config: GcsPlace): WritableTransport {
  const { bucket } = config;
  const ask = requestsTo(config);
  const home = `/storage/v1/b/${encodeURIComponent(bucket)}/o`;
  const upload = `/upload${home}`;
  const pathOf = (name: string) => `${home}/${encodeURIComponent(name)}`;

  const stat = async (name: string, signal: AbortSignal): Promise<FileVersion | undefined> => {
    const answer = await ask(`Object "${name}"`, { path: pathOf(name), expected: [404] }, signal);
    if (answer.statusCode === 404) {
      await answer.body.dump();
      return undefined;
    }
    return versionOf((await answer.body.json()) as Listed);
  };
  const remove = async (name: string, signal: AbortSignal) => {
    const answer = await ask(`Object "${name}"`, { method: 'DELETE', path: pathOf(name), expected: [404] }, signal);
    await answer.body.dump();
  };
  /** False where something lies there already, and is not to be replaced. */
  const copy = async (name: string, to: string, signal: AbortSignal, replaces: boolean): Promise<boolean> => {
    let token: string | undefined;
    do {
      const answer = await ask(
        `Object "${name}"`,
        {
          method: 'POST',
          path: `${pathOf(name)}/rewriteTo/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(to)}`,
          query: { rewriteToken: token, ifGenerationMatch: replaces ? undefined : '0' },
          expected: [412],
        },
        signal,
      );
      if (answer.statusCode === 412) {
        await answer.body.dump();
        return false;
      }
      const { done, rewriteToken } = (await answer.body.json()) as { done?: boolean; rewriteToken?: string };
      token = done === true ? undefined : rewriteToken;
    } while (token !== undefined);
    return true;
  };

  return {
    place: `gs://${bucket}`,
    async *list(pattern, signal) {
      const split = splitPattern(pattern);
      const folder = split.folder === '.' ? '' : `${posix.normalize(split.folder)}/`;
      const prefix = `${folder}${/^[^*?[\]{}()!]*/.exec(split.rest[0] ?? '')?.[0] ?? ''}`;
      let page: string | undefined;
      do {
        const query = { prefix, pageToken: page, fields: 'items(name,size,generation,updated),nextPageToken' };
        const answer = await ask(`Bucket "${bucket}"`, { path: home, query }, signal);
        const { items = [], nextPageToken } = (await answer.body.json()) as {
          readonly items?: readonly Listed[];
          readonly nextPageToken?: string;
        };
        // Names come in the order of their bytes.
        for (const object of items) {
          const isItself = object.name === folder + split.rest.join('/');
          if (!object.name.endsWith('/') && (isItself || isMatch(object.name.slice(folder.length), split)))
            yield versionOf(object);
        }
        page = nextPageToken === '' ? undefined : nextPageToken;
      } while (page !== undefined);
    },
    async *open(file, signal, from = 0) {
      let position = from;
      let attempt = 0;
      while (position < file.bytes) {
        const answer = await ask(
          `Object "${file.name}"`,
          {
            path: pathOf(file.name),
            query: { alt: 'media', generation: file.version },
            // What is packed is to come as it lies there, and not unpacked on the way.
            headers: { 'accept-encoding': 'gzip', ...(position === 0 ? {} : { range: `bytes=${position}-` }) },
            expected: [404],
          },
          signal,
        );
        // A version that is gone was replaced or removed.
        if (answer.statusCode === 404) {
          await answer.body.dump();
          throw changed(file);
        }
        try {
          for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
            position += chunk.byteLength;
            attempt = 0;
            yield chunk;
          }
          if (position < file.bytes) throw new Error('the body ended early');
        } catch (error) {
          signal.throwIfAborted();
          if (isConnectorError(error)) throw error;
          attempt += 1;
          if (attempt >= MOST_ATTEMPTS)
            throw new ConnectorError('transient', `Object "${file.name}": its bytes break off.`, { cause: error });
        }
      }
      // What was read is one version; whether it is still the newest decides whether it counts.
      if ((await stat(file.name, signal))?.version !== file.version) throw changed(file);
    },
    stat,
    async move(name, to, signal) {
      if (!(await copy(name, to, signal, false)))
        throw new ConnectorError('source', `Object "${name}" is not moved: "${to}" exists already.`);
      await remove(name, signal);
    },
    remove,
    write: (name, chunks, signal) => writeObject(ask, { upload, name }, chunks, signal),
    async claim(name, content, signal) {
      const answer = await ask(
        `Object "${name}"`,
        {
          method: 'POST',
          path: upload,
          query: { uploadType: 'media', name, ifGenerationMatch: '0' },
          body: content,
          expected: [412],
        },
        signal,
      );
      await answer.body.dump();
      return answer.statusCode !== 412;
    },
    async replace(name, to, signal) {
      await copy(name, to, signal, true);
      await remove(name, signal);
    },
    close: () => undefined,
  };
}

function versionOf({ name, size = '0', generation = '', updated }: Listed): FileVersion {
  return { name, bytes: Number(size), modifiedAt: new Date(updated ?? 0).toISOString(), version: generation };
}

function changed({ name }: FileVersion): ConnectorError {
  return new ConnectorError('source', `Object "${name}" was replaced while it was read.`, {
    hint: 'Nothing of it was loaded; the next run reads the new version.',
  });
}
