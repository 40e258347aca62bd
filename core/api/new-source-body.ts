import { BadRequestException } from '@nestjs/common';
import { z } from 'zod';
import { jsonSchema } from './answers.js';
import type { ConnectionDraft, SourceDraft } from './new-sources.js';

const TRIED = z.strictObject({
  connector: z.string().min(1).max(200),
  config: z.record(z.string(), z.unknown()),
});

const STREAM = z.strictObject({
  sync: z.enum(['full_refresh', 'incremental']).optional(),
  write: z.enum(['append', 'merge', 'overwrite']).optional(),
  phi: z.boolean().optional(),
});

const CONNECTION = z.strictObject({
  name: z.string().min(1).max(100),
  destination: z.string().min(1).max(100),
  schema: z.string().optional(),
  schedule: z
    .strictObject({
      cron: z.string().optional(),
      every: z.string().optional(),
      after: z.string().optional(),
      timezone: z.string().optional(),
    })
    .optional(),
  streams: z.record(z.string(), STREAM),
  protect: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])))
    .optional(),
});

const WRITTEN = TRIED.extend({ connection: CONNECTION });

/** The same for the OpenAPI document. */
export const TRIED_SCHEMA = jsonSchema(TRIED);
export const WRITTEN_SCHEMA = jsonSchema(WRITTEN);

function parsed<T>(form: z.ZodType<T>, body: unknown): T {
  const { success, data, error } = form.safeParse(body);
  if (success) return data;
  const [issue] = error.issues;
  // By its place alone: what stands there may be a secret that somebody mistook a field for.
  throw new BadRequestException(`${issue?.path.join('.') || 'The body'}: ${issue?.message}.`);
}

export const sourceDraftOf = (name: string, body: unknown): SourceDraft => ({ name, ...parsed(TRIED, body) });

export function writtenDraftOf(
  name: string,
  body: unknown,
): { readonly draft: SourceDraft; readonly connection: ConnectionDraft } {
  const { connection, ...tried } = parsed(WRITTEN, body);
  return { draft: { name, ...tried }, connection };
}
