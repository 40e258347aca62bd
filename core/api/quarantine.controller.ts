import {
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Post,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import type { Response } from 'express';
import { Needs } from './access.js';
import { Accepts, Answers, Parameters } from './answers.js';
import { ASKED } from './answer-forms.js';
import { HOST_SERVICES, type HostServices } from './host-services.js';
import { idempotencyKey } from './idempotency-key.js';
import { OwnSiteGuard } from './own-site.guard.js';
import { QUARANTINE, QUARANTINED, QUARANTINED_RECORD, REPLAY_PREVIEW } from './quarantine-form.js';
import { DEFAULT_LIMIT, limitOf, MAX_LIMIT, parametersOf } from './run-query.js';

/** What did not pass, and reading it again. Records themselves are for those who may see persons. */
@Controller('api/connections/:name/quarantine')
@Needs('status:read')
export class QuarantineController {
  constructor(@Inject(HOST_SERVICES) private readonly services: HostServices) {}

  @Get()
  @Answers('How many records are in quarantine, by stream and reason.', QUARANTINE, 404, 503)
  async count(@Param('name') name: string): Promise<object> {
    const reasons = await this.services.quarantine(this.known(name));
    return { connection: name, records: reasons.reduce((sum, { records }) => sum + records, 0), reasons };
  }

  @Get('records')
  @Answers(
    'Where each record was and why it did not pass, the latest seen first; nothing of its values.',
    QUARANTINED,
    400,
    404,
    503,
  )
  @Parameters({
    stream: { type: 'string' },
    resolved: { type: 'boolean', description: 'Also those that a later good version has resolved.' },
    limit: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
  })
  async list(@Param('name') name: string, @Query() query: Record<string, unknown>): Promise<object> {
    const { stream, resolved, limit } = parametersOf(query, ['stream', 'resolved', 'limit']);
    const records = await this.services.quarantined(this.known(name), {
      limit: limit === undefined ? DEFAULT_LIMIT : limitOf(limit),
      withResolved: resolved === 'true',
      ...(stream === undefined ? {} : { stream }),
    });
    return { connection: name, records };
  }

  @Get('records/:id')
  @Needs('phi:read')
  @Answers('One record as it came, protected columns left out or tokenized.', QUARANTINED_RECORD, 404, 503)
  async show(@Param('name') name: string, @Param('id') id: string): Promise<object> {
    const record = await this.services.quarantinedRecord(this.known(name), id);
    if (record === undefined) throw new NotFoundException(`The quarantine of "${name}" has no record "${id}".`);
    return record;
  }

  @Get('replay')
  @Needs('runs:manage')
  @Answers('What a replay would do; nothing is changed.', REPLAY_PREVIEW, 404, 503)
  async preview(@Param('name') name: string): Promise<object> {
    return { connection: name, streams: await this.services.previewReplay(this.known(name)) };
  }

  /** Two calls with one key are one request, also when it has ended. */
  @Post('replay')
  @Needs('runs:manage')
  @HttpCode(202)
  @UseGuards(OwnSiteGuard)
  @Accepts('The replay is asked for; a worker carries it out.', ASKED, 400, 403, 404, 415)
  async replay(
    @Param('name') name: string,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { id } = await this.services.replay(this.known(name), idempotencyKey(key, 'replay'));
    const url = `/api/requests/${id}`;
    response.location(url);
    return { id, url };
  }

  private known(name: string): string {
    if (this.services.connections.some((one) => one.name === name)) return name;
    throw new NotFoundException(`There is no connection "${name}".`);
  }
}
