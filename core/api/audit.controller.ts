import { BadRequestException, Controller, Get, Inject, Query } from '@nestjs/common';
import type { AuditEntry, AuditFilter } from '../security/index.js';
import { Needs } from './access.js';
import { Answers, Parameters } from './answers.js';
import { AUDIT, AUDIT_OUTCOMES } from './answer-forms.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { PAGE_PARAMETERS, pageQueryOf } from './page-query.js';
import { instantOf } from './run-query.js';

/** Who did what. To read it is an act as well. */
@Controller('api/audit')
@Needs('audit:read')
export class AuditController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get()
  @Answers('The latest entries first; `next` is the `cursor` of the page after.', AUDIT, 400)
  @Parameters({
    actor: { type: 'string', description: 'As entries name it: `token:NAME`, a mail address, `USER@MACHINE`.' },
    action: { type: 'string', description: 'As `requests.ask`.' },
    object: { type: 'string', description: 'A connection, a run, a month.' },
    outcome: { type: 'string', enum: [...AUDIT_OUTCOMES] },
    since: { type: 'string', description: 'From this day or instant on.' },
    until: { type: 'string', description: 'Before this day or instant.' },
    ...PAGE_PARAMETERS,
  })
  async list(@Query() query: Record<string, unknown>): Promise<object> {
    const filter = auditFilterOf(query);
    const found = await this.services.audit.list({ ...filter, limit: filter.limit + 1 });
    const entries = found.slice(0, filter.limit);
    return {
      entries: entries.map(auditForm),
      next: found.length > entries.length ? String(entries.at(-1)!.seq) : null,
    };
  }
}

function auditFilterOf(query: Readonly<Record<string, unknown>>): AuditFilter {
  const { limit, after, rest } = pageQueryOf(query, 'actor', 'action', 'object', 'outcome', 'since', 'until');
  const { outcome, since, until, ...texts } = rest;
  const known = AUDIT_OUTCOMES.find((one) => one === outcome);
  if (outcome !== undefined && known === undefined)
    throw new BadRequestException(`outcome must be one of ${AUDIT_OUTCOMES.join(', ')}.`);
  return {
    ...texts,
    limit,
    ...(after === undefined ? {} : { before: after }),
    ...(known === undefined ? {} : { outcome: known }),
    ...(since === undefined ? {} : { since: instantOf('since', since) }),
    ...(until === undefined ? {} : { until: instantOf('until', until) }),
  };
}

function auditForm({ detail, ...entry }: AuditEntry): object {
  return { ...entry, detail: JSON.parse(detail) as unknown };
}
