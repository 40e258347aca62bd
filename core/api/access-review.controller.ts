import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { Needs } from './access.js';
import type { AccessReview } from './access-review.js';
import { Answers } from './answers.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';

const ALLOWED = z.strictObject({
  roles: z.array(z.string()),
  connections: z.array(z.string()).nullable().describe('Null: all.'),
  regions: z.array(z.string()).nullable().describe('Null: all.'),
  notes: z.array(z.string()).describe('What to look at, such as a region that no figure has.'),
});

const ACCESS_REVIEW = z.strictObject({
  reviewed: z.array(
    ALLOWED.extend({
      kind: z
        .enum(['token', 'person', 'machine'])
        .describe('`machine`: an account that uses the command line, which asks for no role.'),
      name: z.string(),
      permissions: z.array(z.string()),
      expires_at: z.string().nullable().describe("Null: a person's login ends by itself, and comes again."),
      last_seen_at: z.string().nullable(),
      acts: z.array(z.strictObject({ action: z.string(), times: z.int(), last_at: z.string() })),
    }),
  ),
  groups: z.array(ALLOWED.extend({ group: z.string() })).describe('What the configuration gives to people of a group.'),
});

/** Who may do what, and when each last did. */
@Controller('api/access')
@Needs('audit:read')
export class AccessReviewController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get()
  @Answers('Tokens, people and accounts with what each may do and did, and what to look at.', ACCESS_REVIEW)
  review(): Promise<AccessReview> {
    return this.services.accessReview();
  }
}
