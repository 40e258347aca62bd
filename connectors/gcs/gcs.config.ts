import { z } from 'zod';
import { secret } from '#sdk';
import { filesOption } from '#sdk/files';

const storage = {
  bucket: z.string().min(3).describe('Name of the bucket'),
  credentials: secret(
    'Key of a service account as JSON, best as `${file:PATH}`; without it the credential is taken from where Google tools look: environment, workload identity, role of the machine',
  ).optional(),
  anonymous: z.boolean().default(false).describe('True: without any credential, for a public bucket or an emulator'),
  endpoint: z.url().default('https://storage.googleapis.com').describe('Of an emulator or a private endpoint'),
};

const isOneWay = ({ credentials, anonymous }: { credentials?: string | undefined; anonymous?: boolean | undefined }) =>
  credentials === undefined || anonymous !== true;
const ONE_WAY = { path: ['anonymous'], message: '`credentials` and `anonymous` exclude each other' };

/** A bucket as a place for files. */
export const gcsPlace = z.strictObject(storage).refine(isOneWay, ONE_WAY);
export type GcsPlace = z.output<typeof gcsPlace>;

export const gcsConfig = z
  .strictObject({ ...storage, files: filesOption('names of objects, without a leading `/`') })
  .refine(isOneWay, ONE_WAY);
