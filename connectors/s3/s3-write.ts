import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

/** AWS: every part but the last has 5 MB at least, and an object has 10,000 parts at most. */
const PART_BYTES = 16 << 20;

/** Every storage holds a part against it. */
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('base64');

/** Writes an object in one request, or in parts where it is large. It is not there before it is whole. */
export async function writeObject(
  client: S3Client,
  target: { readonly Bucket: string; readonly Key: string },
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const options = { abortSignal: signal };
  let upload: string | undefined;
  const parts: { readonly ETag: string | undefined; readonly PartNumber: number }[] = [];
  try {
    for await (const { bytes, isLast } of partsOf(chunks)) {
      if (isLast && upload === undefined) {
        await client.send(new PutObjectCommand({ ...target, Body: bytes, ContentMD5: md5(bytes) }), options);
        return;
      }
      upload ??= (await client.send(new CreateMultipartUploadCommand(target), options)).UploadId;
      const PartNumber = parts.length + 1;
      const { ETag } = await client.send(
        new UploadPartCommand({ ...target, UploadId: upload, PartNumber, Body: bytes, ContentMD5: md5(bytes) }),
        options,
      );
      parts.push({ ETag, PartNumber });
    }
    await client.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId: upload, MultipartUpload: { Parts: parts } }),
      options,
    );
  } catch (error) {
    // Parts that nobody ends are paid for until a rule of the bucket removes them.
    if (upload !== undefined)
      await client.send(new AbortMultipartUploadCommand({ ...target, UploadId: upload })).catch(() => undefined);
    throw error;
  }
}

async function* partsOf(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly isLast: boolean }> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    if (size + chunk.byteLength > PART_BYTES && size > 0) {
      yield { bytes: Buffer.concat(held), isLast: false };
      held = [];
      size = 0;
    }
    held.push(chunk);
    size += chunk.byteLength;
  }
  yield { bytes: Buffer.concat(held), isLast: true };
}
