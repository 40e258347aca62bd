import { posix } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ConnectorError, type FileVersion } from '#sdk';
import { isMatch, splitPattern, type WritableTransport } from '#sdk/files';
import type { S3Place } from './s3.config.js';
import { isMissing, isOther, storageFault } from './s3-errors.js';
import { writeObject } from './s3-write.js';

/** The client itself asks again for a whole answer; a body that breaks off is opened again so often without progress. */
const MOST_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 250;
/** AWS: a copy in one request may have at most 5 GB. */
const MOST_COPIED_BYTES = 5 * 2 ** 30;

/** Objects of a bucket; the ETag is the version. */
export function s3Transport(config: S3Place): WritableTransport {
  const { bucket, access_key_id, secret_access_key, session_token } = config;
  const client = new S3Client({
    region: config.region,
    forcePathStyle: config.path_style,
    maxAttempts: 5,
    // Other storages do not know the newer checksums; what is read is hashed by us anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(access_key_id === undefined || secret_access_key === undefined
      ? {}
      : {
          credentials: {
            accessKeyId: access_key_id,
            secretAccessKey: secret_access_key,
            ...(session_token === undefined ? {} : { sessionToken: session_token }),
          },
        }),
  });
  const stat = async (name: string, signal: AbortSignal): Promise<FileVersion | undefined> => {
    try {
      const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: name }), { abortSignal: signal });
      return versionOf(name, { Size: found.ContentLength, ETag: found.ETag, LastModified: found.LastModified });
    } catch (error) {
      signal.throwIfAborted();
      if (isMissing(error)) return undefined;
      throw storageFault(`Object "${name}"`, config, error);
    }
  };
  const copyOver = async (name: string, to: string, signal: AbortSignal) => {
    try {
      await client.send(
        new CopyObjectCommand({
          Bucket: bucket,
          Key: to,
          CopySource: `${bucket}/${name.split('/').map(encodeURIComponent).join('/')}`,
        }),
        { abortSignal: signal },
      );
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: name }), { abortSignal: signal });
    } catch (error) {
      signal.throwIfAborted();
      throw storageFault(`Object "${name}"`, config, error);
    }
  };
  return {
    place: `s3://${bucket}`,
    async *list(pattern, signal) {
      const split = splitPattern(pattern);
      const folder = split.folder === '.' ? '' : `${posix.normalize(split.folder)}/`;
      const prefix = `${folder}${/^[^*?[\]{}()!]*/.exec(split.rest[0] ?? '')?.[0] ?? ''}`;
      try {
        // Keys come in the order of their bytes.
        for await (const page of paginateListObjectsV2(
          { client },
          { Bucket: bucket, Prefix: prefix },
          { abortSignal: signal },
        ))
          for (const object of page.Contents ?? []) {
            const { Key: key = '' } = object;
            const isItself = key === folder + split.rest.join('/');
            if (!key.endsWith('/') && (isItself || isMatch(key.slice(folder.length), split)))
              yield versionOf(key, object);
          }
      } catch (error) {
        signal.throwIfAborted();
        throw storageFault(`Bucket "${bucket}"`, config, error);
      }
    },
    async *open(file, signal, from = 0) {
      let position = from;
      let attempt = 0;
      while (position < file.bytes || file.bytes === 0) {
        try {
          const answer = await client.send(
            new GetObjectCommand({
              Bucket: bucket,
              Key: file.name,
              IfMatch: `"${file.version}"`,
              ...(position === 0 ? {} : { Range: `bytes=${position}-` }),
            }),
            { abortSignal: signal },
          );
          for await (const chunk of answer.Body as AsyncIterable<Uint8Array>) {
            position += chunk.byteLength;
            attempt = 0;
            yield chunk;
          }
          if (position >= file.bytes) break;
          throw Object.assign(new Error('the body ended early'), { name: 'IncompleteBody' });
        } catch (error) {
          signal.throwIfAborted();
          if (isOther(error)) throw changed(file);
          const fault = storageFault(`Object "${file.name}"`, config, error);
          attempt += 1;
          if (fault.kind !== 'transient' || attempt >= MOST_ATTEMPTS) throw fault;
          await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, { signal });
        }
      }
      // What was read is one version; whether it is still the newest decides whether it counts.
      if ((await stat(file.name, signal))?.version !== file.version) throw changed(file);
    },
    stat,
    async move(name, to, signal) {
      const source = await stat(name, signal);
      if (source !== undefined && source.bytes > MOST_COPIED_BYTES)
        throw new ConnectorError('source', `Object "${name}" has more than 5 GB, and such a one cannot be moved.`, {
          hint: 'Set `processed: keep`, and let a lifecycle rule of the bucket put it away.',
        });
      if ((await stat(to, signal)) !== undefined)
        throw new ConnectorError('source', `Object "${name}" is not moved: "${to}" exists already.`);
      await copyOver(name, to, signal);
    },
    async remove(name, signal) {
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: name }), { abortSignal: signal });
      } catch (error) {
        signal.throwIfAborted();
        throw storageFault(`Object "${name}"`, config, error);
      }
    },
    async write(name, chunks, signal) {
      try {
        await writeObject(client, { Bucket: bucket, Key: name }, chunks, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw storageFault(`Object "${name}"`, config, error);
      }
    },
    async claim(name, content, signal) {
      const request = { Bucket: bucket, Key: name, Body: content, IfNoneMatch: '*' };
      try {
        await client.send(new PutObjectCommand(request), { abortSignal: signal });
        return true;
      } catch (error) {
        signal.throwIfAborted();
        if (isOther(error)) return false;
        throw storageFault(`Object "${name}"`, config, error);
      }
    },
    replace: copyOver,
    close: () => client.destroy(),
  };
}

interface Listed {
  readonly Size?: number | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
}

function versionOf(name: string, { Size: bytes = 0, ETag: tag = '', LastModified: modified }: Listed): FileVersion {
  return { name, bytes, modifiedAt: (modified ?? new Date(0)).toISOString(), version: tag.replaceAll('"', '') };
}

function changed({ name }: FileVersion): ConnectorError {
  return new ConnectorError('source', `Object "${name}" was replaced while it was read.`, {
    hint: 'Nothing of it was loaded; the next run reads the new version.',
  });
}
