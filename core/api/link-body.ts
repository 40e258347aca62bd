import { BadRequestException } from '@nestjs/common';
import { z } from 'zod';
import { parseDuration } from '../protocol/index.js';
import { jsonSchema } from './answers.js';

const NAMES = 'source, campaign_id, channel, region, segment, or a dimension of the configuration';

const BODY = z.strictObject({
  expires: z.string().refine((text) => (parseDuration(text) ?? 0) > 0, 'must be a duration like 30d'),
  release: z.int().min(1).optional(),
  filter: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), z.string()).optional(),
});

/** The same for the OpenAPI document. */
export const LINK_SCHEMA = jsonSchema(BODY);

/** What a link is to show. */
export function linkRequestOf(body: unknown) {
  const parsed = BODY.safeParse(body);
  if (parsed.success) {
    const { expires, release, filter = {} } = parsed.data;
    return { expires, release, filter };
  }
  const [issue] = parsed.error.issues;
  throw new BadRequestException(
    `${issue?.path.join('.') || 'The body'}: ${issue?.message}. It takes expires (like 30d), release and filter (${NAMES}).`,
  );
}
