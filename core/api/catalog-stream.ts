import { z } from 'zod';
import type { CatalogStream } from '../protocol/index.js';

const FIELD = z.strictObject({
  name: z.string(),
  type: z.string(),
  nullable: z.boolean(),
  is_personal: z.boolean().describe('It tells who a person is: it lands only where `protect` says how.'),
  description: z.string().nullable(),
});

/** A stream on offer, as JSON tells it. */
export const CATALOG_STREAM = z.strictObject({
  stream: z.string(),
  summary: z.string(),
  primary_key: z.array(z.string()),
  cursor: z.string().nullable(),
  sync_modes: z.array(z.string()),
  fields: z.array(FIELD),
});

export const catalogStreamForm = (offered: CatalogStream): z.input<typeof CATALOG_STREAM> => ({
  stream: offered.name,
  summary: offered.summary,
  primary_key: [...offered.primaryKey],
  cursor: offered.cursor ?? null,
  sync_modes: [...offered.syncModes],
  fields: offered.fields.map((field) => ({
    name: field.name,
    type: field.type,
    nullable: field.nullable,
    is_personal: field.personal === true,
    description: field.description ?? null,
  })),
});
