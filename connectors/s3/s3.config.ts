import { z } from 'zod';
import { secret } from '#sdk';
import { filesOption } from '#sdk/files';

const storage = {
  bucket: z.string().min(3).describe('Name of the bucket'),
  region: z.string().min(1).default('us-east-1').describe('Region of the bucket'),
  endpoint: z
    .url()
    .optional()
    .describe('Of another S3-compatible storage, e.g. https://minio.example.org; default: that of AWS'),
  path_style: z
    .boolean()
    .default(false)
    .describe('True: the bucket stands in the path and not in the host name, as many other storages want it'),
  access_key_id: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Without it the credential is taken from where AWS tools look: environment, profile, role of the machine',
    ),
  secret_access_key: secret('Belongs to `access_key_id`').optional(),
  session_token: secret('Of a temporary credential').optional(),
};

const hasBothKeys = ({
  access_key_id: id,
  secret_access_key: key,
}: {
  access_key_id?: string | undefined;
  secret_access_key?: string | undefined;
}) => (id === undefined) === (key === undefined);
const BOTH_KEYS = { path: ['secret_access_key'], message: '`access_key_id` and `secret_access_key` belong together' };

/** A bucket as a place for files. */
export const s3Place = z.strictObject(storage).refine(hasBothKeys, BOTH_KEYS);
export type S3Place = z.output<typeof s3Place>;

export const s3Config = z
  .strictObject({ ...storage, files: filesOption('keys of objects, without a leading `/`') })
  .refine(hasBothKeys, BOTH_KEYS);
